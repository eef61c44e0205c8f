"""Background job of the search: makes the passages of documents that were registered or changed, by which they are found.

Nothing of it happens under a register's lock: a registration leaves a row (`ToIndex`), and the job does the rest. It can be
made anew at any time, from the register alone.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from .models import Document, File, Passage, Revision, Source, ToIndex, Version
from .search_terms import vector_of

JOB = "search-index"
# Seconds: a round begins no other document after so long.
ROUND = 25.0
# Rows of what waits that are taken in one transaction.
AT_ONCE = 50
# Characters of a text in one passage, of which each may be a word of its own (16,383 are the most); and how many of them the
# next begins with, so that a phrase is whole in one of the two.
PASSAGE, OVERLAP = 12_000, 300
_ONE_AT_A_TIME = "SELECT pg_try_advisory_xact_lock(hashtextextended('the index of the search', 0))"


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
    """Make the passages of what waits for that, oldest first, for half a minute; returns how many documents that were."""
    began, made = time.monotonic(), 0
    while time.monotonic() - began < ROUND:
        indexed = _index_some()
        if not indexed:
            break
        made += indexed
    return made


def index_all_anew() -> int:
    """Have every document's passages made anew, with the next rounds; returns how many documents that are."""
    return len(
        ToIndex.objects.bulk_create(
            (ToIndex(document_id=pk) for pk in Document.objects.order_by("pk").values_list("pk", flat=True)),
            batch_size=1000,
        )
    )


def _index_some() -> int:
    """How many were made: none where another process makes some at this moment."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_ONE_AT_A_TIME)
            if cursor.fetchone() != (True,):
                return 0
        documents = sorted(set(ToIndex.objects.order_by("pk").values_list("document", flat=True)[:AT_ONCE]))
        # Those that are there before the documents are read: a change that comes meanwhile leaves another.
        done = list(ToIndex.objects.filter(document__in=documents).values_list("pk", flat=True))
        stretches = stretches_of(documents)
        Passage.objects.filter(document__in=documents).delete()
        _write(stretches)
        ToIndex.objects.filter(pk__in=done).delete()
    return len(documents)


def _write(stretches: dict[int, list[Stretch]]) -> None:
    rows = [
        (pk, each.part, each.language, each.blob, each.start, each.length, each.words)
        for pk, made in stretches.items()
        for each in made
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO documents_passage (document_id, part, language, blob_id, start, length, words)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s::tsvector)",
            rows,
        )


def stretches_of(document_ids: Iterable[int]) -> dict[int, list[Stretch]]:
    """What each of these documents is found by, in a constant number of queries. Reads all their texts."""
    ids = list(document_ids)
    names: dict[int, list[str]] = {}
    for pk, *found in Document.objects.filter(pk__in=ids).values_list("pk", "symbol", "title", "known_as"):
        names[pk] = [*dict.fromkeys(found)]
    for pk, name in Source.objects.filter(revision__document__in=ids).values_list(
        "revision__document", "printed_as"
    ):
        if name not in names[pk]:
            names[pk].append(name)
    made = {pk: list(_stretches("\n".join(found), Passage.Part.NAMES)) for pk, found in names.items()}
    said = Revision.objects.filter(document__in=ids).order_by("document_id", "-position")
    for pk, *words in said.values_list("document", "title", "summary", "action_required", "references"):
        made[pk] += _stretches("\n".join(word for word in words if word), Passage.Part.SUMMARY)
    for pk, language, blob, text in texts_of(ids):
        made[pk] += _stretches(text, Passage.Part.TEXT, language=language, blob=blob)
    return made


def texts_of(document_ids: list[int]) -> Iterator[tuple[int, str, str, str]]:
    """Each standing text of these documents, latest revision first: document, language, its file's hash, the text.

    Of a text in two kinds of file (Word and PDF) one.
    """
    # Of the files, and not of the versions: a scanned PDF beside a Word file takes nothing from that one's text.
    files = File.objects.filter(version__in=Version.objects.standing())
    known: set[tuple[int, str, str]] = set()
    for pk, language, blob, text in (
        files.filter(version__revision__document__in=document_ids)
        .exclude(blob__text="")
        .order_by(
            "version__revision__document_id",
            "-version__revision__position",
            "version__language",
            "position",
        )
        .values_list("version__revision__document", "version__language", "blob", "blob__text")
    ):
        if text and (pk, language, text) not in known:
            known.add((pk, language, text))
            yield pk, language, blob, text


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
    """For `manage.py verify` by night: documents that are neither in the index nor waiting to be."""
    lost = Document.objects.exclude(pk__in=Passage.objects.filter(part=Passage.Part.NAMES).values("document"))
    for document in lost.exclude(pk__in=ToIndex.objects.values("document")).order_by("pk"):
        if document.symbol or document.title or document.known_as:
            yield f"{document.symbol or document.path}: is not in the index of the search (manage.py index_documents)"


def faults() -> Iterator[str]:
    """For `manage.py verify`: documents that the index finds by other words than they have."""
    yield from missing()
    waiting = ToIndex.objects.values("document")
    for document in Document.objects.exclude(pk__in=waiting).order_by("pk").iterator(chunk_size=200):
        if not _is_as_indexed(document.pk):
            yield f"{document.symbol or document.path}: the index of the search has other words (manage.py index_documents)"


def _is_as_indexed(document_id: int) -> bool:
    stretches = stretches_of([document_id]).get(document_id, [])
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
