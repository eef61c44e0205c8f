"""A meeting as it is entered: its plan, and what is checked of it.

Convening, correcting and moving ask the same: what cannot be meant is refused here, what may be a slip is a warning,
which the person confirms.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from cwg.documents import symbols, zones
from cwg.documents.models import Register
from cwg.documents.states import MeetingState
from cwg.look import signs
from cwg.look.instants import date_text

# Nobody convenes further ahead, or enters a meeting further back, than this: the year is mistyped.
FURTHEST = timedelta(days=3653)
# A longer meeting is mistyped, and what is warned of asks about each of its days.
MOST_DAYS = 31
# A night sitting ends the next morning; what would last longer has its times the wrong way round.
LONGEST_SITTING = timedelta(hours=12)
SATURDAY = 5


class EntryRefused(ValueError):
    """The meeting cannot be meant so. `str()` is a sentence for the person; nothing was changed.

    `field` names what it speaks of, as `Plan` calls it.
    """

    def __init__(self, sentence: object, field: str = ""):
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class SittingPlan:
    """A sitting by its day of the meeting (1 is the day of the opening) and local times at the seat.

    One that ends before it begins ends the next day. `number` is that of a sitting that is there already.
    """

    day: int
    starts: time
    ends: time | None = None
    title: str = ""
    number: int | None = None


@dataclass(frozen=True)
class Plan:
    """A meeting as it is entered or proposed. `opens_local` is naive, on the clock of the seat in `zone`."""

    ordinal: int
    title: str
    place: str
    zone: str
    opens_local: datetime
    days: int = 1
    venue: str = ""
    chair: str = ""
    note: str = ""
    sittings: tuple[SittingPlan, ...] = field(default=())

    @property
    def first_day(self) -> date:
        return self.opens_local.date()

    @property
    def last_day(self) -> date:
        return self.first_day + timedelta(days=self.days - 1)


@dataclass(frozen=True)
class SittingTimes:
    """A sitting of a plan with its instants, in UTC."""

    number: int | None
    title: str
    starts_at: datetime
    ends_at: datetime | None


def must_be_of_our_time(opens_local: datetime, zone: ZoneInfo, at: datetime) -> None:
    """Raises EntryRefused for an opening (naive, at the seat) more than ten years from the aware instant `at`."""
    today = zones.as_local(at, zone).date()
    if not today - FURTHEST <= opens_local.date() <= today + FURTHEST:
        raise EntryRefused(_("That is more than ten years from now. Check the year of the opening."))


def must_not_be_over(plan: Plan, zone: ZoneInfo, at: datetime) -> None:
    """Raises EntryRefused where the last day has passed at the seat: what was held before belongs to the archive."""
    if plan.last_day < zones.as_local(at, zone).date():
        raise EntryRefused(_("The days of the meeting have passed. Check the date of the opening."))


def instants_of(plan: Plan, zone: ZoneInfo, at: datetime) -> tuple[datetime, list[SittingTimes]]:
    """The opening and the sittings of the plan as instants, judged at `at` (aware).

    Raises EntryRefused, and `zones.LocalTimeRefused` for an opening that is not one instant.
    """
    if not 1 <= plan.days <= MOST_DAYS:
        raise EntryRefused(_("A meeting lasts from 1 to %(most)d days.") % {"most": MOST_DAYS}, "days")
    # Another would leave its documents without a symbol.
    if not 1 <= plan.ordinal <= symbols.MAX_MEETING:
        raise EntryRefused(
            _("A meeting has a number from 1 to %(most)d.") % {"most": symbols.MAX_MEETING}, "ordinal"
        )
    _must_be_fit_to_print(plan)
    must_be_of_our_time(plan.opens_local, zone, at)
    return zones.local_to_instant(plan.opens_local, zone), [
        _times(position, each, plan, zone) for position, each in enumerate(plan.sittings, 1)
    ]


def _must_be_fit_to_print(plan: Plan) -> None:
    for name in ("title", "place", "venue", "chair", "note"):
        said = signs.refusal(getattr(plan, name), several_lines=name == "note")
        if said:
            raise EntryRefused(said, name)


def _times(position: int, each: SittingPlan, plan: Plan, zone: ZoneInfo) -> SittingTimes:
    number = each.number or position
    if not 1 <= each.day <= plan.days:
        raise of_sitting(
            _("Sitting %(number)d") % {"number": number}, _("it is not on a day of the meeting.")
        )
    starts = datetime.combine(plan.first_day + timedelta(days=each.day - 1), each.starts)
    called = sitting_called(number, starts)
    if said := signs.refusal(each.title):
        raise of_sitting(called, said)
    starts_at, ends_at = sitting_instants(called, starts, each.ends, zone)
    return SittingTimes(each.number, each.title, starts_at, ends_at)


def sitting_called(number: int, starts: datetime) -> str:
    """How a message names a sitting that begins at `starts` on the clock of the seat."""
    return _("Sitting %(number)d (%(day)s, %(time)s)") % {
        "number": number,
        "day": date_text(starts.date()),
        "time": f"{starts:%H:%M}",
    }


def sitting_instants(
    called: str, starts: datetime, ends: time | None, zone: ZoneInfo
) -> tuple[datetime, datetime | None]:
    """Begin and end of a sitting in UTC; an end before the begin is one of the next day. Raises EntryRefused."""
    try:
        starts_at = zones.local_to_instant(starts, zone)
        if ends is None:
            return starts_at, None
        ending = datetime.combine(starts.date(), ends)
        ends_at = zones.local_to_instant(ending if ending > starts else ending + timedelta(days=1), zone)
    except zones.LocalTimeRefused as refusal:
        raise of_sitting(called, str(refusal)) from refusal
    if not timedelta() < ends_at - starts_at <= LONGEST_SITTING:
        raise of_sitting(called, _("it would last longer than twelve hours. Check when it ends."))
    return starts_at, ends_at


def of_sitting(called: str, said: str) -> EntryRefused:
    """The refusal of a sitting, with its name before what is said."""
    return EntryRefused(_("%(sitting)s: %(said)s") % {"sitting": called, "said": said})


def warnings_of(plan: Plan, group_id: int, *, at: datetime, but: int | None = None) -> tuple[str, ...]:
    """`warnings` about a plan. Raises what `instants_of` raises, and `zones.UnknownZone`."""
    opens_at, _times = instants_of(plan, zones.zone_from_name(plan.zone), at)
    return warnings(
        group_id, opens_at=opens_at, first_day=plan.first_day, last_day=plan.last_day, at=at, but=but
    )


def warnings(
    group_id: int,
    *,
    opens_at: datetime,
    first_day: date,
    last_day: date,
    at: datetime,
    but: int | None = None,
) -> tuple[str, ...]:
    """What may be a slip about a meeting of the group on these days at the seat; `but` is its own register, if any.

    `opens_at` and `at` are aware. One query.
    """
    return tuple(_warnings(group_id, opens_at, first_day, last_day, at, but))


def _warnings(group_id, opens_at, first_day, last_day, at, but) -> Iterator[str]:
    if opens_at <= at:
        yield _("The opening has passed already.")
    days = (first_day + timedelta(days=number) for number in range((last_day - first_day).days + 1))
    weekend = [day for day in days if day.weekday() >= SATURDAY]
    if weekend:
        yield _("The meeting has days at a weekend: %(days)s.") % {
            "days": ", ".join(date_text(day) for day in weekend)
        }
    with_a_date = Register.objects.in_state(
        at, MeetingState.DRAFT, MeetingState.ANNOUNCED, MeetingState.IN_SESSION
    )
    same_days = with_a_date.filter(group_id=group_id, first_day__lte=last_day, last_day__gte=first_day)
    for other in same_days.exclude(pk=but).order_by("opens_at", "pk"):
        yield _("On these days there is another meeting of the group: %(meeting)s.") % {"meeting": other}
