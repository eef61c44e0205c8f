"""Opening a sitting: the act, and not the clock, that puts a meeting in session; and undoing what was a mistake."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cwg.documents import register, zones
from cwg.documents.models import Register
from cwg.documents.states import MeetingState
from cwg.look.instants import instant_text
from cwg.members.models import Person
from cwg.notices import outbox
from cwg.record import journal
from cwg.record.history import save_signed
from cwg.record.reasons import clean_reason

from . import offers
from .models import Meeting, Sitting
from .offers import MeetingAct, Opening
from .secretariat import must_be_secretariat

# A sitting may open late, never half a day off: the wrong one was chosen, or the wrong day.
FAR_FROM_PLAN = timedelta(hours=12)


class CannotUndo(ValueError):
    """The opening cannot be undone. `str()` is a sentence for the person; nothing was changed."""


class CannotOpen(ValueError):
    """The sitting cannot be opened so. `str()` is a sentence for the person; nothing was changed."""


def nearest(sittings: Iterable[Sitting], at: datetime) -> Sitting | None:
    """The sitting of those given that was most likely opened at `at`: the one planned nearest to it."""
    return min(sittings, key=lambda one: (abs(one.starts_at - at), one.starts_at), default=None)


@dataclass(frozen=True)
class InSession:
    """What of a meeting in session goes on now: the sitting that is open, and the one that opens next."""

    current: Sitting | None
    following: Sitting | None


def in_session(sittings: Iterable[Sitting], at: datetime) -> InSession:
    """What is in session at `at`, of a meeting whose sittings these are; nothing of either where it has no sittings.

    A sitting that was opened goes on until its planned end: that it closed is recorded nowhere. The next one is the
    first after it in the plan, and stays that when its time has come, for it may open late.
    """
    opened = [one for one in sittings if one.opened_at is not None and one.opened_at <= at]
    last = max(opened, key=lambda one: (one.opened_at, one.number), default=None)
    current = last if last is not None and (last.ends_at is None or at < last.ends_at) else None
    to_come = [
        one
        for one in sittings
        if one.opened_at is None
        and one.starts_at >= at - FAR_FROM_PLAN
        and (last is None or _in_plan(one) > _in_plan(last))
    ]
    return InSession(current, min(to_come, key=_in_plan, default=None))


def _in_plan(sitting: Sitting) -> tuple[datetime, int]:
    return sitting.starts_at, sitting.number


def warnings_of(
    meeting: Meeting, sitting: Sitting | None, opened_local: datetime, *, at: datetime
) -> tuple[str, ...]:
    """What may be a slip about this opening. One query. Raises what `open_sitting` raises about its time.

    `opened_local` is naive, on the clock of the seat.
    """
    opened_at = zones.local_to_instant(opened_local, meeting.zone)
    _must_be_the_real_time(meeting.register, opened_at, at)
    return tuple(_warnings(meeting, sitting, opened_at))


def _warnings(meeting: Meeting, sitting: Sitting | None, opened_at: datetime) -> Iterator[str]:
    planned = sitting.starts_at if sitting is not None else meeting.register.opens_at
    if abs(opened_at - planned) > FAR_FROM_PLAN:
        yield _text("%(what)s is planned for %(planned)s; it would be recorded as opened on %(opened)s.") % {
            "what": sitting or meeting,
            "planned": instant_text(planned, meeting.zone, "short"),
            "opened": instant_text(opened_at, meeting.zone, "short"),
        }
    if sitting is None:
        return
    before = meeting.sittings.filter(opened_at__isnull=True, starts_at__lt=sitting.starts_at)
    missing = [str(one) for one in before.order_by("starts_at", "number")]
    if missing:
        yield ngettext(
            "A sitting planned before it is not recorded as opened: %(sittings)s.",
            "Sittings planned before it are not recorded as opened: %(sittings)s.",
            len(missing),
        ) % {"sittings": ", ".join(missing)}


def open_sitting(
    meeting: Meeting, sitting: Sitting | None, *, actor: Person, opened_local: datetime | None = None
) -> Meeting:
    """Record that a sitting has opened; the first one opens the session of its meeting.

    `opened_local` is the real time, naive, on the clock of the seat; without it, the instant of the record. A
    meeting without sittings is opened as a whole (`sitting` None). Nobody is told: those present know.
    Raises PermissionDenied, CannotOpen and `zones.LocalTimeRefused`.
    """
    with register.acting_on(meeting.register_id) as (locked, at):
        must_be_secretariat(actor, locked.group_id, at)
        meeting = Meeting.objects.select_related("register__group").get(pk=meeting.pk)
        opens_session = _opens_session(locked, at)
        sitting = _fresh(meeting, sitting)
        if not opens_session and sitting is None:
            raise CannotOpen(_("This meeting is in session already."))
        if sitting is not None and sitting.opened_at is not None:
            raise CannotOpen(_("%(sitting)s is open already.") % {"sitting": sitting})
        opened_at = at if opened_local is None else zones.local_to_instant(opened_local, meeting.zone)
        _must_be_the_real_time(locked, opened_at, at)
        if sitting is not None:
            sitting.opened_at = opened_at
            save_signed(sitting, actor, "opened")
        if opens_session:
            locked.opened_at = opened_at
            locked.save(update_fields=["opened_at"])
        journal.append(
            locked,
            "sitting_opened",
            at=at,
            actor_id=actor.pk,
            facts={
                "meeting": meeting.pk,
                "sitting": sitting.number if sitting is not None else None,
                "opened": opened_at,
                "planned": sitting.starts_at if sitting is not None else locked.opens_at,
                "opens_session": opens_session,
            },
        )
        meeting.register = locked
        return meeting


def undo_opening(meeting: Meeting, sitting: Sitting | None, *, actor: Person, reason: str) -> Meeting:
    """Take back the record that a sitting (None: the meeting as a whole) has opened; tell the meeting's readers.

    Where it was the first, the session begins with the next one that is open; where it was the only one, the meeting
    is no longer in session. Refused while a request that still stands depends on it. What was recorded stays in the
    journal. Raises PermissionDenied, ReasonMissing and CannotUndo.
    """
    reason = clean_reason(reason)
    with register.acting_on(meeting.register_id) as (locked, at):
        must_be_secretariat(actor, locked.group_id, at)
        meeting = Meeting.objects.select_related("register__group").get(pk=meeting.pk)
        opening = _opening_to_undo(meeting, locked, sitting, at)
        was = locked.opened_at
        if opening.sitting is not None:
            was = opening.sitting.opened_at
            opening.sitting.opened_at = None
            save_signed(opening.sitting, actor, reason)
        locked.opened_at = opening.session_then
        locked.save(update_fields=["opened_at"])
        facts = {
            "meeting": meeting.pk,
            "sitting": opening.sitting.number if opening.sitting is not None else None,
            "title": opening.sitting.title if opening.sitting is not None else "",
            "opened": was,
            "session": locked.opened_at,
            "reason": reason,
        }
        entry = journal.append(locked, "opening_undone", at=at, actor_id=actor.pk, facts=facts)
        outbox.tell(
            "opening_undone",
            key=f"{meeting.pk}:{entry.position}",
            at=at,
            group=locked.group_id,
            facts=journal.plain(facts),
        )
        meeting.register = locked
        return meeting


def _opening_to_undo(meeting: Meeting, locked: Register, sitting: Sitting | None, at: datetime) -> Opening:
    """The opening as it stands under the lock. Raises CannotUndo."""
    if not offers.is_open(MeetingAct.UNDO_OPENING, locked, at):
        raise CannotUndo(_("Only while the meeting is in session can an opening be undone."))
    found = offers.openings_to_undo(
        locked, meeting.sittings.all(), meeting.requests.prefetch_related("addressees")
    )
    opening = next((each for each in found if each.sitting == sitting), None)
    if opening is not None:
        return opening
    if sitting is not None and not meeting.sittings.filter(pk=sitting.pk, opened_at__isnull=False).exists():
        raise CannotUndo(_("That sitting is not open."))
    if sitting is None and meeting.sittings.filter(opened_at__isnull=False).exists():
        raise CannotUndo(_("Choose the sitting whose opening is undone."))
    raise CannotUndo(_("Requests of the Group were recorded since it opened. Withdraw them first."))


def _fresh(meeting: Meeting, sitting: Sitting | None) -> Sitting | None:
    """The sitting as it stands under the lock."""
    if sitting is None:
        if meeting.sittings.exists():
            raise CannotOpen(_("Say which sitting opens."))
        return None
    found = meeting.sittings.filter(pk=sitting.pk).first()
    if found is None:
        raise CannotOpen(_("That sitting belongs to another meeting."))
    return found


def _opens_session(locked: Register, at: datetime) -> bool:
    """Whether a sitting that opens now is the first. Raises CannotOpen where none can open."""
    if not offers.is_open(MeetingAct.OPEN_SITTING, locked, at):
        raise CannotOpen(_("Only an announced meeting that has a date is opened."))
    return locked.state_at(at) is MeetingState.ANNOUNCED


def _must_be_the_real_time(locked: Register, opened_at: datetime, at: datetime) -> None:
    """What is recorded has happened; a meeting begins on its first day, at the earliest, and not before its session."""
    if opened_at > at:
        raise CannotOpen(_("That time has not come yet. Give the time at which the sitting really opened."))
    if locked.opened_at is not None:
        if opened_at < locked.opened_at:
            raise CannotOpen(
                _("The meeting was opened after that. Give the time at which the sitting opened.")
            )
        return
    if zones.as_local(opened_at, zones.zone_from_name(locked.zone)).date() < locked.first_day:
        raise CannotOpen(_("The first day of the meeting is later than that. Move the meeting first."))
