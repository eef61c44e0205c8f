"""Storing bytes: hashed while read, written, synced, read back and compared before a row names them."""

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.base import File as DjangoFile
from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, transaction

from cwg.documents import intake, scanner, stored, stray_files, text_reading
from cwg.record import holding

from .filenames import display_name, named_for_content
from .models import Blob
from .storage import StorageFailed, Unreadable, room_needed
from .storage import documents as storage

# Seconds that an upload waits for the virus scanner; after that the file is scanned later (`rescan`).
SCANNED_WITHIN = 8.0


class FileRefused(ValueError):
    """Intake refused the file. `inspection.refusals` say why, each with a `sentence()`."""

    def __init__(self, inspection: "intake.Inspection"):
        super().__init__(", ".join(finding.code for finding in inspection.refusals))
        self.inspection = inspection


def take_in(stream: Iterable[bytes], *, name: str, at: datetime) -> Blob:
    """Inspect the bytes of `stream`, keep them, and return their blob.

    `name` is the declared file name, `at` an aware instant. Raises FileRefused (nothing is kept) and
    StorageFailed. Storage is touched before any transaction of a decision, never within one.
    """
    with tempfile.NamedTemporaryFile(prefix="intake-", suffix=".bin") as copy:
        digest = hashlib.sha256()
        size = 0
        with room_needed():
            for chunk in stream:
                digest.update(chunk)
                size += len(chunk)
                copy.write(chunk)
            copy.flush()
        _sent_again(digest.hexdigest(), at)
        known = Blob.objects.filter(pk=digest.hexdigest(), inspection__isnull=False).first()
        path = Path(copy.name)
        inspection = intake.inspect(path, declared_name=name)
        if inspection.refusals:
            raise FileRefused(inspection)
        if known is not None and not stored.damage_of(known):
            return _known_whole(known, at)
        scanned = scanner.scan(path, address=settings.CLAMD_ADDRESS or None, timeout=SCANNED_WITHIN)
        if scanned.state == "infected":
            raise FileRefused(inspection.with_refusal("infected", name=scanned.detail))
        record = json.loads(inspection.to_json())
        del record["text"]
        with path.open("rb") as source:
            return _keep(
                source,
                sha256=digest.hexdigest(),
                size=size,
                media_type=inspection.media_type,
                at=at,
                inspection=record,
                text=(inspection.text or "").replace("\x00", ""),
                reading=_reading_of(inspection),
                scan=scanned.state,
            )


def take_upload(upload: UploadedFile, *, at: datetime) -> tuple[Blob, str]:
    """`take_in` an uploaded file: its blob, and its name as it is listed, which ends as the content is. Raises as it does."""
    name = display_name(upload.name or "")
    blob = take_in(upload.chunks(), name=name, at=at)
    return blob, named_for_content(name, blob.ending)


def _reading_of(inspection: "intake.Inspection") -> str:
    if inspection.text is None:
        return Blob.Reading.WAITING
    partial = any(finding.code == intake.TEXT_PARTIAL for finding in inspection.findings)
    return Blob.Reading.PARTIAL if partial else Blob.Reading.READ


def keep_own(content: bytes, *, media_type: str, at: datetime, text: str = "") -> Blob:
    """Keep bytes the portal made itself (archive files, generated reports): hashed and stored, not inspected."""
    with tempfile.TemporaryFile() as copy:
        copy.write(content)
        copy.seek(0)
        sha256 = hashlib.sha256(content).hexdigest()
        _sent_again(sha256, at)
        return _keep(
            copy,
            sha256=sha256,
            size=len(content),
            media_type=media_type,
            at=at,
            inspection=None,
            text=text,
            reading=Blob.Reading.READ,
            scan=Blob.Scan.NOT_SCANNED,
        )


def _sent_again(sha256: str, at: datetime) -> None:
    """Note that bytes which may be kept already are wanted: from here on nobody removes them as unused.

    Where that is being done this moment it waits for the end of it: then they are gone, and are kept anew. Raises
    StorageFailed where that takes too long.
    """
    with _removal_told():
        Blob.objects.filter(pk=sha256).update(sent_at=at)


@contextmanager
def _removal_told() -> Iterator[None]:
    """Herein the end of a removal of the same bytes is waited for. A storage may take longer over it than a page waits."""
    try:
        yield
    except OperationalError as error:
        if holding.why(error) is not holding.Why.LOCKED:
            raise
        raise StorageFailed("the same bytes are being removed, and the storage is at it for long") from error


def _keep(
    source: IO[bytes],
    *,
    sha256: str,
    size: int,
    media_type: str,
    at: datetime,
    inspection,
    text,
    reading,
    scan,
) -> Blob:
    blob = Blob(
        sha256=sha256,
        size=size,
        media_type=media_type,
        stored_at=at,
        sent_at=at,
        inspection=inspection,
        text=text,
        reading=reading,
        scan=scan,
        scanned_at=at if scan == Blob.Scan.CLEAN else None,
        whole_at=at,
        looked_at=at,
    )
    with room_needed():
        if not storage().exists(blob.path):
            storage().save(blob.path, DjangoFile(source, name=sha256))
        found = hash_of_stored(blob)
        if found != sha256:
            # Damaged, or half a file: put the whole one in its place. Never deleted first: a row may name it.
            source.seek(0)
            storage().save(blob.path, DjangoFile(source, name=sha256))
            found = hash_of_stored(blob)
    if found != sha256:
        raise StorageFailed(f"stored bytes of {sha256} hash to {found}")
    with _removal_told(), transaction.atomic():
        stray_files.hold(sha256)
        Blob.objects.bulk_create([blob], ignore_conflicts=True)
        if reading == Blob.Reading.WAITING:
            transaction.on_commit(text_reading.wake, robust=True)
    with room_needed():
        # What lay there without a row may have been removed for that, until the row was there.
        if not storage().exists(blob.path):
            source.seek(0)
            storage().save(blob.path, DjangoFile(source, name=sha256))
    return _known_whole(Blob.objects.get(pk=sha256), at)


def _known_whole(blob: Blob, at: datetime) -> Blob:
    if blob.damage:
        stored.note(blob, "", at)
    return blob


def hash_of_stored(blob: Blob) -> str:
    """SHA-256 of the bytes as the storage gives them back, in lower-case hex; "" where there are none."""
    try:
        return stored.hash_of(blob)
    except (FileNotFoundError, Unreadable):
        return ""
