"""Correcting a meeting: anything before it is announced; afterwards what does not move its opening.

Once the Group knows of it, a correction has a reason and everybody who reads the meeting is told. Its opening is
moved (`moving.py`), not corrected; its number and its zone stay, because symbols and instants hang on them. A
sitting keeps its number as long as it is there, and no other one gets that number afterwards: calendars know it
by that.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from cwg.documents import register, rules, zones
from cwg.documents.models import Register
from cwg.documents.seat_times import clock_face
from cwg.members.models import Person
from cwg.notices import outbox
from cwg.record import journal
from cwg.record.history import save_signed, sign
from cwg.record.reasons import clean_reason

from . import offers, planning
from .convening import NUMBER_TAKEN, plan_of, slug_of
from .models import Meeting, Sitting
from .offers import MeetingAct
from .planning import Plan, SittingTimes
from .secretariat import must_be_secretariat

FIELD_LABELS = {
    "ordinal": _("Number of the meeting"),
    "title": _("Title"),
    "place": _("Place"),
    "zone": _("Time zone of the seat"),
    "opens_local": _("Opening at the seat"),
    "days": _("Number of days"),
    "venue": _("Venue"),
    "chair": _("Chair"),
    "note": _("Note"),
}
NOT_ANY_MORE = _("A meeting that is closed or cancelled is not corrected.")
# What stays once the Group has been told.
FIXED = frozenset({"ordinal", "zone", "opens_local"})


class CannotCorrect(ValueError):
    """The meeting cannot be corrected so. `str()` is a sentence for the person; nothing was changed."""


def correct(
    meeting: Meeting, plan: Plan, *, actor: Person, reason: str = "", seen: int | None = None
) -> Meeting:
    """Make the meeting what `plan` says. Sittings of the plan without a number are new, those it lacks are removed.

    `seen` is the meeting's `sequence` when the person was shown it. Before the announcement the deadlines follow a
    corrected opening, and nobody is told. Raises PermissionDenied, CannotCorrect, ReasonMissing,
    `planning.EntryRefused`, `zones.LocalTimeRefused`, `zones.UnknownZone` and `deadlines.AnchorNotSupported`.
    """
    with register.acting_on(meeting.register_id) as (locked, at):
        must_be_secretariat(actor, locked.group_id, at)
        meeting = Meeting.objects.select_related("register__group").get(pk=meeting.pk)
        meeting.register = locked
        if not offers.is_open(MeetingAct.CORRECT, locked, at):
            raise CannotCorrect(NOT_ANY_MORE)
        if seen is not None and seen != meeting.sequence:
            raise CannotCorrect(_("Meanwhile somebody changed the meeting. Look at it as it is now."))
        before = plan_of(meeting)
        changed = [name for name in FIELD_LABELS if getattr(before, name) != getattr(plan, name)]
        if locked.is_announced:
            reason = clean_reason(reason)
            _must_leave_what_is_fixed(changed)
        _must_leave_its_number(locked, changed)
        zone = zones.zone_from_name(plan.zone)
        opens_at, times = planning.instants_of(plan, zone, at)
        if not locked.is_announced:
            planning.must_not_be_over(plan, zone, at)
        lines = [
            {"field": name, "before": _plain(before, name), "after": _plain(plan, name)} for name in changed
        ]
        lines += _change_sittings(meeting, times, actor, reason)
        if not lines:
            raise CannotCorrect(_("Nothing is changed."))
        _write(locked, meeting, plan, opens_at)
        meeting.sequence += 1
        save_signed(meeting, actor, reason or "corrected")
        journal.append(
            locked,
            "corrected",
            at=at,
            actor_id=actor.pk,
            facts={
                "meeting": meeting.pk,
                "changes": lines,
                "opening": locked.opens_at,
                "sequence": meeting.sequence,
                "reason": reason,
            },
        )
        if {"zone", "opens_local"} & set(changed):
            rules.set_deadlines(locked, actor_id=actor.pk, at=at, reason=reason or "corrected")
        if locked.is_announced:
            outbox.tell(
                "meeting_corrected",
                key=f"{meeting.pk}:{meeting.sequence}",
                at=at,
                group=locked.group_id,
                facts=journal.plain({"meeting": meeting.pk, "changes": lines, "reason": reason}),
            )
        return meeting


def may_be_corrected(held: Register, name: str) -> bool:
    """Whether a page offers that field of a `Plan` for correction."""
    return not (name in FIXED and held.is_announced)


def _must_leave_what_is_fixed(changed: list[str]) -> None:
    if "opens_local" in changed:
        raise CannotCorrect(_("The meeting is announced: its opening is moved, not corrected."))
    if FIXED & set(changed):
        raise CannotCorrect(_("The meeting is announced: its number and its time zone stay."))


def _must_leave_its_number(locked: Register, changed: list[str]) -> None:
    if "ordinal" in changed and locked.documents.exists():
        raise CannotCorrect(_("Documents bear the number of this meeting: it stays."))


def _plain(plan: Plan, name: str) -> str:
    value = getattr(plan, name)
    return value.isoformat(timespec="minutes") if isinstance(value, datetime) else str(value)


def _write(locked: Register, meeting: Meeting, plan: Plan, opens_at: datetime) -> None:
    """The fields of the plan, on the register and the meeting. Raises CannotCorrect where the number is taken."""
    locked.ordinal, locked.slug = plan.ordinal, slug_of(locked.group, plan.ordinal)
    locked.title, locked.place, locked.zone = plan.title, plan.place, plan.zone
    locked.first_day, locked.last_day, locked.opens_at = plan.first_day, plan.last_day, opens_at
    fields = ["ordinal", "slug", "title", "place", "zone", "first_day", "last_day", "opens_at"]
    try:
        with transaction.atomic():
            locked.save(update_fields=fields)
    except IntegrityError as error:
        raise CannotCorrect(NUMBER_TAKEN) from error
    meeting.opens_local = clock_face(plan.opens_local)
    meeting.venue, meeting.chair, meeting.note = plan.venue, plan.chair, plan.note


# --- Sittings -----------------------------------------------------------------------------------------------------


def _change_sittings(meeting: Meeting, planned: list[SittingTimes], actor: Person, reason: str) -> list[dict]:
    """Add, change and remove sittings as planned; what became of each, as the journal and the notice tell it."""
    there = {sitting.number: sitting for sitting in meeting.sittings.all()}
    zone, reason, lines = meeting.zone, reason or "corrected", []
    for times in planned:
        sitting = there.pop(times.number, None) if times.number is not None else None
        if times.number is not None and sitting is None:
            raise CannotCorrect(_("Sitting %(number)d is not there any more.") % {"number": times.number})
        before = _told(sitting, zone) if sitting is not None else None
        if sitting is None:
            sitting = Sitting(meeting=meeting, number=_next_number(meeting))
        elif sitting.opened_at is not None and sitting.starts_at != times.starts_at:
            raise CannotCorrect(
                _("%(sitting)s is open: the time at which it began stays.") % {"sitting": sitting}
            )
        sitting.title, sitting.starts_at, sitting.ends_at = times.title, times.starts_at, times.ends_at
        after = _told(sitting, zone)
        if before != after:
            save_signed(sitting, actor, reason)
            lines.append({"field": "sitting", "number": sitting.number, "before": before, "after": after})
    for sitting in there.values():
        if sitting.opened_at is not None or sitting.requests.exists():
            raise CannotCorrect(_("%(sitting)s was opened: it is not removed.") % {"sitting": sitting})
        lines.append(
            {"field": "sitting", "number": sitting.number, "before": _told(sitting, zone), "after": None}
        )
        sign(sitting, actor, reason)
        sitting.delete()
    return lines


def _told(sitting: Sitting, zone: ZoneInfo) -> dict:
    return {"title": sitting.title, "starts": sitting.starts_at, "ends": sitting.ends_at, "zone": zone.key}


def _next_number(meeting: Meeting) -> int:
    """The next number that no sitting of the meeting has ever had."""
    ever = Sitting.history.filter(meeting_id=meeting.pk).aggregate(last=Max("number"))["last"] or 0
    held = meeting.sittings.aggregate(last=Max("number"))["last"] or 0
    return max(ever, held) + 1
