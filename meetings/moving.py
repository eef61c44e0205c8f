"""Moving the opening of a meeting, and what becomes of its deadlines.

"Moving the meeting never turns an accepted document late, and never silently reopens or closes the door: the
new deadline is proposed, confirmed by the secretariat with a reason, logged, and everybody is told" (domain 3).
A verdict stands in its revision and is not touched here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from cwg import clock
from cwg.documents import register, rules, zones
from cwg.documents.models import Register
from cwg.documents.seat_times import clock_face
from cwg.members.models import Person
from cwg.notices import outbox
from cwg.record import journal
from cwg.record.history import save_signed
from cwg.record.reasons import clean_reason

from . import deadline_changes, offers, planning
from .deadline_changes import Choice, DeadlineChange, ProposalChanged
from .models import Meeting, Sitting
from .offers import MeetingAct
from .secretariat import must_be_secretariat


class CannotMove(ValueError):
    """The meeting cannot be moved so. `str()` is a sentence for the person; nothing was changed."""


@dataclass(frozen=True)
class SittingShift:
    """A sitting, when it begins now and when it would begin and end; in UTC."""

    sitting: Sitting
    before: datetime
    after: datetime
    ends_at: datetime | None


@dataclass(frozen=True)
class MoveProposal:
    """What a move would do. `after` in UTC, `local` naive at the seat. `digest` names exactly this proposal."""

    meeting: Meeting
    local: datetime
    before: datetime
    after: datetime
    deadlines: tuple[DeadlineChange, ...]
    sittings: tuple[SittingShift, ...]
    warnings: tuple[str, ...]
    accepted: int
    digest: str

    @property
    def to_choose(self) -> tuple[DeadlineChange, ...]:
        return tuple(change for change in self.deadlines if change.changes)


def propose_move(meeting: Meeting, new_local_start: datetime, *, at: datetime | None = None) -> MoveProposal:
    """What would become of each deadline if the meeting opened at `new_local_start` (naive, at the seat).

    `at` is the instant it is judged at, by default now. Changes nothing. Raises CannotMove,
    `planning.EntryRefused` and `zones.LocalTimeRefused`.
    """
    return _propose(meeting, meeting.register, new_local_start, at or clock.now())


def _propose(meeting: Meeting, held: Register, local: datetime, at: datetime) -> MoveProposal:
    state = held.state_at(at)
    if state.is_over:
        raise CannotMove(_("A meeting that is closed or cancelled is not moved."))
    if not offers.is_open(MeetingAct.MOVE, held, at):
        raise CannotMove(_("A meeting in session is not moved."))
    planning.must_be_of_our_time(local, meeting.zone, at)
    after = zones.local_to_instant(local, meeting.zone)
    if after == held.opens_at and not state.is_postponed:
        raise CannotMove(_("The meeting opens at that time already."))
    if after <= at:
        raise CannotMove(_("That time has passed. A meeting is moved to a time to come."))
    changes = deadline_changes.changes_of(held, after, at)
    shifts = tuple(_sitting_shifts(meeting, held, local))
    first_day, last_day = _days_after(held, meeting, local)
    warnings = planning.warnings(
        held.group_id, opens_at=after, first_day=first_day, last_day=last_day, at=at, but=held.pk
    )
    digest = journal.digest(
        {
            "meeting": meeting.pk,
            "sequence": meeting.sequence,
            "before": held.opens_at,
            "after": after,
            "deadlines": deadline_changes.in_digest(changes),
            "sittings": [[shift.sitting.pk, shift.before, shift.after, shift.ends_at] for shift in shifts],
            "warnings": warnings,
        }
    )
    accepted = held.documents.filter(withdrawn_at__isnull=True).count()
    return MoveProposal(meeting, local, held.opens_at, after, changes, shifts, warnings, accepted, digest)


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
    A postponed meeting gets its date so. Raises PermissionDenied, ReasonMissing, CannotMove, `planning.EntryRefused`, `deadline_changes.CannotChange` (ChoiceMissing, ProposalChanged),
    `zones.LocalTimeRefused`.
    """
    reason = clean_reason(reason)
    with register.acting_on(meeting.register_id) as (locked, at):
        must_be_secretariat(actor, locked.group_id, at)
        meeting = Meeting.objects.select_related("register__group").get(pk=meeting.pk)
        proposal = _propose(meeting, locked, new_local_start, at)
        if seen is not None and seen != proposal.digest:
            raise ProposalChanged(_("Meanwhile something changed. Look at what the move would do now."))
        # What would not change was not asked about, and stays.
        what = {change.rule_id: Choice.KEEP for change in proposal.deadlines}
        what |= deadline_changes.chosen(proposal.to_choose, choice, (Choice.MOVE, Choice.KEEP))
        had_a_date = locked.postponed_at is None
        _shift_days(locked, meeting, proposal)
        _shift_sittings(proposal, actor, reason)
        meeting.opens_local = clock_face(new_local_start)
        meeting.sequence += 1
        save_signed(meeting, actor, reason)
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
                "had_a_date": had_a_date,
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
                        "had_a_date": had_a_date,
                        "deadlines": told,
                        "sittings": [
                            {
                                "number": s.sitting.number,
                                "title": s.sitting.title,
                                "before": s.before,
                                "after": s.after,
                            }
                            for s in proposal.sittings
                        ],
                    }
                ),
            )
        meeting.register = locked
        return meeting


def _shift_days(locked: Register, meeting: Meeting, proposal: MoveProposal) -> None:
    locked.first_day, locked.last_day = _days_after(locked, meeting, proposal.local)
    locked.opens_at = proposal.after
    locked.postponed_at = None
    locked.save(update_fields=["first_day", "last_day", "opens_at", "postponed_at"])


def _days_after(held: Register, meeting: Meeting, local: datetime) -> tuple[date, date]:
    """The first and the last day of the meeting, opening at `local`; it lasts as long as before."""
    by = local.date() - zones.as_local(held.opens_at, meeting.zone).date()
    return held.first_day + by, held.last_day + by


def _sitting_shifts(meeting: Meeting, held: Register, local: datetime) -> Iterator[SittingShift]:
    """By the clock of the seat: a sitting at 14:30 stays at 14:30 when only the day changes, on clock-change nights too.

    Raises `planning.EntryRefused` for a sitting that would begin at no time, or outside the days of the meeting.
    """
    zone = meeting.zone
    shift: timedelta = local - zones.as_local(held.opens_at, zone).replace(tzinfo=None)
    first_day, last_day = _days_after(held, meeting, local)
    for sitting in meeting.sittings.all():
        starts = zones.as_local(sitting.starts_at, zone).replace(tzinfo=None, fold=0) + shift
        ends = (
            zones.as_local(sitting.ends_at, zone).replace(tzinfo=None, fold=0) + shift
            if sitting.ends_at
            else None
        )
        called = planning.sitting_called(sitting.number, starts)
        if not first_day <= starts.date() <= last_day:
            raise planning.of_sitting(called, str(_("it is not on a day of the meeting.")))
        starts_at, ends_at = planning.sitting_instants(called, starts, ends.time() if ends else None, zone)
        yield SittingShift(sitting, sitting.starts_at, starts_at, ends_at)


def _shift_sittings(proposal: MoveProposal, actor: Person, reason: str) -> None:
    for shift in proposal.sittings:
        sitting = shift.sitting
        sitting.starts_at, sitting.ends_at = shift.after, shift.ends_at
        save_signed(sitting, actor, reason)
