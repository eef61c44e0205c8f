"""What becomes of a meeting's deadlines: when it moves, and by an act of their own without moving it.

A change is proposed with what it means at that moment, chosen by the secretariat deadline by deadline, confirmed with
a reason, logged, and told to everybody who reads the meeting. A verdict stands in its revision and is not touched.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import assert_never

from django.utils.translation import gettext_lazy as _

from cwg import clock
from cwg.documents import deadlines, register, rule_words, rules, zones
from cwg.documents.models import Register
from cwg.members.models import Person
from cwg.notices import outbox
from cwg.record import journal
from cwg.record.history import save_signed
from cwg.record.reasons import clean_reason

from . import offers
from .models import Meeting
from .offers import MeetingAct
from .secretariat import must_be_secretariat


class CannotChange(ValueError):
    """The deadlines cannot be changed so. `str()` is a sentence for the person; nothing was changed."""


class ChoiceMissing(CannotChange):
    """For a deadline that would change nobody said what becomes of it."""


class ProposalChanged(CannotChange):
    """What was confirmed is not what would happen now: look at the new proposal first."""


class Choice(StrEnum):
    """What becomes of a deadline."""

    MOVE = "move"  # to what its rule counts to for the opening
    KEEP = "keep"
    SET = "set"  # to another time
    END = "end"  # its rule no longer holds for the group
    END_HERE = "end_here"  # its rule holds on, but not for this meeting


class Meaning(StrEnum):
    """What moving a deadline to what its rule counts to would mean at this moment."""

    SAME = "same"
    TERMS = "terms"
    OPEN_LONGER = "open_longer"
    OPEN_SHORTER = "open_shorter"
    CLOSES = "closes"
    REOPENS = "reopens"
    STAYS_CLOSED = "stays_closed"
    NEW = "new"
    ENDS = "ends"
    ENDED_HERE = "ended_here"


MEANINGS = {
    Meaning.SAME: _("Nothing changes."),
    Meaning.TERMS: _("The time stays; what the rule binds, or what becomes of a late document, changes."),
    Meaning.OPEN_LONGER: _("Still open, and open longer."),
    Meaning.OPEN_SHORTER: _("Still open, but for a shorter time."),
    Meaning.CLOSES: _("The new deadline lies in the past: documents would be kept out from this moment."),
    Meaning.REOPENS: _("The deadline has passed; moving it would open the door again."),
    Meaning.STAYS_CLOSED: _("Passed, and passed also then: documents stay late."),
    Meaning.NEW: _("The rule has no deadline for this meeting yet."),
    Meaning.ENDS: _("The rule no longer holds for the group: its deadline would end."),
    Meaning.ENDED_HERE: _("The rule has no deadline at this meeting, and none unless you set one."),
}
# Of a rule that only flags: it closes no door, and opens none.
MEANINGS_OF_A_FLAG = MEANINGS | {
    Meaning.OPEN_LONGER: _("Not passed, and later: documents are in time for longer."),
    Meaning.OPEN_SHORTER: _("Not passed, but earlier: documents are in time for a shorter time."),
    Meaning.CLOSES: _(
        "The new deadline lies in the past: documents would be accepted and marked late from this moment."
    ),
    Meaning.REOPENS: _("The deadline has passed; with the new one documents would be in time again."),
    Meaning.STAYS_CLOSED: _("Passed, and passed also then: documents are accepted and marked late."),
}


@dataclass(frozen=True)
class DeadlineChange:
    """One deadline now and as its rule would have it, both in UTC, and what that means at the proposal's instant.

    `stands` is None where the rule has no deadline yet, `would_be` where it no longer holds. `departure` says of a
    deadline that is not what its rule counted to when it was set: so, and what the rule said; of one that was ended
    for this meeting: why.
    """

    rule_id: int
    rule: str
    stands: datetime | None
    would_be: datetime | None
    meaning: Meaning
    closes_the_door: bool
    consequence: str
    departure: str
    terms: dict

    @property
    def changes(self) -> bool:
        return self.meaning not in (Meaning.SAME, Meaning.ENDED_HERE)

    @property
    def proposed(self) -> datetime | None:
        """What it would be unless somebody chooses otherwise; None where its rule ends, or was ended for this meeting."""
        return None if self.meaning is Meaning.ENDED_HERE else self.would_be

    @property
    def sentence(self):
        return (MEANINGS if self.closes_the_door else MEANINGS_OF_A_FLAG)[self.meaning]

    @property
    def turns_the_door(self) -> bool:
        """Whether moving it would close an open door or open a closed one."""
        return self.closes_the_door and self.meaning in (Meaning.CLOSES, Meaning.REOPENS)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can become of it by an act of its own."""
        match self.meaning:
            case Meaning.ENDS:
                return (Choice.END, Choice.KEEP)
            case Meaning.NEW:
                return (Choice.MOVE, Choice.SET, Choice.KEEP)
            case Meaning.ENDED_HERE:
                return (Choice.KEEP, Choice.MOVE, Choice.SET)
            case Meaning.SAME:
                return (Choice.KEEP, Choice.SET, Choice.END_HERE)
            case (
                Meaning.TERMS
                | Meaning.OPEN_LONGER
                | Meaning.OPEN_SHORTER
                | Meaning.CLOSES
                | Meaning.REOPENS
                | Meaning.STAYS_CLOSED
            ):
                return (Choice.MOVE, Choice.SET, Choice.KEEP, Choice.END_HERE)
            case _:
                assert_never(self.meaning)


def changes_of(
    held: Register, opens_at: datetime, at: datetime, *, ending: bool = False
) -> tuple[DeadlineChange, ...]:
    """What would become of each deadline for an opening at `opens_at`, judged at `at` (both aware), earliest first."""
    found = [_change(proposal, held.zone, at) for proposal in rules.propose(held, opens_at, ending=ending)]
    return tuple(sorted(found, key=lambda c: (c.would_be or c.stands, c.rule_id)))


def _change(proposal: rules.Proposal, zone: str, at: datetime) -> DeadlineChange:
    pure = deadlines.rule_of(proposal.terms)
    return DeadlineChange(
        rule_id=proposal.rule.pk,
        rule=pure.name,
        stands=proposal.now_stands,
        would_be=proposal.would_be,
        meaning=_meaning(proposal, at),
        closes_the_door=pure.closes_the_door,
        consequence=rule_words.door_text(pure),
        departure=_departure(proposal, zone),
        terms=proposal.terms,
    )


def _departure(proposal: rules.Proposal, zone: str) -> str:
    if proposal.ended_here is not None:
        return proposal.ended_here.ending
    current = proposal.current
    return rule_words.departure(current.basis, current.by_rule, zone) if current else ""


def _meaning(proposal: rules.Proposal, at: datetime) -> Meaning:
    # The boundary instant itself is in time: the door is open as long as `at <= deadline`.
    stands, would_be = proposal.now_stands, proposal.would_be
    if stands is None:
        return Meaning.NEW if proposal.ended_here is None else Meaning.ENDED_HERE
    if would_be is None:
        return Meaning.ENDS
    if stands == would_be:
        return Meaning.TERMS if proposal.changes_terms else Meaning.SAME
    open_now, open_then = at <= stands, at <= would_be
    if open_now and open_then:
        return Meaning.OPEN_LONGER if would_be > stands else Meaning.OPEN_SHORTER
    if open_now:
        return Meaning.CLOSES
    return Meaning.REOPENS if open_then else Meaning.STAYS_CLOSED


def in_digest(changes: tuple[DeadlineChange, ...]) -> list:
    """What a proposal's digest covers of them: whoever confirms it has seen exactly this."""
    return [[c.rule_id, c.stands, c.would_be, str(c.meaning), c.terms] for c in changes]


def chosen(
    changes: tuple[DeadlineChange, ...],
    choice: Choice | str | Mapping[int, Choice | str],
    allowed: tuple[Choice, ...],
) -> dict[int, Choice]:
    """The choice for every deadline, of those `allowed`: one that does not change stays unless a choice of its own
    was made for it. Raises ChoiceMissing."""
    found = {}
    for change in changes:
        answer = choice.get(change.rule_id) if isinstance(choice, Mapping) else choice
        if not change.changes and answer not in change.choices:
            answer = Choice.KEEP
        try:
            made = Choice(answer or "")
        except ValueError:
            made = None
        if made is None or made not in allowed:
            raise ChoiceMissing(_("Say for each deadline what becomes of it."))
        found[change.rule_id] = made
    return found


def plan(
    locked: Register, what: Mapping[int, Choice], by_hand: Mapping[int, datetime] | None = None
) -> list[rules.Planned]:
    """How the deadlines of the locked register will be by these choices, for its opening as it stands."""
    return rules.plan(
        locked,
        only=[pk for pk, made in what.items() if made is Choice.MOVE],
        by_hand={pk: (by_hand or {})[pk] for pk, made in what.items() if made is Choice.SET},
        ended=[pk for pk, made in what.items() if made is Choice.END],
        ended_here=[pk for pk, made in what.items() if made is Choice.END_HERE],
    )


def as_told(planned: list[rules.Planned], what: Mapping[int, Choice]) -> list[dict]:
    """What journal and mail say of each deadline."""
    return [
        {
            "rule_id": one.rule.pk,
            "rule": one.terms["name"],
            "effect": one.terms["effect"],
            "before": one.current.instant if one.current else None,
            "after": one.instant,
            "basis": str(one.basis),
            "by_rule": one.by_rule,
            "ended_here": one.ended_here,
            "choice": str(what.get(one.rule.pk, Choice.KEEP)),
        }
        for one in planned
    ]


# --- An act of its own -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DeadlineProposal:
    """The deadlines of a meeting as they are and as its rules would have them. `digest` names exactly this."""

    meeting: Meeting
    deadlines: tuple[DeadlineChange, ...]
    accepted: int
    digest: str


def propose_deadlines(meeting: Meeting, *, at: datetime | None = None) -> DeadlineProposal:
    """What the rules that hold now would make of the meeting's deadlines. Changes nothing. Raises CannotChange."""
    return _propose(meeting, meeting.register, at or clock.now())


def _propose(meeting: Meeting, held: Register, at: datetime) -> DeadlineProposal:
    if not offers.is_open(MeetingAct.DEADLINES, held, at):
        raise CannotChange(
            _("The deadlines of a meeting that has opened, or is closed or cancelled, do not change.")
        )
    changes = changes_of(held, held.opens_at, at, ending=True)
    digest = journal.digest(
        {
            "meeting": meeting.pk,
            "sequence": meeting.sequence,
            "opening": held.opens_at,
            "deadlines": in_digest(changes),
        }
    )
    accepted = held.documents.filter(withdrawn_at__isnull=True).count()
    return DeadlineProposal(meeting, changes, accepted, digest)


def change_deadlines(
    meeting: Meeting,
    *,
    choice: Mapping[int, Choice | str],
    by_hand: Mapping[int, datetime] | None = None,
    actor: Person,
    reason: str,
    seen: str | None = None,
) -> Meeting:
    """Set, keep or end each deadline as chosen, without moving the meeting; log it; tell everybody. No verdict changes.

    END_HERE ends one whose rule holds on: it is not set again when the meeting is corrected, announced or moved.

    `choice` by rule id; `by_hand` the naive local times at the seat of those that are SET; `seen` the digest of the
    proposal the person confirmed. Raises PermissionDenied, ReasonMissing, CannotChange (ChoiceMissing, ProposalChanged),
    `zones.LocalTimeRefused`.
    """
    reason = clean_reason(reason)
    with register.acting_on(meeting.register_id) as (locked, at):
        must_be_secretariat(actor, locked.group_id, at)
        meeting = Meeting.objects.select_related("register__group").get(pk=meeting.pk)
        proposal = _propose(meeting, locked, at)
        if seen is not None and seen != proposal.digest:
            raise ProposalChanged(_("Meanwhile something changed. Look at what the rules would do now."))
        what = chosen(proposal.deadlines, choice, tuple(Choice))
        for change in proposal.deadlines:
            if what[change.rule_id] not in change.choices:
                raise ChoiceMissing(_("Say for each deadline what becomes of it."))
        planned = plan(locked, what, _instants(meeting, locked, what, by_hand or {}))
        if not any(one.changes for one in planned):
            raise CannotChange(_("Nothing is changed."))
        meeting.sequence += 1
        save_signed(meeting, actor, reason)
        told = as_told(planned, what)
        journal.append(
            locked,
            "deadlines_changed",
            at=at,
            actor_id=actor.pk,
            facts={
                "meeting": meeting.pk,
                "sequence": meeting.sequence,
                "opening": locked.opens_at,
                "deadlines": told,
                "reason": reason,
            },
        )
        rules.put_in_force(locked, planned, actor_id=actor.pk, at=at, reason=reason)
        if locked.announced_at is not None:
            outbox.tell(
                "deadlines_changed",
                key=f"{meeting.pk}:{meeting.sequence}",
                at=at,
                group=locked.group_id,
                facts=journal.plain({"meeting": meeting.pk, "reason": reason, "deadlines": told}),
            )
        meeting.register = locked
        return meeting


def _instants(
    meeting: Meeting, locked: Register, what: Mapping[int, Choice], local: Mapping[int, datetime]
) -> dict[int, datetime]:
    """The deadlines set to another time as instants: before the opening, and not absurdly long before."""
    longest = timedelta(days=deadlines.LONGEST[deadlines.Unit.DAYS])
    found = {}
    for pk, made in what.items():
        if made is not Choice.SET:
            continue
        if pk not in local:
            raise ChoiceMissing(_("Give the date and the time of the deadline."))
        instant = zones.local_to_instant(local[pk], meeting.zone).astimezone(UTC)
        if not locked.opens_at - longest <= instant <= locked.opens_at:
            raise CannotChange(
                _("A deadline lies before the opening of the meeting, by at most %(days)d days.")
                % {"days": longest.days}
            )
        found[pk] = instant
    return found
