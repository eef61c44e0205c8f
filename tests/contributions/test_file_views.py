"""Rows of a draft's files: one for the same bytes, a newer one asked about, in another language where it belongs."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contributions import draft_files
from contributions.models import Contribution
from tests import drafts, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(dg, held, saudi_delegate) -> Contribution:
    return drafts.make_draft(dg, factories.make_register(dg), by=saudi_delegate)


@pytest.fixture
def browser(client_of, saudi_delegate):
    return client_of(saudi_delegate)


def url(name, draft, *more):
    return reverse(f"contributions:{name}", args=[draft.pk, *more])


def put(browser, draft, content, name="a.pdf", language="en", **more):
    sent = {"language": language, "file": SimpleUploadedFile(name, content)}
    return browser.post(url("upload", draft), sent, **more)


def test_the_script_is_told_to_replace_the_row_of_a_file_that_was_there(browser, draft):
    first = put(browser, draft, factories.pdf_bytes("One"), headers={"accept": "application/json"}).json()
    again = put(browser, draft, factories.pdf_bytes("One"), headers={"accept": "application/json"}).json()
    assert first["replaced"] == []
    assert again["replaced"] == [str(draft.files.get(name="a.pdf").pk)]
    assert "it is listed once" in again["html"]


def test_a_changed_file_of_the_same_name_asks_whether_it_replaces_the_earlier_one(browser, draft, held):
    put(browser, draft, factories.pdf_bytes("One"))
    old = draft.files.get(name="a.pdf")
    held.move_to(held.at + timedelta(minutes=1))
    page = put(browser, draft, factories.pdf_bytes("Two"), follow=True).content.decode()
    new = draft.files.exclude(pk=old.pk).get(name="a.pdf")
    assert url("replace-earlier", draft, new.pk) in page
    assert url("replace-earlier", draft, old.pk) not in page
    answer = browser.post(url("replace-earlier", draft, new.pk), follow=True)
    assert "The newer a.pdf has replaced the earlier one." in answer.content.decode()
    assert "has the same name" not in answer.content.decode()
    assert list(draft.files.filter(name="a.pdf")) == [new]


def test_a_file_is_listed_in_the_language_chosen_in_its_row(browser, draft):
    put(browser, draft, factories.pdf_bytes("One"))
    file = draft.files.get(name="a.pdf")
    answer = browser.post(url("move-file", draft, file.pk), {f"language-{file.pk}": "es"}, follow=True)
    assert "a.pdf is listed in Spanish now." in answer.content.decode()
    file.refresh_from_db()
    assert file.language == "es"


@pytest.mark.parametrize("act", ["move-file", "replace-earlier"])
def test_a_file_that_is_removed_at_the_same_moment_is_said_to_be_gone(browser, draft, monkeypatch, act):
    """By a colleague, after the page looked and before the draft was locked."""
    file = drafts.put_file(draft, draft.created_by, text="Removed meanwhile")

    def held(contribution, file_id):
        contribution.files.filter(pk=file_id).delete()
        raise draft_files.FileGone

    monkeypatch.setattr(draft_files, "_held", held)
    answer = browser.post(url(act, draft, file.pk), {"to": "es"})
    assert answer.status_code == 422
    assert "The file was removed from the draft meanwhile." in answer.content.decode()
    assert draft.files.filter(language="en").exists()


def test_a_file_removed_meanwhile_is_not_found(browser, draft):
    put(browser, draft, factories.pdf_bytes("One"))
    file = draft.files.get(name="a.pdf")
    assert browser.post(url("remove-file", draft, file.pk)).status_code == 302
    for act in ("move-file", "replace-earlier"):
        assert browser.post(url(act, draft, file.pk), {"to": "es"}).status_code == 404


FRENCH = (
    "Le Groupe est invité à examiner les propositions qui sont présentées dans cette contribution par "
    "l'administration, et à faire rapport au Conseil sur les mesures que les États Membres doivent prendre pour le "
    "développement de l'Internet et des questions de politiques publiques."
)


def listed_with_text(draft, text, language="en"):
    """Another file of the draft, listed in `language`, in which `text` was read."""
    return drafts.put_file(draft, draft.created_by, language=language, text=text)


def test_a_file_whose_text_is_plainly_in_another_language_asks_to_be_listed_there(browser, draft):
    file = listed_with_text(draft, FRENCH)
    page = browser.get(url("contribution", draft)).content.decode()
    assert "This file is listed in English, and its text looks like French." in page
    assert "List it in French" in page
    answer = browser.post(url("move-file", draft, file.pk), {"to": "fr"}, follow=True).content.decode()
    assert "is listed in French now." in answer and "looks like" not in answer


def test_the_preview_says_so_as_well_and_offers_nothing(browser, draft):
    listed_with_text(draft, FRENCH)
    page = browser.get(url("preview", draft)).content.decode()
    assert "its text looks like French" in page and "List it in French" not in page


@pytest.mark.parametrize(("text", "language"), [(FRENCH, "fr"), ("CWG-Internet-23/2", "en")])
def test_a_file_whose_language_is_right_or_not_plain_is_not_asked_about(browser, draft, text, language):
    listed_with_text(draft, text, language)
    assert "looks like" not in browser.get(url("contribution", draft)).content.decode()


def test_the_page_of_a_draft_asks_as_much_for_three_files_as_for_one(
    browser, draft, django_assert_num_queries
):
    browser.get(url("contribution", draft))
    with CaptureQueriesContext(connection) as asked:
        browser.get(url("contribution", draft))
    for_one = len(asked)
    for number in range(2):
        put(browser, draft, factories.pdf_bytes(f"File {number}"), name=f"{number}.pdf")
    browser.get(url("contribution", draft))
    with django_assert_num_queries(for_one):
        browser.get(url("contribution", draft))
