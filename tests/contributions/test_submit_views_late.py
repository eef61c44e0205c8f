"""What the pages offer for a late draft: to hold it for the next meeting, or a request of the Group that excuses it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from cwg.documents.kinds import Kind
from cwg.documents.models import Document
from cwg.members import arrival
from cwg.members.models import Office
from cwg.record.models import JournalEntry
from tests import drafts, factories
from tests.contributions.submit_pages import plain, press_submit, previewed, url

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


def test_one_click_holds_a_late_draft_for_the_next_meeting(dg, browser, draft, register, deadline, held):
    coming = factories.make_register(dg, 3, opens_at=register.opens_at + timedelta(days=60))
    token = previewed(browser, draft)
    held.move_to(deadline + MICROSECOND)
    answer = press_submit(browser, draft, token)
    assert coming.title in answer.content.decode()
    assert browser.post(url("hold", draft)).status_code == 302
    draft.refresh_from_db()
    assert (draft.status, draft.register) == ("held", coming)
    assert not Document.objects.exists()


WAITED = "Your request reached us before the deadline, and waited 5.000 seconds for its turn."


@pytest.mark.parametrize(("microseconds", "waited_across"), [(-1, True), (0, True), (1, False)])
def test_who_reached_us_before_the_line_and_waited_is_told_so(
    browser, draft, deadline, held, monkeypatch, microseconds, waited_across
):
    arrived = deadline + microseconds * MICROSECOND
    token = previewed(browser, draft)
    held.move_to(arrived + timedelta(seconds=5))
    monkeypatch.setattr(arrival, "read", lambda request: arrived)
    with drafts.nothing_changes(draft, at_most=["late"]):
        answer = press_submit(browser, draft, token)
    page = plain(answer)
    assert answer.status_code == 409 and "Your request reached us" in page
    assert (WAITED in page) == waited_across
    assert JournalEntry.objects.get(act="late").facts["arrived_at"] == f"{arrived:%Y-%m-%dT%H:%M:%S.%fZ}"


def test_in_time_and_waited_long_the_receipt_tells_both(browser, draft, deadline, held, monkeypatch):
    token = previewed(browser, draft)
    held.move_to(deadline)
    monkeypatch.setattr(arrival, "read", lambda request: deadline - timedelta(seconds=54))
    receipt = browser.post(url("submit", draft), {"token": token}, follow=True)
    assert receipt.status_code == 200
    page = plain(receipt)
    assert re.search(r"Waited for its turn\s*54 seconds", page) and "Reached the portal" in page
    assert Document.objects.get().original.verdict == "in_time"


def test_what_the_group_requested_is_offered_on_the_late_page_and_let_in(
    browser, draft, register, deadline, held
):
    token = previewed(browser, draft)
    held.move_to(register.opens_at + timedelta(hours=1))
    slot = drafts.make_slot(register)
    late = press_submit(browser, draft, token)
    assert late.status_code == 409
    assert url("use-slot", draft, slot.pk) in late.content.decode()
    assert browser.post(url("use-slot", draft, slot.pk)).status_code == 302
    assert press_submit(browser, draft, previewed(browser, draft)).status_code == 302
    assert Document.objects.get().original.verdict == "requested_in_session"


def test_anothers_request_and_one_of_an_unseen_meeting_help_nobody(browser, draft, register, held):
    theirs = drafts.make_slot(register, "SYR")
    unseen = drafts.make_slot(factories.make_register(factories.make_group("CWG-INTERNET"), 11))
    before = drafts.everything(draft)
    assert browser.post(url("use-slot", draft, theirs.pk)).status_code == 409
    assert browser.post(url("use-slot", draft, unseen.pk)).status_code == 404
    assert browser.post(url("use-slot", draft, 10**9)).status_code == 404
    assert drafts.everything(draft) == before


ACCEPTED = "Your document answers a request of the meeting: it is accepted until the meeting closes."


@pytest.mark.parametrize("answers", [True, False])
def test_the_deadline_says_that_an_answer_to_the_meeting_is_accepted_after_it(
    dg, browser, register, saudi_focal_point, held, answers
):
    held.move_to(register.opens_at + timedelta(hours=1))
    slot = drafts.make_slot(register)
    mine = drafts.make_draft(dg, register, by=saudi_focal_point, slot=slot if answers else None)
    new = reverse("contributions:new") + f"?meeting={register.slug}"
    for address in (
        url("contribution", mine),
        url("preview", mine),
        f"{new}&slot={slot.pk}" if answers else new,
    ):
        page = plain(browser.get(address))
        assert "Deadline: 24 hours before the start of the meeting" in page
        assert (ACCEPTED in page, "What comes later is kept as a draft." in page) == (answers, not answers)


def test_a_request_that_is_answered_by_another_document_excuses_no_more(
    dg, browser, register, saudi_focal_point, held
):
    held.move_to(register.opens_at + timedelta(hours=1))
    slot = drafts.make_slot(register)
    mine = drafts.make_draft(dg, register, by=saudi_focal_point, slot=slot, title="Mine")
    assert ACCEPTED in plain(browser.get(url("contribution", mine)))
    first = drafts.make_draft(dg, register, by=saudi_focal_point, slot=slot, title="First")
    drafts.submit(first, saudi_focal_point)
    assert ACCEPTED not in plain(browser.get(url("contribution", mine)))
    assert ACCEPTED not in plain(browser.get(url("preview", mine)))


def test_where_no_deadline_applies_the_preview_says_so_plainly(dg, client_of, register, secretary):
    office = Office.objects.get(kind=Office.Kind.SECRETARIAT)
    mine = drafts.make_draft(dg, register, by=secretary, office=office, kind=Kind.TEMPORARY)
    page = plain(client_of(secretary).get(url("preview", mine)))
    assert "No deadline applies to this document." in page
    assert "Submitted now, it is" not in page


def test_a_request_used_up_meanwhile_says_so(dg, browser, draft, register, saudi_focal_point, held):
    held.move_to(register.opens_at + timedelta(hours=1))
    slot = drafts.make_slot(register)
    mine = drafts.make_draft(dg, register, by=saudi_focal_point, slot=slot, title="Mine")
    token = previewed(browser, mine)
    drafts.submit(
        drafts.make_draft(dg, register, by=saudi_focal_point, slot=slot, title="First"), saudi_focal_point
    )
    before = drafts.everything(mine)
    answer = press_submit(browser, mine, token)
    assert answer.status_code == 409
    assert "is no longer open" in answer.content.decode()
    assert drafts.everything(mine) == before
