"""What `/readyz` should know of the outbox."""

from datetime import timedelta

from cwg import clock
from cwg.record.readiness import Answer

from .models import Notice

OUTBOX_EMPTIED_WITHIN = timedelta(minutes=10)


def outbox() -> Answer:
    """Whether every mail goes out within ten minutes of its time, and for how long the oldest has been due."""
    now = clock.now()
    oldest = (
        Notice.objects.filter(status=Notice.Status.WAITING, due_at__lte=now)
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )
    if oldest is None:
        return {"ok": True, "oldest_seconds": 0}
    return {
        "ok": now - oldest <= OUTBOX_EMPTIED_WITHIN,
        "oldest_seconds": int((now - oldest).total_seconds()),
    }
