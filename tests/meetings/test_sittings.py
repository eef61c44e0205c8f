"""Opening a sitting: the act that puts a meeting in session."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from cwg.documents.models import Register
from cwg.documents.states import MeetingState
from cwg.notices import kinds
from cwg.notices.models import Event
from cwg.record import journal
from cwg.record.models import JournalEntry
from cwg.record.reasons import ReasonMissing
from meetings import moving, offers, requests, sittings
from meetings.models import Meeting, Request, Sitting
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


def test_a_sitting_is_in_session_from_its_opening_to_its_planned_end(held, meeting):
    first, second = meeting.sittings.order_by("number")
    opens, ends = first.starts_at + timedelta(minutes=7), first.starts_at + timedelta(hours=3)
    first.ends_at = ends
    assert sittings.in_session([first, second], opens) == sittings.InSession(None, first)
    first.opened_at = opens
    for at, current in ((opens - TICK, None), (opens, first), (ends - TICK, first), (ends, None)):
        assert sittings.in_session([first, second], at) == sittings.InSession(current, second)
    # That it closed is recorded nowhere: without a planned end it goes on, until another one opens.
    first.ends_at = None
    assert sittings.in_session([first, second], ends).current == first
    second.opened_at = second.starts_at
    assert sittings.in_session([first, second], second.starts_at) == sittings.InSession(second, None)
    assert sittings.in_session([], ends) == sittings.InSession(None, None)


def test_a_sitting_that_opens_late_stays_the_next_one_until_it_opens(meeting):
    first, second = meeting.sittings.order_by("number")
    third = Sitting(number=3, starts_at=second.starts_at + timedelta(days=1))
    day = [third, second, first]
    first.opened_at, first.ends_at = first.starts_at, first.starts_at + timedelta(hours=3)
    planned, late = second.starts_at, second.starts_at + timedelta(minutes=5)
    for at in (planned - TICK, planned, planned + TICK, late - TICK, planned + sittings.FAR_FROM_PLAN):
        assert sittings.in_session(day, at) == sittings.InSession(None, second)
    # Half a day later nobody waits for it any more.
    for at in (planned + sittings.FAR_FROM_PLAN + TICK, third.starts_at + timedelta(minutes=5)):
        assert sittings.in_session(day, at).following == third
    second.opened_at = late
    assert sittings.in_session(day, late) == sittings.InSession(second, third)


def test_a_sitting_that_was_left_out_is_not_the_next_one(meeting):
    first, second = meeting.sittings.order_by("number")
    second.opened_at = second.starts_at
    assert sittings.in_session([first, second], second.starts_at) == sittings.InSession(second, None)


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


@pytest.mark.parametrize(("off", "warns"), [(-TICK, False), (timedelta(), False), (TICK, True)])
def test_an_opening_more_than_twelve_hours_from_the_plan_is_warned_of(held, meeting, off, warns):
    meeting.sittings.filter(number=2).delete()
    first = meeting.sittings.get()
    now = held.forward(hours=13)
    for way in (1, -1):
        Sitting.objects.filter(pk=first.pk).update(starts_at=now - way * (timedelta(hours=12) + off))
        first.refresh_from_db()
        found = sittings.warnings_of(meeting, first, on_the_wall(now, meeting), at=now)
        assert ["is planned for" in each for each in found] == ([True] if warns else [])


def test_a_meeting_opened_as_a_whole_is_held_to_its_own_plan(held, meeting):
    meeting.sittings.all().delete()
    assert sittings.warnings_of(meeting, None, on_the_wall(held.at, meeting), at=held.at) == ()
    late = held.forward(hours=14)
    (said,) = sittings.warnings_of(meeting, None, on_the_wall(late, meeting), at=late)
    assert said.startswith(f"{meeting} is planned for")


def test_earlier_sittings_that_are_not_open_are_named_and_open_ones_are_not(held, meeting):
    third = meeting.sittings.create(number=3, starts_at=held.at)
    meeting.sittings.filter(number=2).update(starts_at=held.at - TICK)
    here = on_the_wall(held.at, meeting)
    (said,) = sittings.warnings_of(meeting, third, here, at=held.at)
    assert said == "Sittings planned before it are not recorded as opened: Sitting 1, Sitting 2."
    meeting.sittings.filter(number=1).update(opened_at=held.at)
    meeting.sittings.filter(number=2).update(starts_at=held.at)
    assert sittings.warnings_of(meeting, third, here, at=held.at) == ()


def test_only_the_secretariat_opens(meeting, chair, saudi_focal_point, auditor, administrator):
    for actor in (chair, saudi_focal_point, auditor, administrator):
        with pytest.raises(PermissionDenied):
            sittings.open_sitting(meeting, meeting.sittings.first(), actor=actor)
    assert nothing_opened()


# --- Undoing an opening recorded by mistake -------------------------------------------------------------------------


@pytest.fixture
def open_meeting(held, meeting, secretary) -> Meeting:
    """In session since the first of its two sittings opened."""
    sittings.open_sitting(meeting, meeting.sittings.first(), actor=secretary)
    held.forward(minutes=5)
    return meeting


def ask(meeting: Meeting, actor, sitting: Sitting | None = None) -> Request:
    return requests.record(
        meeting,
        addressees=[factories.make_state("LVA")],
        item="4",
        wording="Figures",
        actor=actor,
        sitting=sitting,
    )


def nothing_undone() -> bool:
    return not JournalEntry.objects.filter(act="opening_undone") and not Event.objects.filter(
        kind="opening_undone"
    )


def test_without_its_only_open_sitting_a_meeting_is_not_in_session(held, open_meeting, secretary):
    first = open_meeting.sittings.get(number=1)
    assert open_meeting.register.state_at(held.at) is not Register.objects.get().state_at(held.at)
    undone = sittings.undo_opening(open_meeting, first, actor=secretary, reason=" the wrong meeting ")
    register = Register.objects.get()
    assert register.opened_at is None and undone.state_at(held.at) is MeetingState.ANNOUNCED
    assert open_meeting.sittings.get(number=1).opened_at is None
    entry = JournalEntry.objects.get(act="opening_undone")
    assert (entry.facts["sitting"], entry.facts["session"]) == (1, None)
    assert entry.facts["opened"] == journal.plain(first.opened_at)
    assert entry.facts["reason"] == "the wrong meeting"
    assert open_meeting.sittings.get(number=1).history.latest().history_change_reason == "the wrong meeting"
    assert list(journal.faults(register)) == []
    with pytest.raises(requests.NotInSession):
        ask(open_meeting, secretary)
    moving.propose_move(undone, datetime(2030, 5, 6, 9, 30))  # noqa: DTZ001 - it can be moved again


def test_what_was_undone_can_be_opened_again(held, open_meeting, secretary):
    first = open_meeting.sittings.get(number=1)
    sittings.undo_opening(open_meeting, first, actor=secretary, reason="too early")
    sittings.open_sitting(open_meeting, first, actor=secretary)
    assert Register.objects.get().opened_at == held.at


def test_the_session_begins_with_the_next_sitting_that_is_open(held, open_meeting, secretary):
    began = held.at
    sittings.open_sitting(open_meeting, open_meeting.sittings.get(number=2), actor=secretary)
    held.forward(minutes=5)
    sittings.undo_opening(
        open_meeting, open_meeting.sittings.get(number=1), actor=secretary, reason="it was the second"
    )
    assert Register.objects.get().opened_at == open_meeting.sittings.get(number=2).opened_at == began
    assert Register.objects.get().state_at(held.at) is MeetingState.IN_SESSION


def test_a_later_sitting_is_undone_within_the_session(held, open_meeting, secretary):
    began = Register.objects.get().opened_at
    second = open_meeting.sittings.get(number=2)
    sittings.open_sitting(open_meeting, second, actor=secretary)
    sittings.undo_opening(open_meeting, second, actor=secretary, reason="not yet")
    assert Register.objects.get().opened_at == began
    assert [sitting.opened_at for sitting in open_meeting.sittings.all()] == [began, None]


def test_a_meeting_opened_as_a_whole_is_undone_as_a_whole(held, meeting, secretary):
    meeting.sittings.all().delete()
    sittings.open_sitting(meeting, None, actor=secretary)
    sittings.undo_opening(meeting, None, actor=secretary, reason="the wrong meeting")
    assert Register.objects.get().opened_at is None


def test_an_opening_stays_while_a_request_stands_that_was_recorded_in_it(held, open_meeting, secretary):
    first = open_meeting.sittings.get(number=1)
    for sitting in (first, None):
        asked = ask(open_meeting, secretary, sitting)
        with pytest.raises(sittings.CannotUndo, match="Withdraw them first"):
            sittings.undo_opening(open_meeting, first, actor=secretary, reason="the wrong one")
        assert Register.objects.get().opened_at is not None and nothing_undone()
        requests.withdraw(asked, actor=secretary, reason="the wrong meeting")
    sittings.undo_opening(open_meeting, first, actor=secretary, reason="the wrong one")
    assert Register.objects.get().opened_at is None


@pytest.mark.parametrize(("off", "depends"), [(-TICK, True), (timedelta(), False), (TICK, False)])
def test_a_request_depends_on_the_opening_if_it_came_before_the_session_would_have_begun(
    held, open_meeting, secretary, off, depends
):
    second = open_meeting.sittings.get(number=2)
    asked = ask(open_meeting, secretary)
    began = held.forward(minutes=1)
    sittings.open_sitting(open_meeting, second, actor=secretary)
    Request.objects.filter(pk=asked.pk).update(recorded_at=began + off)
    found = offers.openings_to_undo(
        Register.objects.get(), open_meeting.sittings.all(), open_meeting.requests.all()
    )
    assert (1 not in [opening.sitting.number for opening in found]) is depends
    assert 2 in [opening.sitting.number for opening in found]


@pytest.mark.parametrize("column", ["closed_at", "opened_at"])
def test_only_while_in_session_is_an_opening_undone(held, open_meeting, secretary, column):
    value = held.at if column == "closed_at" else None
    Register.objects.update(**{column: value})
    with pytest.raises(sittings.CannotUndo):
        sittings.undo_opening(
            open_meeting, open_meeting.sittings.first(), actor=secretary, reason="a mistake"
        )
    assert open_meeting.sittings.first().opened_at is not None and nothing_undone()


def test_what_is_not_open_and_what_has_no_reason_is_refused(held, dg, open_meeting, secretary):
    elsewhere = factories.make_meeting(dg, 3).sittings.create(number=1, starts_at=held.at, opened_at=held.at)
    for wrong in (open_meeting.sittings.get(number=2), elsewhere, None):
        with pytest.raises(sittings.CannotUndo):
            sittings.undo_opening(open_meeting, wrong, actor=secretary, reason="a mistake")
    with pytest.raises(ReasonMissing):
        sittings.undo_opening(open_meeting, open_meeting.sittings.first(), actor=secretary, reason=" ")
    assert Register.objects.get(pk=open_meeting.register_id).opened_at is not None and nothing_undone()


def test_only_the_secretariat_undoes(open_meeting, chair, saudi_focal_point, auditor, administrator):
    for actor in (chair, saudi_focal_point, auditor, administrator):
        with pytest.raises(PermissionDenied):
            sittings.undo_opening(
                open_meeting, open_meeting.sittings.first(), actor=actor, reason="a mistake"
            )
    assert Register.objects.get().opened_at is not None and nothing_undone()


def test_every_reader_is_told_unless_it_was_opened_again_meanwhile(
    held, open_meeting, secretary, saudi_delegate
):
    first = open_meeting.sittings.get(number=1)
    sittings.undo_opening(open_meeting, first, actor=secretary, reason="the wrong meeting")
    event = Event.objects.get(kind="opening_undone")
    kind = kinds.get(event.kind)
    assert saudi_delegate in [recipient.person for recipient in kind.recipients(event, held.at)]
    assert kind.still_matters(event, saudi_delegate, held.at)
    mail = kind.render(event, saudi_delegate, held.at)
    assert "Recorded by mistake" in mail.subject
    told = str(mail.facts)
    assert "Sitting 1" in told and "not in session" in told and "the wrong meeting" in told
    sittings.open_sitting(open_meeting, first, actor=secretary)
    assert not kind.still_matters(event, saudi_delegate, held.at)


def test_the_page_undoes_what_it_shows_and_says_what_stands_in_the_way(
    held, client_of, open_meeting, secretary, chair
):
    client, url = client_of(secretary), f"{open_meeting.get_absolute_url()}undo-opening/"
    assert f'href="{url}"' in client.get(open_meeting.get_absolute_url()).content.decode()
    assert client_of(chair).get(url).status_code == 404
    first = open_meeting.sittings.get(number=1)
    page = client.get(url)
    assert list(page.context["form"].fields["sitting"].queryset) == [first]
    asked = ask(open_meeting, secretary)
    assert "Withdraw them first" in client.get(url).content.decode()
    assert f'href="{url}"' not in client.get(open_meeting.get_absolute_url()).content.decode()
    assert client.post(url, {"sitting": first.pk, "reason": "a mistake"}).status_code == 409
    assert nothing_undone()
    requests.withdraw(asked, actor=secretary, reason="the wrong meeting")
    assert client.post(url, {"sitting": first.pk, "reason": ""}).status_code == 400
    assert client.post(url, {"sitting": first.pk, "reason": "a mistake"}).status_code == 302
    assert Register.objects.get().opened_at is None
    assert client.post(url, {"sitting": first.pk, "reason": "a mistake"}).status_code == 409
