"""Whether the last backup was made or failed: noted by the command, asked by `/readyz`."""

from cwg import clock
from cwg.record import heartbeat
from cwg.record.readiness import Answer

MADE, FAILED = "backup", "failing: backup"


def note_made() -> None:
    heartbeat.beat(MADE)
    heartbeat.forget(FAILED)


def note_failed() -> None:
    heartbeat.beat(FAILED)


def last_was_made() -> Answer:
    """Not well where the last one failed. One that was never made is not asked for here: others may make backups."""
    made, failed = heartbeat.last(MADE), heartbeat.last(FAILED)
    return {
        "ok": failed is None,
        "made_seconds_ago": int((clock.now() - made).total_seconds()) if made else None,
    }
