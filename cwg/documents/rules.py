"""Deadlines in force for a register: set when a meeting is created, changed only by a recorded act."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from cwg.record import journal

from . import deadlines
from .models import Deadline, DeadlineRule, Register


@dataclass(frozen=True)
class Proposal:
    """What would become of one deadline if the meeting opened at another time. Instants in UTC."""

    rule: DeadlineRule
    now_stands: datetime | None
    would_be: datetime

    @property
    def changes(self) -> bool:
        return self.now_stands != self.would_be


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


def rule_of(terms: dict) -> deadlines.Rule:
    """The pure rule as a deadline keeps it."""
    return deadlines.Rule(
        key=str(terms["rule"]),
        name=terms["name"],
        kinds=frozenset(terms["kinds"]),
        exempt_kinds=frozenset(terms["exempt_kinds"]),
        offset=terms["offset"],
        unit=deadlines.Unit(terms["unit"]),
        anchor=deadlines.Anchor(terms["anchor"]),
        measured=deadlines.Measured(terms["measured"]),
        effect=deadlines.Effect(terms["effect"]),
        source=terms["source"],
    )


def rules_for(register: Register) -> list[DeadlineRule]:
    """The rules that bind a new meeting of the register's group: its own and, unless replaced, the general ones."""
    return list(DeadlineRule.objects.holding_for(register.group_id))


def propose(register: Register, opens_at: datetime) -> list[Proposal]:
    """What each deadline would be for an opening at `opens_at` (aware). Changes nothing.

    Raises `deadlines.AnchorNotSupported` for a rule anchored to an item.
    """
    in_force = {d.rule_id: d for d in register.deadlines.in_force()}
    rules = DeadlineRule.objects.filter(Q(pk__in=in_force) | Q(pk__in=[r.pk for r in rules_for(register)]))
    zone = ZoneInfo(register.zone)
    return [
        Proposal(
            rule,
            in_force[rule.pk].instant if rule.pk in in_force else None,
            deadlines.deadline(rule.as_rule(), opens_at, zone),
        )
        for rule in rules
    ]


def set_deadlines(
    locked: Register,
    *,
    actor_id: int | None,
    at: datetime,
    reason: str,
    only: Collection[int] | None = None,
) -> list[Deadline]:
    """Fix the deadlines of `locked` (a register locked in this transaction) for its opening as it stands.

    Supersedes those that differ, writes each change into the chain. No verdict already given is touched.
    `only` names the rules (by id) whose deadline is set; the others stay as they stand.
    """
    made = []
    for proposal in propose(locked, locked.opens_at):
        if not proposal.changes or (only is not None and proposal.rule.pk not in only):
            continue
        locked.deadlines.in_force().filter(rule=proposal.rule).update(superseded_at=at)
        deadline = Deadline.objects.create(
            register=locked,
            rule=proposal.rule,
            terms=terms(proposal.rule),
            instant=proposal.would_be,
            set_at=at,
            set_by_id=actor_id,
            reason=reason,
        )
        journal.append(
            locked,
            "deadline",
            at=at,
            actor_id=actor_id,
            facts={
                "rule": terms(proposal.rule),
                "before": proposal.now_stands,
                "deadline": proposal.would_be,
                "opening": locked.opens_at,
                "reason": reason,
            },
        )
        made.append(deadline)
    return made


def deadline_for(register: Register, kind: str) -> Deadline | None:
    """The deadline that binds documents of `kind`: the earliest in force that does not exempt it; None without one.

    Reads `register.deadlines`; prefetch it where many registers are shown.
    """
    binding = [d for d in register.deadlines_in_force if rule_of(d.terms).measures(kind)]
    return min(binding, key=lambda d: d.instant, default=None)
