"""Background job of the search: makes the passages of documents that were registered or changed, by which they are found.

Nothing of it happens under a register's lock: a registration leaves a row (`ToIndex`), and the job does the rest. It can be
made anew at any time, from the register alone.
"""

import hashlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from cwg import clock
from cwg.postgres.outages import is_away

from .models import Blob, Document, File, Passage, Revision, Source, ToIndex, Version
from .search_terms import vector_of

logger = logging.getLogger(__name__)

JOB = "search-index"
# Seconds: a round begins no other document after so long.
ROUND = 25.0
# Rows of what waits that are looked up at once.
AT_ONCE = 50
# After so long a document whose passages could not be made is tried again; when it changes, at once.
PUT_OFF = timedelta(minutes=10)
# Characters of a text in one passage, of which each may be a word of its own (16,383 are the most); and how many of them the
# next begins with, so that a phrase is whole in one of the two.
PASSAGE, OVERLAP = 12_000, 300
# Two processes make different documents, and the same one after each other.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('the index of the search', %s))"


@dataclass(frozen=True)
class Stretch:
    """A passage before it is a row. Equal ones are found by the same words."""

    part: int
    words: str
    language: str = ""
    blob: str | None = None
    start: int = 0
    length: int = 0


def index_changed() -> int:
    """Make the passages of what waits for that, for half a minute; returns how many documents that were.

    What has none that are right comes first, of that the latest. A document that cannot be indexed keeps no other waiting.
    """
    began, made = time.monotonic(), 0
    while documents := _due():
        for document in documents:
            if time.monotonic() - began >= ROUND:
                return made
            made += _is_indexed(document)
    return made


def index_all_anew() -> int:
    """Have every document's passages made anew, with the next rounds; returns how many documents that are.

    Until then each is found by those that it has.
    """
    documents = Document.objects.annotate(has=Exists(Passage.objects.filter(document=OuterRef("pk"))))
    return len(
        ToIndex.objects.bulk_create(
            (
                ToIndex(document_id=pk, is_stale=not has)
                for pk, has in documents.order_by("pk").values_list("pk", "has")
            ),
            batch_size=1000,
        )
    )


def _due() -> list[int]:
    due = ToIndex.objects.filter(Q(due_at=None) | Q(due_at__lte=clock.now()))
    return list(dict.fromkeys(due.order_by("-is_stale", "-pk").values_list("document", flat=True)[:AT_ONCE]))


def _is_indexed(document_id: int) -> bool:
    """Make the passages of one document, in a transaction of its own. Where that fails it is told in the log, and put off."""
    if not _claim(document_id, clock.now()):
        return False
    try:
        _index(document_id)
    except Exception as error:
        if is_away(error):
            raise
        logger.exception(
            "the document %s could not be indexed for the search; it is tried again in %s",
            document_id,
            PUT_OFF,
        )
        return False
    return True


def _claim(document_id: int, at: datetime) -> bool:
    """Put it off as if it had failed already: a worker that is killed over it finds the others first. False where another
    process has it."""
    with transaction.atomic():
        waiting = ToIndex.objects.select_for_update(skip_locked=True).filter(document=document_id)
        rows = list(waiting)
        if not any(row.due_at is None or row.due_at <= at for row in rows):
            return False
        ToIndex.objects.filter(pk__in=[row.pk for row in rows]).delete()
        ToIndex.objects.create(
            document_id=document_id, is_stale=any(row.is_stale for row in rows), due_at=at + PUT_OFF
        )
    return True


def _index(document_id: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, [document_id])
        # Those that are there before the document is read: a change that comes meanwhile leaves another.
        done = list(ToIndex.objects.filter(document=document_id).values_list("pk", flat=True))
        Passage.objects.filter(document=document_id).delete()
        for each in stretches_of(document_id):
            cursor.execute(
                "INSERT INTO documents_passage (document_id, part, language, blob_id, start, length, words)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s::tsvector)",
                [document_id, each.part, each.language, each.blob, each.start, each.length, each.words],
            )
        ToIndex.objects.filter(pk__in=done).delete()


def stretches_of(document_id: int) -> Iterator[Stretch]:
    """What the document is found by. Reads its texts, one after the other."""
    found = Document.objects.filter(pk=document_id).values_list("symbol", "title", "known_as").first()
    if found is None:
        return
    sources = Source.objects.filter(revision__document=document_id).values_list("printed_as", flat=True)
    yield from _stretches("\n".join(dict.fromkeys([*found, *sources])), Passage.Part.NAMES)
    said = Revision.objects.filter(document=document_id).order_by("-position")
    for words in said.values_list("title", "summary", "action_required", "references"):
        yield from _stretches("\n".join(word for word in words if word), Passage.Part.SUMMARY)
    for language, blob, text in texts_of(document_id):
        yield from _stretches(text, Passage.Part.TEXT, language=language, blob=blob)


def texts_of(document_id: int) -> Iterator[tuple[str, str, str]]:
    """Each standing text of the document, latest revision first: language, its file's hash, the text. One at a time.

    Of a text in two kinds of file (Word and PDF) one.
    """
    files = _files_with_text().filter(version__revision__document=document_id)
    known: set[tuple[str, bytes]] = set()
    for language, blob in files.order_by(
        "-version__revision__position", "version__language", "position"
    ).values_list("version__language", "blob"):
        text = _text_of(blob)
        is_known = language, hashlib.sha256(text.encode()).digest()
        if is_known not in known:
            known.add(is_known)
            yield language, blob, text


def _files_with_text() -> QuerySet[File]:
    # Of the files, and not of the versions: a scanned PDF beside a Word file takes nothing from that one's text.
    return File.objects.filter(version__in=Version.objects.standing()).exclude(blob__text="")


def _text_of(blob: str) -> str:
    return Blob.objects.values_list("text", flat=True).get(pk=blob)


def _stretches(text: str, part: int, **of_text: str) -> Iterator[Stretch]:
    start = 0
    while start < len(text):
        end = min(start + PASSAGE, len(text))
        if end < len(text):
            # Between two words, where there is a blank nearby.
            blank = max(text.rfind(" ", end - OVERLAP, end), text.rfind("\n", end - OVERLAP, end))
            end = blank if blank > 0 else end
        words, places = vector_of(text[start:end])
        if places:
            yield Stretch(part, words, start=start, length=end - start, **of_text)
        if end == len(text):
            return
        begun = end - OVERLAP
        blank = text.find(" ", begun, end)
        start = blank if blank > 0 else begun


def missing() -> Iterator[str]:
    """For `manage.py verify` by night: documents and texts that are neither in the index nor waiting to be."""
    waiting = ToIndex.objects.values("document")
    lost = Document.objects.exclude(pk__in=Passage.objects.filter(part=Passage.Part.NAMES).values("document"))
    for document in lost.exclude(pk__in=waiting).order_by("pk"):
        if document.symbol or document.title or document.known_as:
            yield f"{document.symbol or document.path}: is not in the index of the search (manage.py index_documents)"
    indexed = Passage.objects.filter(
        document=OuterRef("version__revision__document"),
        part=Passage.Part.TEXT,
        language=OuterRef("version__language"),
    )
    files = _files_with_text().filter(~Exists(indexed)).exclude(version__revision__document__in=waiting)
    for symbol, path, language, blob in files.order_by("pk").values_list(
        "version__revision__document__symbol",
        "version__revision__document__path",
        "version__language",
        "blob",
    ):
        # A text may be of signs alone.
        if any(True for _stretch in _stretches(_text_of(blob), Passage.Part.TEXT)):
            yield f"{symbol or path}: its text ({language}) is not in the index of the search (manage.py index_documents)"


def faults() -> Iterator[str]:
    """For `manage.py verify`: documents that the index finds by other words than they have."""
    yield from missing()
    waiting = ToIndex.objects.values("document")
    for document in Document.objects.exclude(pk__in=waiting).order_by("pk").iterator(chunk_size=200):
        if not _is_as_indexed(document.pk):
            yield f"{document.symbol or document.path}: the index of the search has other words (manage.py index_documents)"


def _is_as_indexed(document_id: int) -> bool:
    stretches = list(stretches_of(document_id))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT part, language, coalesce(blob_id, ''), start, words::text FROM documents_passage WHERE document_id = %s",
            [document_id],
        )
        kept = sorted(cursor.fetchall())
        cursor.execute(
            "SELECT words::tsvector::text FROM unnest(%s::text[]) WITH ORDINALITY AS made (words, place) ORDER BY place",
            [[each.words for each in stretches]],
        )
        words = [row[0] for row in cursor.fetchall()]
    wanted = sorted(
        (each.part, each.language, each.blob or "", each.start, written)
        for each, written in zip(stretches, words, strict=True)
    )
    return kept == wanted
