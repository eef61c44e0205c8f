"""Background job of the register: scanning what no scanner could scan when it came."""

from django.conf import settings

from cwg import clock

from . import scanner
from .models import Blob
from .storage import documents as storage

BATCH = 20


def scan_waiting() -> int:
    """Scan what waits for a scan; returns how many blobs were looked at. Does nothing without a scanner."""
    if not settings.CLAMD_ADDRESS:
        return 0
    moved = 0
    waiting = Blob.objects.filter(scan__in=[Blob.Scan.NOT_SCANNED, Blob.Scan.FAILED]).order_by("stored_at")
    for blob in waiting[:BATCH]:
        with storage().open(blob.path, "rb") as stored:
            result = scanner.scan(stored, address=settings.CLAMD_ADDRESS)
        Blob.objects.filter(pk=blob.pk, scan=blob.scan).update(scan=result.state, scanned_at=clock.now())
        moved += 1
    return moved
