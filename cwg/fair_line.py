"""Who is next where a crowd of one network must not keep all others waiting, and a room behind one address is a crowd too.

First come, first served would let a script with hundreds of connections stand before everybody. Networks in turn would let
one with a connection in each of ten networks stand before most of a room that shares an address. So the two alternate:
nobody waits more than twice as long as the better of them would have it.
"""

from collections import deque
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

One = TypeVar("One")


class _Place(NamedTuple, Generic[One]):
    came: int
    one: One


class FairLine(Generic[One]):
    """A waiting room with `most` places. Within a network, first come, first served. Not safe for threads by itself."""

    def __init__(self, most: int):
        self._most = most
        self._came = 0
        self._turn_of_a_network = False
        # In the order of their turns. A network of which nobody waits is not there, and comes last when somebody comes.
        self._lines: dict[str, deque[_Place[One]]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def join(self, network: str, one: One) -> One | None:
        """Let `one` wait. Returns who has no place, if anybody. Where all are taken that is `one`; but where nobody of its
        network waits, and of another two or more, it is the last comer of the network of which most do.
        """
        away = None
        if len(self) >= self._most:
            longest = max(self._lines.values(), key=len, default=None)
            if longest is None or network in self._lines or len(longest) == 1:
                return one
            away = longest.pop().one
        self._came += 1
        self._lines.setdefault(network, deque()).append(_Place(self._came, one))
        return away

    def next(self) -> One | None:
        """Whose turn it is, who waits no longer; None where nobody does."""
        if not self._lines:
            return None
        if self._turn_of_a_network:
            network = next(iter(self._lines))
        else:
            network = min(self._lines, key=lambda network: self._lines[network][0].came)
        self._turn_of_a_network = not self._turn_of_a_network
        # Either way it was its network's turn.
        line = self._lines.pop(network)
        one = line.popleft().one
        if line:
            self._lines[network] = line
        return one

    def leave(self, goes: Callable[[One], bool]) -> list[One]:
        """All who `goes` holds of, who wait no longer. The turns of the others stay."""
        gone: list[One] = []
        lines = {}
        for network, line in self._lines.items():
            stay: deque[_Place[One]] = deque()
            for place in line:
                if goes(place.one):
                    gone.append(place.one)
                else:
                    stay.append(place)
            if stay:
                lines[network] = stay
        self._lines = lines
        return gone
