"""Ends one part of the work when its processor time is used up, while the rest of the inspection goes on."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


class OutOfTime(BaseException):
    """Not an Exception, because parsers of broken files catch those and go on."""


@contextmanager
def time_budget(seconds: float) -> Iterator[None]:
    """Raises OutOfTime inside the block after `seconds` of CPU time. Main thread of the child process only."""

    def ring(_signal: int, _frame: object) -> None:
        raise OutOfTime

    earlier = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, earlier)
