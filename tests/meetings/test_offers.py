"""Acts on a meeting: what is offered in a state is what its verb carries out then, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from cwg.documents.models import Register
from cwg.documents.states import MeetingState
from cwg.members.models import Person
from cwg.members.rights import rights_of
from cwg.record.models import JournalEntry
from meetings import calling_off, convening, correcting, deadline_changes, moving, offers, requests, sittings
from meetings.carrying_out import REFUSALS
from meetings.deadline_changes import Choice
from meetings.models import Meeting
from meetings.offers import MeetingAct
from tests import factories

pytestmark = pytest.mark.django_db
OPENS = datetime(2026, 3, 12, 8, tzinfo=UTC)
# What the columns of a register say in each state, beside the announcement.
COLUMNS: dict[MeetingState, dict] = {
    MeetingState.DRAFT: {"announced_at": None},
    MeetingState.ANNOUNCED: {},
    MeetingState.POSTPONED: {"postponed_at": OPENS},
    MeetingState.IN_SESSION: {"opened_at": OPENS},
    MeetingState.CLOSED: {"opened_at": OPENS, "closed_at": OPENS},
    MeetingState.CANCELLED: {"cancelled_at": OPENS},
    MeetingState.ARCHIVE: {"origin": "archive"},
}


@pytest.fixture
def meeting(held, dg) -> Meeting:
    """On its first day, an hour after the planned opening, with a sitting that is not open."""
    factories.twenty_four_hours()
    made = factories.make_meeting(dg, opens_at=OPENS, opened_at=None)
    made.sittings.create(number=1, starts_at=OPENS)
    held.move_to(OPENS.replace(hour=9))
    return made


def in_state(meeting: Meeting, state: MeetingState) -> Meeting:
    Register.objects.filter(pk=meeting.register_id).update(**COLUMNS[state])
    return Meeting.objects.select_related("register__group").get(pk=meeting.pk)


def set_by_hand(meeting: Meeting, actor: Person) -> None:
    chosen = deadline_changes.propose_deadlines(meeting).deadlines
    deadline_changes.change_deadlines(
        meeting,
        choice={change.rule_id: Choice.SET for change in chosen},
        by_hand={change.rule_id: datetime(2026, 3, 10, 9) for change in chosen},  # noqa: DTZ001 - at the seat
        actor=actor,
        reason="why",
    )


def corrected(meeting: Meeting, actor: Person) -> None:
    plan = replace(convening.plan_of(meeting), venue="Room B")
    correcting.correct(meeting, plan, actor=actor, reason="why")


def moved(meeting: Meeting, actor: Person) -> None:
    moving.confirm_move(
        meeting,
        datetime(2026, 4, 12, 9, 30),  # noqa: DTZ001 - on the clock of the seat
        choice=Choice.KEEP,
        actor=actor,
        reason="why",
    )


def asked(meeting: Meeting, actor: Person) -> None:
    requests.record(
        meeting, addressees=[factories.make_state("LVA")], item="4", wording="Figures", actor=actor
    )


VERBS: dict[MeetingAct, Callable[[Meeting, Person], object]] = {
    MeetingAct.ANNOUNCE: lambda meeting, actor: convening.announce(meeting, actor=actor),
    MeetingAct.OPEN_SITTING: lambda meeting, actor: sittings.open_sitting(
        meeting, meeting.sittings.get(), actor=actor
    ),
    MeetingAct.UNDO_OPENING: lambda meeting, actor: sittings.undo_opening(
        meeting, None, actor=actor, reason="why"
    ),
    MeetingAct.RECORD_REQUEST: asked,
    MeetingAct.CLOSE: lambda meeting, actor: convening.close(meeting, actor=actor),
    MeetingAct.DEADLINES: set_by_hand,
    MeetingAct.MOVE: moved,
    MeetingAct.CORRECT: corrected,
    MeetingAct.POSTPONE: lambda meeting, actor: calling_off.postpone(meeting, actor=actor, reason="why"),
    MeetingAct.CANCEL: lambda meeting, actor: calling_off.cancel(meeting, actor=actor, reason="why"),
}


@pytest.mark.parametrize("state", MeetingState)
@pytest.mark.parametrize("act", MeetingAct)
def test_a_verb_acts_where_its_act_is_offered_and_refuses_where_it_is_not(meeting, secretary, state, act):
    meeting = in_state(meeting, state)
    offered = act in offers.acts_on(meeting, rights_of(secretary), meeting.sittings.all(), [])
    assert meeting.state_at(rights_of(secretary).at) is state
    before = JournalEntry.objects.count()
    if offered:
        VERBS[act](meeting, secretary)
        assert JournalEntry.objects.count() > before
        return
    with pytest.raises(REFUSALS):
        VERBS[act](meeting, secretary)
    assert JournalEntry.objects.count() == before


@pytest.mark.parametrize("state", MeetingState)
def test_every_act_offered_has_its_page_and_every_page_says_when_it_is_not(
    client_of, meeting, secretary, state
):
    meeting = in_state(meeting, state)
    offered = {offer.url for offer in offers.links(meeting, rights_of(secretary), meeting.sittings.all(), [])}
    page = client_of(secretary).get(meeting.get_absolute_url()).content.decode()
    for act in MeetingAct:
        url = f"{meeting.get_absolute_url()}{act.value}/"
        assert (f'href="{url}"' in page) is (url in offered)
        assert client_of(secretary).get(url).status_code == 200


def test_whoever_is_not_the_secretariat_of_its_group_is_offered_nothing(
    meeting, secretary, chair, saudi_focal_point, auditor, administrator
):
    office = factories.make_office("secretariat")
    elsewhere = factories.make_group("CWG-Internet")
    other = factories.accredit("s@other.example", elsewhere, "secretariat", office=office).person
    rows = list(meeting.sittings.all())
    assert offers.acts_on(meeting, rights_of(secretary), rows, [])
    for person in (chair, saudi_focal_point, auditor, administrator, other):
        assert offers.acts_on(meeting, rights_of(person), rows, []) == frozenset()
