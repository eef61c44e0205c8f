"""What a search costs among many documents: `./dev bench --search 50000`.

The documents are written past the verbs, for a registration each would take an hour: rows as the verbs leave them, texts of
made-up words as frequent as words are, of which the last stored bytes are missing. The index is made by its own job.
"""

import hashlib
import itertools
import random
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils.http import urlencode

from cwg import clock
from cwg.bench import load
from cwg.documents import search, search_index
from cwg.documents.kinds import Kind
from cwg.documents.models import Blob, Document, File, Revision, Series, Source, Version
from cwg.members import sessions as members_sessions
from cwg.members import states_load
from cwg.members.models import Accreditation, Group, MemberState, Person, Role

from .rows import PDF, make_register

WORDS = 20_000
WORDS_A_TEXT = 500
A_MEETING = 500
AT_ONCE = 1000
QUERIES = {
    "a rare word": "needle",
    "a word of every document": "contribution",
    "four of every document": "the contribution of accessibility",
    "three words": "accessibility needle contribution",
    "a phrase": '"the needle of"',
    "a State": "Саудовская Аравия",
    "a symbol": "CWG-Bench-3/14",
}


@dataclass
class Made:
    session: str
    seconds_to_write: float
    seconds_to_index: float
    megabytes: dict[str, float]
    # One word, looked for in the register itself: seconds.
    seconds_unindexed: float


def make(count: int) -> Made:
    """Fill an empty database with `count` documents, and index them."""
    states_load.load()
    at = clock.now()
    group = Group.objects.create(
        code="CWG-Bench", slug="cwg-bench", name="Group under measure", short_name="CWG-Bench"
    )
    states = list(MemberState.objects.order_by("iso3"))
    person = Person.objects.create_person("reader@bench.example", "Reader")
    Accreditation.objects.create(
        person=person,
        group=group,
        role=Role.DELEGATE,
        state=states[0],
        since=at - timedelta(days=1),
    )
    began = time.perf_counter()
    texts = _texts()
    written = 0
    for number in itertools.count(1):
        if written >= count:
            break
        register = make_register(group, number, at)
        series = Series.objects.create(register=register, code="", last_number=A_MEETING)
        size = min(A_MEETING, count - written)
        _write(register, series, [next(texts) for _ in range(size)], states, at, written)
        written += size
    seconds_to_write = time.perf_counter() - began
    began = time.perf_counter()
    search.sought("needle").best_first(Document.objects.all())
    unindexed = time.perf_counter() - began
    began = time.perf_counter()
    while search_index.index_changed():
        pass
    return Made(
        members_sessions.made_for(person),
        seconds_to_write,
        time.perf_counter() - began,
        _sizes(),
        unindexed,
    )


def _texts():
    """Texts of which no two are alike; every thousandth has the needle."""
    chance = random.Random(2009)
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    words = ["the", "of", "contribution", "accessibility"] + [
        "".join(chance.choices(letters, range(26, 0, -1), k=chance.randint(3, 11))) for _ in range(WORDS)
    ]
    weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(words))))
    for number in itertools.count():
        chosen = chance.choices(words, cum_weights=weights, k=WORDS_A_TEXT)
        if number % 1000 == 7:
            chosen[250:250] = ["the", "needle", "of"]
        yield f"Text {number}. " + " ".join(chosen)


def _write(register, series, texts: list[str], states: list[MemberState], at, before: int) -> None:
    documents = Document.objects.bulk_create(
        Document(
            register=register,
            series=series,
            number=number,
            symbol=f"CWG-Bench-{register.ordinal}/{number}",
            path=f"cwg-bench-{register.ordinal}/{number}",
            kind=Kind.CONTRIBUTION_ACTION,
            title=f"Contribution on the availability of {text.split()[5]} and {text.split()[9]}",
            available_at=at - timedelta(minutes=before + number),
        )
        for number, text in enumerate(texts, 1)
    )
    revisions = Revision.objects.bulk_create(
        Revision(
            document=document,
            position=1,
            title=document.title,
            summary=text[12:300],
            available_at=document.available_at,
            verdict="no_rule",
            **register.as_printed(),
        )
        for document, text in zip(documents, texts, strict=True)
    )
    Source.objects.bulk_create(
        Source(
            revision=revision,
            kind=Source.Kind.STATE,
            state=states[(before + place) % len(states)],
            is_lead=True,
            printed_as=states[(before + place) % len(states)].short_en,
        )
        for place, revision in enumerate(revisions)
    )
    blobs = Blob.objects.bulk_create(
        Blob(
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            size=len(text),
            media_type=PDF,
            stored_at=at,
            sent_at=at,
            text=text,
        )
        for text in texts
    )
    versions = Version.objects.bulk_create(
        Version(revision=revision, language="en") for revision in revisions
    )
    File.objects.bulk_create(
        File(version=version, blob=blob, name="contribution.pdf")
        for version, blob in zip(versions, blobs, strict=True)
    )


def _sizes() -> dict[str, float]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_total_relation_size('documents_passage') / 1e6, pg_relation_size('passage_by_words') / 1e6,"
            " (SELECT sum(octet_length(text)) / 1e6 FROM documents_blob)"
        )
        passages, index, texts = cursor.fetchone()
    return {
        "passages with indexes": float(passages),
        "of these the words": float(index),
        "texts": float(texts),
    }


def measure(made: Made, port: int, cookie: str, seconds: float) -> dict[str, dict[str, Any]]:
    """Each query as a reader's page, one connection, one after the other."""

    def pages(typed: str):
        while True:
            path = f"/documents/?{urlencode({'q': typed})}"
            yield "GET", path, {"Cookie": f"{cookie}={made.session}", "Accept-Encoding": "identity"}, b""

    results: dict[str, dict[str, Any]] = {}
    for name, typed in {"no query": "", **QUERIES}.items():
        load.run(port, pages(typed), connections=1, count=3, seconds=30)
        results[name] = asdict(load.run(port, pages(typed), connections=1, count=50, seconds=seconds))
    return results
