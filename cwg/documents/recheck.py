"""Background job of the register: stored bytes are read and hashed again and again, those first that waited longest.

Disks lose bytes without saying so, and a file that nobody downloads is missed only when it is wanted. That a file waits too
long is said only once the looking itself has gone round for that long: after an upgrade from a release without it, a long
standstill, or the restore of an old backup every file is old, and nothing is wrong.
"""

import logging
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from cwg import clock
from cwg.record import heartbeat, jobs
from cwg.record.readiness import Answer

from . import stored
from .models import Blob
from .storage import StorageFailed

logger = logging.getLogger(__name__)

# How long after a look the next is due. What was found damaged may have been put back meanwhile.
WHOLE_AGAIN_AFTER = timedelta(days=7)
DAMAGED_AGAIN_AFTER = timedelta(hours=1)
# In a round of a minute; a single larger file is still read.
BYTES_A_ROUND, FILES_A_ROUND = 200 * 1024**2, 200
# Readiness says no where a file was not found whole for so long.
FOUND_WHOLE_WITHIN = timedelta(days=14)
# Standing still for longer than this, it cannot have kept that time, and begins anew.
STOOD_STILL_AFTER = FOUND_WHOLE_WITHIN - WHOLE_AGAIN_AFTER
JOB = "stored-files"
# The heartbeat that tells since when it has gone round without standing still.
SINCE = f"{heartbeat.SINCE}{JOB}"
# So many in a row that the storage does not answer for, and it is the storage.
FAILURES_IN_A_ROW = 3


def look_at_stored() -> int:
    """Read what is due, a bounded amount; returns how many files that were. Raises StorageFailed where it is away."""
    at = clock.now()
    done = jobs.last_done()[JOB]
    if heartbeat.last(SINCE) is None or done is None or at - done > STOOD_STILL_AFTER:
        heartbeat.beat(SINCE)
    return look_at_stored_at(at)


def look_at_stored_at(at: datetime) -> int:
    """As `look_at_stored`, at an aware instant."""
    due = Q(damage="", looked_at__lte=at - WHOLE_AGAIN_AFTER) | ~Q(damage="") & Q(
        looked_at__lte=at - DAMAGED_AGAIN_AFTER
    )
    looked = size = failures = 0
    for blob in (
        Blob.objects.filter(due).defer("text", "inspection").order_by("looked_at", "pk")[:FILES_A_ROUND]
    ):
        if looked and size + blob.size > BYTES_A_ROUND:
            break
        try:
            stored.look(blob, at)
            failures = 0
        except StorageFailed:
            failures += 1
            if failures == FAILURES_IN_A_ROW:
                raise
            # Whole or not is not known; the others come first next time.
            logger.exception("the stored file %s could not be looked at", blob.path)
            Blob.objects.filter(pk=blob.pk).update(looked_at=at)
        looked, size = looked + 1, size + blob.size
    return looked


def damaged() -> int:
    """How many stored files are known to be damaged or missing."""
    return Blob.objects.exclude(damage="").count()


def waiting_too_long(blobs: QuerySet[Blob], at: datetime) -> QuerySet[Blob]:
    """Those of `blobs` that were not found whole within two weeks before `at`, in which the looking went round."""
    return _waiting_too_long(blobs, at, heartbeat.last(SINCE))


def _waiting_too_long(blobs: QuerySet[Blob], at: datetime, since: datetime | None) -> QuerySet[Blob]:
    before = at - FOUND_WHOLE_WITHIN
    if since is None or since > before:
        return blobs.none()
    return blobs.filter(damage="", whole_at__lt=before)


def answer() -> Answer:
    """Whether no stored file is known to be damaged and none waits too long to be looked at: for `/readyz`."""
    now, count, since = clock.now(), damaged(), heartbeat.last(SINCE)
    oldest = Blob.objects.filter(damage="").order_by("whole_at").values_list("whole_at", flat=True).first()
    return {
        "ok": not count and not _waiting_too_long(Blob.objects.all(), now, since).exists(),
        "damaged": count,
        "oldest_check_seconds": int((now - oldest).total_seconds()) if oldest else 0,
        "going_round_for_seconds": int((now - since).total_seconds()) if since else None,
    }
