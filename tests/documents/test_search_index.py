"""The index of the search: what it holds, when it is made, and what tells that it is not right."""

import pytest
from django.core.management import call_command
from django.db import OperationalError

from cwg.documents import search, search_index, text_reading
from cwg.documents.models import Blob, Document, Passage, ToIndex
from cwg.record import checks, jobs
from tests import factories
from tests.tampering import past_the_triggers

pytestmark = pytest.mark.django_db


def words() -> list[str]:
    return list(Passage.objects.order_by("part", "pk").values_list("words", flat=True))


def told() -> list[str]:
    return [fault for name, found in checks.run() for fault in found if "search" in name]


def test_the_job_makes_what_waits_and_no_more(document):
    assert set(ToIndex.objects.values_list("document", flat=True)) == {document.pk}
    assert jobs.run("search-index") == 1
    parts = list(Passage.objects.order_by("part", "language").values_list("part", "language"))
    assert parts == [(0, ""), (1, ""), (2, "en"), (2, "es")]
    before = set(Passage.objects.values_list("pk", flat=True))
    assert jobs.run("search-index") == 0
    assert set(Passage.objects.values_list("pk", flat=True)) == before


@pytest.mark.parametrize("change", ["revision", "translation", "text"])
def test_each_change_of_what_is_found_has_it_made_anew(document, secretary, change):
    search_index.index_changed()
    if change == "revision":
        factories.make_document(document.register, "Vellum", revises_id=document.pk, revision_kind="rev")
    elif change == "translation":
        factories.add_translation(document, text="Le vellum.", actor=secretary)
        text_reading.read_waiting()
    else:
        past_the_triggers("UPDATE documents_blob SET text = ''")
        Blob.objects.update(text="Vellum")
    assert set(ToIndex.objects.values_list("document", flat=True)) == {document.pk}
    assert not any("vellum" in each for each in words())
    search_index.index_changed()
    assert any("vellum" in each for each in words()) and not ToIndex.objects.exists()


def test_a_text_in_two_kinds_of_file_is_indexed_once(register):
    one, two = factories.version_line(text="One text."), factories.version_line(text="Other.")
    past_the_triggers("UPDATE documents_blob SET text = 'One text.'")
    both = factories.VersionLine("en", (one.files[0], two.files[0]))
    factories.make_document(register, versions=(both,))
    search_index.index_changed()
    assert Passage.objects.filter(part=Passage.Part.TEXT).count() == 1


def test_a_scanned_file_beside_it_takes_nothing_from_a_text(register):
    word, scanned = factories.version_line(text="About vellum."), factories.version_line(text="Scanned.")
    past_the_triggers(f"UPDATE documents_blob SET text = '' WHERE sha256 = '{scanned.files[0].sha256}'")
    for files in ((word.files[0], scanned.files[0]), (scanned.files[0], word.files[0])):
        Passage.objects.all().delete()
        document = factories.make_document(register, versions=(factories.VersionLine("en", files),))
        search_index.index_changed()
        (blob,) = Passage.objects.filter(part=Passage.Part.TEXT).values_list("blob", flat=True)
        assert blob == word.files[0].sha256
        assert search.sought("vellum").best_first(Document.objects.all()) == [document.pk]


def test_a_change_that_comes_while_it_is_made_is_not_forgotten(document, monkeypatch):
    made = search_index.stretches_of

    def and_changed(document_id):
        yield from made(document_id)
        monkeypatch.undo()
        ToIndex.objects.create(document=document)

    monkeypatch.setattr(search_index, "stretches_of", and_changed)
    search_index._index(document.pk)
    assert ToIndex.objects.count() == 1


@pytest.mark.parametrize("wrong", ["reading", "writing"])
def test_one_that_fails_is_put_off_and_keeps_no_other_waiting(register, monkeypatch, held, caplog, wrong):
    first, bad, last = (factories.make_document(register, title) for title in ("Vellum", "Ink", "Parchment"))
    made = search_index.stretches_of

    def failing(document_id):
        yield from made(document_id)
        if document_id == bad.pk:
            if wrong == "reading":
                raise MemoryError
            yield search_index.Stretch(Passage.Part.TEXT, "'no vector")

    monkeypatch.setattr(search_index, "stretches_of", failing)
    assert jobs.run("search-index") == 2
    assert set(Passage.objects.values_list("document", flat=True)) == {first.pk, last.pk}
    assert list(ToIndex.objects.values_list("document", "is_stale")) == [(bad.pk, True)]
    assert f"the document {bad.pk} could not be indexed" in caplog.text
    assert search.sought("ink").best_first(Document.objects.all()) == [bad.pk]
    monkeypatch.undo()
    held.forward(minutes=10, microseconds=-1)
    assert jobs.run("search-index") == 0
    held.forward(microseconds=1)
    assert jobs.run("search-index") == 1 and not ToIndex.objects.exists()


def test_one_that_failed_is_tried_again_at_once_when_it_changes(document, monkeypatch, capsys):
    monkeypatch.setattr(search_index, "stretches_of", lambda document_id: [1 / 0])
    assert jobs.run("search-index") == jobs.run("search-index") == 0
    call_command("index_documents")
    assert "Still to be indexed, by the background job: 1." in capsys.readouterr().out
    monkeypatch.undo()
    factories.make_document(document.register, "Vellum", revises_id=document.pk, revision_kind="rev")
    assert jobs.run("search-index") == 1 and not ToIndex.objects.exists()


def test_a_database_that_goes_away_is_no_fault_of_a_document(document, monkeypatch):
    def away(document_id):
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(search_index, "stretches_of", away)
    with pytest.raises(OperationalError):
        search_index.index_changed()
    assert ToIndex.objects.filter(document=document).exists()


def test_what_was_changed_is_made_before_what_is_made_anew(register):
    documents = [factories.make_document(register) for _ in range(2)]
    search_index.index_changed()
    changed = documents[0]
    factories.make_document(register, "Vellum", revises_id=changed.pk, revision_kind="rev")
    search_index.index_all_anew()
    assert search_index._due()[0] == changed.pk


def test_a_long_text_is_cut_between_words_and_its_phrases_stay_whole():
    text = " ".join(f"w{number}" for number in range(9000))
    stretches = list(search_index._stretches(text, Passage.Part.TEXT, language="en"))
    assert all(each.length <= search_index.PASSAGE for each in stretches)
    pieces = [text[each.start : each.start + each.length] for each in stretches]
    for number in range(8990):
        phrase = " ".join(f"w{each}" for each in range(number, number + 8))
        assert any(f" {phrase} " in f" {piece} " for piece in pieces), phrase


@pytest.mark.parametrize("text", ["互" * 40_000, "x" * 40_000, " " * 40_000, "a\n" * 20_000])
def test_any_text_fits(text):
    stretches = list(search_index._stretches(text, Passage.Part.TEXT))
    assert all(len(each.words) < 200_000 for each in stretches)
    covered = sum(each.length for each in stretches)
    assert covered >= len(text) or not text.strip()


def test_verify_finds_other_words_and_a_document_that_is_missing(document):
    assert told() == []
    search_index.index_changed()
    assert told() == []
    Passage.objects.filter(part=Passage.Part.TEXT, language="es").delete()
    assert told() == [
        "DG-2/1: its text (es) is not in the index of the search (manage.py index_documents)",
        "DG-2/1: the index of the search has other words (manage.py index_documents)",
    ]
    Passage.objects.all().delete()
    assert "DG-2/1: is not in the index of the search (manage.py index_documents)" in told()
    call_command("index_documents")
    assert told() == [] and Passage.objects.exists()


def test_by_night_a_text_is_missed_that_has_words_and_is_neither_in_the_index_nor_waits(register):
    signs = factories.version_line("fr", "x")
    past_the_triggers("UPDATE documents_blob SET text = '* * *'")
    factories.make_document(register, versions=(factories.version_line(text="About vellum."), signs))
    assert list(search_index.missing()) == []
    search_index.index_changed()
    assert list(search_index.missing()) == []
    Passage.objects.filter(part=Passage.Part.TEXT).delete()
    assert list(search_index.missing()) == [
        "DG-2/1: its text (en) is not in the index of the search (manage.py index_documents)"
    ]


def test_it_is_made_anew_later_by_the_job_where_that_is_asked(document):
    search_index.index_changed()
    call_command("index_documents", "--later")
    assert ToIndex.objects.count() == Document.objects.count() == 1
    assert jobs.run("search-index") == 1
