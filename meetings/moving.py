"""Moving the opening of a meeting, and what becomes of its deadlines.

"Moving the meeting never turns an accepted document late, and never silently reopens or closes the door: the
new deadline is proposed, confirmed by the secretariat with a reason, logged, and everybody is told" (domain 3).
A verdict stands in its revision and is not touched here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from cwg import clock
from cwg.documents import register, rules, zones
from cwg.documents.models import Register
from cwg.members.models import Person
from cwg.notices import outbox
from cwg.record import journal
from cwg.record.history import sign
from cwg.record.reasons import clean_reason

from . import deadline_changes
from .convening import clock_face
from .deadline_changes import Choice, DeadlineChange, ProposalChanged
from .models import Meeting
from .secretariat import must_be_secretariat


class CannotMove(ValueError):
    """The meeting cannot be moved so. `str()` is a sentence for the person; nothing was changed."""


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
    state = held.state_at(at)
    if state.is_over:
        raise CannotMove(_("A meeting that is closed or cancelled is not moved."))
    if not state.is_before_its_opening:
        raise CannotMove(_("A meeting in session is not moved."))
    after = zones.local_to_instant(local, meeting.zone)
    if after == held.opens_at:
        raise CannotMove(_("The meeting opens at that time already."))
    if after <= at:
        raise CannotMove(_("That time has passed. A meeting is moved to a time to come."))
    changes = deadline_changes.changes_of(held, after, at)
    digest = journal.digest(
        {
            "meeting": meeting.pk,
            "sequence": meeting.sequence,
            "before": held.opens_at,
            "after": after,
            "deadlines": deadline_changes.in_digest(changes),
        }
    )
    accepted = held.documents.filter(withdrawn_at__isnull=True).count()
    return MoveProposal(meeting, local, held.opens_at, after, changes, accepted, digest)


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
    Raises PermissionDenied, ReasonMissing, CannotMove, `deadline_changes.CannotChange` (ChoiceMissing, ProposalChanged),
    `zones.LocalTimeRefused`.
    """
    reason = clean_reason(reason)
    with register.acting_on(meeting.register_id) as (locked, at):
        must_be_secretariat(actor, locked.group_id, at)
        meeting = Meeting.objects.select_related("register__group").get(pk=meeting.pk)
        proposal = _propose(meeting, locked, new_local_start, at)
        if seen is not None and seen != proposal.digest:
            raise ProposalChanged(_("Meanwhile something changed. Look at what the move would do now."))
        what = deadline_changes.chosen(proposal.deadlines, choice, (Choice.MOVE, Choice.KEEP))
        _shift_days(locked, meeting, new_local_start, proposal.after)
        _shift_sittings(meeting, locked, proposal, actor, reason)
        meeting.opens_local = clock_face(new_local_start)
        meeting.sequence += 1
        sign(meeting, actor, reason)
        meeting.save()
        planned = deadline_changes.plan(locked, what)
        told = deadline_changes.as_told(planned, what)
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
                "deadlines": told,
                "reason": reason,
            },
        )
        rules.put_in_force(locked, planned, actor_id=actor.pk, at=at, reason=reason)
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
                        "deadlines": told,
                    }
                ),
            )
        meeting.register = locked
        return meeting


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
