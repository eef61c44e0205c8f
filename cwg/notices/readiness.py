"""What `/readyz` should know of the outbox."""

from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from cwg import clock
from cwg.record.readiness import Answer

from . import outages
from .models import Notice

OUTBOX_EMPTIED_WITHIN = timedelta(minutes=10)
AWAY_TOLD_AFTER = timedelta(minutes=5)
FAILING_TOLD_AFTER = timedelta(hours=1)
LATELY = timedelta(days=7)


def outbox() -> Answer:
    """Whether every mail goes out within ten minutes of its time, and for how long the oldest has been due."""
    now = clock.now()
    oldest = Notice.objects.oldest_due(now)
    if oldest is None:
        return {"ok": True, "oldest_seconds": 0}
    return {
        "ok": now - oldest <= OUTBOX_EMPTIED_WITHIN,
        "oldest_seconds": int((now - oldest).total_seconds()),
    }


def mail() -> Answer:
    """Whether mail gets through: no server away, nothing failing for long, nothing failed that nobody has dealt with.

    A mail that is asked to come again later is no sign of anything for the first hour: some servers greet so.
    """
    now = clock.now()
    counted = Notice.objects.in_trouble().aggregate(
        failing=Count("pk", filter=Notice.FAILING),
        failing_since=Min("failing_since", filter=Notice.FAILING),
        failed=Count("pk", filter=Notice.FAILED),
        failed_lately=Count("pk", filter=Notice.FAILED & Q(failed_at__gt=now - LATELY)),
        failed_since=Min("failed_at", filter=Notice.FAILED),
    )
    outage = outages.current()
    away = now - outage.since if outage else None
    failing_for = _since(counted["failing_since"], now)
    return {
        "ok": not counted["failed"]
        and (away is None or away < AWAY_TOLD_AFTER)
        and (failing_for is None or failing_for < FAILING_TOLD_AFTER.total_seconds()),
        "failing": counted["failing"],
        "oldest_failing_seconds": failing_for,
        "failed": counted["failed"],
        "failed_in_seven_days": counted["failed_lately"],
        "oldest_failed_seconds": _since(counted["failed_since"], now),
        "server_away_seconds": int(away.total_seconds()) if away is not None else None,
    }


def _since(at: datetime | None, now: datetime) -> int | None:
    return int((now - at).total_seconds()) if at is not None else None
