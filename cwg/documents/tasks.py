"""Background work of the register: scanning what a scanner could not scan at intake, clearing what nobody names."""

from celery import shared_task
from django.conf import settings

from cwg import clock

from . import scanner
from .models import Blob
from .storage import documents as storage

BATCH = 20


@shared_task
def sweep_documents() -> int:
    return sweep()


def sweep() -> int:
    """Scan what waits for a scan; returns how many blobs were looked at. Does nothing without a scanner."""
    if not settings.CLAMD_ADDRESS:
        return 0
    moved = 0
    for blob in Blob.objects.filter(scan__in=[Blob.Scan.NOT_SCANNED, Blob.Scan.FAILED]).order_by("stored_at")[
        :BATCH
    ]:
        with storage().open(blob.path, "rb") as stored:
            result = scanner.scan(stored, address=settings.CLAMD_ADDRESS)
        Blob.objects.filter(pk=blob.pk, scan=blob.scan).update(scan=result.state, scanned_at=clock.now())
        moved += 1
    return moved
