"""Pages of the requests of the Group: read by all, recorded, withdrawn, linked by the secretariat."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cwg.documents.models import Document
from cwg.members.models import MemberState, Office, Role
from cwg.notices import expansion
from cwg.notices.models import Event, Notice
from cwg.record.models import JournalEntry
from meetings import answers, requests
from meetings.models import Addressee, Meeting, Request
from tests import factories

pytestmark = pytest.mark.django_db


MANY = ["SAU", "SYR", "FRA", "LVA", "ITA", "ESP", "DEU", "POL", "PRT", "ROU", "SWE", "CHE", "TUR"]


@pytest.fixture
def meeting(held, dg) -> Meeting:
    return factories.make_meeting(dg, opens_at=datetime(2026, 3, 12, 8, tzinfo=UTC))


@pytest.fixture
def in_session(held, meeting) -> Meeting:
    held.move_to(meeting.register.opens_at + timedelta(hours=1))
    factories.open_session(meeting)
    return meeting


@pytest.fixture
def asked(in_session, secretary) -> Request:
    """Of Syria, during the meeting."""
    syria = factories.make_state("SYR")
    return requests.record(
        in_session, addressees=[syria], item="7c", wording="A <b>list</b>", actor=secretary
    )


@pytest.fixture
def dated(in_session, secretary) -> Request:
    """Of Saudi Arabia, Syria and a bureau, by 15 May."""
    return requests.record(
        in_session,
        addressees=[
            factories.make_state("SAU"),
            factories.make_state("SYR"),
            factories.make_office(Office.Kind.BUREAU),
        ],
        item="9",
        wording="Reports on activities",
        due_on=date(2026, 5, 15),
        actor=secretary,
    )


@pytest.fixture
def report(dg, dated) -> Document:
    return factories.make_document(factories.make_meeting(dg, 5).register, "A report")


def url_of(verb: str, *named) -> str:
    request = next(each for each in named if isinstance(each, Request))
    more = [each.pk for each in named if isinstance(each, Addressee)]
    return reverse(f"meetings:{verb}", args=[request.meeting.register.slug, request.pk, *more])


def record_url(meeting: Meeting) -> str:
    return reverse("meetings:record-request", args=[meeting.register.slug])


def as_it_stands() -> list:
    return [
        list(Addressee.objects.order_by("pk").values()),
        Request.objects.count(),
        JournalEntry.objects.count(),
        Event.objects.count(),
    ]


# --- Reading ----------------------------------------------------------------------------------------------------------


def test_the_addressee_may_answer_the_request_and_others_may_read_it(
    client_of, asked, saudi_delegate, syrian_delegate, nobody
):
    url = asked.get_absolute_url()
    answer = "Answer this request"
    content = client_of(syrian_delegate).get(url).content.decode()
    assert answer in content and f"slot={asked.addressees.get().slot_id}" in content
    assert "A &lt;b&gt;list&lt;/b&gt;" in content
    assert answer not in client_of(saudi_delegate).get(url).content.decode()
    assert client_of(nobody).get(url).status_code == 404


def test_the_answering_document_is_marked_and_links_to_the_request(
    client_of, asked, meeting, syrian_focal_point, saudi_delegate
):
    document = factories.make_document(
        meeting.register,
        "The list",
        slot_id=asked.addressees.get().slot_id,
        sources=(factories.state_source("SYR"),),
        actor=syrian_focal_point,
    )
    client = client_of(saudi_delegate)
    for url in (meeting.get_absolute_url(), "/documents/", document.get_absolute_url()):
        content = client.get(url).content.decode()
        assert asked.get_absolute_url() in content
        assert "Requested by the meeting" in content
    content = client.get(asked.get_absolute_url()).content.decode()
    assert "DG-2/1" in content and "Answered" in content
    assert (
        "Answer this request"
        not in client_of(syrian_focal_point).get(asked.get_absolute_url()).content.decode()
    )


def test_a_request_is_found_under_its_own_meeting_only(client_of, dg, asked, saudi_delegate):
    other = factories.make_meeting(dg, 3)
    url = reverse("meetings:request", args=[other.register.slug, asked.pk])
    assert client_of(saudi_delegate).get(url).status_code == 404


def test_a_document_linked_to_a_dated_request_says_so_to_who_reads_the_meeting(
    client_of, client, dated, report, saudi_delegate, secretary
):
    saudi_arabia = dated.addressees.get(state__iso3="SAU")
    answers.link(saudi_arabia, report, actor=secretary)
    Document.objects.filter(pk=report.pk).update(disclosure="public")
    reader = client_of(saudi_delegate)
    page = reader.get(report.get_absolute_url()).content.decode()
    assert "Answers a request of the Group: Dedicated Group, meeting 2" in page
    assert dated.get_absolute_url() in page
    assert dated.get_absolute_url() in reader.get("/documents/").content.decode()
    assert "DG-5/1" in reader.get(dated.get_absolute_url()).content.decode()
    assert "1 of 3 answered" in reader.get(dated.meeting.get_absolute_url()).content.decode()
    outside = client.get(report.get_absolute_url()).content.decode()
    assert "A report" in outside
    assert "Reports on activities" not in outside and dated.get_absolute_url() not in outside


@pytest.mark.parametrize("page", ["request", "meeting"])
def test_the_number_of_queries_does_not_grow_with_the_addressees(
    client_of, in_session, secretary, saudi_delegate, page
):
    def ask(*codes: str) -> str:
        made = requests.record(
            in_session,
            addressees=[factories.make_state(code) for code in codes],
            item="4",
            wording="A list",
            actor=secretary,
        )
        return made.get_absolute_url() if page == "request" else in_session.get_absolute_url()

    client, url = client_of(saudi_delegate), ask("SAU")
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    url = ask("SAU", "SYR", "FRA", "LVA")
    with CaptureQueriesContext(connection) as four:
        client.get(url)
    url = ask(*MANY)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(four) == len(one)


def test_many_addressees_are_folded_by_where_they_stand_and_the_readers_own_is_not(
    client_of, in_session, secretary, saudi_focal_point
):
    asked = [factories.make_state(code) for code in MANY]
    made = requests.record(in_session, addressees=asked, item="4", wording="A list", actor=secretary)
    requests.withdraw(made, addressee=made.addressees.last(), actor=secretary, reason="Not needed")
    page = client_of(saudi_focal_point).get(made.get_absolute_url()).content.decode()
    open_part, folded = page.split('<details class="fold fold-printed">', 1)
    assert "Awaiting answer: 12</summary>" in folded and "Withdrawn: 1</summary>" in folded
    assert "Answer this request" in open_part and "Answer this request" in folded
    assert "<p>Saudi Arabia</p>" in open_part and "<p>Latvia</p>" not in open_part
    page = client_of(secretary).get(made.get_absolute_url()).content.decode()
    assert page.count(">Withdraw<span") == 12
    meeting = client_of(secretary).get(in_session.get_absolute_url()).content.decode()
    assert "and 9 others" in meeting


def test_of_many_addressees_the_check_counts_those_that_it_folds(client_of, in_session, secretary):
    states = [factories.make_state(code) for code in MANY]
    data = {
        "item": "4",
        "wording": "A list",
        "addressees": [f"state-{state.pk}" for state in states],
    }
    page = client_of(secretary).post(record_url(in_session), data).content.decode()
    assert "13 addressees" in page and "and 9 others</summary>" in page
    assert page.count("<li>Latvia</li>") == 1


def checked(client, url: str, data: dict, **kwargs):
    """The answer to the request after it was shown and confirmed."""
    shown = client.post(url, data)
    assert shown.status_code == 200 and "Nothing is recorded yet." in shown.content.decode()
    return client.post(url, data | {"seen": shown.context["seen"]}, **kwargs)


# --- Recording --------------------------------------------------------------------------------------------------------


def test_a_request_is_recorded_in_session_and_refused_before(client_of, held, meeting, secretary):
    client, url = client_of(secretary), record_url(meeting)
    state = factories.make_state("SYR")
    data = {
        "item": "7c",
        "addressees": [f"state-{state.pk}"],
        "wording": "A list",
        "sitting": "",
        "due_on": "",
    }
    assert "not in session" in client.get(url).content.decode()
    assert client.post(url, data).status_code == 409
    assert not Request.objects.exists()
    held.move_to(meeting.register.opens_at)
    factories.open_session(meeting)
    made = checked(client, url, data)
    one = Request.objects.get()
    assert made["Location"] == one.get_absolute_url()
    assert one.addressees.get().slot.state == state
    assert one.recorded_by == secretary


def test_a_form_that_is_sent_twice_leads_to_the_one_request(client_of, in_session, secretary):
    client, url = client_of(secretary), record_url(in_session)
    data = {
        "item": "7c",
        "addressees": [f"state-{factories.make_state('SYR').pk}"],
        "wording": "A list",
        "sitting": "",
        "due_on": "",
    }
    assert checked(client, url, data).status_code == 302
    before = as_it_stands()
    again = checked(client, url, data, follow=True)
    assert again.redirect_chain == [(Request.objects.get().get_absolute_url(), 302)]
    assert "You recorded this request a moment ago" in again.content.decode()
    assert as_it_stands() == before


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"addressees": ["state-999999"]}, "addressees"),
        ({"addressees": []}, "addressees"),
        ({"wording": ""}, "wording"),
        ({"wording": "\u200b \u2060"}, "wording"),
        ({"item": " "}, "item"),
        ({"item": "\u200b"}, "item"),
        ({"item": "7\u202e8"}, "item"),
        ({"wording": "A \u202elist"}, "wording"),
        ({"due_on": "2009-05-15"}, "due_on"),
        ({"due_on": "9999-12-31"}, "due_on"),
        ({"due_on": "soon"}, "due_on"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_words_typed_stay(
    client_of, in_session, secretary, wrong, field
):
    tsb = factories.make_office(Office.Kind.BUREAU)
    data = {"item": "7c", "addressees": [f"office-{tsb.pk}"], "wording": "A <list>", "due_on": ""}
    answer = client_of(secretary).post(record_url(in_session), data | wrong)
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    page = answer.content.decode()
    if field != "wording":
        assert "A &lt;list&gt;" in page
    if field != "addressees":
        assert f'value="office-{tsb.pk}" id="id_addressees_0_0" checked' in page
    assert not Request.objects.exists() and not Event.objects.exists()


def test_before_anybody_is_told_the_page_names_whom_and_only_what_was_shown_is_recorded(
    client_of, in_session, secretary, dg
):
    syria, tsb = factories.make_state("SYR"), factories.make_office(Office.Kind.BUREAU)
    data = {
        "item": "7c",
        "addressees": [f"state-{syria.pk}", f"office-{tsb.pk}"],
        "wording": "Two\nlines",
        "due_on": "2026-05-15",
    }
    client, url = client_of(secretary), record_url(in_session)
    shown = client.post(url, data)
    page = shown.content.decode()
    assert "2 addressees" in page and f"<li>{tsb}</li><li>{syria}</li>" in page
    assert f"Nobody is accredited yet for {tsb.in_text}, {syria.in_text}" in page
    assert page.count('type="hidden" name="addressees"') == 2 and 'name="wording" value="Two\nlines"' in page
    seen = {"seen": shown.context["seen"]}
    for other in ({"addressees": data["addressees"][:1]}, {"wording": "Three"}, {"due_on": "2026-05-16"}):
        again = client.post(url, data | seen | other)
        assert again.status_code == 200 and "Nothing is recorded yet." in again.content.decode()
    back = client.post(url, data | seen | {"change": "1"})
    assert back.status_code == 200 and not back.context["form"].errors
    assert f'value="state-{syria.pk}"' in back.content.decode() and "checked" in back.content.decode()
    assert not Request.objects.exists() and not Event.objects.exists()
    assert client.post(url, data | seen).status_code == 302
    assert Request.objects.get().addressees.count() == 2


def test_a_due_date_that_passed_is_said_with_all_else_that_is_wrong(client_of, in_session, secretary):
    data = {"item": "", "wording": "", "due_on": "2026-03-11"}
    answer = client_of(secretary).post(record_url(in_session), data)
    assert set(answer.context["form"].errors) == {"item", "wording", "due_on", "addressees"}


def test_offices_in_which_nobody_acts_in_this_group_are_neither_offered_nor_taken(
    client_of, in_session, secretary, chair, bureau
):
    theirs = factories.make_office(Office.Kind.CHAIR, "chair-other", "Chair of another group")
    factories.accredit("chair@other.example", factories.make_group("OTHER"), Role.CHAIR, office=theirs)
    factories.make_office(Office.Kind.INVITED, "body", "A body")
    form = client_of(secretary).get(record_url(in_session)).context["form"]
    (_title, offices), _states = form.fields["addressees"].choices
    own = Office.objects.besides_secretariats().exclude(pk=theirs.pk)
    assert [name for _key, name in offices] == [office.name for office in own]
    assert {office.kind for office in own} == {"chair", "bureau", "invited"}
    before = as_it_stands()
    for office in (theirs, Office.objects.get(kind=Office.Kind.SECRETARIAT)):
        with pytest.raises(requests.CannotRecord, match="Nobody acts"):
            requests.record(in_session, addressees=[office], item="4", wording="A list", actor=secretary)
    assert as_it_stands() == before


def test_all_member_states_are_asked_at_once_each_once_and_no_office_with_them(
    client_of, in_session, secretary
):
    states = [factories.make_state(code) for code in MANY]
    tsb = factories.make_office(Office.Kind.BUREAU)
    factories.make_office(Office.Kind.INVITED, "body", "A body")
    data = {
        "item": "7c",
        "addressees": ["states", f"state-{states[0].pk}", f"office-{tsb.pk}"],
        "wording": "Views",
        "due_on": "2026-05-15",
    }
    client, url = client_of(secretary), record_url(in_session)
    assert "All Member States" in client.get(url).content.decode()
    shown = client.post(url, data)
    everybody = MemberState.objects.count()
    assert f"{everybody + 1} addressees" in shown.content.decode()
    back = client.post(url, data | {"seen": shown.context["seen"], "change": "1"}).content.decode()
    assert re.search(r'value="states" id="\w+" checked', back)
    assert not Request.objects.exists()
    assert client.post(url, data | {"seen": shown.context["seen"]}).status_code == 302
    made = Request.objects.get().addressees
    assert made.filter(state__isnull=False).count() == everybody >= len(MANY)
    assert made.get(office__isnull=False).office == tsb


def test_one_request_is_addressed_to_states_and_offices_at_once(client_of, in_session, secretary):
    syria, tsb = factories.make_state("SYR"), factories.make_office(Office.Kind.BUREAU)
    data = {
        "item": "7c",
        "addressees": [f"state-{syria.pk}", f"office-{tsb.pk}"],
        "wording": "Reports",
        "due_on": "2026-05-15",
    }
    assert checked(client_of(secretary), record_url(in_session), data).status_code == 302
    assert {each.who for each in Request.objects.get().addressees.all()} == {syria, tsb}


@pytest.mark.parametrize(
    ("accredited", "said"),
    [
        (("SAU", "SYR"), "its addressees are being told."),
        (("SAU",), "being told, except the Syrian Arab Republic: nobody is accredited there yet."),
        ((), "nobody is told: nobody is accredited for Saudi Arabia, the Syrian Arab Republic yet."),
    ],
)
def test_a_mail_is_promised_only_where_somebody_gets_it(
    client_of, in_session, secretary, dg, accredited, said
):
    states = [factories.make_state(iso3) for iso3 in ("SAU", "SYR")]
    for iso3 in accredited:
        factories.accredit(f"delegate@{iso3}.example", dg, Role.DELEGATE, iso3)
    data = {
        "item": "7c",
        "addressees": [f"state-{state.pk}" for state in states],
        "wording": "Reports",
        "due_on": "2026-05-15",
    }
    page = checked(client_of(secretary), record_url(in_session), data, follow=True).content.decode()
    assert said in page
    expansion.expand_due()
    told = Notice.objects.filter(event__kind__contains="request").values_list("address", flat=True)
    assert set(told) == {f"delegate@{iso3}.example" for iso3 in accredited}


def test_the_secretariat_itself_is_not_offered_as_an_addressee(client_of, in_session, secretary):
    own = Office.objects.get(kind=Office.Kind.SECRETARIAT)
    page = client_of(secretary).get(record_url(in_session)).content.decode()
    assert f'value="office-{own.pk}"' not in page


# --- Withdrawing ------------------------------------------------------------------------------------------------------


def test_a_request_is_withdrawn_with_a_reason(client_of, held, asked, secretary, chair):
    url = url_of("withdraw-request", asked)
    assert client_of(chair).post(url, {"reason": "x"}).status_code == 404
    assert client_of(secretary).post(url, {"reason": ""}).status_code == 400
    assert Addressee.objects.get().withdrawn_at is None
    assert client_of(secretary).post(url, {"reason": "Answered orally"}).status_code == 302
    assert Addressee.objects.get().withdrawn_at == held.at


def test_one_addressee_is_let_go_and_the_others_are_not(client_of, held, dated, secretary):
    syria = dated.addressees.get(state__iso3="SYR")
    url = url_of("withdraw-addressee", dated, syria)
    assert client_of(secretary).post(url, {"reason": "Asked by mistake"}).status_code == 302
    withdrawn = Addressee.objects.filter(withdrawn_at__isnull=False)
    assert list(withdrawn) == [syria]


def test_the_page_says_from_whom_a_request_is_withdrawn(client_of, dated, asked, secretary):
    client, syria = client_of(secretary), dated.addressees.get(state__iso3="SYR")
    one = client.get(url_of("withdraw-addressee", dated, syria)).content.decode()
    assert one.count("Withdraw the request to the Syrian Arab Republic") == 3  # title, heading, button
    everybody = client.get(url_of("withdraw-request", dated)).content.decode()
    assert "Withdraw the request to" not in everybody and "Syrian Arab Republic" in everybody
    # Where it was addressed to one alone, nobody else is spoken of.
    only = client.get(url_of("withdraw-addressee", asked, asked.addressees.get())).content.decode()
    assert "other addressees" not in only and "other addressees" in one


def test_requests_are_told_apart_by_their_wording(client_of, dated, secretary, saudi_delegate):
    addressees = [one.who for one in dated.addressees.all()]
    requests.record(
        dated.meeting, addressees=addressees, item="9", wording="Lists of experts", actor=secretary
    )
    client = client_of(saudi_delegate)
    listed = client.get(dated.meeting.get_absolute_url()).content.decode()
    assert f'<a href="{dated.get_absolute_url()}">Reports on activities</a>' in listed
    assert ">Lists of experts</a>" in listed and listed.count("Agenda item 9") == 2
    page = client.get(dated.get_absolute_url()).content.decode()
    assert '<h1 dir="auto">Reports on activities</h1>' in page and page.count("Reports on activities") == 2
    Request.objects.filter(pk=dated.pk).update(wording="Reports\non activities")
    page = client.get(dated.get_absolute_url()).content.decode()
    assert "<p>Reports<br>on activities</p>" in page


def test_the_page_offers_to_withdraw_exactly_what_the_verb_withdraws(
    client_of, held, dated, secretary, report
):
    client, page = client_of(secretary), dated.get_absolute_url()
    saudi_arabia, syria, bureau = dated.addressees.all()
    answers.link(saudi_arabia, report, actor=secretary)
    requests.withdraw(dated, addressee=syria, actor=secretary, reason="Asked by mistake")
    held.move_to(datetime(2026, 6, 1, tzinfo=UTC))  # overdue: it can still be taken back
    shown = client.get(page).content.decode()
    assert url_of("withdraw-request", dated) in shown
    for one, offered in ((saudi_arabia, False), (syria, False), (bureau, True)):
        assert (url_of("withdraw-addressee", dated, one) in shown) is offered
        with CaptureQueriesContext(connection):
            status = client.post(url_of("withdraw-addressee", dated, one), {"reason": "x"}).status_code
        assert status == (302 if offered else 409)
    assert url_of("withdraw-request", dated) not in client.get(page).content.decode()
    assert client.post(url_of("withdraw-request", dated), {"reason": "x"}).status_code == 409


def test_what_is_answered_is_named_as_staying(client_of, dated, secretary, report):
    answers.link(dated.addressees.get(state__iso3="SAU"), report, actor=secretary)
    page = client_of(secretary).get(url_of("withdraw-request", dated)).content.decode()
    assert "Already answered, and not withdrawn: Saudi Arabia." in page


# --- Linking ----------------------------------------------------------------------------------------------------------


def test_the_secretariat_links_a_document_of_the_addressee(client_of, dated, report, secretary, chair):
    saudi_arabia = dated.addressees.get(state__iso3="SAU")
    url = url_of("link-answer", dated, saudi_arabia)
    assert url in client_of(secretary).get(dated.get_absolute_url()).content.decode()
    assert url not in client_of(chair).get(dated.get_absolute_url()).content.decode()
    page = client_of(secretary).get(url).content.decode()
    assert "DG-5/1 · A report" in page and page.count("(one of the two)") == 2 and "(optional)" not in page
    assert client_of(chair).post(url, {"document": report.pk}).status_code == 404
    assert client_of(secretary).post(url, {"document": report.pk}).status_code == 302
    saudi_arabia.refresh_from_db()
    assert saudi_arabia.document == report


def test_any_document_of_the_group_is_linked_by_its_symbol(client_of, dated, report, secretary):
    bureau = dated.addressees.get(office__isnull=False)
    url = url_of("link-answer", dated, bureau)
    page = client_of(secretary).get(url).content.decode()
    assert "A report" not in page and "one of the two" not in page
    empty = client_of(secretary).post(url, {})
    assert (empty.status_code, list(empty.context["form"].errors)) == (400, ["symbol"])
    assert client_of(secretary).post(url, {"symbol": "dg-5/1"}).status_code == 302
    bureau.refresh_from_db()
    assert bureau.document == report


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"symbol": "DG-5/99"}, "symbol"),
        ({"symbol": "no symbol"}, "symbol"),
        ({"symbol": "OTHER-1/1"}, "symbol"),
        ({"document": "999999"}, "document"),
        ({}, "document"),
    ],
)
def test_a_document_that_is_not_there_is_refused_at_its_field(
    client_of, dated, report, secretary, data, field
):
    factories.make_document(factories.make_meeting(factories.make_group("OTHER"), 1).register)
    before = as_it_stands()
    url = url_of("link-answer", dated, dated.addressees.get(state__iso3="SAU"))
    answer = client_of(secretary).post(url, data)
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert as_it_stands() == before


def test_a_wrong_link_is_removed_with_a_reason(client_of, dated, report, secretary, chair):
    saudi_arabia = dated.addressees.get(state__iso3="SAU")
    url = url_of("unlink-answer", dated, saudi_arabia)
    assert url not in client_of(secretary).get(dated.get_absolute_url()).content.decode()
    answers.link(saudi_arabia, report, actor=secretary)
    assert url in client_of(secretary).get(dated.get_absolute_url()).content.decode()
    assert url not in client_of(chair).get(dated.get_absolute_url()).content.decode()
    sent = {"document": report.pk, "reason": "It speaks of something else"}
    assert client_of(chair).post(url, sent).status_code == 404
    for lacking in ({"reason": ""}, {"document": ""}, {"document": 999999}):
        assert client_of(secretary).post(url, sent | lacking).status_code == 400
    saudi_arabia.refresh_from_db()
    assert saudi_arabia.document == report
    page = client_of(secretary).get(url).content.decode()
    assert f'name="document" value="{report.pk}"' in page
    assert client_of(secretary).post(url, sent).status_code == 302
    saudi_arabia.refresh_from_db()
    assert saudi_arabia.document is None


def test_whoever_is_overtaken_reads_what_has_become_of_it_and_keeps_the_typed_words(
    client_of, dated, report, secretary
):
    saudi_arabia = dated.addressees.shown().get(state__iso3="SAU")
    other = factories.make_document(report.register, "Another report")
    answers.link(saudi_arabia, other, actor=secretary)
    before = as_it_stands()
    linking = client_of(secretary).post(url_of("link-answer", dated, saudi_arabia), {"symbol": "DG-5/1"})
    sent = {"document": report.pk, "reason": "It speaks of something else"}
    removing = client_of(secretary).post(url_of("unlink-answer", dated, saudi_arabia), sent)
    for answer, said, typed in (
        (linking, "DG-5/2 is already linked as the answer of Saudi Arabia", "DG-5/1"),
        (removing, "DG-5/2 is linked here now, and not DG-5/1", "It speaks of something else"),
    ):
        page = answer.content.decode()
        assert answer.status_code == 409 and said in page and typed in page
    assert as_it_stands() == before
    answers.unlink(saudi_arabia, other, actor=secretary, reason="Wrong")
    gone = client_of(secretary).post(url_of("unlink-answer", dated, saudi_arabia), sent)
    assert gone.status_code == 409 and "No document is linked here any more" in gone.content.decode()


@pytest.mark.parametrize("verb", ["withdraw-addressee", "link-answer", "unlink-answer"])
def test_an_addressee_is_found_under_its_own_request_only(client_of, asked, dated, secretary, verb):
    foreign = dated.addressees.all()[0]
    assert client_of(secretary).get(url_of(verb, asked, foreign)).status_code == 404
    assert client_of(secretary).post(url_of(verb, asked, foreign), {"reason": "x"}).status_code == 404
    assert Addressee.objects.get(pk=foreign.pk).withdrawn_at is None
