"""The secretariat records what the Group requested: shown before anybody is told, and recorded once."""

import re

import pytest

from cwg.members.models import MemberState, Office, Role
from cwg.notices import expansion
from cwg.notices.models import Event, Notice
from meetings import requests
from meetings.models import Request
from tests import factories
from tests.meetings.request_pages import MANY, as_it_stands, checked, record_url

pytestmark = pytest.mark.django_db


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
