"""What is checked of a meeting as it is entered, wherever it is entered."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from cwg.documents import symbols, zones
from meetings import calling_off, planning
from meetings.planning import EntryRefused, Plan, SittingPlan
from tests import factories

pytestmark = pytest.mark.django_db
ZURICH = ZoneInfo("Europe/Zurich")


def plan(year: int = 2026, month: int = 6, day: int = 22, *sittings: SittingPlan, days: int = 3) -> Plan:
    opens = datetime(year, month, day, 9, 30)  # noqa: DTZ001
    return Plan(3, "Third", "Geneva", "Europe/Zurich", opens, days=days, sittings=sittings)


def test_a_plan_becomes_instants(held):
    opens_at, sittings = planning.instants_of(
        plan(2026, 6, 22, SittingPlan(2, time(14, 30))), ZURICH, held.at
    )
    assert opens_at == datetime(2026, 6, 22, 7, 30, tzinfo=UTC)
    assert [(s.starts_at, s.ends_at) for s in sittings] == [(datetime(2026, 6, 23, 12, 30, tzinfo=UTC), None)]


@pytest.mark.parametrize("year", [1, 26, 1999, 2037, 9999])
def test_a_wild_year_is_refused_in_a_sentence(held, year):
    with pytest.raises(EntryRefused, match="year"):
        planning.instants_of(plan(year, 12, 31), ZURICH, held.at)


@pytest.mark.parametrize(
    ("field", "most", "said"),
    [("days", planning.MOST_DAYS, "from 1 to 31 days"), ("ordinal", symbols.MAX_MEETING, "from 1 to 9999")],
)
def test_a_mistyped_number_is_refused_at_its_field_whoever_enters_it(held, field, most, said):
    """Before anything goes through so many days."""
    for fits in (1, most):
        planning.instants_of(replace(plan(), **{field: fits}), ZURICH, held.at)
    for wrong in (0, most + 1, 10**9):
        with pytest.raises(EntryRefused, match=said) as refusal:
            planning.warnings_of(replace(plan(), **{field: wrong}), 1, at=held.at)
        assert refusal.value.field == field


@pytest.mark.parametrize("field", ["title", "place", "venue", "chair", "note"])
def test_what_would_be_shown_as_something_else_is_refused_at_its_field(held, field):
    turned = replace(plan(), **{field: "Room \u202e14"})
    with pytest.raises(EntryRefused, match="turn the direction") as refusal:
        planning.instants_of(turned, ZURICH, held.at)
    assert refusal.value.field == field


def test_a_sitting_past_midnight_ends_the_next_day(held):
    _opens, [night] = planning.instants_of(
        plan(2026, 6, 22, SittingPlan(3, time(21), time(1, 30))), ZURICH, held.at
    )
    assert night.ends_at == datetime(2026, 6, 24, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (SittingPlan(4, time(9)), "Sitting 2: it is not on a day"),
        (SittingPlan(0, time(9)), "Sitting 2: it is not on a day"),
        (SittingPlan(1, time(12), time(11)), r"Sitting 2 .*12:00.*twelve hours"),
        (SittingPlan(1, time(12), time(12)), r"Sitting 2 .*twelve hours"),
        (SittingPlan(1, time(12), title="Room \u202e14"), r"Sitting 2 .*12:00.*turn the direction"),
    ],
)
def test_a_message_names_the_sitting_it_speaks_of(held, wrong, said):
    with pytest.raises(EntryRefused, match=said):
        planning.instants_of(plan(2026, 6, 22, SittingPlan(1, time(9)), wrong), ZURICH, held.at)


def test_a_sitting_at_a_time_that_does_not_exist_is_named_and_the_opening_is_not_guessed(held):
    night = plan(2026, 3, 28, SittingPlan(2, time(2, 30)))
    with pytest.raises(EntryRefused, match=r"Sitting 1 .*does not exist"):
        planning.instants_of(night, ZURICH, held.at)
    gap = Plan(3, "Third", "Geneva", "Europe/Zurich", datetime(2026, 3, 29, 2, 30))  # noqa: DTZ001
    with pytest.raises(zones.LocalTimeDoesNotExist):
        planning.instants_of(gap, ZURICH, held.at)


def test_days_that_have_passed_are_refused_and_the_last_day_counts(held):
    today = held.at.astimezone(ZURICH).date()
    over = today - timedelta(days=3)
    with pytest.raises(EntryRefused, match="passed"):
        planning.must_not_be_over(plan(over.year, over.month, over.day), ZURICH, held.at)
    still = today - timedelta(days=2)
    planning.must_not_be_over(plan(still.year, still.month, still.day), ZURICH, held.at)


def warned(dg, held, first: date, last: date, **more) -> tuple[str, ...]:
    opens = datetime.combine(first, time(9), tzinfo=UTC)
    return planning.warnings(dg.pk, opens_at=opens, first_day=first, last_day=last, at=held.at, **more)


def test_a_weekend_is_warned_of_by_its_days(dg, held):
    assert warned(dg, held, date(2026, 6, 22), date(2026, 6, 26)) == ()
    [said] = warned(dg, held, date(2026, 6, 26), date(2026, 6, 28))
    assert "27" in said and "28" in said and "26 June" not in said


def test_an_opening_that_has_passed_is_warned_of_at_its_instant(dg, held):
    day = held.at.date()
    for off, found in ((timedelta(microseconds=1), 0), (timedelta(), 1), (-timedelta(microseconds=1), 1)):
        said = planning.warnings(dg.pk, opens_at=held.at + off, first_day=day, last_day=day, at=held.at)
        assert len(said) == found


def test_an_overlap_is_warned_of_within_the_group_and_while_the_other_has_a_date(dg, held, secretary):
    other = factories.make_meeting(dg, opens_at=datetime(2026, 6, 22, 8, tzinfo=UTC))
    first, last = date(2026, 6, 23), date(2026, 6, 25)
    [said] = warned(dg, held, first, last)
    assert other.register.title in said
    assert warned(dg, held, date(2026, 6, 24), last) == ()
    assert warned(dg, held, first, last, but=other.register_id) == ()
    assert warned(factories.make_group("ELSEWHERE"), held, first, last) == ()
    calling_off.postpone(other, actor=secretary, reason="no hall")
    assert warned(dg, held, first, last) == ()
