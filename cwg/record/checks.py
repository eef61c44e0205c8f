"""The registry behind `manage.py verify`: every app says in `ready()` what must hold on a live database."""

import logging
from collections.abc import Callable, Iterator

from . import heartbeat

logger = logging.getLogger(__name__)

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
    """What `manage.py verify` does, as a background job: each fault is an error in the log, and the console
    shows the outcome. Returns how many faults there are.
    """
    faults = [f"{name}: {sentence}" for name, found in run() for sentence in found]
    for fault in faults:
        logger.error("verify: %s", fault)
    heartbeat.beat(heartbeat.VERIFY_FAILED if faults else heartbeat.VERIFY_HELD)
    return len(faults)
