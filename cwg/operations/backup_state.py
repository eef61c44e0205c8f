"""Whether the last backup and the last base backup were made, when, and whether what has expired was removed.

Noted by those who make them, asked by `/readyz`. That one was made and that others could not be removed are noted apart.
"""

from datetime import timedelta

from django.conf import settings

from cwg import clock
from cwg.record import heartbeat, overdue
from cwg.record.readiness import Answer

MADE, FAILED, NOT_PRUNED = "backup", f"{heartbeat.FAILING}backup", f"{heartbeat.FAILING}backup pruning"
# Noted by `.docker/database/make-base`, in the words of the database.
BASE_MADE, BASE_FAILED, BASE_NOT_PRUNED = (
    "base",
    f"{heartbeat.FAILING}base",
    f"{heartbeat.FAILING}base pruning",
)


def note_made() -> None:
    heartbeat.beat(MADE)
    heartbeat.forget(FAILED)


def note_failed() -> None:
    heartbeat.beat(FAILED)


def note_pruned() -> None:
    heartbeat.forget(NOT_PRUNED)


def note_not_pruned() -> None:
    heartbeat.beat(NOT_PRUNED)


def backup_is_fresh() -> Answer:
    """No where the last one failed, or was made longer ago than BACKUP_WITHIN_HOURS; and where what has expired stays."""
    return _answer(MADE, FAILED, NOT_PRUNED, settings.BACKUP_WITHIN)


def base_is_fresh() -> Answer:
    """The same of the base backup of the server, and BASE_WITHIN_DAYS."""
    return _answer(BASE_MADE, BASE_FAILED, BASE_NOT_PRUNED, settings.BASE_WITHIN)


def _answer(made_name: str, failed_name: str, not_pruned_name: str, within: timedelta) -> Answer:
    made, failed, not_pruned = (heartbeat.last(name) for name in (made_name, failed_name, not_pruned_name))
    return {
        "ok": failed is None and not_pruned is None and not overdue.is_overdue(made, within),
        "pruned": not_pruned is None,
        "made_seconds_ago": int((clock.now() - made).total_seconds()) if made else None,
    }
