"""Holding a row that others queue for: a register, or the portal's journal. Nobody keeps it for long by being silent.

A decision's statements follow each other within milliseconds. A session that holds such a row and says nothing for
`Limits.holding` seconds (a frozen process, a debugger) is ended by the database; what it did is undone, and the next one
goes on. Within a process the threads take turns (`turns`).
"""

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from cwg import connections

from .turns import NoTurn, Turns

# Seconds that a request waits for its row, in the process and at the database together.
PATIENCE = 10.0
# And the longest that a page may take over its whole transaction, once it has waited.
AT_WORK = 5

_turns = Turns(lambda: settings.REGISTER_WAITERS)


class _OfAThread(threading.local):
    """How many turns the thread has, and what it put off until it has none."""

    def __init__(self) -> None:
        self.turns = 0
        self.put_off: list[Callable[[], None]] = []


_this_thread = _OfAThread()


class Why(StrEnum):
    """Why an act was not done although nothing was wrong with it."""

    LOCKED = "locked"  # somebody else held the row
    FULL = "full"  # and so many wait for it already that this one was not let in
    SLOW = "slow"  # the database took longer than a page may
    ENDED = "ended"  # the database ended the session, or the connection broke
    POOL = "pool"  # every connection of the process was in use, or none could be made
    PASSWORDS = "passwords"  # so many passwords were to be checked that this one was not


_BY_STATE = {
    "55P03": Why.LOCKED,
    "57014": Why.SLOW,
    "25P04": Why.SLOW,
    "25P03": Why.ENDED,
    "57P01": Why.ENDED,
    "57P02": Why.ENDED,
    "57P03": Why.ENDED,
    "57P05": Why.ENDED,
    "08006": Why.ENDED,
}
SILENT = "25P03"


class Busy(RuntimeError):
    """The act was not done: `why`, after `waited` seconds. The sender may try again.

    `certain`: nothing was changed. Else the connection broke while the database was committing, and only it knows.
    """

    def __init__(self, why: Why = Why.LOCKED, waited: float = 0.0, *, certain: bool = True):
        super().__init__(str(why))
        self.why, self.waited, self.certain = why, waited, certain


def state_of(error: BaseException) -> str | None:
    """The SQLSTATE that the server gave, of an error of Django's or of `Busy`."""
    cause = error.__cause__
    while cause is not None and not hasattr(cause, "sqlstate"):
        cause = cause.__cause__
    return getattr(cause, "sqlstate", None)


def why(error: BaseException) -> Why | None:
    """Why the database did not do it, where that is a matter of time, of a lock or of the connection; else None."""
    if isinstance(error, DatabaseError | InterfaceError):
        state = state_of(error)
        if isinstance(error.__cause__, PoolTimeout | TooManyRequests | PoolClosed):
            return Why.POOL
        # What fails in operation and has no state was not said by the server: the connection is gone.
        if state is None:
            return Why.ENDED if isinstance(error, OperationalError | InterfaceError) else None
        return _BY_STATE.get(state)
    return None


@contextmanager
def turn(key: Hashable, mark: Callable[[], object], *, busy: type[Busy] = Busy) -> Iterator[float]:
    """The process's turn at the row `key`; yields the seconds that are left to wait for it. Raises `busy`.

    Whoever is in a transaction already does not wait here: it holds rows, and only the database sees who waits for whom.
    """
    if _is_in_a_transaction():
        yield PATIENCE
        return
    _this_thread.turns += 1
    try:
        with _turns.turn(key, patience=PATIENCE, mark=mark) as left:
            yield left
    except NoTurn as error:
        raise busy(Why.FULL if error.full else Why.LOCKED, error.waited) from error
    finally:
        _this_thread.turns -= 1
        _do_what_was_put_off()


def after_the_turn(work: Callable[[], None]) -> None:
    """Do `work`, which never raises, before anybody is answered, but not while this thread keeps others waiting."""
    _this_thread.put_off.append(work)
    _do_what_was_put_off()


def _do_what_was_put_off() -> None:
    while _this_thread.put_off and not _this_thread.turns:
        _this_thread.put_off.pop(0)()


@contextmanager
def briefly(
    left: float = PATIENCE, *, since: float | None = None, durable: bool = False, busy: type[Busy] = Busy
) -> Iterator[None]:
    """A transaction that waits at most `left` seconds for each row and may not be silent. Raises `busy` for what it meets.

    `since` is when its sender began to wait (`time.monotonic()`), for a turn and in attempts before this one.
    """
    began, reached_its_end = time.monotonic() if since is None else since, False
    try:
        with transaction.atomic(durable=durable):
            hurry(left)
            yield
            reached_its_end = True
    except (DatabaseError, InterfaceError) as error:
        if found := why(error):
            certain = not (reached_its_end and found is Why.ENDED)
            raise busy(found, time.monotonic() - began, certain=certain) from error
        raise


def hurry(left: float = PATIENCE) -> None:
    """Bind the transaction that is open: it is about to hold what others queue for."""
    process = connections.this_process()
    limits = {
        "lock_timeout": max(left, 0.01),
        "idle_in_transaction_session_timeout": connections.LIMITS[process].holding,
    }
    if process is connections.Process.WEB:
        limits["transaction_timeout"] = max(left, 0) + AT_WORK
    _bind(limits)


def take_time() -> None:
    """Unbind the open transaction again, for one that works long on purpose and keeps nobody waiting.

    A restore, while nobody else is at work; a verification, which only reads and holds no row that others queue for.
    """
    _bind({"lock_timeout": 0, "idle_in_transaction_session_timeout": 0, "transaction_timeout": 0})


def _bind(limits: dict[str, float]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "; ".join(f"SET LOCAL {name} = {round(seconds * 1000)}" for name, seconds in limits.items())
        )


def _is_in_a_transaction() -> bool:
    """A test's own transaction is none."""
    blocks = connection.atomic_blocks
    return bool(blocks) and not getattr(blocks[-1], "_from_testcase", False)
