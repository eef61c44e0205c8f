"""The words of a draft saved while they are typed: the same verb, and nothing of anybody's is written over."""

import pytest
from django.db import connection
from django.urls import reverse

from contributions import autosaving, drafting, previewing
from contributions.models import Contribution
from cwg.documents.models import Document
from cwg.members.rights import rights_of
from tests import drafts, factories
from tests.contributions.submit_pages import plain
from tests.contributions.test_typed_words import typed

pytestmark = pytest.mark.django_db

SCRIPT = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def draft(dg, held, saudi_focal_point) -> Contribution:
    return drafts.make_draft(dg, factories.make_register(dg), by=saudi_focal_point)


@pytest.fixture
def browser(client_of, saudi_focal_point):
    return client_of(saudi_focal_point)


def address(draft) -> str:
    return reverse("contributions:contribution", args=[draft.pk])


def edited_by_a_colleague(draft, by, held) -> None:
    words = drafts.wording(draft.register, "Theirs")
    drafting.edit(draft.pk, words, edition=draft.edition, rights=rights_of(by), at=held.at)


def test_what_is_typed_is_saved_and_the_time_is_the_persons(browser, draft, held, saudi_focal_point):
    saudi_focal_point.time_zone = "Asia/Riyadh"
    saudi_focal_point.save()
    answer = browser.post(address(draft), typed(browser, draft, summary="Typed."), **SCRIPT)
    assert answer.status_code == 200
    draft.refresh_from_db()
    assert draft.summary == "Typed."
    told = answer.json()
    assert "In time" in told.pop("standing") and "Check and submit" in told.pop("onward")
    assert told == {
        "said": f"Saved {held.at.astimezone(saudi_zone()):%H:%M}",
        "edition": draft.edition,
        "seen": drafting.words_digest(draft),
    }


def saudi_zone():
    from zoneinfo import ZoneInfo

    return ZoneInfo("Asia/Riyadh")


def test_the_button_saves_what_was_typed_after_it_without_a_conflict(browser, draft):
    sent = typed(browser, draft, summary="First words.")
    told = browser.post(address(draft), sent, **SCRIPT).json()
    more = sent | {name: told[name] for name in ("edition", "seen")} | {"summary": "First words and more."}
    assert browser.post(address(draft), more).status_code == 302
    draft.refresh_from_db()
    assert draft.summary == "First words and more."


def test_the_same_words_sent_by_script_and_button_at_once_are_in_no_conflict(browser, draft):
    sent = typed(browser, draft, summary="The same words.")
    assert browser.post(address(draft), sent, **SCRIPT).status_code == 200
    assert browser.post(address(draft), sent).status_code == 302


def test_a_colleagues_words_are_never_written_over(browser, draft, held, saudi_delegate):
    sent = typed(browser, draft, summary="Mine.")
    edited_by_a_colleague(draft, saudi_delegate, held)
    before = drafts.as_it_stands(draft)
    answer = browser.post(address(draft), sent, **SCRIPT)
    assert answer.status_code == 409
    assert saudi_delegate.name in answer.json()["errors"][0]
    assert drafts.as_it_stands(draft) == before
    page = browser.post(address(draft), sent)
    assert page.status_code == 409 and "<ins>Mine.</ins>" in page.content.decode()


def test_what_the_page_is_told_it_has_seen_is_read_under_the_lock(browser, draft, monkeypatch):
    """Else a colleague who saves in between would be written over by the next words, unseen."""
    depth, loaded = len(connection.savepoint_ids), []
    load = previewing.load

    def watched(pk):
        loaded.append(len(connection.savepoint_ids))
        return load(pk)

    monkeypatch.setattr(autosaving.previewing, "load", watched)
    assert browser.post(address(draft), typed(browser, draft, summary="Mine."), **SCRIPT).status_code == 200
    assert loaded[-1] > depth


def test_words_that_are_not_fit_stay_unsaved_and_it_says_why(browser, draft):
    sent = typed(browser, draft, title=" ", summary="Typed.")
    before = drafts.as_it_stands(draft)
    answer = browser.post(address(draft), sent, **SCRIPT)
    assert answer.status_code == 422 and answer.json()["errors"]
    assert drafts.as_it_stands(draft) == before


@pytest.mark.parametrize("ended", ["submitted", "discarded"])
def test_a_draft_that_was_ended_takes_nothing_and_it_says_what_became_of_it(
    browser, draft, held, saudi_focal_point, ended
):
    sent = typed(browser, draft, summary="Too late.")
    if ended == "submitted":
        drafts.submit(draft, saudi_focal_point)
    else:
        drafting.discard(draft.pk, rights=rights_of(saudi_focal_point), at=held.at)
    before = drafts.as_it_stands(draft), drafts.registered()
    answer = browser.post(address(draft), sent, **SCRIPT)
    assert answer.status_code == 409
    assert (drafts.as_it_stands(draft), drafts.registered()) == before
    if ended == "submitted":
        document = Document.objects.get()
        assert answer.json()["errors"] == [f"This draft was submitted already, as {document.symbol}."]
        assert answer.json()["link"]["href"] == document.current.receipt.get_absolute_url()


def test_nobody_else_saves_or_asks_for_anything(client_of, browser, draft, syrian_focal_point):
    sent = typed(browser, draft, summary="Not theirs.")
    before = drafts.as_it_stands(draft)
    other = client_of(syrian_focal_point)
    assert other.post(address(draft), sent, **SCRIPT).status_code == 404
    assert other.get(address(draft), **SCRIPT).status_code == 404
    assert drafts.as_it_stands(draft) == before


def test_a_page_can_ask_whether_it_is_old(browser, draft, held, saudi_delegate):
    seen = typed(browser, draft)["seen"]
    assert browser.get(address(draft), **SCRIPT).json()["seen"] == seen
    edited_by_a_colleague(draft, saudi_delegate, held)
    assert browser.get(address(draft), **SCRIPT).json()["seen"] != seen


def test_how_a_paper_came_is_saved_with_the_words(client_of, dg, held, secretary):
    filed = drafts.make_draft(dg, factories.make_register(dg, 3), by=secretary, received=drafts.LETTER)
    browser = client_of(secretary)
    sent = typed(browser, filed, summary="By letter.") | {"came_by": "email", "dated": "2026-02-19"}
    assert browser.post(address(filed), sent, **SCRIPT).status_code == 200
    filed.refresh_from_db()
    assert (filed.summary, filed.came_by, str(filed.dated)) == ("By letter.", "email", "2026-02-19")


def test_the_page_says_what_its_script_does(browser, draft):
    page = browser.get(address(draft))
    assert "data-autosave" in page.content.decode()
    assert "Saved" not in plain(page)
