"""Whose turn it is, within one process: of the threads that want one row, one stands at the database's lock.

The others wait here. So a process that is frozen with a full queue loses one place at the lock, not one after another,
each for as long as the database gives a silent session. And threads that wait here can be counted: they take only a
share of the process while the row they wait for does not come free.
"""

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# A row at which nothing was done for so long (seconds) is shut; any other is worth waiting for.
STILL = 0.5
_LOOK_EVERY = 0.1


class NoTurn(Exception):
    """`waited` seconds in vain. `full`: refused early, because too many wait already for what does not move."""

    def __init__(self, waited: float, *, full: bool):
        super().__init__(waited, full)
        self.waited, self.full = waited, full


@dataclass(eq=False)
class _Ticket:
    key: Hashable
    called: threading.Event = field(default_factory=threading.Event)


@dataclass
class _Movement:
    """When the row last changed hands, as far as this process knows, and the mark it bore then."""

    at: float
    mark: object = None


class Turns:
    """`share` threads of the process may wait for rows that do not move; while they move, any number."""

    def __init__(self, share: Callable[[], int]):
        self._share = share
        self._guard = threading.Lock()
        self._tickets: list[_Ticket] = []  # by arrival, of every row
        self._moved: dict[Hashable, _Movement] = {}

    @contextmanager
    def turn(self, key: Hashable, *, patience: float, mark: Callable[[], object]) -> Iterator[float]:
        """Within the block it is the caller's turn at `key`; yields how many seconds it has left to wait at the row.

        `mark` reads something that changes as acts on the row are committed, in any process. Acts that are refused or
        rolled back leave it as it was: a row that only such acts pass through looks still, and whoever is beyond the
        share is then refused early. Raises NoTurn, after `patience` seconds or, where the share is full, as soon as the
        row is taken to be still.
        """
        started = time.monotonic()
        ticket = self._join(key)
        try:
            while not ticket.called.wait(self._pause(ticket, started + patience)):
                waited = time.monotonic() - started
                if waited >= patience:
                    raise NoTurn(waited, full=False)
                if self._is_beyond_share(ticket) and self._is_still(key, mark()):
                    raise NoTurn(waited, full=True)
            left = patience - (time.monotonic() - started)
            # Called, but too many wait for other rows: a short look, so that no number of rows fills the process.
            yield min(left, STILL) if self._is_beyond_share(ticket) else left
        finally:
            self._leave(ticket)

    def waiting(self) -> int:
        """How many threads of this process are at a row or wait for one."""
        return len(self._tickets)

    def _join(self, key: Hashable) -> _Ticket:
        ticket = _Ticket(key)
        with self._guard:
            if not any(other.key == key for other in self._tickets):
                self._moved[key] = _Movement(time.monotonic())
                ticket.called.set()
            self._tickets.append(ticket)
        return ticket

    def _leave(self, ticket: _Ticket) -> None:
        with self._guard:
            self._tickets.remove(ticket)
            following = next((other for other in self._tickets if other.key == ticket.key), None)
            if following is None:
                self._moved.pop(ticket.key, None)
            elif ticket.called.is_set():
                self._moved[ticket.key].at = time.monotonic()
                following.called.set()

    def _pause(self, ticket: _Ticket, ends: float) -> float:
        left = max(ends - time.monotonic(), 0)
        return min(left, _LOOK_EVERY) if self._is_beyond_share(ticket) else left

    def _is_beyond_share(self, ticket: _Ticket) -> bool:
        with self._guard:
            return self._tickets.index(ticket) >= self._share()

    def _is_still(self, key: Hashable, mark: object) -> bool:
        now = time.monotonic()
        with self._guard:
            moved = self._moved[key]
            if moved.mark != mark:
                # Seen for the first time, or moved by another process.
                moved.at, moved.mark = (now if moved.mark is not None else moved.at), mark
            return now - moved.at >= STILL
