"""Deadlines in force for a register: set when a meeting is created, changed only by a recorded act."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cwg.record import journal

from . import deadlines
from .kinds import Kind
from .models import Deadline, DeadlineRule, Register


@dataclass(frozen=True)
class Proposal:
    """What would become of one deadline: by its rule, for an opening. Instants in UTC.

    `current` is the deadline in force, None where the rule has none yet; `terms` those it would be set with;
    `would_be` is None where the rule no longer holds for the group, so that its deadline would end. `ended_here` is
    the last deadline of a rule that holds, where it was ended for this meeting: none is set again but by choice.
    """

    rule: DeadlineRule
    current: Deadline | None
    terms: dict
    would_be: datetime | None
    ended_here: Deadline | None = None

    @property
    def now_stands(self) -> datetime | None:
        return self.current.instant if self.current else None

    @property
    def changes_terms(self) -> bool:
        """Whether the rule has come to judge otherwise since the deadline was set, be the instant the same."""
        return self.current is not None and judged_by(self.current.terms) != judged_by(self.terms)

    @property
    def changes(self) -> bool:
        return self.now_stands != self.would_be or self.changes_terms


@dataclass(frozen=True)
class Planned:
    """One deadline as it will be: `instant` None ends it; `ended_here`: though its rule holds on for other meetings.

    `by_rule` is set where the rule counts to another instant.
    """

    rule: DeadlineRule
    current: Deadline | None
    terms: dict
    instant: datetime | None
    basis: str = Deadline.Basis.RULE
    by_rule: datetime | None = None
    ended_here: bool = False

    @property
    def changes(self) -> bool:
        stands = self.current
        if stands is None:
            return self.instant is not None
        return (stands.instant, stands.basis, stands.by_rule, judged_by(stands.terms)) != (
            self.instant,
            self.basis,
            self.by_rule,
            judged_by(self.terms),
        )


def terms(rule: DeadlineRule) -> dict:
    """The rule as plain values, kept with each deadline: editing a rule later changes no verdict."""
    return {
        "rule": rule.pk,
        "name": rule.name,
        "kinds": sorted(rule.kinds),
        "exempt_kinds": sorted(rule.exempt_kinds),
        "offset": rule.offset,
        "unit": str(rule.unit),
        "anchor": str(rule.anchor),
        "measured": str(rule.measured),
        "effect": str(rule.effect),
        "source": rule.source,
    }


def judged_by(terms: dict) -> dict:
    """The terms that a verdict comes from: not what the rule is called, nor where it comes from."""
    return {name: value for name, value in terms.items() if name not in ("rule", "name", "source")}


def rules_for(register: Register) -> list[DeadlineRule]:
    """The rules that bind a new meeting of the register's group: its own and, unless replaced, the general ones."""
    return list(DeadlineRule.objects.holding_for(register.group_id).select_related("replaces"))


def replacements_in(group_id: int) -> dict[int, DeadlineRule]:
    """The active rules of the group that take the place of a general one, by the id of that one."""
    found = DeadlineRule.objects.filter(group_id=group_id, active=True, replaces__isnull=False)
    return {rule.replaces_id: rule for rule in found if rule.replaces_id is not None}


def propose(register: Register, opens_at: datetime, *, ending: bool = False) -> list[Proposal]:
    """What each deadline would be by its rule for an opening at `opens_at` (aware). Changes nothing.

    A deadline in force whose rule no longer holds for the group (replaced, switched off) is counted on by the terms
    it was set with; with `ending` it is proposed to end. Raises `deadlines.AnchorNotSupported` for a rule anchored
    to an item.
    """
    rows = {
        d.rule_id: d for d in register.deadlines.select_related("rule__replaces").order_by("pk")
    }  # the last of each
    in_force = {pk: d for pk, d in rows.items() if d.is_in_force}
    ended_here = {pk: d for pk, d in rows.items() if d.ended_because}
    holding = {rule.pk: rule for rule in rules_for(register)}
    zone = ZoneInfo(register.zone)
    found = []
    for pk, rule in ({d.rule_id: d.rule for d in in_force.values()} | holding).items():
        current = in_force.get(pk)
        if pk in holding:
            read, pure = terms(rule), rule.as_rule()
        else:
            assert current is not None
            read, pure = current.terms, current.as_rule
        ends = ending and pk not in holding
        found.append(
            Proposal(
                rule,
                current,
                read,
                None if ends else deadlines.deadline(pure, opens_at, zone),
                ended_here.get(pk),
            )
        )
    return found


def plan(
    locked: Register,
    *,
    only: Collection[int] | None = None,
    by_hand: Mapping[int, datetime] | None = None,
    ended: Collection[int] = (),
    ended_here: Collection[int] = (),
) -> list[Planned]:
    """How each deadline of `locked` will be for its opening as it stands. Changes nothing.

    `only` names the rules (by id) whose deadline is set as the rule counts, by default all but those that were ended
    for this meeting; `by_hand` those set to another instant (aware), `ended` those whose deadline ends with its rule,
    `ended_here` those for which it ends at this meeting. The others stay as they are; where their rule counts to
    another instant now, that is told of them.
    """
    return [
        Planned(p.rule, p.current, p.terms, None, ended_here=True)
        if p.rule.pk in ended_here
        else _planned(p, locked, only, by_hand or {}, ended)
        for p in propose(locked, locked.opens_at)
    ]


def _planned(
    proposal: Proposal,
    locked: Register,
    only: Collection[int] | None,
    by_hand: Mapping[int, datetime],
    ended: Collection[int],
) -> Planned:
    rule, current = proposal.rule, proposal.current
    if rule.pk in ended:
        return Planned(rule, current, proposal.terms, None)
    counted = proposal.would_be
    if rule.pk in by_hand:
        instant, read, basis = by_hand[rule.pk], proposal.terms, Deadline.Basis.BY_HAND
    elif rule.pk in only if only is not None else proposal.ended_here is None:
        return Planned(rule, current, proposal.terms, counted)
    elif current is None:
        return Planned(rule, None, proposal.terms, None, ended_here=proposal.ended_here is not None)
    else:
        # It stays with the terms it has, and is compared with what those count to.
        instant, read = current.instant, current.terms
        counted = deadlines.deadline(current.as_rule, locked.opens_at, ZoneInfo(locked.zone))
        by_hand_before = current.basis == Deadline.Basis.BY_HAND
        basis = Deadline.Basis.BY_HAND if by_hand_before else Deadline.Basis.KEPT
    if instant == counted:
        return Planned(rule, current, read, instant)
    return Planned(rule, current, read, instant, basis, counted)


def put_in_force(
    locked: Register, planned: Iterable[Planned], *, actor_id: int | None, at: datetime, reason: str
) -> list[Deadline]:
    """Carry out a plan for `locked` (a register locked in this transaction).

    Supersedes what differs, writes each change into the chain. No verdict already given is touched.
    """
    made = []
    for one in planned:
        if not one.changes:
            continue
        locked.deadlines.in_force().filter(rule=one.rule).update(
            superseded_at=at, ended_because=reason if one.ended_here else ""
        )
        if one.instant is not None:
            made.append(
                Deadline.objects.create(
                    register=locked,
                    rule=one.rule,
                    terms=one.terms,
                    instant=one.instant,
                    basis=one.basis,
                    by_rule=one.by_rule,
                    set_at=at,
                    set_by_id=actor_id,
                    reason=reason,
                )
            )
        journal.append(
            locked,
            "deadline",
            at=at,
            actor_id=actor_id,
            facts={
                "rule": one.terms,
                "before": one.current.instant if one.current else None,
                "deadline": one.instant,
                "basis": str(one.basis),
                "by_rule": one.by_rule,
                "ended_here": one.ended_here,
                "opening": locked.opens_at,
                "reason": reason,
            },
        )
    return made


def set_deadlines(
    locked: Register,
    *,
    actor_id: int | None,
    at: datetime,
    reason: str,
    only: Collection[int] | None = None,
) -> list[Deadline]:
    """Set the deadlines of `locked` as their rules count for its opening as it stands: all, or `only` some by id."""
    return put_in_force(locked, plan(locked, only=only), actor_id=actor_id, at=at, reason=reason)


def deadlines_for(register: Register, kind: str) -> list[Deadline]:
    """The deadlines in force that documents of `kind` have to meet, earliest first.

    Reads `register.deadlines`; prefetch it where many registers are shown.
    """
    return [d for d in register.deadlines_in_force if d.as_rule.measures(kind)]


def deadline_for(register: Register, kind: str) -> Deadline | None:
    """The one of `deadlines_for` that binds: the earliest that closes the door; where none does, the earliest."""
    return _binding(deadlines_for(register, kind))


def _binding(found: Sequence[Deadline]) -> Deadline | None:
    return found[deadlines.binding_of([(d.as_rule, d.instant) for d in found])] if found else None


@dataclass(frozen=True)
class DeadlineLine:
    """A deadline as pages show it among others. `is_door`: it is the first after which documents stay out."""

    deadline: Deadline
    is_door: bool

    @property
    def rule(self) -> deadlines.Rule:
        return self.deadline.as_rule


def lines_for(register: Register, kind: str = "") -> list[DeadlineLine]:
    """The deadlines in force that bind documents of `kind` (of any kind, without one), earliest first.

    The door is that of the kind; without one, that of contributions.
    """
    in_force = register.deadlines_in_force
    door = _binding([d for d in in_force if d.as_rule.measures(kind or Kind.CONTRIBUTION_ACTION)])
    shown = [d for d in in_force if d.as_rule.measures(kind)] if kind else in_force
    return [DeadlineLine(d, d == door and d.as_rule.closes_the_door) for d in shown]
