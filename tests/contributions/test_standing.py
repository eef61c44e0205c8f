"""The head of a draft's pages: in time or late at this instant, what is missing and where, the one thing its reader can do."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contributions.models import Contribution
from cwg.documents.kinds import Kind
from cwg.documents.models import Document
from cwg.members.models import Office
from tests import drafts, factories
from tests.contributions.submit_pages import plain, url

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)
PAGES = ("contribution", "preview")


def line_on(page) -> str:
    found = re.search(r'<p class="standing-line">(.*?)</p>', page.content.decode(), re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).replace("&#x27;", "'").split())


def main_button(page) -> str:
    """What the one button or link says that stands out, in the margin."""
    aside = page.content.decode().partition("<aside>")[2].partition("</aside>")[0]
    (said,) = re.findall(r'class="btn btn-primary"[^>]*>([^<]+)<', aside)
    return said.strip()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("after", "said"),
    [
        (timedelta(days=-5), "In time: 5 days left , until Tuesday"),
        (timedelta(), "In time: "),
        (MICROSECOND, "Late by "),
        (timedelta(hours=2), "Late by 2 hours: submitted now, it would not be registered. It can be held"),
    ],
)
def test_the_line_tells_the_truth_at_each_side_of_the_deadline(
    browser, draft, deadline, held, name, after, said
):
    held.move_to(deadline + after)
    assert line_on(browser.get(url(name, draft))).startswith(said)


@pytest.mark.parametrize("name", PAGES)
def test_an_answer_to_a_request_may_be_submitted_until_the_meeting_closes(
    dg, browser, register, saudi_focal_point, held, name
):
    held.move_to(register.opens_at + timedelta(hours=1))
    mine = drafts.make_draft(dg, register, by=saudi_focal_point, slot=drafts.make_slot(register))
    page = browser.get(url(name, mine))
    assert line_on(page) == "Answers the Group's request: it may be submitted until the meeting closes."
    assert main_button(page) in ("Submit", "Check and submit")
    assert url("hold", mine) not in page.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_where_no_deadline_applies_the_line_says_so(dg, client_of, register, secretary, name):
    office = Office.objects.get(kind=Office.Kind.SECRETARIAT)
    mine = drafts.make_draft(dg, register, by=secretary, office=office, kind=Kind.TEMPORARY)
    assert line_on(client_of(secretary).get(url(name, mine))) == "No deadline applies to this document."


@pytest.mark.parametrize("name", PAGES)
def test_without_a_meeting_the_line_leads_to_its_choice(browser, draft, name):
    Contribution.objects.filter(pk=draft.pk).update(register=None)
    page = browser.get(url(name, draft))
    assert line_on(page) == "No meeting is chosen yet. Choose the meeting this document is for."
    assert '#id_register">No meeting is chosen yet.' in page.content.decode()


@pytest.mark.parametrize(("name", "before"), [("contribution", ""), ("preview", "/contributions/{}/")])
def test_each_thing_that_is_missing_leads_to_its_field(browser, draft, name, before):
    draft.files.all().delete()
    Contribution.objects.filter(pk=draft.pk).update(
        title="", original_languages=["en"], summary="\u202eTurned"
    )
    html = browser.get(url(name, draft)).content.decode()
    form = browser.get(url("contribution", draft)).content.decode()
    for field, said in [
        ("id_title", "The title is missing."),
        ("id_summary", "Summary: This contains"),
        ("files-input", "There is no file in English"),
    ]:
        assert f'<a href="{before.format(draft.pk)}#{field}">{said}' in html
        assert f'id="{field}"' in form
    # It stands before everything else of the page.
    assert html.index("Before it can be submitted") < html.index(
        'class="with-aside"' if name == "preview" else 'id="id_title"'
    )


def test_nothing_missing_nothing_listed(browser, draft):
    assert "Before it can be submitted" not in plain(browser.get(url("contribution", draft)))


# --- The one button ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "on_draft", "on_preview"),
    [
        ("saudi_focal_point", "Check and submit", "Submit"),
        ("saudi_delegate", "Check and ask the focal point to submit", "Ask the focal point to submit"),
    ],
)
def test_the_button_says_what_this_person_can_do(request, client_of, draft, who, on_draft, on_preview):
    browser = client_of(request.getfixturevalue(who))
    assert main_button(browser.get(url("contribution", draft))) == on_draft
    assert main_button(browser.get(url("preview", draft))) == on_preview


def test_where_nobody_submits_nobody_is_asked(dg, register, client_of, saudi_delegate):
    draft = drafts.make_draft(dg, register, by=saudi_delegate)
    page = client_of(saudi_delegate).get(url("contribution", draft))
    assert main_button(page) == "Save and preview" and "no focal point here" in plain(page)


@pytest.mark.parametrize("who", ["saudi_focal_point", "saudi_delegate"])
@pytest.mark.parametrize("name", PAGES)
def test_a_late_draft_is_offered_to_be_held_and_not_to_be_submitted(
    request, client_of, draft, deadline, held, who, name
):
    browser = client_of(request.getfixturevalue(who))
    address = url(name, draft)
    assert "ubmit" in main_button(browser.get(address))
    held.move_to(deadline + MICROSECOND)
    page = browser.get(address)
    assert main_button(page) == "Hold for the next meeting"
    assert url("submit", draft) not in page.content.decode()
    assert url("ask-to-submit", draft) not in page.content.decode()


def test_a_late_draft_that_may_answer_a_request_is_not_offered_to_be_held_first(
    browser, draft, register, held
):
    held.move_to(register.opens_at + timedelta(hours=1))
    slot = drafts.make_slot(register)
    page = browser.get(url("contribution", draft))
    assert main_button(page) == "Say which request it answers"
    assert (
        'href="#requests-title"' in page.content.decode() and 'id="requests-title"' in page.content.decode()
    )
    html = browser.get(url("preview", draft)).content.decode()
    answers, holds = html.index(url("use-slot", draft, slot.pk)), html.index(url("hold", draft))
    assert answers < holds
    assert 'class="btn btn-secondary">Hold for' in html


def test_a_late_change_can_be_neither_submitted_nor_held(
    browser, document, saudi_focal_point, deadline, held
):
    change = drafts.begin_change(document, "corr", saudi_focal_point, held.at)
    drafts.put_file(change, saudi_focal_point, text="Corrected")
    held.move_to(deadline + MICROSECOND)
    page = browser.get(url("preview", change))
    assert "it would not be registered and would stay a draft" in line_on(page)
    assert url("hold", change) not in page.content.decode()
    assert main_button(browser.get(url("contribution", change))) == "Save and preview"


def test_a_late_draft_that_answers_a_request_already_is_not_led_to_the_list_of_requests(
    browser, draft, register, held
):
    """The page shows none then."""
    held.move_to(register.opens_at + timedelta(hours=1))
    answered = drafts.make_slot(register, withdrawn_at=held.at)
    drafts.make_slot(register)
    Contribution.objects.filter(pk=draft.pk).update(slot=answered)
    page = browser.get(url("contribution", draft))
    assert 'href="#requests-title"' not in page.content.decode()
    assert main_button(page) == "Hold for the next meeting"


@pytest.mark.parametrize("name", PAGES)
def test_a_held_draft_that_is_late_again_is_held_once_more(
    dg, browser, draft, register, deadline, held, name
):
    last = factories.make_register(dg, 3, opens_at=register.opens_at + timedelta(days=60))
    Contribution.objects.filter(pk=draft.pk).update(status="held", held_from=register, register=last)
    held.move_to(last.opens_at - timedelta(hours=24) + MICROSECOND)
    page = browser.get(url(name, draft))
    assert "It can be held for the next meeting" in line_on(page)
    assert main_button(page) == "Hold for the next meeting"
    assert browser.post(url("hold", draft)).status_code == 302
    draft.refresh_from_db()
    assert (draft.status, draft.register) == ("held", None)


def test_in_time_is_said_until_the_first_deadline_also_of_a_rule_that_only_marks(
    browser, draft, register, deadline, held
):
    factories.another_rule(register, offset=12)
    flagged = next(each.instant for each in register.deadlines.all() if each.instant < deadline)
    held.move_to(flagged - timedelta(days=1))
    said = line_on(browser.get(url("contribution", draft)))
    assert said.startswith("In time: 1 day left")
    assert "After that it is accepted and marked late, until" in said
    held.move_to(flagged + MICROSECOND)
    said = line_on(browser.get(url("contribution", draft)))
    assert "it will be accepted, and marked late" in said and "In time" not in said


# --- Saved while the page stays open ----------------------------------------------------------------------------------


def test_the_script_is_told_where_the_draft_stands_when_it_has_saved_words_or_a_file(
    browser, draft, saudi_focal_point
):
    draft.files.all().delete()
    sent = words(browser, draft, title="Typed")
    answer = browser.post(url("contribution", draft), sent, HTTP_ACCEPT="application/json").json()
    assert "There is no file in English" in answer["standing"]
    assert "Check and submit" in answer["onward"]
    file = SimpleUploadedFile("a.docx", factories.docx_bytes("Text"))
    answer = browser.post(
        url("upload", draft), {"language": "en", "file": file}, HTTP_ACCEPT="application/json"
    ).json()
    assert 'id="standing"' in answer["standing"] and "There is no file" not in answer["standing"]


# --- Pressed ----------------------------------------------------------------------------------------------------------


def words(browser, draft, **typed) -> dict:
    form = browser.get(url("contribution", draft)).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, [])} | typed


def test_pressed_with_something_missing_it_saves_and_leads_to_what_is_missing(browser, draft):
    draft.files.all().delete()
    answer = browser.post(
        url("contribution", draft), words(browser, draft, title="Typed", onward="1"), follow=True
    )
    assert answer.redirect_chain == [(f"{url('contribution', draft)}#standing", 302)]
    assert "It cannot be submitted yet" in plain(answer) and "There is no file in English" in plain(answer)
    draft.refresh_from_db()
    assert draft.title == "Typed"


def test_pressed_with_everything_there_it_saves_and_leads_to_the_preview(browser, draft):
    answer = browser.post(url("contribution", draft), words(browser, draft, title="Typed", onward="1"))
    assert answer.url == url("preview", draft)
    draft.refresh_from_db()
    assert draft.title == "Typed"


def test_held_from_its_page_a_draft_keeps_what_was_typed(browser, draft, deadline, held):
    held.move_to(deadline + MICROSECOND)
    assert browser.post(url("hold", draft), words(browser, draft, title="Typed")).status_code == 302
    draft.refresh_from_db()
    assert (draft.title, draft.status) == ("Typed", "held")


def test_a_draft_whose_meeting_was_just_changed_is_not_held_for_one_after_that(
    dg, browser, draft, register, deadline, held
):
    coming = factories.make_register(dg, 3, opens_at=register.opens_at + timedelta(days=60))
    held.move_to(deadline + MICROSECOND)
    answer = browser.post(url("hold", draft), words(browser, draft, register=coming.pk), follow=True)
    assert "It is not late for its meeting, so it was not held." in plain(answer)
    draft.refresh_from_db()
    assert (draft.status, draft.register, draft.held_from) == ("draft", coming, None)


def test_words_that_cannot_be_saved_are_not_held(browser, draft, deadline, held):
    held.move_to(deadline + MICROSECOND)
    before = drafts.as_it_stands(draft)
    assert browser.post(url("hold", draft), words(browser, draft, title=" ")).status_code == 422
    assert drafts.as_it_stands(draft) == before
    assert not Document.objects.exists()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_asks_the_database_as_often_whatever_is_missing_and_however_many_files(
    browser, draft, saudi_focal_point, name, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser.get(url(name, draft))
    with CaptureQueriesContext(connection) as one:
        browser.get(url(name, draft))
    for number in range(3):
        drafts.put_file(draft, saudi_focal_point, language="fr", text=f"Text {number}")
    Contribution.objects.filter(pk=draft.pk).update(original_languages=["en", "ar", "ru"])
    with django_assert_max_num_queries(len(one)):
        browser.get(url(name, draft))
