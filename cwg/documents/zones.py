"""Local times at the seat and the instants they mean.

A meeting's start is entered as a date and a time on the clock of its seat. On the two nights a year when
the clocks change, some of those local times never happen and some happen twice; such an entry is refused
with a plain sentence instead of being guessed, because a deadline hangs on it.

Instants are aware `datetime`s and leave this module in UTC. Zones are IANA zones (`Europe/Zurich`).
"""

import importlib.resources
import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

# The first part of an IANA name; the city behind it is an identifier and is not translated.
REGION_LABELS = {
    "Africa": _("Africa"),
    "America": _("America"),
    "Antarctica": _("Antarctica"),
    "Arctic": _("Arctic"),
    "Asia": _("Asia"),
    "Atlantic": _("Atlantic Ocean"),
    "Australia": _("Australia"),
    "Europe": _("Europe"),
    "Indian": _("Indian Ocean"),
    "Pacific": _("Pacific Ocean"),
}


class LocalTimeRefused(ValueError):
    """A local time that does not name exactly one instant. `str()` is a sentence for the person."""

    sentence = _("%(local)s is not a usable time in %(zone)s. Choose another time.")

    def __init__(self, local: datetime, zone: ZoneInfo):
        super().__init__(local, zone)
        self.local = local
        self.zone = zone

    def __str__(self) -> str:
        return str(self.sentence) % {"local": f"{self.local:%Y-%m-%d %H:%M}", "zone": self.zone.key}


class LocalTimeDoesNotExist(LocalTimeRefused):
    """The clocks at the seat jump over this time."""

    sentence = _(
        "%(local)s does not exist in %(zone)s: the clocks are put forward over it. "
        "Choose a time before or after the change."
    )


class LocalTimeIsAmbiguous(LocalTimeRefused):
    """The clocks at the seat show this time twice."""

    sentence = _(
        "%(local)s happens twice in %(zone)s: the clocks are put back that day. "
        "Choose a time before or after the change."
    )


class UnknownZone(ValueError):
    """The name is not one of an IANA time zone."""


def local_to_instant(naive_local: datetime, zone: ZoneInfo) -> datetime:
    """The one instant, in UTC, at which the clocks in `zone` show `naive_local`.

    `naive_local` carries no tzinfo; its `fold` is not looked at. Raises `LocalTimeDoesNotExist` or
    `LocalTimeIsAmbiguous` on clock-change days, `LocalTimeRefused` where the calendar of years 1 to 9999
    ends, and `ValueError` for an aware datetime.
    """
    if naive_local.tzinfo is not None:
        raise ValueError("a local time at the seat carries no tzinfo")
    try:
        first = naive_local.replace(tzinfo=zone, fold=0).astimezone(UTC)
        second = naive_local.replace(tzinfo=zone, fold=1).astimezone(UTC)
        shown = first.astimezone(zone).replace(tzinfo=None, fold=0)
    except OverflowError as error:
        raise LocalTimeRefused(naive_local, zone) from error
    if first == second:
        return first
    # Both readings differ either in a gap, where none of them shows the time asked for, or in an overlap.
    if shown != naive_local.replace(fold=0):
        raise LocalTimeDoesNotExist(naive_local, zone)
    raise LocalTimeIsAmbiguous(naive_local, zone)


def as_local(instant: datetime, zone: ZoneInfo) -> datetime:
    """The same instant as the clocks in `zone` show it (aware). Raises `ValueError` for a naive datetime."""
    if instant.utcoffset() is None:
        raise ValueError("an instant carries its time zone")
    return instant.astimezone(zone)


def offset_label(instant: datetime, zone: ZoneInfo) -> str:
    """The distance from UTC in force at that instant: `UTC+01:00`, `UTC-03:30`, `UTC`."""
    offset = as_local(instant, zone).utcoffset() or timedelta()
    if not offset:
        return "UTC"
    sign = "-" if offset < timedelta() else "+"
    hours, seconds = divmod(int(abs(offset).total_seconds()), 3600)
    minutes, seconds = divmod(seconds, 60)
    # Only local mean times of the 19th century carry seconds.
    return f"UTC{sign}{hours:02d}:{minutes:02d}" + (f":{seconds:02d}" if seconds else "")


def zone_name(instant: datetime, zone: ZoneInfo) -> str:
    """What the zone is called at that instant: `CET`, `CEST`, or `UTC+03:00` where it has no name.

    Abbreviations are not unique in the world (CST, IST); print the offset or the city beside it.
    """
    name = as_local(instant, zone).tzname() or ""
    if name.isascii() and name.isalpha() and name != "LMT":
        return name
    return offset_label(instant, zone)


def zone_from_name(name: str) -> ZoneInfo:
    """The zone of that IANA name. Raises `UnknownZone` for anything else.

    `ZoneInfo(name)` itself lets file system errors through for names such as "Europe".
    """
    if name not in _available():
        raise UnknownZone(name)
    return ZoneInfo(name)


def zone_choices() -> list[tuple[object, list[tuple[str, str]]]]:
    """Choices for a form's select, grouped by region: `[("UTC", [("UTC", "UTC")]), ("Africa", [...]), ...]`.

    One entry per zone people live by; older spellings stay readable through `zone_from_name`.
    """
    groups: dict[str, list[tuple[str, str]]] = {region: [] for region in REGION_LABELS}
    for name in _inhabited():
        region, _slash, city = name.partition("/")
        groups[region].append((name, city.replace("_", " ").replace("/", ", ")))
    choices: list[tuple[object, list[tuple[str, str]]]] = [("UTC", [("UTC", "UTC")])]
    choices += [(REGION_LABELS[region], cities) for region, cities in groups.items() if cities]
    return choices


@cache
def _available() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


@cache
def _inhabited() -> tuple[str, ...]:
    """The names in tzdata's `zone.tab`: without it, the select would offer each zone under all its old names."""
    table = importlib.resources.files("tzdata") / "zoneinfo" / "zone.tab"
    lines = table.read_text(encoding="utf-8").splitlines()
    listed = {line.split("\t")[2] for line in lines if line and not line.startswith("#")}
    names = listed & _available()
    return tuple(sorted(name for name in names if name.partition("/")[0] in REGION_LABELS and "/" in name))
