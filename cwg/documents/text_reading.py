"""Background job of the register: the text of what was taken is read from the stored bytes, for search and comparison.

Nobody waits for it: a file is taken once it is judged, and its page says that its text is being read. The text lives with the
bytes, so what was registered meanwhile has it at once, and no row of the record is touched. A reading that comes to no end is
begun again at growing intervals; then the text "could not be read", which refuses nothing.
"""

import contextlib
import fcntl
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from cwg import clock
from cwg.record import waking
from cwg.record.readiness import Answer

from . import intake, stored
from .intake import places
from .models import Blob, File
from .storage import StorageFailed, room_needed

logger = logging.getLogger(__name__)

JOB = "texts"
# Seconds after which a round begins no other: mails wait for the same worker.
ROUND = 30.0
# Each time one is begun it is put off by so much: nobody else begins it meanwhile, and a worker that is killed over it finds
# it again. After the last of them it is given up.
INTERVALS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))
# Readiness says no where a text has been due for so long.
READ_WITHIN = timedelta(hours=1)
# Of a text that somebody waits for: the first pages, in a moment.
_BEGINNING = intake.Limits(pdf_text_pages=2, text_chars=20_000, text_seconds=3.0, read_cpu_seconds=6)


def wake() -> None:
    """For `transaction.on_commit(wake, robust=True)`, where a file was kept whose text is to be read."""
    waking.wake(JOB)


def read_waiting() -> int:
    """Read what waits, for half a minute; returns how many texts that were. What was registered comes first.

    One at a time on this machine, which serves people meanwhile: does nothing where another process is at it. Raises
    StorageFailed where the storage does not answer.
    """
    with _alone() as alone:
        if not alone:
            return 0
        moved, began = 0, time.monotonic()
        while time.monotonic() - began < ROUND and (blob := _claim(clock.now())) is not None:
            try:
                found = _read(blob)
            except StorageFailed:
                # Not its fault: this attempt does not count.
                Blob.objects.filter(pk=blob.pk, reading=Blob.Reading.WAITING).update(
                    readings=F("readings") - 1
                )
                raise
            _note(blob, found)
            moved += 1
        return moved


def beginning_of(blob: Blob) -> str:
    """How the text of stored bytes begins, for somebody who waits: read at once where the job has not yet. "" where it
    cannot be read, or not in a moment; nothing is kept of it.
    """
    if blob.reading != Blob.Reading.WAITING:
        return blob.text[: _BEGINNING.text_chars]
    try:
        return _read(blob, limits=_BEGINNING, in_turn=True).text
    except StorageFailed:
        return ""


def answer() -> Answer:
    """Whether every text is read within an hour of being due: for `/readyz`."""
    now = clock.now()
    late = _due(now).filter(
        Q(read_due_at__lte=now - READ_WITHIN) | Q(read_due_at=None, stored_at__lte=now - READ_WITHIN)
    )
    return {
        "ok": not late.exists(),
        "waiting": _waiting().count(),
        "could_not_be_read": Blob.objects.filter(reading=Blob.Reading.UNREADABLE).count(),
    }


def _waiting() -> QuerySet[Blob]:
    return Blob.objects.filter(reading=Blob.Reading.WAITING)


def _due(at: datetime) -> QuerySet[Blob]:
    return _waiting().filter(Q(read_due_at=None) | Q(read_due_at__lte=at))


def _claim(at: datetime) -> Blob | None:
    """The next one whose reading is due, put off as if it had failed already; None where none is due."""
    registered = Exists(File.objects.filter(blob=OuterRef("pk")))
    due = _due(at).defer("text", "inspection").order_by(registered.desc(), "stored_at", "pk")
    while True:
        with transaction.atomic():
            blob = due.select_for_update(of=("self",), skip_locked=True, no_key=True).first()
            if blob is None:
                return None
            if blob.readings < len(INTERVALS):
                blob.read_due_at = at + INTERVALS[blob.readings]
                blob.readings += 1
                blob.save(update_fields=["readings", "read_due_at"])
                return blob
            logger.warning("the text of the stored file %s could not be read", blob.path)
            blob.reading = Blob.Reading.UNREADABLE
            blob.save(update_fields=["reading"])


def _read(blob: Blob, **how: Any) -> intake.ReadText:
    """What a child reads in the stored bytes, `how` as `intake.read` takes it. Raises StorageFailed."""
    with tempfile.NamedTemporaryFile(prefix="intake-", suffix=".bin") as copy:
        try:
            with contextlib.closing(stored.bytes_of(blob)) as stream, room_needed():
                for piece in stream:
                    copy.write(piece)
                copy.flush()
        except stored.Damaged as found:
            return intake.ReadText(ended=found.damage)
        return intake.read(Path(copy.name), **how)


def _note(blob: Blob, found: intake.ReadText) -> None:
    if found.ended and found.ended != "unreadable":
        logger.warning("the text of the stored file %s was not read (%s)", blob.path, found.ended)
        return
    state = Blob.Reading.READ if found.whole else Blob.Reading.PARTIAL
    if found.ended:
        state = Blob.Reading.UNREADABLE
    Blob.objects.filter(pk=blob.pk, reading=Blob.Reading.WAITING).update(
        reading=state, text=found.text.replace("\x00", "")
    )


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other process of this machine is reading, nor will until this one is through; a lock that dies with it."""
    try:
        # In a folder of our own: a file in a shared /tmp may be made, and held, by anybody.
        place = os.open(
            places.shared_folder() / "reading", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
        )
    except OSError as error:
        logger.warning("texts are read without a look at who else reads: %s", error)
        yield True
        return
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(place)
