"""Background job of the register: scanning what no scanner could scan when it came.

A file whose scan fails is tried again at growing intervals, some two days long; then it "could not be scanned", and everybody who
sees the file reads so. A scanner that is away says nothing of any file: that waits, and `/readyz` tells.
"""

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet

from cwg import clock
from cwg.record.readiness import Answer

from . import scanner, stored
from .models import Blob
from .scanner import ScanResult

logger = logging.getLogger(__name__)

BATCH = 20
# Seconds: a file has so long, and a round begins no other after so long.
TIMEOUT, ROUND = 60.0, 240.0
# After the first failure, the second, ...; the one after the last is the end.
INTERVALS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=18),
    timedelta(days=1),
)
# So many in a row that get no answer in time, and it is the scanner.
TIMEOUTS_IN_A_ROW = 2
# Readiness says no where a file has been due for so long.
SCANNED_WITHIN = timedelta(hours=1)


def scan_waiting() -> int:
    """Scan what is due for a scan; returns how many blobs were looked at. Does nothing without a scanner.

    What has been due longest comes first. Raises StorageFailed where the storage does not answer.
    """
    if not settings.CLAMD_ADDRESS:
        return 0
    waiting = list(_due(clock.now()).defer("text", "inspection")[:BATCH])
    if waiting and not scanner.answers(settings.CLAMD_ADDRESS):
        logger.warning("the virus scanner does not answer; %d files wait for it", len(waiting))
        return 0
    moved = timeouts = 0
    began = time.monotonic()
    for blob in waiting:
        if timeouts == TIMEOUTS_IN_A_ROW or time.monotonic() - began > ROUND:
            break
        result = _scan(blob)
        if not result.reached:
            break
        _note(blob, result, clock.now())
        timeouts = timeouts + 1 if result == scanner.TIMED_OUT else 0
        moved += 1
    return moved


def try_again() -> int:
    """Have scanned anew what could not be scanned, or was too large for the scanner; returns how many blobs that are.

    For whoever looks after the scanner, once it takes more.
    """
    return Blob.objects.filter(scan__in=[Blob.Scan.GIVEN_UP, Blob.Scan.TOO_LARGE]).update(
        scan=Blob.Scan.NOT_SCANNED, scan_failures=0, scan_due_at=None
    )


def answer() -> Answer:
    """Whether every file is scanned within an hour of being due: for `/readyz`. Well, too, without a scanner."""
    if not settings.CLAMD_ADDRESS:
        return {"ok": True, "configured": False}
    now = clock.now()
    late = _due(now).filter(
        Q(scan_due_at__lte=now - SCANNED_WITHIN) | Q(scan_due_at=None, stored_at__lte=now - SCANNED_WITHIN)
    )
    return {
        "ok": not late.exists(),
        "configured": True,
        "waiting": _waiting().count(),
        "could_not_be_scanned": Blob.objects.filter(scan=Blob.Scan.GIVEN_UP).count(),
        "too_large": Blob.objects.filter(scan=Blob.Scan.TOO_LARGE).count(),
    }


def _waiting() -> QuerySet[Blob]:
    return Blob.objects.filter(scan__in=[Blob.Scan.NOT_SCANNED, Blob.Scan.FAILED])


def _due(at: datetime) -> QuerySet[Blob]:
    due = _waiting().filter(Q(scan_due_at=None) | Q(scan_due_at__lte=at))
    return due.order_by(F("scan_due_at").asc(nulls_first=True), "stored_at", "pk")


def _scan(blob: Blob) -> ScanResult:
    """What a scan says of the stored bytes; it has failed where they are not there, or not whole."""
    try:
        stream = stored.bytes_of(blob)
    except stored.Damaged as found:
        return ScanResult(scanner.FAILED, str(found))
    try:
        return scanner.scan(stream, address=settings.CLAMD_ADDRESS, timeout=TIMEOUT)
    except stored.Damaged as found:
        return ScanResult(scanner.FAILED, str(found))
    finally:
        stream.close()


def _note(blob: Blob, result: ScanResult, at: datetime) -> None:
    state, failures, due = result.state, 0, None
    if state == scanner.FAILED:
        failures = blob.scan_failures + 1
        if failures > len(INTERVALS):
            state = Blob.Scan.GIVEN_UP
        else:
            due = at + INTERVALS[failures - 1]
        logger.warning("the stored file %s could not be scanned: %s", blob.path, result.detail)
    Blob.objects.filter(pk=blob.pk, scan=blob.scan).update(
        scan=state, scanned_at=at, scan_failures=failures, scan_due_at=due
    )
