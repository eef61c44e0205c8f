"""The rule, held against the Group's own text and against every zone's clock changes."""

import zoneinfo
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cwg.documents.deadlines import (
    ANCHOR_LABELS,
    DECISION_556,
    EFFECT_LABELS,
    MEASURED_LABELS,
    SESSION_PAPERS,
    TWENTY_FOUR_HOURS,
    UNIT_LABELS,
    Anchor,
    AnchorNotSupported,
    Effect,
    Measured,
    Unit,
    Verdict,
    binding_of,
    deadline,
    judge,
)

ZURICH = ZoneInfo("Europe/Zurich")
US = timedelta(microseconds=1)
KIND = "contribution_action"
OPENS = datetime(2009, 2, 12, 9, tzinfo=ZURICH)
DUE = datetime(2009, 2, 11, 8, tzinfo=UTC)
TWELVE_DAYS = replace(DECISION_556[0], exempt_kinds=frozenset(), measured=Measured.AVAILABLE)

zones = st.sampled_from(sorted(zoneinfo.available_timezones())).map(ZoneInfo)
instants = st.datetimes(datetime(1970, 2, 1), datetime(2037, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001


def clock_changes(zone, year):
    """For each change of clocks of the zone in that year, a UTC midnight at most 24 hours before it."""
    midnights = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(366)]
    for before, after in pairwise(midnights):
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            yield before


def rule_of(effect, **changes):
    return replace(TWENTY_FOUR_HOURS, key=effect.value, effect=effect, **changes)


def judged(*pairs, kind=KIND, at=DUE, **facts):
    return judge(pairs, kind, received_at=at, available_at=at, **facts)


# --- the deadline in elapsed hours


@pytest.mark.parametrize(
    ("opens_at", "due"),
    [
        (datetime(2009, 2, 12, 9, tzinfo=ZURICH), datetime(2009, 2, 11, 8, tzinfo=UTC)),
        (datetime(2009, 6, 22, 9, 30, tzinfo=ZURICH), datetime(2009, 6, 21, 7, 30, tzinfo=UTC)),
        # Clocks went forward, then back, in the night before the opening.
        (datetime(2026, 3, 29, 9, tzinfo=ZURICH), datetime(2026, 3, 28, 7, tzinfo=UTC)),
        (datetime(2026, 10, 25, 9, tzinfo=ZURICH), datetime(2026, 10, 24, 8, tzinfo=UTC)),
    ],
)
def test_the_deadline_is_24_elapsed_hours_before_the_opening(opens_at, due):
    found = deadline(TWENTY_FOUR_HOURS, opens_at, ZURICH)
    assert found == due
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("opens_at", "zone", "shown"),
    [
        (datetime(2009, 2, 12, 9, tzinfo=ZURICH), "Asia/Riyadh", "2009-02-11T11:00:00+03:00"),
        (datetime(2009, 2, 12, 9, tzinfo=ZURICH), "Asia/Damascus", "2009-02-11T10:00:00+02:00"),
        (datetime(2009, 2, 12, 9, tzinfo=ZURICH), "America/New_York", "2009-02-11T03:00:00-05:00"),
        (datetime(2026, 3, 29, 9, tzinfo=ZURICH), "Europe/Zurich", "2026-03-28T08:00:00+01:00"),
        (datetime(2026, 10, 25, 9, tzinfo=ZURICH), "Europe/Zurich", "2026-10-24T10:00:00+02:00"),
    ],
)
def test_the_deadline_is_shown_right_on_every_clock(opens_at, zone, shown):
    assert deadline(TWENTY_FOUR_HOURS, opens_at, ZURICH).astimezone(ZoneInfo(zone)).isoformat() == shown


@given(instants, zones, st.integers(0, 5000))
def test_in_every_zone_hours_are_elapsed_hours(opens_at, zone, hours):
    due = deadline(replace(TWENTY_FOUR_HOURS, offset=hours), opens_at.astimezone(zone), zone)
    assert opens_at - due == timedelta(hours=hours)


@given(zones, st.integers(1975, 2035), st.integers(0, 48))
def test_on_clock_change_nights_the_line_is_exactly_24_hours_before(zone, year, hours_later):
    for change in clock_changes(zone, year):
        opens_at = change + timedelta(hours=hours_later)
        assert opens_at - deadline(TWENTY_FOUR_HOURS, opens_at.astimezone(zone), zone) == timedelta(hours=24)


# --- the deadline in calendar days at the seat


@pytest.mark.parametrize("opens_at", [time(0), time(9), time(23, 59, 59, 999_999)])
def test_calendar_days_are_counted_by_the_date_at_the_seat_whatever_the_hour(opens_at):
    opening = datetime.combine(date(2026, 9, 14), opens_at, tzinfo=ZURICH)
    due = deadline(DECISION_556[0], opening, ZURICH)
    assert due.astimezone(ZURICH).isoformat() == "2026-09-02T23:59:59.999999+02:00"


def test_calendar_days_are_those_of_the_seat_not_of_utc():
    opening = datetime(2026, 9, 13, 22, 30, tzinfo=UTC)  # the 14th, 00:30, in Geneva
    assert deadline(DECISION_556[1], opening, ZURICH) == datetime(2026, 9, 7, 22, tzinfo=UTC) - US
    assert deadline(DECISION_556[1], opening, ZoneInfo("UTC")) == datetime(2026, 9, 7, tzinfo=UTC) - US


@pytest.mark.parametrize(
    ("zone", "opening_day", "end_of_twelfth_day"),
    [
        # Midnight does not exist: the day ends where the clocks jump.
        ("America/Sao_Paulo", date(2018, 11, 15), datetime(2018, 11, 4, 3, tzinfo=UTC)),
        ("Asia/Beirut", date(2026, 4, 9), datetime(2026, 3, 28, 22, tzinfo=UTC)),
        ("Africa/Cairo", date(2026, 5, 5), datetime(2026, 4, 23, 22, tzinfo=UTC)),
        # The last hour of the day happens twice: the day ends after the second.
        ("America/Sao_Paulo", date(2018, 3, 1), datetime(2018, 2, 18, 3, tzinfo=UTC)),
        ("Asia/Beirut", date(2026, 11, 5), datetime(2026, 10, 24, 22, tzinfo=UTC)),
        # Midnight itself happened twice (00:01 became 23:01): the later one ends the day.
        ("America/St_Johns", date(2009, 11, 12), datetime(2009, 11, 1, 3, 30, tzinfo=UTC)),
        # Clocks were put back from 01:00 to midnight: the day before had ended at the first one.
        ("Asia/Gaza", date(2015, 11, 3), datetime(2015, 10, 22, 21, tzinfo=UTC)),
        # The 30th was left out: the day before it is the last that counts.
        ("Pacific/Apia", date(2012, 1, 11), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_days_end_rightly_where_midnight_is_missing_or_doubled(zone, opening_day, end_of_twelfth_day):
    seat = ZoneInfo(zone)
    opening = datetime.combine(opening_day, time(9), tzinfo=seat)
    assert deadline(DECISION_556[0], opening, seat) == end_of_twelfth_day - US


@given(instants, zones, st.integers(0, 200))
def test_in_every_zone_the_last_instant_in_time_is_the_last_of_its_local_day(opens_at, zone, days):
    rule = replace(TWELVE_DAYS, offset=days)
    due = deadline(rule, opens_at, zone)
    opening_day = opens_at.astimezone(zone).date()
    assert (opening_day - due.astimezone(zone).date()).days >= days
    # No clock has ever been put back over midnight for more than a day: nothing later belongs to that day.
    for later in (US, timedelta(minutes=1), timedelta(hours=1), timedelta(hours=3)):
        assert (opening_day - (due + later).astimezone(zone).date()).days < days


@given(zones, st.integers(1975, 2035), st.integers(0, 3))
def test_on_clock_change_days_the_local_day_still_ends_where_it_ends(zone, year, days):
    for change in clock_changes(zone, year):
        opens_at = change + timedelta(days=days)
        due = deadline(replace(TWELVE_DAYS, offset=days), opens_at, zone)
        opening_day = opens_at.astimezone(zone).date()
        assert (opening_day - due.astimezone(zone).date()).days >= days
        assert (opening_day - (due + US).astimezone(zone).date()).days < days


@given(
    instants,
    zones,
    st.sampled_from(Unit),
    st.integers(0, 400),
    st.timedeltas(timedelta(), timedelta(days=400)),
)
def test_a_later_opening_never_has_an_earlier_deadline(opens_at, zone, unit, offset, later):
    rule = replace(TWENTY_FOUR_HOURS, unit=unit, offset=offset)
    # Where clocks are put back over midnight a later instant may bear an earlier date; by an hour at most.
    slack = timedelta(days=1) if unit is Unit.DAYS and later < timedelta(days=2) else timedelta()
    assert deadline(rule, opens_at, zone) <= deadline(rule, opens_at + later, zone) + slack


@given(instants, zones, st.sampled_from(Unit), st.integers(0, 400))
def test_a_greater_offset_never_has_a_later_deadline(opens_at, zone, unit, offset):
    rule = replace(TWENTY_FOUR_HOURS, unit=unit, offset=offset)
    longer = replace(rule, offset=offset + 1)
    assert deadline(longer, opens_at, zone) <= deadline(rule, opens_at, zone)


def test_the_discussion_of_an_item_is_no_anchor_yet():
    with pytest.raises(AnchorNotSupported):
        deadline(replace(TWENTY_FOUR_HOURS, anchor=Anchor.ITEM), OPENS, ZURICH)


def test_an_opening_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        deadline(TWENTY_FOUR_HOURS, OPENS.replace(tzinfo=None), ZURICH)


def test_a_deadline_after_its_anchor_is_refused():
    with pytest.raises(ValueError, match="negative"):
        replace(TWENTY_FOUR_HOURS, offset=-1)


# --- the verdict


def test_the_boundary_instant_itself_is_in_time():
    decision = judged((TWENTY_FOUR_HOURS, DUE))
    assert decision.verdict is Verdict.IN_TIME
    assert decision.accepted
    assert (decision.rule, decision.deadline) == (TWENTY_FOUR_HOURS, DUE)
    assert decision.effect is None
    assert decision.late_by is None


def test_a_microsecond_before_is_in_time():
    assert judged((TWENTY_FOUR_HOURS, DUE), at=DUE - US).verdict is Verdict.IN_TIME


def test_a_microsecond_after_is_late_and_kept():
    decision = judged((TWENTY_FOUR_HOURS, DUE), at=DUE + US)
    assert decision.verdict is Verdict.LATE_KEPT
    assert not decision.accepted
    assert decision.effect is Effect.REFUSE_AND_KEEP
    assert decision.late_by == US
    assert (decision.rule, decision.deadline) == (TWENTY_FOUR_HOURS, DUE)


@given(instants, zones, zones, st.timedeltas(timedelta(days=-3), timedelta(days=3)))
def test_in_time_means_not_later_than_the_deadline_in_whatever_zone_both_are_given(due, zone, other, apart):
    decision = judged((TWENTY_FOUR_HOURS, due.astimezone(zone)), at=(due + apart).astimezone(other))
    assert (decision.verdict is Verdict.IN_TIME) == (apart <= timedelta())
    assert decision.late_by == (apart if apart > timedelta() else None)


def test_the_hour_that_happens_twice_is_measured_as_elapsed_time():
    due = datetime(2026, 10, 25, 2, 30, tzinfo=ZURICH, fold=0)
    same_on_the_clock = due.replace(fold=1)
    decision = judged((TWENTY_FOUR_HOURS, due), at=same_on_the_clock)
    assert decision.verdict is Verdict.LATE_KEPT
    assert decision.late_by == timedelta(hours=1)


def test_each_effect_of_being_late_has_its_verdict():
    found = {}
    for effect in Effect:
        decision = judged((rule_of(effect), DUE), at=DUE + US)
        found[effect] = (decision.verdict, decision.accepted, decision.effect)
    assert found == {
        Effect.REFUSE_AND_KEEP: (Verdict.LATE_KEPT, False, Effect.REFUSE_AND_KEEP),
        Effect.HOLD: (Verdict.LATE_KEPT, False, Effect.HOLD),
        Effect.FLAG: (Verdict.LATE_FLAGGED, True, Effect.FLAG),
    }


def test_refusing_is_stricter_than_holding_and_holding_than_flagging():
    assert sorted(Effect, key=lambda effect: -effect.strictness) == [
        Effect.REFUSE_AND_KEEP,
        Effect.HOLD,
        Effect.FLAG,
    ]


@pytest.mark.parametrize("order", list(permutations(Effect)))
def test_of_several_broken_rules_the_strictest_wins_in_any_order(order):
    decision = judged(*((rule_of(effect), DUE) for effect in order), at=DUE + US)
    assert decision.effect is Effect.REFUSE_AND_KEEP
    assert decision.rule.effect is Effect.REFUSE_AND_KEEP
    assert [one.rule.effect for one in decision.per_rule] == list(order)


@given(
    st.lists(
        st.tuples(st.sampled_from(Effect), st.timedeltas(timedelta(-5), timedelta(5))), min_size=1, max_size=5
    )
)
def test_the_effect_is_the_strictest_of_the_broken_rules_and_no_other(rules):
    decision = judged(*((rule_of(effect), DUE + apart) for effect, apart in rules))
    broken = [effect.strictness for effect, apart in rules if apart < timedelta()]
    assert (decision.effect.strictness if decision.effect else 0) == max(broken, default=0)
    assert len(decision.per_rule) == len(rules)
    if not broken:
        # The door binds where there is one: a rule that only flags closes none.
        doors = [apart for effect, apart in rules if effect is not Effect.FLAG]
        assert decision.deadline == DUE + min(doors or [apart for _effect, apart in rules])


def test_a_lenient_rule_that_is_broken_is_reported_although_a_stricter_one_holds():
    flag = rule_of(Effect.FLAG)
    decision = judged((TWENTY_FOUR_HOURS, DUE), (flag, DUE - timedelta(days=7)))
    assert decision.verdict is Verdict.LATE_FLAGGED
    assert decision.accepted
    assert decision.rule == flag
    assert [one.verdict for one in decision.per_rule] == [Verdict.IN_TIME, Verdict.LATE_FLAGGED]


def test_of_equally_strict_broken_rules_the_longest_delay_is_told():
    decision = judged((rule_of(Effect.FLAG), DUE - US), (rule_of(Effect.FLAG), DUE - timedelta(days=7)))
    assert decision.late_by == timedelta(days=7)


def test_each_rule_measures_its_own_event():
    received, posted = ((rule, deadline(rule, OPENS, ZURICH)) for rule in DECISION_556)
    decision = judge([received, posted], KIND, received_at=received[1], available_at=posted[1])
    assert decision.verdict is Verdict.IN_TIME
    assert decision.rule == DECISION_556[0]
    late_received = judge([received, posted], KIND, received_at=received[1] + US, available_at=posted[1])
    assert [one.verdict for one in late_received.per_rule] == [Verdict.LATE_FLAGGED, Verdict.IN_TIME]
    late_posted = judge([received, posted], KIND, received_at=received[1], available_at=posted[1] + US)
    assert [one.verdict for one in late_posted.per_rule] == [Verdict.IN_TIME, Verdict.LATE_FLAGGED]


# --- requests, exempt kinds, no rule, archives


@pytest.mark.parametrize("effect", Effect)
def test_a_late_document_that_the_group_requested_is_accepted_as_requested_in_session(effect):
    decision = judged((rule_of(effect), DUE), at=DUE + timedelta(days=2), slot=True)
    assert decision.verdict is Verdict.REQUESTED_IN_SESSION
    assert decision.accepted
    assert decision.effect is None
    assert decision.late_by == timedelta(days=2)
    assert decision.per_rule[0].late_by == timedelta(days=2)


def test_a_requested_document_that_is_in_time_is_in_time():
    decision = judged((TWENTY_FOUR_HOURS, DUE), slot=True)
    assert decision.verdict is Verdict.IN_TIME


@pytest.mark.parametrize("kind", ["administrative", "chair_proposal", "compilation"])
def test_an_exempt_kind_is_exempt_however_late(kind):
    pairs = [(rule, deadline(rule, OPENS, ZURICH)) for rule in DECISION_556]
    decision = judged(*pairs, kind=kind, at=DUE + timedelta(days=9))
    assert decision.verdict is Verdict.EXEMPT
    assert decision.accepted
    assert decision.rule is None


def test_a_kind_that_one_rule_exempts_is_still_held_to_the_other():
    exempting = replace(TWENTY_FOUR_HOURS, exempt_kinds=frozenset({KIND}))
    decision = judged((exempting, DUE), (rule_of(Effect.HOLD), DUE), at=DUE + US)
    assert decision.effect is Effect.HOLD
    assert [one.verdict for one in decision.per_rule] == [Verdict.EXEMPT, Verdict.LATE_KEPT]
    assert judged((exempting, DUE), (rule_of(Effect.HOLD), DUE)).verdict is Verdict.IN_TIME


def test_a_kind_no_rule_speaks_of_has_no_rule():
    decision = judged((TWENTY_FOUR_HOURS, DUE), kind="agenda", at=DUE + US, slot=True)
    assert decision.verdict is Verdict.NO_RULE
    assert decision.accepted
    assert decision.per_rule == ()
    assert judged().verdict is Verdict.NO_RULE


def test_a_rule_without_kinds_speaks_of_every_kind_but_papers_of_the_session():
    every = replace(TWENTY_FOUR_HOURS, kinds=frozenset())
    assert judged((every, DUE), kind="information", at=DUE + US).rule == every
    for kind in SESSION_PAPERS:
        assert judged((every, DUE), kind=kind, at=DUE + US).verdict is Verdict.NO_RULE


def test_a_rule_kept_from_before_that_names_a_paper_of_the_session_still_judges_it():
    named = replace(TWENTY_FOUR_HOURS, kinds=frozenset({"agenda"}))
    assert judged((named, DUE), kind="agenda", at=DUE + US).rule == named


FLAGS = replace(TWENTY_FOUR_HOURS, key="flags", effect=Effect.FLAG)
HOLDS = replace(TWENTY_FOUR_HOURS, key="holds", effect=Effect.HOLD)
FLAG_DUE, DOOR_DUE = DUE - timedelta(days=11), DUE


@pytest.mark.parametrize("closing", [TWENTY_FOUR_HOURS, HOLDS])
@pytest.mark.parametrize(
    ("at", "flag", "door", "verdict", "binding", "accepted"),
    [
        (FLAG_DUE - US, "in_time", "in_time", "in_time", "door", True),
        (FLAG_DUE, "in_time", "in_time", "in_time", "door", True),
        (FLAG_DUE + US, "late_flagged", "in_time", "late_flagged", "flag", True),
        (DOOR_DUE - US, "late_flagged", "in_time", "late_flagged", "flag", True),
        (DOOR_DUE, "late_flagged", "in_time", "late_flagged", "flag", True),
        (DOOR_DUE + US, "late_flagged", "late_kept", "late_kept", "door", False),
    ],
)
def test_of_a_rule_that_flags_and_one_that_closes_each_gives_its_verdict(
    closing, at, flag, door, verdict, binding, accepted
):
    for order in (1, -1):
        decision = judged(*[(FLAGS, FLAG_DUE), (closing, DOOR_DUE)][::order], at=at)
        own = {one.rule.key: one for one in decision.per_rule}
        assert (own["flags"].verdict, own[closing.key].verdict) == (flag, door)
        assert (decision.verdict, decision.accepted) == (verdict, accepted)
        assert decision.rule == {"flag": FLAGS, "door": closing}[binding]


@pytest.mark.parametrize(
    ("at", "verdict", "rule"),
    [
        (DOOR_DUE, Verdict.IN_TIME, TWENTY_FOUR_HOURS),
        (DOOR_DUE + US, Verdict.LATE_KEPT, TWENTY_FOUR_HOURS),
        (FLAG_DUE + timedelta(days=20), Verdict.LATE_KEPT, TWENTY_FOUR_HOURS),
    ],
)
def test_a_rule_that_flags_after_the_door_is_closed_changes_nothing(at, verdict, rule):
    decision = judged((FLAGS, DOOR_DUE + timedelta(hours=12)), (TWENTY_FOUR_HOURS, DOOR_DUE), at=at)
    assert (decision.verdict, decision.rule) == (verdict, rule)


@pytest.mark.parametrize(
    ("rules", "place"),
    [
        ([(FLAGS, FLAG_DUE), (TWENTY_FOUR_HOURS, DOOR_DUE)], 1),
        ([(TWENTY_FOUR_HOURS, DOOR_DUE), (HOLDS, DOOR_DUE - US)], 1),
        ([(HOLDS, DOOR_DUE), (TWENTY_FOUR_HOURS, DOOR_DUE)], 1),
        ([(FLAGS, DOOR_DUE), (FLAGS, FLAG_DUE)], 1),
    ],
)
def test_the_door_is_the_earliest_deadline_that_keeps_documents_out(rules, place):
    assert binding_of(rules) == place


def test_an_archive_is_not_measured():
    decision = judge([(TWENTY_FOUR_HOURS, None)], KIND, None, None, slot=False, measured=False)
    assert decision.verdict is Verdict.NOT_MEASURED
    assert decision.accepted
    assert decision.rule is None


@pytest.mark.parametrize(
    ("due", "at"),
    [(None, DUE), (DUE, None), (DUE.replace(tzinfo=None), DUE), (DUE, DUE.replace(tzinfo=None))],
)
def test_nothing_is_judged_without_a_deadline_and_an_instant(due, at):
    with pytest.raises(ValueError, match="twenty-four-hours"):
        judged((TWENTY_FOUR_HOURS, due), at=at)


# --- the rules as shipped


def test_the_shipped_default_is_the_groups_own_rule():
    rule = TWENTY_FOUR_HOURS
    assert (rule.offset, rule.unit, rule.anchor, rule.measured) == (
        24,
        Unit.HOURS,
        Anchor.OPENING,
        Measured.AVAILABLE,
    )
    assert rule.effect is Effect.REFUSE_AND_KEEP
    assert rule.source == "Report of the Dedicated Group, 13 February 2009, Annex 1, 4.3"
    assert rule.exempt_kinds == frozenset()


def test_decision_556_asks_for_12_days_to_receive_and_7_to_post():
    assert [(rule.offset, rule.unit, rule.measured) for rule in DECISION_556] == [
        (12, Unit.DAYS, Measured.RECEIVED),
        (7, Unit.DAYS, Measured.AVAILABLE),
    ]


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        (Unit, UNIT_LABELS),
        (Anchor, ANCHOR_LABELS),
        (Measured, MEASURED_LABELS),
        (Effect, EFFECT_LABELS),
    ],
)
def test_every_value_has_a_label(values, labels):
    assert set(labels) == set(values)


def test_the_registered_values_of_a_verdict_stay():
    assert [verdict.value for verdict in Verdict] == [
        "in_time",
        "late_kept",
        "late_flagged",
        "requested_in_session",
        "exempt",
        "no_rule",
        "not_measured",
    ]
