"""The rule: when a document has to be there, and what happens when it is not.

"Contributions must be available on the Group's website not later than 24 hours before the start of the
meeting", except documents requested by the Group while in session (report of 13 February 2009, Annex 1,
4.3). This module is pure: rules, instants and facts come in, a decision goes out; it reads no clock and no
database. Everything that needs to know whether a document is late asks it.

Instants are aware `datetime`s; deadlines are in UTC. A document is in time if and only if its measured
instant is not later than the deadline: the boundary instant itself is in time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _


class Unit(StrEnum):
    """What the offset of a rule is counted in."""

    HOURS = "hours"  # elapsed hours, across any change of clocks
    DAYS = "days"  # calendar days at the seat


class Anchor(StrEnum):
    """What the offset of a rule is counted back from."""

    OPENING = "opening"
    ITEM = "item"


class Measured(StrEnum):
    """The event of a document that has to be in time."""

    AVAILABLE = "available"
    RECEIVED = "received"


class Effect(StrEnum):
    """What being late does. `strictness` orders them: refuse and keep > hold > flag."""

    REFUSE_AND_KEEP = "refuse_and_keep"  # not registered; stays the delegation's draft
    HOLD = "hold"  # not registered; held for the next meeting
    FLAG = "flag"  # registered, and marked late

    @property
    def strictness(self) -> int:
        return {Effect.FLAG: 1, Effect.HOLD: 2, Effect.REFUSE_AND_KEEP: 3}[self]

    @property
    def closes_the_door(self) -> bool:
        """Whether a late document stays out. A rule that only flags closes no door: it is accepted, marked late."""
        return self is not Effect.FLAG


class Verdict(StrEnum):
    """What the rules say of one document. A held document is not registered, so "held" is no verdict."""

    IN_TIME = "in_time"
    LATE_KEPT = "late_kept"
    LATE_FLAGGED = "late_flagged"
    REQUESTED_IN_SESSION = "requested_in_session"
    EXEMPT = "exempt"
    NO_RULE = "no_rule"
    NOT_MEASURED = "not_measured"

    # For templates, which name no value. Code compares with the members.
    @property
    def is_kept(self) -> bool:
        """Late, and kept out: the draft stays one."""
        return self is Verdict.LATE_KEPT

    @property
    def is_flagged(self) -> bool:
        """Late, and accepted all the same."""
        return self is Verdict.LATE_FLAGGED

    @property
    def is_exempt(self) -> bool:
        return self is Verdict.EXEMPT

    @property
    def is_free(self) -> bool:
        """No deadline applies: every rule exempts it, or there is none."""
        return self in (Verdict.EXEMPT, Verdict.NO_RULE)


UNIT_LABELS = {
    Unit.HOURS: _("elapsed hours"),
    Unit.DAYS: _("calendar days at the seat"),
}
ANCHOR_LABELS = {
    Anchor.OPENING: _("the opening of the meeting"),
    Anchor.ITEM: _("the discussion of its item"),
}
MEASURED_LABELS = {
    Measured.AVAILABLE: _("available on the website"),
    Measured.RECEIVED: _("received by the secretariat"),
}
EFFECT_LABELS = {
    Effect.REFUSE_AND_KEEP: _("refuse and keep as a draft"),
    Effect.HOLD: _("hold for the next meeting"),
    Effect.FLAG: _("accept and flag as late"),
}


class AnchorNotSupported(ValueError):
    """The rule counts from the discussion of an item, and items of the agenda have no times yet."""


@dataclass(frozen=True)
class Rule:
    """One deadline rule.

    `kinds` are the kinds of document it speaks of (empty: every kind), `exempt_kinds` those it names only
    to let them pass, `offset` a count of `unit`s before `anchor`, `source` the text it comes from.
    """

    key: str
    name: str
    kinds: frozenset[str]
    exempt_kinds: frozenset[str]
    offset: int
    unit: Unit
    anchor: Anchor
    measured: Measured
    effect: Effect
    source: str

    def __post_init__(self) -> None:
        if self.offset < 0:
            raise ValueError("a deadline lies before its anchor: the offset cannot be negative")

    def speaks_of(self, kind: str) -> bool:
        """Whether this rule says anything, be it "exempt", about documents of that kind.

        Papers of the session are no preparatory papers: "every kind" does not mean them.
        """
        if kind in self.exempt_kinds or kind in self.kinds:
            return True
        return not self.kinds and kind not in SESSION_PAPERS

    def measures(self, kind: str) -> bool:
        """Whether documents of that kind have to be in time under this rule."""
        return self.speaks_of(kind) and kind not in self.exempt_kinds

    @property
    def closes_the_door(self) -> bool:
        return self.effect.closes_the_door


def rule_of(terms: dict) -> Rule:
    """The pure rule of the terms that a deadline keeps (`rules.terms`)."""
    return Rule(
        key=str(terms["rule"]),
        name=terms["name"],
        kinds=frozenset(terms["kinds"]),
        exempt_kinds=frozenset(terms["exempt_kinds"]),
        offset=terms["offset"],
        unit=Unit(terms["unit"]),
        anchor=Anchor(terms["anchor"]),
        measured=Measured(terms["measured"]),
        effect=Effect(terms["effect"]),
        source=terms["source"],
    )


@dataclass(frozen=True)
class RuleVerdict:
    """What one rule alone says: IN_TIME, LATE_KEPT, LATE_FLAGGED or EXEMPT, before any slot is looked at.

    `deadline` is None only where the kind is exempt and none was given. `late_by` is None unless late.
    """

    rule: Rule
    deadline: datetime | None
    verdict: Verdict
    late_by: timedelta | None = None


@dataclass(frozen=True)
class Decision:
    """What all rules together say of one document.

    `rule` and `deadline` are those of the rule that binds: if late the strictest that is broken, if in time
    the one whose deadline closes the door first (where none closes it, the earliest); None where no rule
    measured the document. `late_by` is set whenever a rule was broken, also where a slot excuses it. `effect`
    is the effect that is carried out: None where the document is not late or the slot excuses it. `per_rule`
    has every rule's own verdict, in the order in which the rules were given.
    """

    verdict: Verdict
    rule: Rule | None = None
    deadline: datetime | None = None
    effect: Effect | None = None
    late_by: timedelta | None = None
    per_rule: tuple[RuleVerdict, ...] = field(default=())

    @property
    def accepted(self) -> bool:
        """Whether the document may be registered now."""
        return self.effect not in (Effect.REFUSE_AND_KEEP, Effect.HOLD)

    def of_sponsors_alone(self) -> "Decision":
        """The decision for a change of sponsors alone, which is never refused: late, it is accepted and marked late."""
        if self.accepted:
            return self
        return replace(self, verdict=Verdict.LATE_FLAGGED, effect=Effect.FLAG)


def deadline(rule: Rule, opens_at: datetime, seat_zone: ZoneInfo) -> datetime:
    """The last instant, in UTC, that is in time under `rule` for a meeting opening at `opens_at` (aware).

    HOURS are elapsed hours, subtracted in UTC: `aware - timedelta(hours=24)` within one zone, and
    PostgreSQL's `interval '1 day'`, are an hour off on clock-change days.

    DAYS are calendar days: "at least 12 days before" means that the local dates at the seat lie 12 or more
    apart, whatever the hour of the opening. The deadline is the last microsecond of the local date twelve
    days before the opening's local date (where the clock falls back over midnight, the last of the two).

    Raises `AnchorNotSupported` for the ITEM anchor and `ValueError` for a naive `opens_at`.
    """
    if opens_at.utcoffset() is None:
        raise ValueError("the opening of a meeting is an instant: it carries its time zone")
    if rule.anchor is not Anchor.OPENING:
        raise AnchorNotSupported(
            f"rule {rule.key}: items have no times yet, only the opening can be an anchor"
        )
    if rule.unit is Unit.HOURS:
        return opens_at.astimezone(UTC) - timedelta(hours=rule.offset)
    last_day = opens_at.astimezone(seat_zone).date() - timedelta(days=rule.offset)
    return _end_of_local_day(last_day, seat_zone)


def judge(
    rules_with_deadlines: Iterable[tuple[Rule, datetime | None]],
    kind: str,
    received_at: datetime | None,
    available_at: datetime | None,
    slot: bool = False,
    measured: bool = True,
) -> Decision:
    """What the rules, with their deadlines in force as stored, say of a document of that kind.

    Every rule gives its verdict; the strictest effect wins. A kind that every rule speaking of it exempts
    is EXEMPT; a kind no rule speaks of is NO_RULE; `measured=False` (an archive, whose documents have dates
    without times) is NOT_MEASURED and needs no instants.

    `slot` says that the document answers an open request of the Group. It turns a document that would be
    late, under whatever effect, into REQUESTED_IN_SESSION. A document that is in time or exempt keeps that
    verdict: it needs no exception, and the register should show none; it answers the request all the same.

    Raises `ValueError` where a rule that measures the document has no deadline or lacks its instant, or
    where any of them is naive.
    """
    if not measured:
        return Decision(Verdict.NOT_MEASURED)
    instants = {Measured.RECEIVED: received_at, Measured.AVAILABLE: available_at}
    per_rule = tuple(
        _verdict_of(rule, due, kind, instants[rule.measured])
        for rule, due in rules_with_deadlines
        if rule.speaks_of(kind)
    )
    if not per_rule:
        return Decision(Verdict.NO_RULE)
    late = [one for one in per_rule if one.late_by is not None]
    if late:
        # Among equally strict ones the longest delay is what the delegation has to be told.
        binding = max(late, key=lambda one: (one.rule.effect.strictness, one.late_by))
        verdict = Verdict.REQUESTED_IN_SESSION if slot else binding.verdict
        effect = None if slot else binding.rule.effect
        return Decision(verdict, binding.rule, binding.deadline, effect, binding.late_by, per_rule)
    in_time = [
        (one.rule, one.deadline) for one in per_rule if one.deadline and one.verdict is Verdict.IN_TIME
    ]
    if not in_time:
        return Decision(Verdict.EXEMPT, per_rule=per_rule)
    place = binding_of(in_time)
    binding = next(one for one in per_rule if (one.rule, one.deadline) == in_time[place])
    return Decision(Verdict.IN_TIME, binding.rule, binding.deadline, per_rule=per_rule)


def binding_of(rules_with_deadlines: Sequence[tuple[Rule, datetime]]) -> int:
    """Which of some rules that measure a document, each with its deadline, binds it: its place among them.

    The door closes with the earliest deadline whose rule refuses or holds. Where every rule only flags no door
    closes, and the earliest deadline is what is told.
    """
    return min(
        range(len(rules_with_deadlines)),
        key=lambda place: (
            not rules_with_deadlines[place][0].closes_the_door,
            rules_with_deadlines[place][1],
            -rules_with_deadlines[place][0].effect.strictness,
        ),
    )


def _verdict_of(rule: Rule, due: datetime | None, kind: str, instant: datetime | None) -> RuleVerdict:
    if kind in rule.exempt_kinds:
        return RuleVerdict(rule, due, Verdict.EXEMPT)
    if due is None or instant is None:
        raise ValueError(f"rule {rule.key} measures this document and needs its deadline and its instant")
    if due.utcoffset() is None or instant.utcoffset() is None:
        raise ValueError(f"rule {rule.key}: deadlines and instants carry their time zone")
    # In UTC, because two datetimes of one and the same zone would be compared by what the clock shows.
    late_by = instant.astimezone(UTC) - due.astimezone(UTC)
    if late_by <= timedelta():
        return RuleVerdict(rule, due, Verdict.IN_TIME)
    verdict = Verdict.LATE_FLAGGED if rule.effect is Effect.FLAG else Verdict.LATE_KEPT
    return RuleVerdict(rule, due, verdict, late_by)


def _end_of_local_day(day: date, zone: ZoneInfo) -> datetime:
    """The last microsecond, in UTC, at which the calendar in `zone` shows `day`, or an earlier date.

    Midnight may happen twice (clocks put back over it: the later one ends the day; put back to it, as in
    Gaza in 2015: the earlier one does) or never (put forward over it, as in Cairo and Beirut; or a whole
    day skipped, as in Apia at the end of 2011).
    """
    midnight = datetime.combine(day + timedelta(days=1), time())
    earlier, later = (midnight.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if later.astimezone(zone).replace(tzinfo=None, fold=0) == midnight:
        last = later - timedelta(microseconds=1)
        return last if last.astimezone(zone).date() <= day else earlier - timedelta(microseconds=1)
    # Midnight is jumped over. Read with the offset after the jump (fold=1) it lies before the jump, read
    # with the offset before it (fold=0) not before: in between the date changes exactly once, at the jump.
    before, after = later, earlier
    while after - before > timedelta(microseconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).date() <= day:
            before = middle
        else:
            after = middle
    return before


# The kinds a delegation's contribution can have (domain: "contribution, for action or for information").
CONTRIBUTION_KINDS = frozenset({"contribution_action", "contribution_information"})

# Draft report, temporary documents, list of participants, agenda, time management plan, liaison statements (domain 3):
# they come into being with the meeting, so no rule judges them. The report itself is written after it.
SESSION_PAPERS = frozenset(
    {
        "agenda",
        "time_management_plan",
        "temporary",
        "participants",
        "draft_report",
        "report",
        "liaison_in",
        "liaison_out",
    }
)

# How far before its meeting a deadline may lie: Council knows eight weeks, ITU-D 45 days. More is a slip of the hand.
LONGEST = {Unit.HOURS: 24 * 60, Unit.DAYS: 180}

TWENTY_FOUR_HOURS = Rule(
    key="twenty-four-hours",
    name="24 hours before the start of the meeting",
    kinds=CONTRIBUTION_KINDS,
    exempt_kinds=frozenset(),
    offset=24,
    unit=Unit.HOURS,
    anchor=Anchor.OPENING,
    measured=Measured.AVAILABLE,
    effect=Effect.REFUSE_AND_KEEP,
    source="Report of the Dedicated Group, 13 February 2009, Annex 1, 4.3",
)

# Documents the meeting asked for, the fourth exemption, are no kind: they come through a slot.
_EXEMPT_UNDER_556 = frozenset({"administrative", "chair_proposal", "compilation"})

# No effect is known from the text at hand; flagging is the one that takes nothing away from anybody.
# The secretariat chooses another where its group has agreed on one. Its third deadline (reports on recent
# events, two days before their item) needs the ITEM anchor.
DECISION_556 = (
    Rule(
        key="decision-556-received",
        name="Received 12 calendar days before the meeting (all documents)",
        kinds=frozenset(),
        exempt_kinds=_EXEMPT_UNDER_556,
        offset=12,
        unit=Unit.DAYS,
        anchor=Anchor.OPENING,
        measured=Measured.RECEIVED,
        effect=Effect.FLAG,
        source="Council Decision 556",
    ),
    Rule(
        key="decision-556-posted",
        name="Posted 7 calendar days before the meeting (all documents)",
        kinds=frozenset(),
        exempt_kinds=_EXEMPT_UNDER_556,
        offset=7,
        unit=Unit.DAYS,
        anchor=Anchor.OPENING,
        measured=Measured.AVAILABLE,
        effect=Effect.FLAG,
        source="Council Decision 556",
    ),
)
