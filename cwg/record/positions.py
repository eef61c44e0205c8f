"""Positions of a chain, kept as spans: a gap of ten million costs what a gap of one does. Pure: no database."""

from bisect import bisect_right
from collections.abc import Iterable


class Positions:
    """The positions of spans, given in any order as first and last position, both included; they may overlap.

    A span that ends before it begins holds none.
    """

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        # Ascending, with a position between each and the next that is in neither.
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in sorted(span for span in spans if span[0] <= span[1]):
            if self._lasts and first <= self._lasts[-1] + 1:
                self._lasts[-1] = max(self._lasts[-1], last)
            else:
                self._firsts.append(first)
                self._lasts.append(last)

    def __contains__(self, position: int) -> bool:
        return self._last_of_span(position) is not None

    def first_lacking(self, first: int, last: int) -> int | None:
        """The lowest position from `first` to `last`, both included, that is not among these; None where all are."""
        end = self._last_of_span(first)
        if end is not None:
            first = end + 1
        return first if first <= last else None

    def _last_of_span(self, position: int) -> int | None:
        """The end of the span in which a position lies; None where it lies in none."""
        at = bisect_right(self._firsts, position) - 1
        return self._lasts[at] if at >= 0 and position <= self._lasts[at] else None
