"""Cancelling a meeting, postponing it without a date, and giving it a date again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from contributions import drafting, submission
from cwg.documents import offers
from cwg.documents.models import Document, Register
from cwg.documents.states import MeetingState
from cwg.members.rights import rights_of
from cwg.notices import kinds
from cwg.notices.models import Event
from cwg.record import journal
from cwg.record.models import JournalEntry
from cwg.record.reasons import ReasonMissing
from meetings import calling_off, moving
from meetings.models import Meeting
from tests import drafts, factories

pytestmark = pytest.mark.django_db
ACTS = [(calling_off.cancel, "cancelled"), (calling_off.postpone, "postponed")]


@pytest.fixture
def meeting(held, dg) -> Meeting:
    return factories.make_meeting(dg, opens_at=datetime(2026, 3, 12, 8, tzinfo=UTC))


def nothing_happened() -> bool:
    register = Register.objects.get()
    told = JournalEntry.objects.filter(act__in=["cancelled", "postponed"]).exists() or Event.objects.exists()
    return not register.is_called_off and not told and Meeting.objects.get().sequence == 0


@pytest.mark.parametrize(("verb", "act"), ACTS)
def test_it_is_recorded_with_its_reason_and_every_reader_is_told(
    held, meeting, secretary, saudi_delegate, verb, act
):
    done = verb(meeting, actor=secretary, reason=" no quorum ")
    assert done.state_at(held.at) is MeetingState(act)
    assert Meeting.objects.visible_to(rights_of(saudi_delegate)).exists()
    entry = JournalEntry.objects.get(act=act)
    assert (entry.facts["reason"], entry.facts["sequence"]) == ("no quorum", 1)
    assert list(journal.faults(Register.objects.get())) == []
    event = Event.objects.get(kind=f"meeting_{act}")
    kind = kinds.get(event.kind)
    assert saudi_delegate in [recipient.person for recipient in kind.recipients(event, held.at)]
    assert kind.still_matters(event, saudi_delegate, held.at)
    mail = kind.render(event, saudi_delegate, held.at)
    assert act in str(mail.subject) and "no quorum" in str(mail.facts)


@pytest.mark.parametrize(("verb", "act"), ACTS)
def test_a_draft_keeps_its_words_and_cannot_be_submitted(
    dg, meeting, secretary, saudi_focal_point, verb, act
):
    draft = drafts.make_draft(dg, meeting.register, by=saudi_focal_point)
    words = (draft.title, draft.files.count())
    token = drafts.token_for(draft, saudi_focal_point)
    verb(meeting, actor=secretary, reason="no quorum")
    with pytest.raises(submission.NotReady) as refused:
        submission.submit(token, person=saudi_focal_point, arrived_at=meeting.register.opens_at)
    assert act in str(refused.value.problems[0])
    draft.refresh_from_db()
    assert draft.is_open and (draft.title, draft.files.count()) == words
    assert not Document.objects.exists()


def test_under_the_lock_nothing_is_registered_for_it(dg, meeting, secretary, saudi_focal_point):
    """The preview was ready, and the meeting was cancelled while the submission waited for the register."""
    calling_off.cancel(meeting, actor=secretary, reason="no quorum")
    with pytest.raises(offers.MeetingCalledOff):
        factories.make_document(Register.objects.get())
    assert not Document.objects.exists()


def test_its_documents_are_withdrawn_and_not_revised(dg, held, meeting, secretary, saudi_focal_point):
    document = drafts.submit(
        drafts.make_draft(dg, meeting.register, by=saudi_focal_point), saudi_focal_point
    ).receipt.revision.document
    rights = rights_of(saudi_focal_point)
    assert offers.DocumentAct.REVISE in offers.acts_on(Document.objects.for_list().get(), rights)
    calling_off.postpone(meeting, actor=secretary, reason="no hall")
    assert offers.acts_on(Document.objects.for_list().get(), rights) == {offers.DocumentAct.WITHDRAW}
    with pytest.raises(offers.MeetingCalledOff):
        drafting.begin_change(document, "rev", rights=rights, at=held.at)


def test_a_postponed_meeting_gets_its_date_by_a_move(held, meeting, secretary):
    calling_off.postpone(meeting, actor=secretary, reason="no hall")
    local = datetime(2026, 4, 2, 9)  # noqa: DTZ001
    moved = moving.confirm_move(meeting, local, choice="move", actor=secretary, reason="a hall was found")
    assert moved.state_at(held.at) is MeetingState.ANNOUNCED
    assert Register.objects.get().opens_at == datetime(2026, 4, 2, 7, tzinfo=UTC)
    assert Event.objects.get(kind="meeting_moved").facts["had_a_date"] is False


def test_the_old_date_can_be_given_again(held, meeting, secretary):
    stood = meeting.register.opens_at
    calling_off.postpone(meeting, actor=secretary, reason="no hall")
    local = datetime(2026, 3, 12, 9)  # noqa: DTZ001
    moving.confirm_move(meeting, local, choice="move", actor=secretary, reason="a hall was found")
    register = Register.objects.get()
    assert (register.opens_at, register.postponed_at) == (stood, None)


def test_what_was_postponed_and_has_a_date_again_is_told_by_the_move_alone(
    held, meeting, secretary, saudi_delegate
):
    calling_off.postpone(meeting, actor=secretary, reason="no hall")
    event = Event.objects.get()
    local = datetime(2026, 4, 2, 9)  # noqa: DTZ001
    moving.confirm_move(meeting, local, choice="move", actor=secretary, reason="a hall was found")
    assert not kinds.get(event.kind).still_matters(event, saudi_delegate, held.at)


@pytest.mark.parametrize(("verb", "act"), ACTS)
def test_it_needs_a_reason_and_the_secretariat(
    meeting, secretary, chair, saudi_focal_point, auditor, verb, act
):
    with pytest.raises(ReasonMissing):
        verb(meeting, actor=secretary, reason=" ")
    for actor in (chair, saudi_focal_point, auditor):
        with pytest.raises(PermissionDenied):
            verb(meeting, actor=actor, reason="x")
    assert nothing_happened()


@pytest.mark.parametrize(("verb", "act"), ACTS)
def test_a_meeting_that_has_opened_is_neither_cancelled_nor_postponed(held, meeting, secretary, verb, act):
    held.move_to(meeting.register.opens_at + timedelta(hours=1))
    factories.open_session(meeting)
    with pytest.raises(calling_off.CannotCallOff):
        verb(meeting, actor=secretary, reason="x")
    assert nothing_happened()


def test_a_meeting_nobody_knows_of_is_cancelled_silently_and_not_postponed(held, dg, secretary):
    draft = factories.make_meeting(dg, 3, announced=False)
    with pytest.raises(calling_off.CannotCallOff):
        calling_off.postpone(draft, actor=secretary, reason="x")
    assert calling_off.cancel(draft, actor=secretary, reason="x").state_at(held.at) is MeetingState.CANCELLED
    assert not Event.objects.exists()


def test_a_cancelled_meeting_stays_cancelled(meeting, secretary):
    calling_off.cancel(meeting, actor=secretary, reason="no quorum")
    for again in (calling_off.cancel, calling_off.postpone):
        with pytest.raises(calling_off.CannotCallOff):
            again(meeting, actor=secretary, reason="x")
    with pytest.raises(moving.CannotMove):
        moving.propose_move(Meeting.objects.get(), datetime(2026, 4, 2, 9))  # noqa: DTZ001
