"""The pages of submission: the form obeys the same instant as the verb, and says what happened."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from contributions import draft_files, drafting, previewing
from contributions.models import Contribution, SubmitToken
from cwg.documents.models import Document, Receipt
from cwg.members.models import Accreditation, Role
from cwg.members.rights import rights_of
from cwg.record.models import JournalEntry
from tests import drafts, factories
from tests.contributions.submit_pages import press_submit, previewed, token_on, url

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)

# --- The instant -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [MICROSECOND, timedelta()])
def test_through_the_form_the_instant_itself_and_a_microsecond_before_are_in_time(
    browser, draft, deadline, held, before
):
    token = previewed(browser, draft)
    held.move_to(deadline - before)
    answer = press_submit(browser, draft, token)
    receipt = Receipt.objects.get()
    assert (answer.status_code, answer.url) == (302, receipt.get_absolute_url())
    assert receipt.revision.verdict == "in_time"
    assert receipt.revision.available_at == deadline - before


def test_through_the_form_a_microsecond_after_is_late_and_the_page_says_all_about_it(
    browser, draft, deadline, held
):
    token = previewed(browser, draft)
    before = drafts.everything(draft)
    held.move_to(deadline + MICROSECOND)
    answer = press_submit(browser, draft, token)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The deadline has passed. Your draft is saved" in page
    assert "24 hours before the start of the meeting" in page
    assert url("hold", draft) in page
    assert drafts.everything(draft) == before
    assert JournalEntry.objects.filter(act="late").count() == 1


def test_a_form_opened_before_the_deadline_and_sent_after_it_is_late_whatever_the_device_says(
    browser, draft, deadline, held
):
    held.move_to(deadline - timedelta(minutes=5))
    token = previewed(browser, draft)
    held.move_to(deadline + timedelta(minutes=5))
    answer = press_submit(
        browser, draft, token, accepted_at=deadline.isoformat(), arrived_at=deadline.isoformat()
    )
    assert answer.status_code == 409
    assert not Document.objects.exists()


def test_posted_number_status_instant_and_source_are_ignored(browser, draft, held):
    press_submit(
        browser,
        draft,
        previewed(browser, draft),
        number="99",
        symbol="DG-2/99",
        status="discarded",
        accepted_at="2001-01-01T00:00:00Z",
        available_at="2001-01-01T00:00:00Z",
        source="FRA",
        verdict="exempt",
        disclosure="public",
        kind="report",
    )
    document = Document.objects.get()
    revision = document.original
    assert (document.symbol, document.disclosure, document.kind) == (
        "DG-2/1",
        "member_states",
        "contribution_action",
    )
    assert (revision.available_at, revision.verdict) == (held.at, "in_time")
    assert [str(source) for source in revision.sources.all()] == ["Saudi Arabia"]


# --- Once --------------------------------------------------------------------------------------------------------------


def test_a_double_click_a_replay_and_a_second_tab_come_to_the_same_receipt(browser, draft, deadline, held):
    first_tab, second_tab = previewed(browser, draft), previewed(browser, draft)
    answers = {press_submit(browser, draft, token).url for token in (first_tab, first_tab, second_tab)}
    held.move_to(deadline + timedelta(days=2))
    answers.add(press_submit(browser, draft, first_tab).url)
    assert answers == {Receipt.objects.get().get_absolute_url()}
    assert Document.objects.count() == 1


def test_two_focal_points_come_to_the_same_receipt(dg, browser, client_of, draft):
    second = client_of(
        factories.accredit("second.focal.sau@test.example", dg, Role.FOCAL_POINT, "SAU").person
    )
    mine, theirs = previewed(browser, draft), previewed(second, draft)
    assert press_submit(browser, draft, mine).url == press_submit(second, draft, theirs).url
    assert Document.objects.count() == 1


def test_after_the_submission_the_preview_leads_to_the_document(browser, draft):
    press_submit(browser, draft, previewed(browser, draft))
    assert browser.get(url("preview", draft)).url == Document.objects.get().get_absolute_url()


# --- Refusals ----------------------------------------------------------------------------------------------------------


def test_a_delegate_sees_the_preview_without_the_button_and_cannot_submit(client_of, saudi_delegate, draft):
    delegate = client_of(saudi_delegate)
    page = delegate.get(url("preview", draft)).content.decode()
    assert 'name="token"' not in page
    assert url("ask-to-submit", draft) in page
    before = drafts.everything(draft)
    assert press_submit(delegate, draft, uuid.uuid4()).status_code == 403
    own = previewing.offer(
        previewing.preview(previewing.load(draft.pk), person=draft.created_by),
        person=saudi_delegate,
        at=factories.NOW,
    )
    assert press_submit(delegate, draft, own.token).status_code == 403
    assert drafts.everything(draft) == before


def test_whoever_asked_the_focal_points_is_told_so_and_asks_again_only_when_there_is_something_new(
    client_of, saudi_delegate, draft, held
):
    delegate, ask = client_of(saudi_delegate), url("ask-to-submit", draft)
    page = delegate.get(url("preview", draft)).content.decode()
    assert "Ask the focal point to submit" in page and "asked them" not in page
    delegate.post(ask)
    page = delegate.get(url("preview", draft)).content.decode()
    assert "You asked them" in page and ask not in page
    held.forward(minutes=1)
    Contribution.objects.filter(pk=draft.pk).update(changed_at=held.at)
    page = delegate.get(url("preview", draft)).content.decode()
    assert "You asked them" in page and ask in page and "Ask the focal point again" in page


def test_another_delegate_reads_who_asked_the_focal_points(client_of, saudi_delegate, draft, dg):
    client_of(saudi_delegate).post(url("ask-to-submit", draft))
    colleague = factories.accredit_once("second.sau@test.example", dg, Role.DELEGATE, "SAU")
    page = client_of(colleague).get(url("preview", draft)).content.decode()
    assert f"{saudi_delegate} asked them" in page and "Ask the focal point again" in page


def test_a_delegate_without_a_focal_point_is_told_whom_to_ask(
    client_of, saudi_delegate, saudi_focal_point, draft, held
):
    delegate = client_of(saudi_delegate)
    assert url("ask-to-submit", draft) in delegate.get(url("preview", draft)).content.decode()
    Accreditation.objects.filter(person=saudi_focal_point).update(until=held.at)
    page = delegate.get(url("preview", draft)).content.decode()
    assert (
        "Your delegation has no focal point here" in page
        and "secretariat of the group can invite one" in page
    )
    assert (
        url("ask-to-submit", draft) not in page and reverse("members:state-people", args=["sau"]) not in page
    )
    before = drafts.everything(draft)
    answer = delegate.post(url("ask-to-submit", draft))
    assert answer.status_code == 409 and "Your delegation has no focal point here" in answer.content.decode()
    assert drafts.everything(draft) == before


@pytest.mark.parametrize(
    "who", ["syrian_focal_point", "secretary", "chair", "auditor", "administrator", "nobody"]
)
def test_for_everybody_else_the_draft_does_not_exist(client_of, who, draft, request):
    browser = client_of(request.getfixturevalue(who))
    before = drafts.everything(draft)
    assert browser.get(url("preview", draft)).status_code == 404
    for name in ("submit", "hold", "ask-to-submit"):
        assert browser.post(url(name, draft), {"token": str(uuid.uuid4())}).status_code == 404
    assert drafts.everything(draft) == before
    missing = Contribution(pk=uuid.uuid4())
    assert browser.get(url("preview", missing)).status_code == 404


@pytest.mark.parametrize("token", ["", "no-uuid", "' OR 1=1"])
def test_a_malformed_token_is_a_bad_request(browser, draft, token):
    before = drafts.everything(draft)
    assert press_submit(browser, draft, token).status_code == 400
    assert drafts.everything(draft) == before


def test_another_persons_token_gives_a_fresh_preview_and_submits_nothing(dg, browser, client_of, draft):
    second = client_of(
        factories.accredit("second.focal.sau@test.example", dg, Role.FOCAL_POINT, "SAU").person
    )
    theirs = previewed(second, draft)
    before = drafts.everything(draft)
    answer = press_submit(browser, draft, theirs)
    assert answer.status_code == 409
    assert token_on(answer) != theirs
    assert drafts.everything(draft) == before


def test_a_token_of_another_draft_submits_neither(dg, register, browser, draft, saudi_focal_point):
    other = drafts.make_draft(dg, register, by=saudi_focal_point, title="Another")
    before = drafts.everything(draft), drafts.everything(other)
    assert press_submit(browser, draft, previewed(browser, other)).status_code == 409
    assert (drafts.everything(draft), drafts.everything(other)) == before


def test_a_draft_changed_since_the_preview_shows_the_new_preview(browser, draft, saudi_focal_point, held):
    token = previewed(browser, draft)
    drafts.put_file(draft, saudi_focal_point, text="Another file")
    before = drafts.everything(draft)
    answer = press_submit(browser, draft, token)
    assert answer.status_code == 409
    assert "The draft has changed since this preview was shown" in answer.content.decode()
    assert drafts.everything(draft) == before
    assert press_submit(browser, draft, token_on(answer)).status_code == 302


def test_rights_that_ended_between_preview_and_submission_are_gone(browser, draft, saudi_focal_point, held):
    token = previewed(browser, draft)
    Accreditation.objects.filter(person=saudi_focal_point).update(until=held.at)
    before = drafts.everything(draft)
    assert press_submit(browser, draft, token).status_code == 404
    assert drafts.everything(draft) == before


def test_a_focal_point_who_is_a_delegate_now_may_not(dg, browser, draft, saudi_focal_point, held):
    token = previewed(browser, draft)
    Accreditation.objects.filter(person=saudi_focal_point).update(until=held.at)
    factories.accredit(saudi_focal_point, dg, Role.DELEGATE, "SAU", since=held.at)
    before = drafts.everything(draft)
    assert press_submit(browser, draft, token).status_code == 403
    assert drafts.everything(draft) == before


def test_a_discarded_draft_is_a_step_out_of_order(browser, draft, saudi_focal_point, held):
    token = previewed(browser, draft)
    drafting.discard(draft.pk, rights=rights_of(saudi_focal_point), at=held.at)
    before = drafts.everything(draft)
    assert press_submit(browser, draft, token).status_code == 409
    assert drafts.everything(draft) == before


def test_a_draft_that_is_not_ready_shows_what_is_missing_and_no_button(
    browser, draft, saudi_focal_point, held
):
    draft_files.remove_file(draft.pk, draft.files.get().pk, rights=rights_of(saudi_focal_point), at=held.at)
    page = browser.get(url("preview", draft)).content.decode()
    assert 'name="token"' not in page
    assert "There is no file in English" in page
    assert not SubmitToken.objects.exists()


def test_reading_changes_nothing_by_get(browser, draft):
    for name in ("submit", "hold", "ask-to-submit"):
        assert browser.get(url(name, draft)).status_code == 405


def test_without_the_csrf_token_nothing_is_submitted(client_of, saudi_focal_point, draft):
    strict = client_of(saudi_focal_point, enforce_csrf_checks=True)
    token = drafts.token_for(draft, saudi_focal_point)
    before = drafts.everything(draft)
    assert press_submit(strict, draft, token).status_code == 403
    assert drafts.everything(draft) == before
