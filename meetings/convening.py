"""Convening a meeting, announcing it, closing it; and what the next one would be.

The opening is entered as a date and a time on the clock of the seat and kept beside the instant it means; a
local time that does not exist or happens twice is refused (`cwg/documents/zones.py`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from cwg import clock
from cwg.documents import register, rules, zones
from cwg.documents.models import Register
from cwg.documents.seat_times import clock_face
from cwg.documents.states import MeetingState
from cwg.look import signs
from cwg.members.models import Group, Person
from cwg.notices import outbox
from cwg.record import journal
from cwg.record.history import save_signed

from . import offers, planning
from .models import Meeting, Sitting
from .offers import MeetingAct
from .planning import Plan, SittingPlan
from .secretariat import must_be_secretariat

# The reasons with which history rows are signed: the first one of a meeting and of its sittings, and a meeting's later.
CONVENED = "convened"
ANNOUNCED = "announced"
# The Group has met two or three times a year; the secretariat puts the real date in its place.
USUAL_PAUSE = timedelta(weeks=26)


NUMBER_TAKEN = _("There is a meeting of this group with that number already.")


class CannotConvene(ValueError):
    """The number is taken. `str()` is a sentence for the person; nothing was created."""


class CannotAnnounce(ValueError):
    """The meeting is announced already, or is closed or an archive. Nothing was changed."""


class CannotClose(ValueError):
    """The meeting has not opened yet, or is closed already. Nothing was changed."""


def slug_of(group: Group, ordinal: int) -> str:
    """The address of a meeting: "wg-wsis-14"."""
    return f"{group.slug}-{ordinal}"


def convene(group: Group, plan: Plan, *, actor: Person) -> Meeting:
    """Create the register, the meeting, its sittings and its deadlines; not yet announced to anybody.

    Raises PermissionDenied, CannotConvene, `planning.EntryRefused`, `zones.LocalTimeRefused`, `zones.UnknownZone`
    and `deadlines.AnchorNotSupported`; then nothing was created.
    """
    zone = zones.zone_from_name(plan.zone)
    with transaction.atomic():
        at = clock.now()
        must_be_secretariat(actor, group.pk, at)
        opens_at, sittings = planning.instants_of(plan, zone, at)
        planning.must_not_be_over(plan, zone, at)
        try:
            with transaction.atomic():
                made = Register.objects.create(
                    group=group,
                    ordinal=plan.ordinal,
                    slug=slug_of(group, plan.ordinal),
                    title=plan.title,
                    place=plan.place,
                    zone=plan.zone,
                    first_day=plan.first_day,
                    last_day=plan.last_day,
                    opens_at=opens_at,
                )
        except IntegrityError as error:
            raise CannotConvene(NUMBER_TAKEN) from error
        with register.acting_on(made.pk) as (locked, at):
            meeting = Meeting(
                register=locked,
                opens_local=clock_face(plan.opens_local),
                venue=plan.venue,
                chair=plan.chair,
                note=plan.note,
            )
            save_signed(meeting, actor, CONVENED)
            for number, times in enumerate(sittings, 1):
                sitting = Sitting(meeting=meeting, number=number, title=times.title)
                sitting.starts_at, sitting.ends_at = times.starts_at, times.ends_at
                save_signed(sitting, actor, CONVENED)
            journal.append(
                locked,
                "convened",
                at=at,
                actor_id=actor.pk,
                facts={
                    "meeting": meeting.pk,
                    "ordinal": plan.ordinal,
                    "opening": opens_at,
                    "local": plan.opens_local.isoformat(),
                    "zone": plan.zone,
                    "first_day": plan.first_day,
                    "last_day": plan.last_day,
                },
            )
            rules.set_deadlines(locked, actor_id=actor.pk, at=at, reason="convened")
    return meeting


def next_from(meeting: Meeting) -> Plan:
    """What the next meeting would be, from this one: number + 1, same place, zone, days and sittings. Saves nothing."""
    last = meeting.register
    held = Register.objects.filter(group_id=last.group_id, ordinal__isnull=False)
    taken = (number or 0 for number in held.values_list("ordinal", flat=True))
    ordinal = max([last.ordinal or 0, *taken]) + 1
    held_as = plan_of(meeting)
    return replace(
        held_as,
        ordinal=ordinal,
        title=_next_title(last.title, last.ordinal, ordinal),
        opens_local=held_as.opens_local + USUAL_PAUSE,
        note="",
        sittings=tuple(replace(sitting, number=None) for sitting in held_as.sittings),
    )


def plan_of(meeting: Meeting) -> Plan:
    """The meeting as it stands, in the form in which it is entered; its sittings with their numbers."""
    held = meeting.register
    zone = meeting.zone
    return Plan(
        ordinal=held.ordinal or 0,
        title=held.title,
        place=held.place,
        zone=held.zone,
        opens_local=zones.as_local(held.opens_at, zone).replace(tzinfo=None),
        days=(held.last_day - held.first_day).days + 1,
        venue=meeting.venue,
        chair=meeting.chair,
        note=signs.one_kind_of_line_ends(meeting.note),
        sittings=tuple(_plans(meeting.sittings.all(), zone, held.first_day)),
    )


def _plans(sittings: Iterable[Sitting], zone: ZoneInfo, first_day: date) -> Iterator[SittingPlan]:
    for sitting in sittings:
        starts = zones.as_local(sitting.starts_at, zone)
        ends = zones.as_local(sitting.ends_at, zone) if sitting.ends_at else None
        yield SittingPlan(
            day=(starts.date() - first_day).days + 1,
            starts=starts.time().replace(tzinfo=None),
            ends=ends.time().replace(tzinfo=None) if ends else None,
            title=sitting.title,
            number=sitting.number,
        )


def _next_title(title: str, ordinal: int | None, following: int) -> str:
    """The title with its number counted on; as it was where it names none ("14th meeting" -> "15th meeting")."""
    if ordinal is None:
        return title
    words = rf"\b{ordinal}(st|nd|rd|th)\b"
    if re.search(words, title):
        return re.sub(words, _english_ordinal(following), title, count=1)
    return re.sub(rf"\b{ordinal}\b", str(following), title, count=1)


def _english_ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def announce(meeting: Meeting, *, actor: Person) -> Meeting:
    """Let the Group see the meeting, fix deadlines of rules that came since, and tell everybody.

    A deadline that was changed by a recorded act stays as it is. Raises PermissionDenied, CannotAnnounce.
    """
    with register.acting_on(meeting.register_id) as (locked, at):
        must_be_secretariat(actor, locked.group_id, at)
        if not offers.is_open(MeetingAct.ANNOUNCE, locked, at):
            raise CannotAnnounce(_("This meeting is announced already."))
        locked.announced_at = at
        locked.save(update_fields=["announced_at"])
        missing = [
            p.rule.pk
            for p in rules.propose(locked, locked.opens_at)
            if p.now_stands is None and p.ended_here is None
        ]
        rules.set_deadlines(locked, actor_id=actor.pk, at=at, reason="announced", only=missing)
        meeting = _again(meeting)
        save_signed(meeting, actor, ANNOUNCED)
        journal.append(
            locked,
            "announced",
            at=at,
            actor_id=actor.pk,
            facts={"meeting": meeting.pk, "opening": locked.opens_at, "zone": locked.zone},
        )
        outbox.tell(
            "meeting_announced",
            key=str(meeting.pk),
            at=at,
            group=locked.group_id,
            facts={"meeting": meeting.pk},
        )
        return meeting


def close(meeting: Meeting, *, actor: Person) -> Meeting:
    """Close the meeting: slots that were not used end with it. Raises PermissionDenied, CannotClose."""
    with register.acting_on(meeting.register_id) as (locked, at):
        must_be_secretariat(actor, locked.group_id, at)
        if locked.state_at(at) is MeetingState.CLOSED:
            raise CannotClose(_("This meeting is closed already."))
        if not offers.is_open(MeetingAct.CLOSE, locked, at):
            raise CannotClose(_("No sitting of this meeting has been opened: open it before you close it."))
        unused = sorted(locked.slots.open().values_list("pk", flat=True))
        locked.closed_at = at
        locked.save(update_fields=["closed_at"])
        meeting = _again(meeting)
        save_signed(meeting, actor, "closed")
        journal.append(
            locked,
            "closed",
            at=at,
            actor_id=actor.pk,
            facts={
                "meeting": meeting.pk,
                "unused_slots": unused,
            },
        )
        return meeting


def _again(meeting: Meeting) -> Meeting:
    """The meeting read again under its register's lock."""
    return Meeting.objects.select_related("register__group").get(pk=meeting.pk)
