"""The meetings of the demonstration: one that opened yesterday and is in session, one some days ahead.

Each run looks at the calendar first: while a meeting is ahead nothing is convened, and when none is (the
demonstration was started again after a while) the next ones are, with the next numbers. A first entry in the
chain of such a register says that the demonstration made it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from cwg.documents import register, zones
from cwg.documents.models import Register
from cwg.documents.verification import DEMONSTRATION
from cwg.members.models import Group, Person
from cwg.record import journal
from cwg.record.models import JournalEntry
from meetings import convening, sittings
from meetings.models import Meeting

from . import past

FIRST_ORDINAL = 23
OPENS = time(9, 30)
DAYS = 3
GATHERING = timedelta(minutes=5)
IN_SESSION, NEXT = "in_session", "next"

# How long ago each was convened; announced a day later.
CONVENED_BEFORE = {IN_SESSION: timedelta(days=61), NEXT: timedelta(days=31)}

_DAY = ((time(9, 30), time(12, 30)), (time(14, 30), time(17, 30)))
SITTINGS = tuple(
    convening.SittingPlan(day=day, starts=starts, ends=ends)
    for day in range(1, DAYS + 1)
    for starts, ends in (_DAY if day < DAYS else _DAY[:1])
)


def convene(group: Group, actor: Person, now: datetime) -> None:
    """Open what has begun, close what is over; convene what the calendar lacks at the aware instant `now`."""
    _open_begun(group, actor, now)
    _close_ended(group, actor, now)
    registers = Register.objects.not_over(now).filter(group=group)
    if registers.filter(opens_at__gt=now).exists():
        return
    today = now.astimezone(ZoneInfo(group.zone)).date()
    if not registers.filter(opens_at__lte=now, last_day__gte=today).exists():
        yesterday = datetime.combine(today - timedelta(days=1), OPENS)
        _convene(group, IN_SESSION, yesterday, actor, now)
    _convene(group, NEXT, _opening_ahead(today), actor, now)


def unfinished() -> list[tuple[Register, str]]:
    """The registers that the demonstration has begun and not yet filled, each with its part."""
    filled = JournalEntry.objects.filter(act=DEMONSTRATION, facts__filled=True).values("chain")
    begun = JournalEntry.objects.filter(act=DEMONSTRATION, facts__filled=False).exclude(chain__in=filled)
    parts = {entry.chain: entry.facts["part"] for entry in begun}
    found = Register.objects.filter(chain__in=parts).select_related("group").order_by("opens_at", "pk")
    return [(each, parts[each.chain]) for each in found]


def fill(made: Register, part: str, filler: Callable[[Register], None], actor: Person) -> None:
    """Let `filler` put the documents there, then record that this part is done."""
    filler(made)
    with register.acting_on(made.pk) as (locked, at):
        _mark(locked, part, filled=True, actor=actor, at=at)


def _opening_ahead(today) -> datetime:
    """About six days from `today`, on a Monday to Wednesday, so that three days fit into the week."""
    ahead = (today + timedelta(days=days) for days in (6, 5, 7, 4, 8))
    return datetime.combine(next(day for day in ahead if day.weekday() < 3), OPENS)


def _convene(group: Group, part: str, opens_local: datetime, actor: Person, now: datetime) -> None:
    last = Meeting.objects.filter(register__group=group).order_by("register__ordinal").last()
    plan = convening.next_from(last) if last else _first(group, opens_local)
    plan = replace(plan, opens_local=opens_local, days=DAYS, sittings=SITTINGS)
    convened_at = now - CONVENED_BEFORE[part]
    with transaction.atomic():
        with past.at_instant(convened_at):
            meeting = convening.convene(group, plan, actor=actor)
        with past.at_instant(convened_at + timedelta(days=1)):
            convening.announce(meeting, actor=actor)
            # At that instant too: what is told of the time after it follows in the chain.
            with register.acting_on(meeting.register_id) as (locked, at):
                _mark(locked, part, filled=False, actor=actor, at=at)


def _first(group: Group, opens_local: datetime) -> convening.Plan:
    return convening.Plan(
        ordinal=FIRST_ORDINAL,
        title=f"{FIRST_ORDINAL}rd meeting of {group.short_name}",
        place=group.seat,
        zone=group.zone,
        opens_local=opens_local,
        venue="ITU Headquarters",
    )


def _mark(locked: Register, part: str, *, filled: bool, actor: Person, at: datetime) -> None:
    facts = {
        "part": part,
        "filled": filled,
        "clock": "held at instants that had passed",
    }
    journal.append(locked, DEMONSTRATION, at=at, actor_id=actor.pk, facts=facts)


def open_first_sitting(made: Register, actor: Person) -> None:
    """The first sitting opened some minutes after its hour, as sittings do."""
    meeting = Meeting.objects.get(register=made)
    opened = zones.as_local(made.opens_at, meeting.zone).replace(tzinfo=None) + GATHERING
    sittings.open_sitting(meeting, meeting.sittings.first(), actor=actor, opened_local=opened)


def _made_here():
    return JournalEntry.objects.filter(act=DEMONSTRATION).values("chain")


def _open_begun(group: Group, actor: Person, now: datetime) -> None:
    """What was ahead when the demonstration ran last, and has begun meanwhile."""
    begun = Register.objects.coming(now).filter(group=group, chain__in=_made_here())
    for each in begun.filter(opens_at__lte=now - GATHERING).exclude(pk__in=[r.pk for r, _ in unfinished()]):
        open_first_sitting(each, actor)


def _close_ended(group: Group, actor: Person, now: datetime) -> None:
    made_here = _made_here()
    today = now.astimezone(ZoneInfo(group.zone)).date()
    over = Register.objects.in_session(now).filter(group=group, chain__in=made_here, last_day__lt=today)
    for ended in over.select_related("meeting"):
        convening.close(ended.meeting, actor=actor)
