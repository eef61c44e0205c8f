"""What submissions tell `/metrics`: how each ended, and how long it took."""

import re
import time
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

from cwg.record import metrics

if TYPE_CHECKING:
    from .submission import Submitted

_ENDED = metrics.counter(
    "cwg_submissions", "Submissions by outcome: registered, again, late, or why not", ("outcome",)
)
_SECONDS = metrics.seconds(
    "cwg_submission_seconds", "How long a submission took, its wait for the lock included"
)

P = ParamSpec("P")


def measured(submit: "Callable[P, Submitted]") -> "Callable[P, Submitted]":
    """`submit`, counted and timed. What it raises is an outcome too, by the name of the error."""

    @wraps(submit)
    def counted(*args: P.args, **kwargs: P.kwargs) -> "Submitted":
        began, outcome = time.perf_counter(), "error"
        try:
            submitted = submit(*args, **kwargs)
            outcome = _outcome(submitted)
            return submitted
        except Exception as error:
            outcome = re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
            raise
        finally:
            _ENDED.labels(outcome).inc()
            _SECONDS.observe(time.perf_counter() - began)

    return counted


def _outcome(submitted: "Submitted") -> str:
    if submitted.receipt is None:
        return "late"
    return "again" if submitted.again else "registered"
