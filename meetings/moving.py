"""Moving the opening of a meeting, and what becomes of its deadlines.

"Moving the meeting never turns an accepted document late, and never silently reopens or closes the door: the
new deadline is proposed, confirmed by the secretariat with a reason, logged, and everybody is told" (domain 3).
A verdict stands in its revision and is not touched here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from cwg import clock
from cwg.documents import register, rules, zones
from cwg.documents.models import Register
from cwg.members.models import Person
from cwg.notices import outbox
from cwg.record import journal
from cwg.record.history import sign
from cwg.record.reasons import clean_reason

from .convening import clock_face
from .models import Meeting
from .secretariat import must_be_secretariat


class CannotMove(ValueError):
    """The meeting cannot be moved so. `str()` is a sentence for the person; nothing was changed."""


class ChoiceMissing(CannotMove):
    """For a deadline that would change nobody said whether it moves or stays."""


class ProposalChanged(CannotMove):
    """What was confirmed is not what would happen now: look at the new proposal first."""


class Choice(StrEnum):
    """What becomes of a deadline when the meeting moves."""

    MOVE = "move"
    KEEP = "keep"


class Meaning(StrEnum):
    """What moving a deadline would mean at this moment."""

    SAME = "same"
    OPEN_LONGER = "open_longer"
    OPEN_SHORTER = "open_shorter"
    CLOSES = "closes"
    REOPENS = "reopens"
    STAYS_CLOSED = "stays_closed"
    NEW = "new"


MEANINGS = {
    Meaning.SAME: _("Nothing changes."),
    Meaning.OPEN_LONGER: _("Still open, and open longer."),
    Meaning.OPEN_SHORTER: _("Still open, but for a shorter time."),
    Meaning.CLOSES: _("The new deadline lies in the past: contributions would be late from this moment."),
    Meaning.REOPENS: _("The deadline has passed; moving it would open the door again."),
    Meaning.STAYS_CLOSED: _("Passed, and passed also then: contributions stay late."),
    Meaning.NEW: _("The rule has no deadline for this meeting yet."),
}


@dataclass(frozen=True)
class DeadlineChange:
    """One deadline now and as it would be, both in UTC, and what that means at the proposal's instant."""

    rule_id: int
    rule: str
    stands: datetime | None
    would_be: datetime
    meaning: Meaning

    @property
    def changes(self) -> bool:
        return self.meaning is not Meaning.SAME

    @property
    def sentence(self):
        return MEANINGS[self.meaning]

    @property
    def turns_the_door(self) -> bool:
        """Whether moving it would close an open door or open a closed one."""
        return self.meaning in (Meaning.CLOSES, Meaning.REOPENS)


@dataclass(frozen=True)
class MoveProposal:
    """What a move would do. `after` in UTC, `local` naive at the seat. `digest` names exactly this proposal."""

    meeting: Meeting
    local: datetime
    before: datetime
    after: datetime
    deadlines: tuple[DeadlineChange, ...]
    accepted: int
    digest: str

    @property
    def to_choose(self) -> tuple[DeadlineChange, ...]:
        return tuple(change for change in self.deadlines if change.changes)


def propose_move(meeting: Meeting, new_local_start: datetime, *, at: datetime | None = None) -> MoveProposal:
    """What would become of each deadline if the meeting opened at `new_local_start` (naive, at the seat).

    `at` is the instant it is judged at, by default now. Changes nothing. Raises CannotMove and
    `zones.LocalTimeRefused`.
    """
    return _propose(meeting, meeting.register, new_local_start, at or clock.now())


def _propose(meeting: Meeting, held: Register, local: datetime, at: datetime) -> MoveProposal:
    if held.state_at(at).is_over:
        raise CannotMove(_("A closed meeting is not moved."))
    after = zones.local_to_instant(local, meeting.zone)
    if after == held.opens_at:
        raise CannotMove(_("The meeting opens at that time already."))
    if after <= at:
        raise CannotMove(_("That time has passed. A meeting is moved to a time to come."))
    changes = tuple(
        DeadlineChange(
            p.rule.pk, p.rule.name, p.now_stands, p.would_be, _meaning(p.now_stands, p.would_be, at)
        )
        for p in sorted(rules.propose(held, after), key=lambda p: (p.would_be, p.rule.pk))
    )
    digest = journal.digest(
        {
            "meeting": meeting.pk,
            "sequence": meeting.sequence,
            "before": held.opens_at,
            "after": after,
            "deadlines": [[c.rule_id, c.stands, c.would_be, str(c.meaning)] for c in changes],
        }
    )
    accepted = held.documents.filter(withdrawn_at__isnull=True).count()
    return MoveProposal(meeting, local, held.opens_at, after, changes, accepted, digest)


def _meaning(stands: datetime | None, would_be: datetime, at: datetime) -> Meaning:
    # The boundary instant itself is in time: the door is open as long as `at <= deadline`.
    if stands is None:
        return Meaning.NEW
    if stands == would_be:
        return Meaning.SAME
    open_now, open_then = at <= stands, at <= would_be
    if open_now and open_then:
        return Meaning.OPEN_LONGER if would_be > stands else Meaning.OPEN_SHORTER
    if open_now:
        return Meaning.CLOSES
    return Meaning.REOPENS if open_then else Meaning.STAYS_CLOSED


def confirm_move(
    meeting: Meeting,
    new_local_start: datetime,
    *,
    choice: Choice | str | Mapping[int, Choice | str],
    actor: Person,
    reason: str,
    seen: str | None = None,
) -> Meeting:
    """Move the opening, the days and the sittings; move or keep each deadline as chosen; log it; tell everybody.

    `choice` is for all deadlines, or by rule id; `seen` the digest of the proposal the person confirmed.
    Sittings keep their distance to the opening on the clock of the seat. No verdict is touched.
    Raises PermissionDenied, ReasonMissing, CannotMove (ChoiceMissing, ProposalChanged), `zones.LocalTimeRefused`.
    """
    reason = clean_reason(reason)
    with register.acting_on(meeting.register_id) as (locked, at):
        must_be_secretariat(actor, locked.group_id, at)
        meeting = Meeting.objects.select_related("register__group").get(pk=meeting.pk)
        proposal = _propose(meeting, locked, new_local_start, at)
        if seen is not None and seen != proposal.digest:
            raise ProposalChanged(_("Meanwhile something changed. Look at what the move would do now."))
        chosen = _chosen(proposal, choice)
        _shift_days(locked, meeting, new_local_start, proposal.after)
        _shift_sittings(meeting, locked, proposal, actor, reason)
        meeting.opens_local = clock_face(new_local_start)
        meeting.sequence += 1
        sign(meeting, actor, reason)
        meeting.save()
        deadlines = [
            {
                "rule_id": change.rule_id,
                "rule": change.rule,
                "before": change.stands,
                "after": change.would_be if chosen[change.rule_id] == Choice.MOVE else change.stands,
                "choice": str(chosen[change.rule_id]),
            }
            for change in proposal.deadlines
        ]
        journal.append(
            locked,
            "moved",
            at=at,
            actor_id=actor.pk,
            facts={
                "meeting": meeting.pk,
                "before": proposal.before,
                "after": proposal.after,
                "local": new_local_start.isoformat(),
                "sequence": meeting.sequence,
                "deadlines": deadlines,
                "reason": reason,
            },
        )
        moved = [rule_id for rule_id, what in chosen.items() if what == Choice.MOVE]
        rules.set_deadlines(locked, actor_id=actor.pk, at=at, reason=reason, only=moved)
        if locked.is_announced:
            outbox.tell(
                "meeting_moved",
                key=f"{meeting.pk}:{meeting.sequence}",
                at=at,
                group=locked.group_id,
                facts=journal.plain(
                    {
                        "meeting": meeting.pk,
                        "before": proposal.before,
                        "after": proposal.after,
                        "reason": reason,
                        "deadlines": deadlines,
                    }
                ),
            )
        meeting.register = locked
        return meeting


def _chosen(proposal: MoveProposal, choice) -> dict[int, Choice]:
    """The choice for every deadline: one that does not change stays."""
    chosen = {}
    for change in proposal.deadlines:
        if not change.changes:
            chosen[change.rule_id] = Choice.KEEP
            continue
        answer = choice.get(change.rule_id) if isinstance(choice, Mapping) else choice
        try:
            chosen[change.rule_id] = Choice(answer or "")
        except ValueError as error:
            raise ChoiceMissing(_("Say for each deadline whether it moves or stays.")) from error
    return chosen


def _shift_days(locked: Register, meeting: Meeting, local: datetime, after: datetime) -> None:
    length = locked.last_day - locked.first_day
    before = zones.as_local(locked.opens_at, meeting.zone).date()
    locked.first_day += local.date() - before
    locked.last_day = locked.first_day + length
    locked.opens_at = after
    locked.save(update_fields=["first_day", "last_day", "opens_at"])


def _shift_sittings(meeting: Meeting, locked: Register, proposal: MoveProposal, actor, reason: str) -> None:
    """By the clock of the seat: a sitting at 14:30 stays at 14:30 when only the day changes, on clock-change nights too."""
    zone = meeting.zone
    shift: timedelta = proposal.local - zones.as_local(proposal.before, zone).replace(tzinfo=None)

    def shifted(instant: datetime) -> datetime:
        return zones.local_to_instant(
            zones.as_local(instant, zone).replace(tzinfo=None, fold=0) + shift, zone
        )

    for sitting in meeting.sittings.all():
        sitting.starts_at = shifted(sitting.starts_at).astimezone(UTC)
        sitting.ends_at = shifted(sitting.ends_at).astimezone(UTC) if sitting.ends_at else None
        sign(sitting, actor, reason)
        sitting.save()
