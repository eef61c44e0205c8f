"""What the night says of stored bytes without reading them, and what a whole verification leaves for it."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from cwg.documents import recheck, stored, stored_checks
from cwg.documents.models import Blob
from cwg.record import checks, jobs
from cwg.record.models import VerificationRun
from tests import drafts, factories
from tests.documents import harm

pytestmark = pytest.mark.django_db


@pytest.fixture
def blob(dg, held) -> Blob:
    document = factories.make_document(factories.make_register(dg), "A document")
    return document.original.versions.get().files.get().blob


@pytest.fixture
def waiting(dg, held) -> Blob:
    """Of a draft."""
    person = factories.accredit_once("focal.sau@test.example", dg, "focal_point", "SAU")
    drafts.make_draft(dg, factories.make_register(dg, 9), by=person)
    (blob,) = Blob.objects.filter(files=None)
    return blob


def told() -> list[str]:
    return [
        sentence
        for name, sentences in checks.run(by_night=True)
        for sentence in sentences
        if name.startswith("I1")
    ]


def test_the_night_reads_no_stored_file(blob, waiting, monkeypatch):
    monkeypatch.setattr(stored, "damage_of", lambda blob: pytest.fail("it was read"))
    assert told() == []
    with pytest.raises(pytest.fail.Exception):
        list(stored_checks.registered_are_whole())


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "are missing from the storage"),
        ("altered", "hash to something else"),
        ("size", "hash to something else"),
    ],
)
def test_the_night_tells_what_the_rolling_look_found(blob, held, kind, words):
    harm.do(blob, kind)
    assert told() == [], "it was not looked at yet"
    held.forward(microseconds=recheck.WHOLE_AGAIN_AFTER // timedelta(microseconds=1))
    jobs.run("stored-files")
    (sentence,) = told()
    assert blob.pk in sentence and words in sentence


def test_the_night_tells_of_what_waits_to_be_registered_too(waiting, held):
    harm.do(waiting, "missing")
    stored.look(waiting, held.at)
    assert told() == [f"the bytes {waiting.pk}, which are not registered yet, are missing or damaged"]


@pytest.mark.parametrize(("moment", "counted"), [(-1, 0), (0, 0), (1, 1)])
def test_what_nobody_read_for_two_weeks_does_not_hold(blob, held, moment, counted):
    recheck.look_at_stored()
    held.forward(microseconds=recheck.FOUND_WHOLE_WITHIN // timedelta(microseconds=1) + moment)
    assert told() == ["stored files last found whole more than 14 days ago: 1"] * counted


def test_nor_is_missed_what_nobody_could_have_read_since_the_upgrade(blob, held):
    held.forward(days=400)
    assert told() == []


@pytest.mark.django_db(transaction=True)
def test_what_a_whole_verification_finds_the_next_night_knows(dg):
    document = factories.make_document(factories.make_meeting(dg).register, "A document")
    harm.do(document.original.versions.get().files.get().blob, "altered")
    with pytest.raises(SystemExit):
        call_command("verify")
    checks.note_outcome()
    assert [run.held for run in VerificationRun.objects.all()] == [False, False]
