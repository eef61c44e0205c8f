"""What each rule alone said of a revision: kept with it as plain values, read back for pages, receipts and `verify`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cwg.look.instants import instant_text
from cwg.record import journal

from . import rule_words, verdicts
from .deadlines import Decision, Effect, Verdict
from .models import Deadline, Revision

# What a receipt states of each rule; a revision keeps the id of the deadline beside it.
STATED = ("rule", "source", "effect", "measured", "deadline", "basis", "by_rule", "verdict", "binds")


@dataclass(frozen=True)
class Judgement:
    """One rule's own verdict. `deadline` and `by_rule` in UTC; `binds`: its verdict and deadline are the document's."""

    rule: str
    source: str
    effect: Effect
    verdict: Verdict
    deadline: datetime | None
    basis: str
    by_rule: datetime | None
    binds: bool
    zone: str

    @property
    def closes_the_door(self) -> bool:
        return self.effect.closes_the_door

    @property
    def badge(self) -> str | Promise:
        """Its verdict beside a document that is registered: late under this rule, whatever let it in all the same."""
        return _("Late") if self.verdict is Verdict.LATE_KEPT else verdicts.words(self.verdict).badge

    @property
    def departure(self) -> str:
        """Where the deadline was not what the rule counted to: that, as a sentence; else nothing."""
        return rule_words.departure(self.basis, self.by_rule, self.zone)

    def late_by(self, measured_at: datetime | None) -> timedelta | None:
        if self.deadline is None or measured_at is None or self.verdict is Verdict.EXEMPT:
            return None
        return measured_at - self.deadline if measured_at > self.deadline else None


def kept(decision: Decision, in_force: Iterable[Deadline]) -> list[dict[str, Any]] | None:
    """What a revision keeps of a decision taken by these deadlines; None where nothing was measured."""
    if decision.verdict is Verdict.NOT_MEASURED:
        return None
    rows = {str(d.terms["rule"]): d for d in in_force}
    lines = []
    for one in sorted(decision.per_rule, key=lambda one: rows[one.rule.key].instant):
        row = rows[one.rule.key]
        lines.append(
            {
                "id": row.pk,
                "rule": one.rule.name,
                "source": one.rule.source,
                "effect": str(one.rule.effect),
                "measured": str(one.rule.measured),
                "deadline": row.instant,
                "basis": str(row.basis),
                "by_rule": row.by_rule,
                "verdict": str(one.verdict),
                "binds": decision.rule is not None and one.rule.key == decision.rule.key,
            }
        )
    return journal.plain(lines)


def stated(lines: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """What a receipt states of them: everything but our own ids."""
    return [{name: line[name] for name in STATED} for line in lines or []]


def read(lines: Iterable[dict[str, Any]] | None, zone: str) -> list[Judgement]:
    """As pages show them, from what a revision or a receipt keeps; nothing where it keeps none."""
    return [
        Judgement(
            rule=line["rule"],
            source=line["source"],
            effect=Effect(line["effect"]),
            verdict=Verdict(line["verdict"]),
            deadline=_instant(line["deadline"]),
            basis=line["basis"],
            by_rule=_instant(line["by_rule"]),
            binds=line["binds"],
            zone=zone,
        )
        for line in lines or ()
    ]


def text_of(one: Judgement) -> str:
    """One rule's verdict of a registered document on one line, for mails and receipts."""
    parts = [
        f"{one.rule}: {one.badge}",
        *(
            [_("deadline %(instant)s") % {"instant": instant_text(one.deadline, one.zone)}]
            if one.deadline and one.verdict is not Verdict.EXEMPT
            else []
        ),
        *([one.departure] if one.departure else []),
        *([_("binding")] if one.binds else []),
    ]
    return "; ".join(parts)


def of_decision(decision: Decision, in_force: Iterable[Deadline], zone: str) -> list[Judgement]:
    """What a decision says rule by rule, earliest deadline first, before anything is registered by it."""
    rows = {str(d.terms["rule"]): d for d in in_force}
    found = []
    for one in decision.per_rule:
        row = rows.get(one.rule.key)
        found.append(
            Judgement(
                rule=one.rule.name,
                source=one.rule.source,
                effect=one.rule.effect,
                verdict=one.verdict,
                deadline=one.deadline,
                basis=row.basis if row else Deadline.Basis.RULE,
                by_rule=row.by_rule if row else None,
                binds=decision.rule is not None and one.rule.key == decision.rule.key,
                zone=zone,
            )
        )
    return sorted(found, key=lambda one: (one.deadline is None, one.deadline))


def of_revision(revision: Revision) -> list[Judgement]:
    return read(revision.per_rule, revision.document.register.zone)


def _instant(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None
