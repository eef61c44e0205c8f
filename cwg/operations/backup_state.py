"""Whether the last backup and the last base backup were made, and when: noted by those who make them, asked by `/readyz`."""

from datetime import timedelta

from django.conf import settings

from cwg import clock
from cwg.record import heartbeat, timeliness
from cwg.record.readiness import Answer

MADE, FAILED = "backup", f"{heartbeat.FAILING}backup"
# Noted by `.docker/database/make-base`, in the words of the database.
BASE_MADE, BASE_FAILED = "base", f"{heartbeat.FAILING}base"


def note_made() -> None:
    heartbeat.beat(MADE)
    heartbeat.forget(FAILED)


def note_failed() -> None:
    heartbeat.beat(FAILED)


def backup_is_fresh() -> Answer:
    """No where the last one failed, or was made longer ago than BACKUP_WITHIN_HOURS."""
    return _answer(MADE, FAILED, settings.BACKUP_WITHIN)


def base_is_fresh() -> Answer:
    """The same of the base backup of the server, and BASE_WITHIN_DAYS."""
    return _answer(BASE_MADE, BASE_FAILED, settings.BASE_WITHIN)


def _answer(made_name: str, failed_name: str, within: timedelta) -> Answer:
    made, failed = heartbeat.last(made_name), heartbeat.last(failed_name)
    return {
        "ok": failed is None and not timeliness.is_late(made, within),
        "made_seconds_ago": int((clock.now() - made).total_seconds()) if made else None,
    }
