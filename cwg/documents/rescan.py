"""Background job of the register: scanning what no scanner could scan when it came."""

from django.conf import settings
from django.db.models import F

from cwg import clock

from . import scanner
from .models import Blob
from .storage import documents as storage

BATCH = 20


def scan_waiting() -> int:
    """Scan what waits for a scan; returns how many blobs were looked at. Does nothing without a scanner.

    What waited longest since it was last tried comes first, so that files no scanner can read hold up no others.
    """
    if not settings.CLAMD_ADDRESS:
        return 0
    moved = 0
    waiting = Blob.objects.filter(scan__in=[Blob.Scan.NOT_SCANNED, Blob.Scan.FAILED])
    for blob in waiting.order_by(F("scanned_at").asc(nulls_first=True), "stored_at")[:BATCH]:
        state = _state_of(blob)
        Blob.objects.filter(pk=blob.pk, scan=blob.scan).update(scan=state, scanned_at=clock.now())
        moved += 1
    return moved


def _state_of(blob: Blob) -> str:
    """What a scan says of the stored bytes. Where they cannot be read it has failed; `verify` tells of them."""
    try:
        with storage().open(blob.path, "rb") as stored:
            return scanner.scan(stored, address=settings.CLAMD_ADDRESS).state
    except OSError:
        return Blob.Scan.FAILED
