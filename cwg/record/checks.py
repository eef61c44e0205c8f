"""The registry behind `manage.py verify`: every app says in `ready()` what must hold on a live database."""

import logging
from collections.abc import Callable, Iterator

from cwg import clock

from .models import VerificationRun

logger = logging.getLogger(__name__)

# Of each check; the log has them all.
SENTENCES_KEPT = 50

Check = Callable[[], Iterator[str]]
_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """`check` yields one sentence for each thing that does not hold. `name` starts with its invariant: "I5 chain"."""
    _checks[name] = check


def run() -> Iterator[tuple[str, list[str]]]:
    """Every check by name with what it found, in the order of the names."""
    for name in sorted(_checks):
        yield name, list(_checks[name]())


def note_outcome() -> int:
    """What `manage.py verify` does, as a background job: each fault is an error in the log, and the outcome is kept
    for the console. Returns how many faults there are.
    """
    outcome = list(run())
    for name, found in outcome:
        for sentence in found:
            logger.error("verify: %s: %s", name, sentence)
    VerificationRun.objects.create(
        at=clock.now(),
        held=not any(found for _name, found in outcome),
        outcome=[
            {"name": name, "count": len(found), "found": found[:SENTENCES_KEPT]} for name, found in outcome
        ],
    )
    return sum(len(found) for _name, found in outcome)
