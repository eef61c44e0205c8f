"""Files of a draft: taken at any time, one row for the same bytes, so many and no more."""

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


def attach(draft, person, at, content=None, name="a.pdf", language="en"):
    upload = SimpleUploadedFile(name, factories.pdf_bytes("A text") if content is None else content)
    return draft_files.attach(draft.pk, upload, language=language, rights=rights_of(person), at=at).file


def test_a_file_is_taken_in_at_any_time_also_after_the_deadline(draft, saudi_delegate, register, held):
    held.move_to(register.opens_at)
    file = attach(draft, saudi_delegate, held.at, language="ar")
    assert (file.language, file.blob.inspection["media_type"]) == ("ar", factories.PDF)


def test_the_same_bytes_twice_in_one_language_are_one_file(draft, saudi_delegate, held):
    first = attach(draft, saudi_delegate, held.at)
    assert attach(draft, saudi_delegate, held.at, name="other.pdf") == first
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
