"""Files of a draft: taken at any time, one row for the same bytes, so many and no more."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contributions import draft_files
from contributions.models import Contribution
from cwg.documents import blobs, taking_files
from cwg.members.rights import rights_of
from tests import drafts, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(dg, held):
    return factories.make_register(dg)


@pytest.fixture
def draft(dg, register, saudi_delegate) -> Contribution:
    return drafts.make_draft(dg, register, by=saudi_delegate)


def put(draft, person, at, content=None, name="a.pdf", language="en"):
    upload = SimpleUploadedFile(name, factories.pdf_bytes("A text") if content is None else content)
    return draft_files.attach(draft.pk, upload, language=language, rights=rights_of(person), at=at)


def attach(*args, **kwargs):
    return put(*args, **kwargs).file


def move(draft, file, person, at, language="fr"):
    return draft_files.move(draft.pk, file.pk, language=language, rights=rights_of(person), at=at)


def test_a_file_is_taken_in_at_any_time_also_after_the_deadline(draft, saudi_delegate, register, held):
    held.move_to(register.opens_at)
    file = attach(draft, saudi_delegate, held.at, language="ar")
    assert (file.language, file.blob.inspection["media_type"]) == ("ar", factories.PDF)


def test_the_same_bytes_twice_in_one_language_are_one_file(draft, saudi_delegate, held):
    first = attach(draft, saudi_delegate, held.at)
    again = put(draft, saudi_delegate, held.at, name="other.pdf")
    assert (again.file, again.known) == (first, True)
    assert draft.files.count() == 2


def test_a_refused_file_leaves_the_draft_as_it_was(draft, saudi_delegate, held):
    before = drafts.as_it_stands(draft)
    with pytest.raises(blobs.FileRefused):
        attach(draft, saudi_delegate, held.at, content=b"<html>no PDF</html>")
    assert drafts.as_it_stands(draft) == before


def test_a_language_holds_so_many_files_and_no_more(draft, saudi_delegate, held, monkeypatch):
    monkeypatch.setattr(taking_files, "MAX_FILES_A_LANGUAGE", 1)
    before = drafts.as_it_stands(draft)
    with pytest.raises(taking_files.TooManyFiles):
        attach(draft, saudi_delegate, held.at)
    assert drafts.as_it_stands(draft) == before
    assert attach(draft, saudi_delegate, held.at, language="fr")


def test_a_file_is_listed_under_the_ending_that_its_content_has(draft, saudi_delegate, held):
    assert attach(draft, saudi_delegate, held.at, name="paper.docx").name == "paper.pdf"


# --- Another language -------------------------------------------------------------------------------------------------


def test_a_file_moves_to_another_language(draft, saudi_delegate, held):
    file = attach(draft, saudi_delegate, held.at)
    edition = Contribution.objects.get(pk=draft.pk).edition
    assert move(draft, file, saudi_delegate, held.at).file == file
    file.refresh_from_db()
    assert (file.language, file.name) == ("fr", "a.pdf")
    assert Contribution.objects.get(pk=draft.pk).edition == edition + 1


def test_a_file_that_is_in_the_other_language_already_is_listed_there_once(draft, saudi_delegate, held):
    file = attach(draft, saudi_delegate, held.at)
    there = attach(draft, saudi_delegate, held.at, language="fr", name="b.pdf")
    moved = move(draft, file, saudi_delegate, held.at)
    assert (moved.file, moved.known) == (there, True)
    assert not draft.files.filter(pk=file.pk).exists()


def test_a_language_that_is_full_takes_no_file_from_another(draft, saudi_delegate, held, monkeypatch):
    file = attach(draft, saudi_delegate, held.at)
    attach(draft, saudi_delegate, held.at, factories.pdf_bytes("Another"), language="fr")
    monkeypatch.setattr(taking_files, "MAX_FILES_A_LANGUAGE", 1)
    with drafts.nothing_changes(draft), pytest.raises(taking_files.TooManyFiles):
        move(draft, file, saudi_delegate, held.at)


def test_a_file_that_is_gone_moves_and_replaces_nothing(draft, saudi_delegate, held):
    file = attach(draft, saudi_delegate, held.at)
    draft_files.remove_file(draft.pk, file.pk, rights=rights_of(saudi_delegate), at=held.at)
    with drafts.nothing_changes(draft), pytest.raises(draft_files.FileGone):
        move(draft, file, saudi_delegate, held.at)
    with drafts.nothing_changes(draft), pytest.raises(draft_files.FileGone):
        draft_files.replace_earlier(draft.pk, file.pk, rights=rights_of(saudi_delegate), at=held.at)


# --- A newer file of the same name ------------------------------------------------------------------------------------


def test_a_newer_file_replaces_those_of_its_name_and_language_and_no_others(draft, saudi_delegate, held):
    old = attach(draft, saudi_delegate, held.at, name="Paper.pdf")
    other = attach(draft, saudi_delegate, held.at, factories.pdf_bytes("B"), name="b.pdf")
    french = attach(draft, saudi_delegate, held.at, factories.pdf_bytes("C"), name="paper.pdf", language="fr")
    later = held.at + timedelta(seconds=1)
    new = attach(draft, saudi_delegate, later, factories.pdf_bytes("D"), name="paper.pdf")
    assert draft_files.earlier_of(new, draft.files.all()) == [old]
    assert draft_files.earlier_of(old, draft.files.all()) == []
    replaced = draft_files.replace_earlier(draft.pk, new.pk, rights=rights_of(saudi_delegate), at=held.at)
    assert replaced == [old]
    assert {other, french, new} <= set(draft.files.all())
    assert not draft.files.filter(pk=old.pk).exists()
    assert draft_files.replace_earlier(draft.pk, new.pk, rights=rights_of(saudi_delegate), at=held.at) == []
