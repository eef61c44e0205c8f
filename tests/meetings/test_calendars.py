"""Calendars: one meeting as a file, and a person's own at a secret address."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from cwg.members.models import Role
from meetings import calling_off, moving
from meetings.models import Sitting
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
