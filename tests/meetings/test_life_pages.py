"""Pages on which a meeting is convened with its warnings, corrected, postponed and cancelled."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cwg.documents.models import Register
from cwg.documents.states import MeetingState
from meetings import deadline_changes
from meetings.deadline_changes import Choice
from meetings.models import Meeting, Sitting
from tests import factories

pytestmark = pytest.mark.django_db
VERBS = ("edit", "postpone", "cancel")


@pytest.fixture
def meeting(held, dg) -> Meeting:
    made = factories.make_meeting(dg, opens_at=datetime(2026, 3, 12, 8, tzinfo=UTC))
    made.sittings.create(number=1, starts_at=made.register.opens_at)
    return made


def url_of(verb: str, meeting: Meeting) -> str:
    return reverse(f"meetings:{verb}", args=[meeting.register.slug])


def lines(*sittings: dict, held: int = 0) -> dict:
    data = {"sittings-TOTAL_FORMS": len(sittings), "sittings-INITIAL_FORMS": held}
    for number, line in enumerate(sittings):
        data |= {f"sittings-{number}-{name}": value for name, value in line.items()}
    return data


@pytest.mark.parametrize("verb", VERBS)
def test_only_the_secretariat_of_the_group_finds_these_pages(client_of, meeting, secretary, chair, verb):
    elsewhere = factories.make_group("CWG-Internet")
    other = factories.accredit("s@x.example", elsewhere, "secretariat", office=factories.make_office()).person
    assert client_of(secretary).get(url_of(verb, meeting)).status_code == 200
    for person in (chair, other):
        assert client_of(person).get(url_of(verb, meeting)).status_code == 404
        assert client_of(person).post(url_of(verb, meeting), {"reason": "x"}).status_code == 404
    assert not Register.objects.get(pk=meeting.register_id).is_called_off


def test_a_warning_is_confirmed_and_another_one_is_shown_first(client_of, dg, held, secretary):
    client, url = client_of(secretary), reverse("meetings:new")
    data = {
        "group": dg.pk,
        "ordinal": 3,
        "title": "Third",
        "date": "2026-06-20",
        "time": "09:30",
        "zone": "Europe/Zurich",
        "days": 1,
        "place": "Geneva",
    } | lines()
    asked = client.post(url, data)
    assert asked.status_code == 400 and "weekend" in asked.content.decode()
    box = asked.context["form"].fields["confirmed"].widget.attrs["value"]
    assert f'type="checkbox" name="confirmed" value="{box}"' in asked.content.decode()
    assert client.post(url, data | {"date": "2026-06-21", "confirmed": box}).status_code == 400
    assert not Register.objects.exists()
    assert client.post(url, data | {"confirmed": box}).status_code == 302
    assert str(Register.objects.get().first_day) == "2026-06-20"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-20"])
def test_wild_years_and_past_days_are_refused_with_the_form(client_of, dg, held, meeting, secretary, day):
    data = {"group": dg.pk, "ordinal": 3, "title": "T", "date": day, "time": "09:30", "zone": "Europe/Zurich"}
    data |= {"days": 1, "place": "Geneva", "confirmed": "x"} | lines()
    assert client_of(secretary).post(reverse("meetings:new"), data).status_code == 400
    assert Register.objects.count() == 1
    move = url_of("move", meeting)
    assert client_of(secretary).get(move, {"date": day, "time": "09:00"}).status_code == 400


def test_an_announced_meeting_is_corrected_with_a_reason(client_of, meeting, secretary):
    client, url = client_of(secretary), url_of("edit", meeting)
    page = client.get(url)
    assert page.status_code == 200
    assert not {"ordinal", "zone", "date", "time", "group"} & set(page.context["form"].fields)
    data = {"title": "The right title", "place": "Geneva", "days": 2, "seen": 0} | lines(
        {"day": 1, "starts": "09:00", "ends": "01:00", "number": 1},
        {"day": 2, "starts": "21:00", "ends": "00:30", "title": "Night"},
        held=1,
    )
    assert client.post(url, data).status_code == 400  # no reason
    too_long = client.post(url, data | {"reason": "a typo"})
    assert too_long.status_code == 400 and "Sitting 1" in too_long.content.decode()
    assert Register.objects.get().title == meeting.register.title
    data |= {"sittings-0-ends": "12:00", "reason": "a typo"}
    assert client.post(url, data).status_code == 302
    assert Register.objects.get().title == "The right title"
    assert Sitting.objects.get(number=2).ends_at == datetime(2026, 3, 13, 23, 30, tzinfo=UTC)
    removing = data | {
        "seen": 1,
        "sittings-INITIAL_FORMS": 2,
        "sittings-1-number": 2,
        "sittings-1-remove": "on",
    }
    assert client.post(url, removing).status_code == 302
    assert [sitting.number for sitting in Sitting.objects.all()] == [1]


def test_everything_of_a_draft_can_be_corrected(client_of, dg, held, secretary):
    draft = factories.make_meeting(dg, 7, announced=False, opens_at=datetime(2026, 6, 22, 8, tzinfo=UTC))
    client, url = client_of(secretary), url_of("edit", draft)
    form = client.get(url).context["form"]
    assert "reason" not in form.fields
    data = {name: form[name].value() for name in form.fields if name != "confirmed"}
    data |= {"ordinal": 8, "date": "2026-06-23", "time": "10:00", "days": 2} | lines()
    assert client.post(url, data).status_code == 302
    register = Register.objects.get()
    assert (register.ordinal, register.slug) == (8, "dg-8")
    assert register.opens_at == datetime(2026, 6, 23, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("verb", "state"), [("postpone", MeetingState.POSTPONED), ("cancel", MeetingState.CANCELLED)]
)
def test_a_meeting_is_called_off_with_a_reason(
    client_of, held, meeting, secretary, saudi_delegate, verb, state
):
    client, url = client_of(secretary), url_of(verb, meeting)
    assert client.post(url, {"reason": " "}).status_code == 400
    assert not Register.objects.get().is_called_off
    assert client.post(url, {"reason": "no hall"}).status_code == 302
    assert Meeting.objects.get().state_at(held.at) is state
    assert client.post(url, {"reason": "no hall"}).status_code == 409
    page = client_of(saudi_delegate).get(meeting.get_absolute_url()).content.decode()
    assert str(state.label) in page and "Start a contribution" not in page
    assert client_of(saudi_delegate).get("/meetings/").status_code == 200


def test_a_move_shows_its_sittings_and_asks_about_a_weekend(client_of, meeting, secretary):
    client, url = client_of(secretary), url_of("move", meeting)
    shown = client.get(url, {"date": "2026-03-21", "time": "10:00"})
    [shift] = shown.context["proposal"].sittings
    assert shift.after == datetime(2026, 3, 21, 9, tzinfo=UTC)
    assert "weekend" in shown.content.decode()
    [change] = shown.context["proposal"].to_choose
    data = {"date": "2026-03-21", "time": "10:00", "seen": shown.context["proposal"].digest, "reason": "x"}
    data[f"rule-{change.rule_id}"] = "move"
    assert client.post(url, data).status_code == 400
    assert client.post(url, data | {"confirmed": "on"}).status_code == 302
    assert Sitting.objects.get().starts_at == shift.after


@pytest.mark.parametrize("verb", ["edit", "open-sitting", "move"])
def test_the_number_of_queries_does_not_grow_with_the_sittings(client_of, held, meeting, secretary, verb):
    held.move_to(datetime(2026, 3, 12, 7, tzinfo=UTC))
    client, url = client_of(secretary), url_of(verb, meeting)
    query = {"date": "2026-03-18", "time": "09:00"} if verb == "move" else {}
    assert client.get(url, query).status_code == 200

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url, query).status_code == 200
        return len(seen)

    one = queries()
    for number in (2, 3):
        meeting.sittings.create(number=number, starts_at=meeting.register.opens_at)
    assert queries() == one


def test_a_postponed_meeting_is_given_a_date_and_not_said_to_have_one(client_of, meeting, secretary):
    client, url = client_of(secretary), url_of("move", meeting)
    before = client.get(url).content.decode()
    assert "Move the meeting" in before and "12 March 2026" in before
    client.post(url_of("postpone", meeting), {"reason": "no hall"})
    for page in (client.get(url), client.get(url, {"date": "2026-04-16", "time": "10:00"})):
        text = page.content.decode()
        assert ">Set a date<" in text.replace("\n", "") and "Postponed, without a date" in text
        assert "Move the meeting" not in text and "Confirm the move" not in text


def test_a_move_proposes_no_time_for_a_deadline_that_was_ended_for_the_meeting(client_of, meeting, secretary):
    client, url, day = client_of(secretary), url_of("move", meeting), {"date": "2026-03-19", "time": "10:00"}
    [change] = client.get(url, day).context["proposal"].deadlines
    assert change.proposed == datetime(2026, 3, 18, 9, tzinfo=UTC)
    choice = {change.rule_id: Choice.END_HERE}
    deadline_changes.change_deadlines(meeting, choice=choice, actor=secretary, reason="Agreed")
    shown = client.get(url, day)
    [change] = shown.context["proposal"].deadlines
    assert change.proposed is None
    assert "18 March 2026" not in shown.content.decode()
