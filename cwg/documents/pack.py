"""All documents of a meeting in one ZIP, streamed: nothing is kept in memory but one piece of one file.

Folders are named by symbol and files by the portal, never by what a person typed; the names as uploaded
stand in the index.
"""

import csv
import hashlib
import io
import time
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from zipstream import ZipStream

from cwg.languages import LANGUAGE_NAMES
from cwg.look import csv_export
from cwg.look.instants import iso_utc

from . import filed_for, header_block, stored, symbols, verdicts
from .models import Blob, Revision, Version

# So many bytes are hashed before the first is sent, so that a damaged file is left out and not met on the way.
HASHED_AHEAD = 64 * 1024**2
# Seconds given to all that is asked of the storage before the first byte is sent.
LOOKS_AHEAD = 2.0


class RightEnded(PermissionError):
    """The reader's right to a document ended, or the document was withdrawn, while the pack was on its way."""


@dataclass(frozen=True)
class Packed:
    """A file in the pack and what the index says of it; one that `is_left_out` is in the index alone."""

    arcname: str
    file: uuid.UUID
    blob: Blob
    symbol: str
    title: str
    source: str
    filed: str
    objection: str
    kind: str
    # "Corrigendum", "Addendum"; nothing of a whole text.
    change: str
    language: str
    language_name: str
    standing: str
    # As much as is known of when it became available; people read it in `zone`.
    at: datetime | date | None
    zone: str
    timing: str
    name: str
    # Its stored copy is damaged or missing.
    is_left_out: bool = False

    @property
    def file_name(self) -> str:
        """Without its folder, which is named by the symbol."""
        return self.arcname.rpartition("/")[2]

    @property
    def available_at(self) -> str:
        """To the microsecond, or the day, or nothing."""
        if isinstance(self.at, datetime):
            return iso_utc(self.at)
        return self.at.isoformat() if self.at else ""


# The columns of index.csv.
INDEX: dict[str, Callable[[Packed], object]] = {
    "symbol": lambda one: one.symbol,
    "title": lambda one: one.title,
    "source": lambda one: one.source,
    "how it came": lambda one: one.filed,
    "objection": lambda one: one.objection,
    "kind": lambda one: one.kind,
    "language": lambda one: one.language,
    "available": lambda one: one.available_at,
    "timing": lambda one: one.timing,
    "file": lambda one: "" if one.is_left_out else one.arcname,
    "name": lambda one: one.name,
    "bytes": lambda one: one.blob.size,
    "sha256": lambda one: one.blob.sha256,
    "left out": lambda one: left_out_because() if one.is_left_out else "",
}


def left_out_because() -> str:
    """Why a file is in the index and not in the pack, in a sentence."""
    return _("Left out: the portal's stored copy is damaged or missing.")


def contents(documents, languages: Collection[str]) -> list[Packed]:
    """The files of `documents` (visible, through `header_block.for_page`) in those languages (empty: all), by symbol.

    The texts in force: the latest Rev. or the original, and the corrigenda and addenda that apply to it. A Corr. of a
    text that a Rev. has replaced is left out with that text. Nothing of withdrawn ones.
    """
    packed = []
    for document in documents.prefetch_related("objections__state"):
        if document.is_withdrawn:
            continue
        folder = symbols.in_file_name(document.symbol or document.path)
        for revision in (document.current, *document.applying):
            for version in revision.texts:
                if languages and version.language not in languages:
                    continue
                for file in version.files.all():
                    packed.append(
                        Packed(
                            arcname=f"{folder}/{header_block.file_name(document, revision, version, file)}",
                            file=file.pk,
                            blob=file.blob,
                            symbol=revision.symbol,
                            title=revision.title or document.title,
                            source=header_block.sources_text(revision),
                            filed=filed_for.text_of(revision),
                            objection=filed_for.objection_text(document),
                            kind=str(document.get_kind_display()),
                            change=""
                            if revision.kind in Revision.WHOLE_TEXTS
                            else str(revision.get_kind_display()),
                            language=version.language,
                            language_name=str(LANGUAGE_NAMES[version.language]),
                            standing=_standing(version),
                            at=version.added_at or header_block.day_of(document, revision),
                            zone=document.register.zone,
                            # No rule judges a translation that came later.
                            timing="" if version.is_added else str(verdicts.words(revision.verdict).badge),
                            name=file.name,
                        )
                    )
    return packed


def _standing(version: Version) -> str:
    """What a file's text is among the languages; of a translation that came later why it has no timing."""
    if version.is_original:
        return _("original")
    return _("translation, added later") if version.is_added else _("translation")


def without_damaged(packed: list[Packed]) -> list[Packed]:
    """The same, those marked whose stored bytes are not as they should be. Raises StorageFailed.

    The size of each is checked, and the hash of as many as `HASHED_AHEAD` allows; the rest are hashed on the way out.
    What `LOOKS_AHEAD` leaves no time for (a store in the net is asked once for each file) is left out where its row says
    that it is damaged, and else looked at when its turn comes: what is found then breaks the download off, and the next
    one leaves it out.
    """
    ahead, ends, checked = HASHED_AHEAD, time.monotonic() + LOOKS_AHEAD, []
    for one in packed:
        is_damaged = bool(one.blob.damage)
        if time.monotonic() < ends:
            try:
                ahead -= stored.must_be_whole(one.blob, reading_at_most=ahead)
                is_damaged = False
            except stored.Damaged:
                is_damaged = True
        checked.append(replace(one, is_left_out=True) if is_damaged else one)
    return checked


def stream(
    packed: list[Packed], *, title: str, language: str, may_read: Callable[[uuid.UUID], bool]
) -> ZipStream:
    """The ZIP with its index (HTML and CSV) and SHA256SUMS; `len()` of it is its size in bytes.

    What is damaged is left out, and the index says so. `may_read(file id)` is asked before each file is opened. Raises
    StorageFailed. Iterating raises RightEnded where `may_read` says no, and Damaged and StorageFailed where a file turns
    out so only then: the download breaks off and is no whole ZIP.
    """
    zipped = ZipStream(sized=True)
    packed = without_damaged(packed)
    sent = [one for one in packed if not one.is_left_out]
    own = {
        "index.html": render_to_string(
            "documents/pack_index.html",
            {
                "packed": packed,
                "count": len(sent),
                "title": title,
                "language": language,
                "timing": verdicts.HEADING,
                "left_out_because": left_out_because(),
            },
        ).encode(),
        "index.csv": _as_csv(packed),
    }
    sums = [f"{one.blob.sha256}  {one.arcname}" for one in sent]
    sums += [f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in own.items()]
    for name, content in own.items():
        zipped.add(content, name)
    zipped.add("".join(f"{line}\n" for line in sums), "SHA256SUMS")
    for one in sent:
        zipped.add(_pieces(one, may_read), one.arcname, size=one.blob.size)
    return zipped


def _pieces(one: Packed, may_read: Callable[[uuid.UUID], bool]) -> Iterator[bytes]:
    if not may_read(one.file):
        raise RightEnded(one.symbol)
    with closing(stored.bytes_of(one.blob)) as pieces:
        yield from pieces


def _as_csv(packed: list[Packed]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(INDEX)
    for one in packed:
        writer.writerow([csv_export.inert(str(cell(one))) for cell in INDEX.values()])
    # With a byte order mark, or spreadsheets read Arabic and Chinese as Latin.
    return out.getvalue().encode("utf-8-sig")
