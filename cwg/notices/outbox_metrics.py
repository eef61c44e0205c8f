"""What the outbox tells `/metrics`. The mails are sent by the worker, and the database knows what became of each."""

from collections.abc import Iterator

from django.db.models import Count, Q
from prometheus_client.core import Metric

from cwg.record.metrics import reading

from .models import Event, Notice
from .readiness import outbox


def read() -> Iterator[Metric]:
    counted = dict.fromkeys(Notice.Status.values, 0.0)
    counted |= Notice.objects.order_by().values_list("status").annotate(Count("pk"))
    yield reading("cwg_outbox_notices", "Mails by what became of them", counted, "state")
    waiting = Notice.objects.filter(status=Notice.Status.WAITING).aggregate(
        tried=Count("pk", filter=Q(attempts__gt=0))
    )
    yield reading(
        "cwg_outbox_retried_notices", "Mails that wait after an attempt that failed", float(waiting["tried"])
    )
    yield reading(
        "cwg_outbox_oldest_due_seconds",
        "For how long the oldest mail that waits has been due",
        float(outbox()["oldest_seconds"]),
    )
    yield reading(
        "cwg_outbox_waiting_events",
        "What happened and nobody was told of yet",
        float(Event.objects.filter(expanded_at__isnull=True).count()),
    )
