"""Opening a sitting: the act that puts a meeting in session."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from cwg.documents.models import Register
from cwg.documents.states import MeetingState
from cwg.notices.models import Event
from cwg.record import journal
from cwg.record.models import JournalEntry
from meetings import sittings
from meetings.models import Meeting, Sitting
from tests import factories

pytestmark = pytest.mark.django_db
TICK = timedelta(microseconds=1)


@pytest.fixture
def meeting(held, dg) -> Meeting:
    """Its hour was an hour ago; two sittings, none of them open."""
    made = factories.make_meeting(dg, opens_at=held.at - timedelta(hours=1), opened_at=None)
    for number in (1, 2):
        made.sittings.create(
            number=number, starts_at=made.register.opens_at + timedelta(hours=5 * (number - 1))
        )
    return made


def on_the_wall(instant: datetime, meeting: Meeting) -> datetime:
    return instant.astimezone(meeting.zone).replace(tzinfo=None)


def nothing_opened() -> bool:
    opened = Sitting.objects.filter(opened_at__isnull=False).exists()
    return (
        not opened
        and Register.objects.get().opened_at is None
        and not JournalEntry.objects.filter(act="sitting_opened")
    )


def test_the_first_sitting_puts_the_meeting_in_session(held, meeting, secretary):
    assert meeting.state_at(held.at) is MeetingState.ANNOUNCED
    really = meeting.register.opens_at + timedelta(minutes=7)
    opened = sittings.open_sitting(
        meeting, meeting.sittings.first(), actor=secretary, opened_local=on_the_wall(really, meeting)
    )
    register = Register.objects.get()
    assert (register.opened_at, opened.state_at(held.at)) == (really, MeetingState.IN_SESSION)
    assert register.state_at(really - TICK) is MeetingState.ANNOUNCED
    assert meeting.sittings.get(number=1).opened_at == really
    entry = JournalEntry.objects.get(act="sitting_opened")
    assert (entry.facts["sitting"], entry.facts["opens_session"]) == (1, True)
    assert list(journal.faults(register)) == []
    assert not Event.objects.exists()


def test_a_later_sitting_opens_within_the_session(held, meeting, secretary):
    sittings.open_sitting(meeting, meeting.sittings.first(), actor=secretary)
    began = Register.objects.get().opened_at
    later = held.forward(hours=4)
    sittings.open_sitting(meeting, meeting.sittings.last(), actor=secretary)
    assert meeting.sittings.last().opened_at == later
    assert Register.objects.get().opened_at == began


def test_a_sitting_opens_once(held, meeting, secretary):
    sittings.open_sitting(meeting, meeting.sittings.first(), actor=secretary)
    with pytest.raises(sittings.CannotOpen, match="Sitting 1"):
        sittings.open_sitting(meeting, meeting.sittings.first(), actor=secretary)
    with pytest.raises(sittings.CannotOpen):
        sittings.open_sitting(meeting, None, actor=secretary)


def test_a_meeting_without_sittings_opens_as_a_whole(held, meeting, secretary):
    meeting.sittings.all().delete()
    sittings.open_sitting(meeting, None, actor=secretary)
    assert Register.objects.get().opened_at == held.at
    with pytest.raises(sittings.CannotOpen):
        sittings.open_sitting(meeting, None, actor=secretary)


@pytest.mark.parametrize("off", [TICK, timedelta(days=-1)])
def test_a_time_to_come_and_one_before_the_first_day_are_refused(held, meeting, secretary, off):
    wrong = on_the_wall(held.at + off, meeting)
    with pytest.raises(sittings.CannotOpen):
        sittings.open_sitting(meeting, meeting.sittings.first(), actor=secretary, opened_local=wrong)
    assert nothing_opened()
    sittings.open_sitting(
        meeting, meeting.sittings.first(), actor=secretary, opened_local=on_the_wall(held.at, meeting)
    )


@pytest.mark.parametrize("column", ["closed_at", "cancelled_at", "postponed_at", "announced_at"])
def test_only_an_announced_meeting_with_a_date_is_opened(held, meeting, secretary, column):
    value = None if column == "announced_at" else held.at
    Register.objects.update(**{column: value})
    with pytest.raises(sittings.CannotOpen):
        sittings.open_sitting(meeting, meeting.sittings.first(), actor=secretary)
    assert nothing_opened()


def test_a_sitting_of_another_meeting_opens_nothing(held, dg, meeting, secretary):
    other = factories.make_meeting(dg, 3).sittings.create(number=1, starts_at=held.at)
    with pytest.raises(sittings.CannotOpen):
        sittings.open_sitting(meeting, other, actor=secretary)
    assert not Register.objects.filter(opened_at__isnull=False).exists()


def test_only_the_secretariat_opens(meeting, chair, saudi_focal_point, auditor, administrator):
    for actor in (chair, saudi_focal_point, auditor, administrator):
        with pytest.raises(PermissionDenied):
            sittings.open_sitting(meeting, meeting.sittings.first(), actor=actor)
    assert nothing_opened()
