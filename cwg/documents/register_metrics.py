"""What the register tells `/metrics`: how long its lock is waited for, and how much it holds."""

from collections.abc import Iterator

from prometheus_client.core import Metric

from cwg.record import metrics

from .models import Document, Revision

_WAIT = metrics.seconds(
    "cwg_register_lock_wait_seconds",
    "How long an act waited for its register: for its turn in the process, then for the lock in the database",
    ("queue",),
)
TURN_WAIT, LOCK_WAIT = _WAIT.labels("process"), _WAIT.labels("database")


def read() -> Iterator[Metric]:
    yield metrics.reading(
        "cwg_registered_documents", "Documents of all registers", float(Document.objects.count())
    )
    yield metrics.reading(
        "cwg_registered_revisions", "Their originals and changes", float(Revision.objects.count())
    )
