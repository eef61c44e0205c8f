"""Who is next where networks take turns: however many wait from one, somebody of another waits for one of them only."""

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

One = TypeVar("One")


class FairLine(Generic[One]):
    """A waiting room with `most` places. Within a network, first come, first served. Not safe for threads by itself."""

    def __init__(self, most: int):
        self._most = most
        # In the order of their turns. A network of which nobody waits is not there, and comes last when somebody comes.
        self._lines: dict[str, deque[One]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def join(self, network: str, one: One) -> One | None:
        """Let `one` wait. Returns who has no place, if anybody: the last comer of the network that has most of them, if it
        has more even when `one` is in; else `one`."""
        away = None
        if len(self) >= self._most:
            longest = max(self._lines.values(), key=len, default=deque[One]())
            if len(longest) <= len(self._lines.get(network, ())) + 1:
                return one
            away = longest.pop()
        self._lines.setdefault(network, deque()).append(one)
        return away

    def next(self) -> One | None:
        """Whose turn it is, who waits no longer; None where nobody does."""
        if not self._lines:
            return None
        network = next(iter(self._lines))
        line = self._lines.pop(network)
        one = line.popleft()
        if line:
            self._lines[network] = line
        return one

    def leave(self, goes: Callable[[One], bool]) -> list[One]:
        """All who `goes` holds of, who wait no longer. The turns of the others stay."""
        gone: list[One] = []
        lines = {}
        for network, line in self._lines.items():
            stay: deque[One] = deque()
            for one in line:
                (gone if goes(one) else stay).append(one)
            if stay:
                lines[network] = stay
        self._lines = lines
        return gone
