"""The registry behind `manage.py verify`: every app says in `ready()` what must hold on a live database."""

import logging
from collections.abc import Callable, Iterator

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import connection, transaction

from cwg import clock

from . import heartbeat, holding, overdue
from .models import VerificationRun
from .readiness import Answer

logger = logging.getLogger(__name__)

# Of each check; the log has them all.
SENTENCES_KEPT = 50
# The heartbeat of the command, which keeps no run where it finds nothing new.
VERIFIED = "verified"

Check = Callable[[], Iterator[str]]
_checks: dict[str, Check] = {}
_nightly: dict[str, Check] = {}


def register(name: str, check: Check, *, nightly: Check | None = None) -> None:
    """`check` yields one sentence for each thing that does not hold. `name` starts with its invariant: "I5 chain".

    `nightly` is made in its place by the background job, which is ended after some minutes: by what is known of things
    that take hours to read.
    """
    _checks[name] = check
    if nightly is not None:
        _nightly[name] = nightly


def run(*, by_night: bool = False) -> Iterator[tuple[str, list[str]]]:
    """Every check by name with what it found, in the order of the names. One that breaks off does not hold.

    Raises SoftTimeLimitExceeded: that the worker's time is over says nothing of what was being looked at.
    """
    made = _checks | {name: check for name, check in _nightly.items() if by_night and name in _checks}
    for name in sorted(made):
        try:
            # A savepoint: a question the database refuses leaves the transaction good for the checks after it.
            with transaction.atomic():
                holding.take_time()  # files are hashed between two questions; nobody waits for what is only read
                found = list(made[name]())
        except SoftTimeLimitExceeded:
            raise
        except Exception as error:
            # Whatever it met on damaged rows, the other checks still have to be made and told.
            logger.exception("verify: %s broke off", name)
            found = [f"the check broke off: {type(error).__name__}: {error}"]
        yield name, found


def on_one_snapshot(*, by_night: bool = False) -> list[tuple[str, list[str]]]:
    """As `run`, every check on one snapshot: what is registered meanwhile is either wholly seen or not at all.

    It writes nothing and holds no row, so however long it hashes files between two questions, nobody waits for it.
    """
    if connection.in_atomic_block:  # a test's own transaction has its snapshot already
        return list(run(by_night=by_night))
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            # Those of the session are for acts that somebody may wait for.
            for limit in ("idle_in_transaction_session_timeout", "statement_timeout", "transaction_timeout"):
                cursor.execute(f"SET LOCAL {limit} = 0")
        return list(run(by_night=by_night))


def note_outcome() -> int:
    """What `manage.py verify` does, as a background job: each fault is an error in the log, and the outcome is kept
    for the console. Returns how many faults there are.

    It reads no stored file itself (`nightly`): with any number of them it ends within the time of a job.
    """
    outcome = on_one_snapshot(by_night=True)
    for name, found in outcome:
        for sentence in found:
            logger.error("verify: %s: %s", name, sentence)
    _keep(outcome)
    return sum(len(found) for _name, found in outcome)


def note_change(outcome: list[tuple[str, list[str]]]) -> bool:
    """Keep what the command found where the console and the administrators should know: faults, or that they are gone.

    Returns whether it was kept: of a command that finds nothing new only the instant is noted.
    """
    heartbeat.beat(VERIFIED)
    holds = not any(found for _name, found in outcome)
    last = VerificationRun.objects.first()
    if holds and (last is None or last.held):
        return False
    _keep(outcome)
    return True


def last_run_held() -> Answer:
    """Whether the last verification that was kept held, and whether there was one of late (VERIFY_WITHIN_HOURS): a question
    of `/readyz`. How long ago the last was made is told, also of one that found nothing new; None before the first.
    """
    last = VerificationRun.objects.first()
    made = [at for at in (last.at if last else None, heartbeat.last(VERIFIED)) if at is not None]
    at = max(made, default=None)
    return {
        "ok": (last is None or last.held) and not overdue.is_overdue(at, settings.VERIFY_WITHIN),
        "seconds_ago": int((clock.now() - at).total_seconds()) if at else None,
    }


def _keep(outcome: list[tuple[str, list[str]]]) -> None:
    VerificationRun.objects.create(
        at=clock.now(),
        held=not any(found for _name, found in outcome),
        outcome=[
            {"name": name, "count": len(found), "found": found[:SENTENCES_KEPT]} for name, found in outcome
        ],
    )
