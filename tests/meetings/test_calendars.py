"""Calendars: one meeting as a file, and a person's own at a secret address."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from cwg.members.models import Role
from meetings import calling_off, convening, correcting, deadline_changes, moving
from meetings.models import Sitting
from meetings.planning import SittingPlan
from tests import factories

pytestmark = pytest.mark.django_db
SECRET = "s" * 43


@pytest.fixture
def meeting(held, dg):
    return factories.make_meeting(dg, opens_at=datetime(2026, 3, 12, 8, tzinfo=UTC))


def events(response) -> dict[str, object]:
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/calendar")
    calendar = Calendar.from_ical(response.content)
    assert calendar["method"] == "PUBLISH"
    return {str(event["uid"]).partition("@")[0].split("-", 2)[2]: event for event in calendar.walk("VEVENT")}


def test_the_calendar_has_the_opening_and_the_deadline_at_their_instants(client_of, meeting, saudi_delegate):
    url = reverse("meetings:calendar", args=[meeting.register.slug])
    found = events(client_of(saudi_delegate).get(url))
    rule = meeting.register.deadlines.get().rule_id
    assert set(found) == {"opening", f"deadline-{rule}"}
    assert found["opening"]["dtstart"].dt == datetime(2026, 3, 12, 8, tzinfo=UTC)
    assert found[f"deadline-{rule}"]["dtstart"].dt == datetime(2026, 3, 11, 8, tzinfo=UTC)
    assert len(found[f"deadline-{rule}"].walk("VALARM")) == 1


def test_a_move_keeps_the_uid_and_counts_the_sequence_up(client_of, meeting, saudi_delegate, secretary):
    Sitting.objects.create(
        meeting=meeting,
        number=1,
        starts_at=meeting.register.opens_at,
        ends_at=meeting.register.opens_at + timedelta(hours=3),
    )
    url = reverse("meetings:calendar", args=[meeting.register.slug])
    before = events(client_of(saudi_delegate).get(url))
    new = datetime(2026, 3, 20, 9)  # noqa: DTZ001
    moving.confirm_move(meeting, new, choice="move", actor=secretary, reason="x")
    after = events(client_of(saudi_delegate).get(url))
    assert set(before) == set(after) and "sitting-1" in after
    assert (before["sitting-1"]["sequence"], after["sitting-1"]["sequence"]) == (0, 1)
    assert after["sitting-1"]["dtstart"].dt == datetime(2026, 3, 20, 8, tzinfo=UTC)
    assert after["sitting-1"]["dtend"].dt == datetime(2026, 3, 20, 11, tzinfo=UTC)


def feed(client, secret: str = SECRET):
    return client.get(reverse("meetings:feed", args=[secret]))


def test_a_personal_calendar_needs_its_secret_and_no_cookie(client, meeting, saudi_delegate):
    saudi_delegate.calendar_secret = SECRET
    saudi_delegate.save()
    response = feed(client)
    assert "opening" in events(response)
    assert not response.cookies


def test_titles_and_times_only(client, meeting, saudi_delegate):
    saudi_delegate.calendar_secret = SECRET
    saudi_delegate.save()
    factories.make_document(meeting.register, "A secret title")
    text = feed(client).content.decode()
    assert "BEGIN:VEVENT" in text
    for hidden in ("A secret title", "DG-2/1", "Saudi", saudi_delegate.email, SECRET):
        assert hidden not in text


def test_a_wrong_a_revoked_and_a_disabled_secret_are_answered_alike(client, meeting, saudi_delegate):
    saudi_delegate.calendar_secret = SECRET
    saudi_delegate.save()
    assert feed(client).status_code == 200
    for secret in ("x" * 43, "x", "s" * 42):
        assert feed(client, secret).status_code == 404
    saudi_delegate.is_active = False
    saudi_delegate.save()
    assert feed(client).status_code == 404
    saudi_delegate.is_active, saudi_delegate.calendar_secret = True, ""
    saudi_delegate.save()
    assert feed(client).status_code == 404


def test_the_feed_shows_what_the_person_may_see_at_that_moment(client, held, dg, meeting):
    seat = factories.accredit("d@sau.example", dg, Role.DELEGATE, "SAU", until=held.at + timedelta(days=1))
    seat.person.calendar_secret = SECRET
    seat.person.save()
    factories.make_meeting(dg, 3, announced=False)
    factories.make_meeting(factories.make_group("CWG-Internet"), 4)
    assert len([uid for uid in events(feed(client)) if uid == "opening"]) == 1
    held.forward(days=1)
    assert events(feed(client)) == {}


def test_the_entries_of_a_meeting_that_is_called_off_are_struck_out_and_come_back(
    client_of, held, meeting, saudi_delegate, secretary
):
    url = reverse("meetings:calendar", args=[meeting.register.slug])
    before = events(client_of(saudi_delegate).get(url))["opening"]
    assert str(before["status"]) == "CONFIRMED"
    calling_off.postpone(meeting, actor=secretary, reason="no hall")
    off = events(client_of(saudi_delegate).get(url))
    assert {str(event["status"]) for event in off.values()} == {"CANCELLED"}
    again = (meeting.register.opens_at + timedelta(days=7)).replace(tzinfo=None)
    moving.confirm_move(meeting, again, choice="move", actor=secretary, reason="a hall was found")
    back = events(client_of(saudi_delegate).get(url))["opening"]
    assert (str(back["status"]), back["uid"]) == ("CONFIRMED", before["uid"])
    assert before["sequence"] < off["opening"]["sequence"] < back["sequence"]
    calling_off.cancel(meeting, actor=secretary, reason="no quorum")
    gone = events(client_of(saudi_delegate).get(url))["opening"]
    assert str(gone["status"]) == "CANCELLED" and gone["sequence"] > back["sequence"]


# --- What is not held any more ----------------------------------------------------------------------------------------


def statuses(response) -> dict[str, tuple[str, int]]:
    return {part: (str(event["status"]), int(event["sequence"])) for part, event in events(response).items()}


def correct(meeting, secretary, *sittings):
    plan = replace(convening.plan_of(meeting), sittings=sittings)
    return correcting.correct(meeting, plan, actor=secretary, reason="the programme changed")


MORNING, AFTERNOON = SittingPlan(1, time(9, 30), time(12, 30)), SittingPlan(1, time(14, 30), time(17, 30))


@pytest.fixture
def of_two_sittings(held, dg, secretary):
    plan = convening.Plan(
        ordinal=7,
        title="Seventh",
        place="Geneva",
        zone="Europe/Zurich",
        opens_local=datetime(2026, 3, 12, 9, 30),  # noqa: DTZ001 - on the clock of the seat
        sittings=(MORNING, AFTERNOON),
    )
    return convening.announce(convening.convene(dg, plan, actor=secretary), actor=secretary)


def test_a_sitting_that_is_removed_is_struck_out_by_its_uid(
    client_of, of_two_sittings, saudi_delegate, secretary
):
    url = reverse("meetings:calendar", args=[of_two_sittings.register.slug])
    client = client_of(saudi_delegate)
    before = events(client.get(url))
    assert {part for part in before if part.startswith(("sitting", "opening"))} == {"sitting-1", "sitting-2"}
    first, _second = convening.plan_of(of_two_sittings).sittings
    correct(of_two_sittings, secretary, first)
    after = events(client.get(url))
    assert set(after) == set(before)
    assert str(after["sitting-1"]["status"]) == "CONFIRMED"
    assert str(after["sitting-2"]["status"]) == "CANCELLED"
    assert after["sitting-2"]["uid"] == before["sitting-2"]["uid"]
    assert after["sitting-2"]["sequence"] > before["sitting-2"]["sequence"]
    assert after["sitting-2"]["dtstart"].dt == before["sitting-2"]["dtstart"].dt
    assert after["sitting-2"]["dtend"].dt == before["sitting-2"]["dtend"].dt


def test_its_number_comes_back_to_no_other_sitting(client_of, of_two_sittings, saudi_delegate, secretary):
    first, _second = convening.plan_of(of_two_sittings).sittings
    correct(of_two_sittings, secretary, first)
    correct(of_two_sittings, secretary, first, AFTERNOON)
    found = statuses(
        client_of(saudi_delegate).get(reverse("meetings:calendar", args=[of_two_sittings.register.slug]))
    )
    assert {part: status for part, (status, _) in found.items() if part.startswith("sitting")} == {
        "sitting-1": "CONFIRMED",
        "sitting-2": "CANCELLED",
        "sitting-3": "CONFIRMED",
    }
    assert "opening" not in found


def test_the_first_sitting_that_is_added_takes_the_place_of_the_opening(
    client_of, meeting, saudi_delegate, secretary
):
    client, url = client_of(saudi_delegate), reverse("meetings:calendar", args=[meeting.register.slug])
    opening = events(client.get(url))["opening"]
    assert "dtend" not in opening
    correct(meeting, secretary, MORNING, AFTERNOON)
    found = events(client.get(url))
    assert {part for part in found if not part.startswith("deadline")} == {"opening", "sitting-2"}
    assert found["opening"]["uid"] == opening["uid"]
    assert found["opening"]["dtend"].dt == datetime(2026, 3, 12, 11, 30, tzinfo=UTC)
    assert statuses(client.get(url))["opening"] == ("CONFIRMED", 1)
    correct(meeting, secretary)
    back = statuses(client.get(url))
    assert (back["opening"], back["sitting-2"]) == (("CONFIRMED", 2), ("CANCELLED", 2))


def test_the_opening_is_struck_out_when_the_sitting_in_its_place_is_removed_and_another_stays(
    client_of, meeting, saudi_delegate, secretary
):
    client, url = client_of(saudi_delegate), reverse("meetings:calendar", args=[meeting.register.slug])
    correct(meeting, secretary, MORNING, AFTERNOON)
    correct(meeting, secretary, *convening.plan_of(meeting).sittings[1:])
    after = statuses(client.get(url))
    assert (after["opening"], after["sitting-2"]) == (("CANCELLED", 2), ("CONFIRMED", 2))


def test_an_entry_says_where_and_leads_to_the_meeting_under_a_short_title(
    client_of, meeting, saudi_delegate, settings
):
    meeting.venue = "Room H"
    meeting.save()
    url = reverse("meetings:calendar", args=[meeting.register.slug])
    response = client_of(saudi_delegate).get(url)
    opening = events(response)["opening"]
    assert str(opening["summary"]) == f"{meeting.register.group.short_name} {meeting.register.ordinal}"
    assert str(opening["description"]) == meeting.register.title
    assert str(opening["location"]) == f"Room H, {meeting.register.place}"
    assert str(opening["url"]) == settings.PORTAL_URL + meeting.get_absolute_url()
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in response.content
    assert b"X-PUBLISHED-TTL:PT1H" in response.content


def test_a_deadline_that_ends_is_struck_out_and_comes_back_when_it_is_set_again(
    client_of, meeting, saudi_delegate, secretary
):
    client, url = client_of(saudi_delegate), reverse("meetings:calendar", args=[meeting.register.slug])
    rule = meeting.register.deadlines.get().rule_id
    for choice, status in (("end_here", "CANCELLED"), ("move", "CONFIRMED")):
        deadline_changes.change_deadlines(meeting, choice={rule: choice}, actor=secretary, reason="Agreed")
        found = events(client.get(url))
        assert str(found[f"deadline-{rule}"]["status"]) == status
        assert len(found[f"deadline-{rule}"].walk("VALARM")) == (status == "CONFIRMED")


def test_what_was_dropped_before_the_announcement_is_not_told_afterwards(
    client_of, held, dg, saudi_delegate, secretary
):
    plan = convening.Plan(
        ordinal=8,
        title="Eighth",
        place="Geneva",
        zone="Europe/Zurich",
        opens_local=datetime(2026, 3, 12, 9, 30),  # noqa: DTZ001 - on the clock of the seat
        sittings=(MORNING, replace(AFTERNOON, title="Complaint against somebody")),
    )
    factories.twenty_four_hours()
    draft = convening.convene(dg, plan, actor=secretary)
    rule = draft.register.deadlines.get().rule_id
    correct(draft, secretary, *convening.plan_of(draft).sittings[:1])
    held.forward(seconds=1)
    deadline_changes.change_deadlines(draft, choice={rule: "end_here"}, actor=secretary, reason="Agreed")
    url = reverse("meetings:calendar", args=[draft.register.slug])
    prepared = client_of(secretary).get(url)
    assert b"Complaint" in prepared.content  # who prepares the meeting may have it in a calendar
    assert set(events(prepared)) == {"sitting-1", "sitting-2", f"deadline-{rule}"}
    held.forward(seconds=1)
    convening.announce(draft, actor=secretary)
    told = client_of(saudi_delegate).get(url)
    assert set(events(told)) == {"sitting-1"}
    assert b"Complaint" not in told.content


def test_the_feed_asks_as_much_for_three_meetings_as_for_one(
    client, held, dg, meeting, saudi_delegate, django_assert_num_queries
):
    saudi_delegate.calendar_secret = SECRET
    saudi_delegate.save()
    with CaptureQueriesContext(connection) as asked:
        feed(client)
    for ordinal in (3, 4):
        factories.make_meeting(dg, ordinal).sittings.create(number=1, starts_at=meeting.register.opens_at)
    with django_assert_num_queries(len(asked)):
        assert feed(client).content.count(b"BEGIN:VEVENT") == 6
