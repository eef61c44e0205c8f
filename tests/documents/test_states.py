"""The state of a meeting: one row and many rows are judged alike, at every instant."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from cwg.documents import states
from cwg.documents.models import Register
from cwg.documents.states import MeetingState, Origin
from meetings.models import Meeting
from tests import factories

OPENS = datetime(2026, 6, 22, 7, 30, tzinfo=UTC)
TICK = timedelta(microseconds=1)
INSTANTS = (OPENS - timedelta(days=30), OPENS - TICK, OPENS, OPENS + TICK, OPENS + timedelta(days=9))
DONE = (None, OPENS - TICK)
STEPS = (None, OPENS - timedelta(days=20), OPENS + timedelta(days=3))


@pytest.fixture
def registers(dg):
    """A register for every combination of the columns that decide, whether or not an act leads to it."""
    acts = ("announced_at", "opened_at", "postponed_at", "cancelled_at", "closed_at")
    common = {"group": dg, "place": "Geneva", "zone": "Europe/Zurich", "opens_at": OPENS}
    common |= {"first_day": OPENS.date(), "last_day": OPENS.date()}
    combinations = product(Origin, STEPS, (None, OPENS), DONE, DONE, (None, STEPS[-1]))
    made = Register.objects.bulk_create(
        Register(ordinal=n, slug=f"dg-{n}", origin=origin, **common, **dict(zip(acts, instants, strict=True)))
        for n, (origin, *instants) in enumerate(combinations, start=1)
    )
    Meeting.objects.bulk_create(Meeting(register=each, opens_local=OPENS) for each in made)
    return made


@pytest.mark.parametrize("at", INSTANTS)
def test_a_row_and_the_database_say_the_same(registers, at):
    for state in MeetingState:
        in_python = {register.pk for register in registers if register.state_at(at) is state}
        assert set(Register.objects.in_state(at, state).values_list("pk", flat=True)) == in_python
        meetings = Meeting.objects.in_state(at, state)
        assert set(meetings.values_list("register", flat=True)) == in_python


@pytest.mark.parametrize("at", INSTANTS)
def test_every_row_is_in_exactly_one_state(registers, at):
    found = [
        pk
        for state in MeetingState
        for pk in Register.objects.in_state(at, state).values_list("pk", flat=True)
    ]
    assert sorted(found) == sorted(register.pk for register in registers)
    assert Register.objects.in_state(at, *MeetingState).count() == len(registers)
    assert not Register.objects.in_state(at).exists()


@pytest.mark.parametrize("at", INSTANTS)
def test_the_named_querysets_are_what_their_names_say(registers, at):
    def state_of(rows):
        return {row.state_at(at) for row in rows}

    assert state_of(Register.objects.coming(at)) <= {MeetingState.ANNOUNCED}
    assert state_of(Register.objects.in_session(at)) <= {MeetingState.IN_SESSION}
    open_ones = {r.pk for r in registers if r.state_at(at).is_open_to_contributions}
    assert {r.pk for r in Register.objects.open_to_contributions(at)} == open_ones
    not_over = {r.pk for r in registers if not r.state_at(at).is_over}
    assert {r.pk for r in Register.objects.not_over(at)} == not_over
    assert {m.register_id for m in Meeting.objects.not_over(at)} == not_over


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (OPENS - TICK, MeetingState.ANNOUNCED),
        (OPENS, MeetingState.IN_SESSION),
        (OPENS + TICK, MeetingState.IN_SESSION),
    ],
)
def test_a_meeting_is_in_session_from_the_instant_at_which_it_was_opened(at, state):
    planned = OPENS - timedelta(hours=1)
    register = Register(opens_at=planned, announced_at=OPENS - timedelta(days=20), opened_at=OPENS)
    assert register.state_at(at) is state


@pytest.mark.parametrize("at", INSTANTS)
def test_no_clock_opens_a_meeting(at):
    register = Register(opens_at=OPENS, announced_at=OPENS - timedelta(days=40))
    assert register.state_at(at) is MeetingState.ANNOUNCED


def test_a_meeting_passes_through_its_states():
    register = Register(opens_at=OPENS)
    assert (
        register.state_at(OPENS + TICK) is MeetingState.DRAFT
    )  # nobody has been told: it cannot be in session
    register.announced_at = OPENS - timedelta(days=20)
    assert register.state_at(OPENS + TICK) is MeetingState.ANNOUNCED
    register.postponed_at = OPENS - timedelta(days=9)
    assert register.state_at(OPENS + TICK) is MeetingState.POSTPONED
    register.cancelled_at = OPENS - timedelta(days=8)
    assert register.state_at(OPENS + TICK) is MeetingState.CANCELLED
    register.postponed_at = register.cancelled_at = None
    register.opened_at = OPENS
    assert register.state_at(OPENS + TICK) is MeetingState.IN_SESSION
    register.closed_at = OPENS + timedelta(days=3)
    assert register.state_at(OPENS + timedelta(days=3)) is MeetingState.CLOSED
    register.origin = Origin.ARCHIVE
    assert register.state_at(OPENS) is MeetingState.ARCHIVE


def test_every_state_has_its_words_and_its_place():
    assert all(state.label for state in MeetingState)
    assert not states.OVER & states.OPEN_TO_CONTRIBUTIONS
    assert {state for state in MeetingState if state.is_announced} == {MeetingState.ANNOUNCED}
    assert {state for state in MeetingState if state.is_in_session} == {MeetingState.IN_SESSION}


def test_the_deadlines_in_force_are_those_no_act_has_superseded(dg):
    register = factories.make_meeting(dg, 1, opens_at=OPENS).register
    before = register.deadlines.get()
    assert register.deadlines_in_force == [before] == list(register.deadlines.in_force())
    before.superseded_at = OPENS - timedelta(days=5)
    before.save(update_fields=["superseded_at"])
    fresh = Register.objects.get(pk=register.pk)
    assert fresh.deadlines.exists()
    assert fresh.deadlines_in_force == [] == list(fresh.deadlines.in_force())
