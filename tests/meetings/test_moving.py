"""Moving a meeting: no verdict flips, no door is turned silently, everybody is told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from cwg.documents import zones
from cwg.documents.models import Deadline, Register, Revision
from cwg.notices import kinds
from cwg.notices.models import Event
from cwg.record import journal
from cwg.record.models import JournalEntry
from cwg.record.reasons import ReasonMissing
from meetings import deadline_changes, moving
from meetings.deadline_changes import Meaning
from meetings.models import Meeting, Sitting
from tests import factories

pytestmark = pytest.mark.django_db


def local(*parts) -> datetime:
    return datetime(*parts)  # noqa: DTZ001


@pytest.fixture
def meeting(held, dg) -> Meeting:
    """Opens 12 March 2026, 09:00 in Geneva; the deadline is the 11th, 08:00Z. It is 2 March."""
    return factories.make_meeting(dg, opens_at=datetime(2026, 3, 12, 8, tzinfo=UTC))


def nothing_changed(meeting: Meeting) -> None:
    register = Register.objects.get(pk=meeting.register_id)
    assert register.opens_at == datetime(2026, 3, 12, 8, tzinfo=UTC)
    assert Deadline.objects.get().instant == datetime(2026, 3, 11, 8, tzinfo=UTC)
    assert Meeting.objects.get().sequence == 0
    assert not Event.objects.exists()


def test_a_proposal_says_what_moving_each_deadline_means(held, meeting):
    def meaning(new, at=None):
        proposal = moving.propose_move(meeting, new, at=at or held.at)
        return proposal.deadlines[0].meaning

    passed = datetime(2026, 3, 11, 9, tzinfo=UTC)
    assert meaning(local(2026, 3, 20, 9)) is Meaning.OPEN_LONGER
    assert meaning(local(2026, 3, 10, 9)) is Meaning.OPEN_SHORTER
    assert meaning(local(2026, 3, 3, 9)) is Meaning.CLOSES
    assert meaning(local(2026, 3, 20, 9), passed) is Meaning.REOPENS
    assert meaning(local(2026, 3, 12, 9, 30), passed) is Meaning.STAYS_CLOSED
    # The boundary instant itself is in time: at it, the door is open.
    assert meaning(local(2026, 3, 20, 9), datetime(2026, 3, 11, 8, tzinfo=UTC)) is Meaning.OPEN_LONGER
    nothing_changed(meeting)


def test_moving_shifts_days_and_sittings_on_the_clock_of_the_seat(held, meeting, secretary):
    Sitting.objects.create(
        meeting=meeting,
        number=1,
        starts_at=datetime(2026, 3, 12, 13, 30, tzinfo=UTC),
        ends_at=datetime(2026, 3, 12, 16, 30, tzinfo=UTC),
    )
    # Past the night in which the clocks go forward: 14:30 stays 14:30.
    moved = moving.confirm_move(
        meeting, local(2026, 4, 2, 9), choice="move", actor=secretary, reason="The hall is taken"
    )
    assert moved.register.opens_at == datetime(2026, 4, 2, 7, tzinfo=UTC)
    assert [str(moved.register.first_day), str(moved.register.last_day)] == ["2026-04-02", "2026-04-03"]
    sitting = Sitting.objects.get()
    assert sitting.starts_at == datetime(2026, 4, 2, 12, 30, tzinfo=UTC)
    assert sitting.ends_at == datetime(2026, 4, 2, 15, 30, tzinfo=UTC)
    assert moved.sequence == 1
    assert Deadline.objects.get(superseded_at__isnull=True).instant == datetime(2026, 4, 1, 7, tzinfo=UTC)
    assert moved.history.first().history_change_reason == "The hall is taken"
    assert list(journal.faults(Register.objects.get())) == []


def test_everybody_is_told_with_the_deadlines_before_and_after(held, meeting, secretary):
    moving.confirm_move(meeting, local(2026, 3, 20, 9), choice="move", actor=secretary, reason="The hall")
    event = Event.objects.get(kind="meeting_moved")
    assert event.facts["before"] == "2026-03-12T08:00:00.000000Z"
    assert event.facts["after"] == "2026-03-20T08:00:00.000000Z"
    assert event.facts["reason"] == "The hall"
    assert event.facts["deadlines"][0]["before"] == "2026-03-11T08:00:00.000000Z"
    assert event.facts["deadlines"][0]["after"] == "2026-03-19T08:00:00.000000Z"
    entry = JournalEntry.objects.get(act="moved")
    assert (entry.actor_id, entry.facts["reason"]) == (secretary.pk, "The hall")


def test_no_verdict_flips_when_the_new_deadline_lies_before_what_was_accepted(held, meeting, secretary):
    held.move_to(datetime(2026, 3, 10, 8, tzinfo=UTC))
    document = factories.make_document(meeting.register)
    assert document.original.verdict == "in_time"
    before = Revision.objects.values().get()
    moving.confirm_move(meeting, local(2026, 3, 10, 18), choice="move", actor=secretary, reason="Earlier")
    assert Deadline.objects.get(superseded_at__isnull=True).instant < document.available_at
    assert Revision.objects.values().get() == before


def test_a_kept_deadline_stays_and_is_logged_as_kept(held, meeting, secretary):
    moving.confirm_move(meeting, local(2026, 3, 20, 9), choice="keep", actor=secretary, reason="The hall")
    stays = Deadline.objects.in_force().get()
    assert stays.instant == datetime(2026, 3, 11, 8, tzinfo=UTC)
    assert (stays.basis, stays.by_rule) == ("kept", datetime(2026, 3, 19, 8, tzinfo=UTC))
    told = JournalEntry.objects.get(act="moved").facts["deadlines"][0]
    assert (told["choice"], told["basis"], told["by_rule"]) == ("keep", "kept", "2026-03-19T08:00:00.000000Z")


def test_a_kept_deadline_is_labelled_so_on_the_page_in_the_calendar_and_in_the_mail(
    held, meeting, secretary, client_of
):
    moving.confirm_move(meeting, local(2026, 3, 20, 9), choice="keep", actor=secretary, reason="The hall")
    words = "Kept when the opening moved: by the rule it would be Thursday, 19 March 2026, 09:00"
    client = client_of(secretary)
    assert words in client.get(meeting.get_absolute_url()).content.decode()
    calendar = client.get(f"{meeting.get_absolute_url()}meeting.ics").content.decode().replace("\r\n ", "")
    assert words.replace(",", "\\,") in calendar
    kind = kinds.get("meeting_moved")
    mail = kind.render(Event.objects.get(kind="meeting_moved"), secretary, held.at)
    assert any(words in line for _label, lines in mail.facts for line in lines)


def test_the_choice_is_made_rule_by_rule(held, meeting, secretary):
    rule = Deadline.objects.get().rule_id
    with pytest.raises(deadline_changes.ChoiceMissing):
        moving.confirm_move(meeting, local(2026, 3, 20, 9), choice={}, actor=secretary, reason="x")
    nothing_changed(meeting)
    moving.confirm_move(meeting, local(2026, 3, 20, 9), choice={rule: "move"}, actor=secretary, reason="x")
    assert Deadline.objects.filter(superseded_at__isnull=False).count() == 1


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_move_without_a_reason_is_refused(meeting, secretary, reason):
    with pytest.raises(ReasonMissing):
        moving.confirm_move(meeting, local(2026, 3, 20, 9), choice="move", actor=secretary, reason=reason)
    nothing_changed(meeting)


def test_what_is_confirmed_is_what_was_shown(held, meeting, secretary):
    shown = moving.propose_move(meeting, local(2026, 3, 20, 9))
    # The deadline passes between the two pages: moving it would open a door that was closed meanwhile.
    held.move_to(datetime(2026, 3, 11, 9, tzinfo=UTC))
    with pytest.raises(deadline_changes.ProposalChanged):
        moving.confirm_move(
            meeting, shown.local, choice="move", actor=secretary, reason="x", seen=shown.digest
        )
    nothing_changed(meeting)
    again = moving.propose_move(meeting, local(2026, 3, 20, 9))
    moving.confirm_move(meeting, again.local, choice="keep", actor=secretary, reason="x", seen=again.digest)
    assert Meeting.objects.get().sequence == 1


@pytest.mark.parametrize("new", [local(2026, 3, 12, 9), local(2026, 3, 1, 9), local(2026, 3, 2, 9, 59)])
def test_a_move_to_the_same_or_a_past_time_is_refused(meeting, secretary, new):
    with pytest.raises(moving.CannotMove):
        moving.confirm_move(meeting, new, choice="move", actor=secretary, reason="x")
    nothing_changed(meeting)


def test_a_move_to_a_time_that_does_not_exist_is_refused(meeting, secretary):
    with pytest.raises(zones.LocalTimeDoesNotExist):
        moving.propose_move(meeting, local(2026, 3, 29, 2, 30))
    nothing_changed(meeting)


def test_a_closed_meeting_is_not_moved(held, dg, secretary):
    meeting = factories.make_meeting(
        dg, opens_at=held.at - timedelta(days=2), closed_at=held.at - timedelta(days=1)
    )
    with pytest.raises(moving.CannotMove):
        moving.confirm_move(meeting, local(2026, 3, 20, 9), choice="move", actor=secretary, reason="x")
    assert Meeting.objects.get().sequence == 0


def test_a_meeting_in_session_is_not_moved(held, meeting, secretary):
    held.move_to(meeting.register.opens_at)
    factories.open_session(meeting)
    with pytest.raises(moving.CannotMove):
        moving.confirm_move(meeting, local(2026, 3, 20, 9), choice="move", actor=secretary, reason="x")
    assert Meeting.objects.get().sequence == 0


def test_a_meeting_whose_hour_passed_unopened_can_still_be_moved(held, meeting, secretary):
    held.move_to(meeting.register.opens_at + timedelta(hours=1))
    moving.confirm_move(meeting, local(2026, 3, 20, 9), choice="keep", actor=secretary, reason="no quorum")
    assert Register.objects.get().opens_at == datetime(2026, 3, 20, 8, tzinfo=UTC)


def test_only_the_secretariat_moves(meeting, chair, saudi_focal_point, auditor):
    for actor in (chair, saudi_focal_point, auditor):
        with pytest.raises(PermissionDenied):
            moving.confirm_move(meeting, local(2026, 3, 20, 9), choice="move", actor=actor, reason="x")
    nothing_changed(meeting)


def test_a_draft_meeting_moves_without_a_word_to_anybody(held, dg, secretary):
    meeting = factories.make_meeting(dg, announced=False)
    moving.confirm_move(meeting, local(2026, 3, 20, 9), choice="move", actor=secretary, reason="x")
    assert not Event.objects.exists()
