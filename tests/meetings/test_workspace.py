"""The secretariat's pages: each is a form for one verb, and is not there for anybody else."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from cwg.documents import rulebook
from cwg.documents.deadlines import TWENTY_FOUR_HOURS
from cwg.documents.models import Deadline, DeadlineRule, Register
from cwg.record.models import JournalEntry
from meetings import requests
from meetings.models import Meeting
from tests import factories

pytestmark = pytest.mark.django_db
VERBS = ("announce", "move", "open-sitting", "close", "record-request")


@pytest.fixture
def meeting(held, dg) -> Meeting:
    return factories.make_meeting(dg, opens_at=datetime(2026, 3, 12, 8, tzinfo=UTC))


def url_of(verb: str, meeting: Meeting, *more) -> str:
    return reverse(f"meetings:{verb}", args=[meeting.register.slug, *more])


@pytest.mark.parametrize("verb", VERBS)
def test_only_the_secretariat_finds_these_pages(
    client_of, client, meeting, secretary, saudi_focal_point, chair, auditor, administrator, verb
):
    url = url_of(verb, meeting)
    assert client_of(secretary).get(url).status_code == 200
    for person in (saudi_focal_point, chair, auditor, administrator):
        assert client_of(person).get(url).status_code == 404
        assert client_of(person).post(url).status_code == 404
    assert client.get(url).status_code == 302


def test_a_secretariat_of_another_group_finds_nothing(client_of, meeting):
    office = factories.make_office("secretariat")
    other = factories.accredit(
        "s@other.example", factories.make_group("CWG-Internet"), "secretariat", office=office
    )
    for verb in VERBS:
        assert client_of(other.person).get(url_of(verb, meeting)).status_code == 404


def test_the_next_meeting_is_convened_from_the_last(client_of, meeting, secretary, saudi_delegate):
    client = client_of(secretary)
    url = f"{reverse('meetings:new')}?from={meeting.register.slug}"
    page = client.get(url)
    assert page.status_code == 200
    assert page.context["form"].initial["ordinal"] == 3
    data = {
        "group": meeting.register.group_id,
        "ordinal": 3,
        "title": "3rd meeting",
        "date": "2026-06-22",
        "time": "09:30",
        "zone": "Europe/Zurich",
        "days": 3,
        "place": "Geneva",
        "venue": "",
        "chair": "",
        "note": "",
        "sittings-TOTAL_FORMS": 2,
        "sittings-INITIAL_FORMS": 0,
        "sittings-0-day": 1,
        "sittings-0-starts": "09:30",
        "sittings-0-ends": "12:30",
        "sittings-0-title": "",
        "sittings-1-day": "",
        "sittings-1-starts": "",
        "sittings-1-ends": "",
        "sittings-1-title": "",
    }
    refused = client.post(url, data | {"date": "2026-03-29", "time": "02:30"})
    assert refused.status_code == 400
    assert "does not exist" in refused.content.decode()
    assert Meeting.objects.count() == 1
    assert client.post(url, data | {"sittings-0-day": 9}).status_code == 400
    assert Meeting.objects.count() == 1
    made = client.post(url, data)
    assert made.status_code == 302
    register = Register.objects.get(ordinal=3)
    assert register.opens_at == datetime(2026, 6, 22, 7, 30, tzinfo=UTC)
    assert register.meeting.sittings.count() == 1
    assert client_of(saudi_delegate).get(made["Location"]).status_code == 404
    client.post(url_of("announce", register.meeting))
    assert client_of(saudi_delegate).get(made["Location"]).status_code == 200
    assert client.post(url_of("announce", register.meeting)).status_code == 409


def test_a_group_of_somebody_else_cannot_be_chosen(client_of, meeting, secretary, chair):
    assert client_of(chair).get(reverse("meetings:new")).status_code == 404
    other = factories.make_group("CWG-Internet")
    content = client_of(secretary).get(reverse("meetings:new")).content.decode()
    assert f'value="{meeting.register.group_id}"' in content and f'<option value="{other.pk}"' not in content


def test_a_move_is_shown_first_and_confirmed_with_a_reason(client_of, meeting, secretary):
    client, url = client_of(secretary), url_of("move", meeting)
    shown = client.get(url, {"date": "2026-03-18", "time": "09:00"})
    assert "Still open, and open longer." in shown.content.decode()
    assert Register.objects.get().opens_at == meeting.register.opens_at
    rule = Deadline.objects.get().rule_id
    seen = shown.context["proposal"].digest
    data = {"date": "2026-03-18", "time": "09:00", "seen": seen, f"rule-{rule}": "move"}
    without_reason = client.post(url, data | {"reason": " "})
    assert without_reason.status_code == 400
    no_choice = client.post(url, {"date": "2026-03-18", "time": "09:00", "seen": seen, "reason": "Hall"})
    assert no_choice.status_code == 400
    stale = client.post(url, data | {"seen": "0" * 64, "reason": "Hall"})
    assert stale.status_code == 409
    assert Register.objects.get().opens_at == meeting.register.opens_at
    assert client.post(url, data | {"reason": "Hall"}).status_code == 302
    assert Register.objects.get().opens_at == datetime(2026, 3, 18, 8, tzinfo=UTC)


@pytest.mark.parametrize("query", ["date=2026-13-01&time=09:00", "date=2026-03-20", "date=x&time=y"])
def test_a_malformed_opening_is_refused_with_the_form(client_of, meeting, secretary, query):
    assert client_of(secretary).get(f"{url_of('move', meeting)}?{query}").status_code == 400


def test_the_page_asks_for_the_opening_once_its_hour_has_passed(client_of, held, meeting, secretary, chair):
    page = meeting.get_absolute_url()
    held.move_to(meeting.register.opens_at - timedelta(microseconds=1))
    assert not client_of(secretary).get(page).context["should_open"]
    held.move_to(meeting.register.opens_at)
    told = "The opening has passed, and no sitting is open"
    assert told in client_of(secretary).get(page).content.decode()
    assert told not in client_of(chair).get(page).content.decode()


def test_a_sitting_is_opened_with_its_real_time(client_of, held, meeting, secretary):
    first = meeting.sittings.create(number=1, starts_at=meeting.register.opens_at)
    second = meeting.sittings.create(number=2, starts_at=meeting.register.opens_at + timedelta(hours=5))
    client, url = client_of(secretary), url_of("open-sitting", meeting)
    held.move_to(meeting.register.opens_at + timedelta(minutes=20))
    assert client.get(url).context["form"]["time"].value().strftime("%H:%M") == "09:20"
    for wrong in ({"time": "09:30"}, {"time": ""}, {"date": "2026-03-11"}, {"sitting": 0}):
        data = {"sitting": first.pk, "date": "2026-03-12", "time": "09:07"} | wrong
        assert client.post(url, data).status_code == 400
    assert Register.objects.get().opened_at is None
    assert client.post(url, {"sitting": first.pk, "date": "2026-03-12", "time": "09:07"}).status_code == 302
    first.refresh_from_db()
    assert first.opened_at == Register.objects.get().opened_at == datetime(2026, 3, 12, 8, 7, tzinfo=UTC)
    assert list(client.get(url).context["form"].fields["sitting"].queryset) == [second]


@pytest.fixture
def two_days(held, meeting) -> Meeting:
    """A sitting on each of two days, none open; it is an hour past the first."""
    for number, hours in ((1, 0), (2, 24)):
        meeting.sittings.create(number=number, starts_at=meeting.register.opens_at + timedelta(hours=hours))
    held.move_to(meeting.register.opens_at + timedelta(hours=1))
    return meeting


def test_the_sitting_of_tomorrow_opens_today_only_after_a_tick(client_of, two_days, secretary):
    client, url = client_of(secretary), url_of("open-sitting", two_days)
    first, second = two_days.sittings.all()
    data = {"sitting": second.pk, "date": "2026-03-12", "time": "10:00"}
    asked = client.post(url, data)
    assert asked.status_code == 400
    assert asked.context["form"].non_field_errors() == [
        "Sitting 2 is planned for 13 Mar 2026, 09:00 CET; it would be recorded as opened on 12 Mar 2026, 10:00 CET.",
        "A sitting planned before it is not recorded as opened: Sitting 1.",
    ]
    shown = asked.context["form"]["confirmed"].field.widget.attrs["value"]
    assert client.post(url, data | {"confirmed": "on"}).status_code == 400
    assert Register.objects.get().opened_at is None
    assert not JournalEntry.objects.filter(act="sitting_opened").exists()
    assert client.post(url, data | {"confirmed": shown}).status_code == 302
    second.refresh_from_db()
    assert second.opened_at == datetime(2026, 3, 12, 9, tzinfo=UTC)
    page = client.get(two_days.get_absolute_url()).content.decode()
    row = page[page.index("<li><bdi>Sitting 2") :].split("</li>")[0]
    assert "13 Mar 2026" in row and "12 Mar 2026" in row
    first.opened_at = first.starts_at
    first.save()
    page = client.get(two_days.get_absolute_url()).content.decode()
    assert page[page.index("<li><bdi>Sitting 1") :].split("</li>")[0].count("12 Mar 2026") == 1


def test_a_time_to_come_is_refused_before_anything_is_asked(client_of, two_days, secretary):
    second = two_days.sittings.last()
    data = {"sitting": second.pk, "date": "2026-03-13", "time": "09:00"}
    refused = client_of(secretary).post(url_of("open-sitting", two_days), data)
    assert refused.status_code == 400
    assert [str(each) for each in refused.context["form"].non_field_errors()] == [
        "That time has not come yet. Give the time at which the sitting really opened."
    ]
    assert Register.objects.get().opened_at is None


@pytest.mark.parametrize(("hours", "number"), [(1, 1), (11.9, 1), (12, 1), (12.1, 2)])
def test_the_sitting_planned_nearest_to_now_is_chosen_already(
    client_of, held, two_days, secretary, hours, number
):
    held.move_to(two_days.register.opens_at + timedelta(hours=hours))
    form = client_of(secretary).get(url_of("open-sitting", two_days)).context["form"]
    assert form["sitting"].initial.number == number
    page = str(form["sitting"])
    assert f"selected>Sitting {number}, 1{number + 1} Mar 2026, 09:00 CET<" in page
    assert form["time"].label == "Time at which it opened (Geneva time)"


def test_closing_names_the_slots_that_end(client_of, held, meeting, secretary):
    client, url = client_of(secretary), url_of("close", meeting)
    assert client.post(url).status_code == 409
    assert Register.objects.get().closed_at is None
    held.move_to(meeting.register.opens_at + timedelta(hours=1))
    assert client.post(url).status_code == 409  # its hour has passed, and nobody has opened it
    factories.open_session(meeting)
    requests.record(
        meeting, addressees=[factories.make_state("SYR")], item="4", wording="A list", actor=secretary
    )
    assert "A list" in client.get(url).content.decode()
    assert client.post(url).status_code == 302
    assert Register.objects.get().closed_at == held.at


def test_the_announcement_says_which_rule_stands_in_the_place_of_which(client_of, held, dg, secretary):
    general = factories.twenty_four_hours()
    meeting = factories.make_meeting(dg, announced=False)
    client, url = client_of(secretary), url_of("announce", meeting)
    assert "in its place" not in client.get(url).content.decode()
    own = rulebook.row_of(TWENTY_FOUR_HOURS, dg)
    own.offset, own.replaces = 48, general
    rulebook.keep(own, actor=secretary, reason="Agreed")
    page = client.get(url).content.decode()
    links = {row.pk: reverse("documents:rule", args=[row.pk]) for row in (general, own)}
    assert f'In place of the general rule <a href="{links[general.pk]}">{general.name}</a>' in page
    assert f'The group has put <a href="{links[own.pk]}">{own.name}</a> in its place' in page
    assert f'href="{url_of("deadlines", meeting)}"' in page
    for link in links.values():
        assert client.get(link).status_code == 200


def test_the_announcement_says_that_a_rule_was_switched_off(client_of, held, dg, secretary):
    factories.twenty_four_hours()
    meeting = factories.make_meeting(dg, announced=False)
    DeadlineRule.objects.update(active=False)
    page = client_of(secretary).get(url_of("announce", meeting)).content.decode()
    assert "The rule was switched off since this deadline was set" in page
