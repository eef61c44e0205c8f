"""Instants and durations in words: the one place that decides how a moment is written for people.

Every function takes aware datetimes and zones (IANA name or ``tzinfo``) and writes in the active language.
Digits are European in every language, because a deadline is compared with a watch and with Word documents.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_skeleton, get_timezone_name
from babel.units import format_unit
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

# "en" alone would be the American order; the Group writes "12 February 2009".
_LOCALES = {"en": "en_GB", "zh-hans": "zh_Hans_CN", "zh": "zh_Hans_CN"}

STYLES = ("long", "full", "exact", "short", "local", "date", "time")


def babel_locale(language: str | None = None) -> Locale:
    """The Babel locale for a Django language code (default: the active one); English if unknown."""
    code = (language or get_language() or "en").lower()
    try:
        return Locale.parse(
            _LOCALES.get(code, code), sep="-" if "-" in code and code not in _LOCALES else "_"
        )
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


def as_zone(zone: str | dt.tzinfo | None) -> dt.tzinfo:
    """``zone`` as tzinfo: an IANA name, a tzinfo, or nothing for the zone active in this thread.

    Raises ``zoneinfo.ZoneInfoNotFoundError`` (a KeyError) for a name that does not exist.
    """
    if not zone:
        return timezone.get_current_timezone()
    return ZoneInfo(zone) if isinstance(zone, str) else zone


def utc_offset(moment: dt.datetime) -> str:
    """The offset of an aware datetime as ``UTC+01:00``; plain ``UTC`` for zero."""
    offset = moment.utcoffset() or dt.timedelta()
    minutes = round(offset.total_seconds() / 60)
    if not minutes:
        return "UTC"
    sign = "+" if minutes > 0 else "-"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def zone_label(moment: dt.datetime, *, with_offset: bool = True) -> str:
    """``CET (UTC+01:00)``; ``UTC+03:00`` where the zone has no name of its own; ``UTC``; ``GMT (UTC)``."""
    offset = utc_offset(moment)
    name = moment.tzname() or ""
    if not name or name == "UTC" or name[0] in "+-" or name.startswith("UTC"):
        return offset
    return f"{name} ({offset})" if with_offset else name


def zone_name(zone: str) -> str:
    """``Central European Time`` for ``Europe/Zurich``, in summer as in winter; ``UTC``."""
    tz = ZoneInfo(zone)
    # CLDR knows no place whose time UTC is, and says so.
    return "UTC" if zone in ("UTC", "Etc/UTC") else get_timezone_name(tz, locale=babel_locale())


def date_text(day: dt.date, style: str = "long") -> str:
    """A calendar date: ``full`` with the weekday, ``short`` and ``local`` with the month cut, else ``12 February 2009``."""
    if isinstance(day, dt.datetime):
        day = day.date()
    return _date_text(day, style, get_language() or "en")


@lru_cache(maxsize=2048)
def _date_text(day: dt.date, style: str, language: str) -> str:
    # Kept: a list of a hundred documents shows the same few days, and CLDR patterns are slow to apply.
    if style in {"short", "local"}:
        # Not the locale's own "medium" date: in some languages it is all digits, and 02/11 says two things.
        return format_skeleton("yMMMd", day, locale=babel_locale(language))
    width = "full" if style in {"full", "exact"} else "long"
    return format_date(day, width, locale=babel_locale(language))


def instant_parts(
    moment: dt.datetime, zone: str | dt.tzinfo | None = None, style: str = "long"
) -> tuple[str, str]:
    """Words for an instant in two parts: date and time, and the zone (kept apart for right-to-left pages).

    ``style``: long ``12 February 2009, 09:00`` + ``CET (UTC+01:00)``; full adds the weekday, exact
    also the seconds (receipts, lateness); short
    ``12 Feb 2009, 09:00`` + ``CET``; local the same without the zone, where the head of its table names that (`zone_name`);
    time ``09:00`` + ``CET``; date only the date, no zone.
    """
    if style not in STYLES:
        raise ValueError(f"style of an instant must be one of {', '.join(STYLES)}, not {style!r}")
    if timezone.is_naive(moment):
        raise ValueError("an instant needs a time zone; got a naive datetime")
    local = moment.astimezone(as_zone(zone))
    if style == "date":
        return date_text(local), ""
    clock = f"{local:%H:%M:%S}" if style == "exact" else f"{local:%H:%M}"
    if style == "time":
        return clock, zone_label(local, with_offset=False)
    words = _("%(date)s, %(time)s") % {"date": date_text(local, style), "time": clock}
    if style == "local":
        return words, ""
    return words, zone_label(local, with_offset=style != "short")


def instant_text(moment: dt.datetime, zone: str | dt.tzinfo | None = None, style: str = "long") -> str:
    """An instant as plain text, for mails, subjects, feeds, PDFs: ``12 February 2009, 09:00 CET (UTC+01:00)``."""
    return " ".join(part for part in instant_parts(moment, zone, style) if part)


def iso_utc(moment: dt.datetime) -> str:
    """``2009-02-11T08:00:00Z``; microseconds are kept when there are any."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def duration_text(seconds: float) -> str:
    """A length of time in its two largest units, rounded down: ``2 days 3 hours``, ``4 minutes 10 seconds``."""
    left = max(0, int(abs(seconds)))
    days, left = divmod(left, 86400)
    hours, left = divmod(left, 3600)
    minutes, left = divmod(left, 60)
    amounts = [(days, "day"), (hours, "hour"), (minutes, "minute"), (left, "second")]
    first = next((i for i, (count, _unit) in enumerate(amounts) if count), len(amounts) - 1)
    shown = [pair for pair in amounts[first : first + 2] if pair[0]] or [amounts[first]]
    locale = babel_locale()
    return " ".join(_amount(count, f"duration-{unit}", locale) for count, unit in shown)


def _amount(count: int, unit: str, locale: Locale) -> str:
    """``3 days`` in words. Where a language has one form only (Arabic days, all of Chinese), CLDR files it under
    "short", and Babel answers a missing form with the unit's bare identifier."""
    words = format_unit(count, unit, "long", locale=locale)
    return words if not words.endswith(unit) else format_unit(count, unit, "short", locale=locale)


def _month_in_full(pattern: str, locale: Locale) -> str:
    if locale.language == "es":  # "13 de febrero de 2009": the short pattern leaves the prepositions out
        pattern = pattern.replace("d MMM", "d 'de' MMM").replace("MMM y", "MMM 'de' y")
    return re.sub(r"M{3,}", "MMMM", pattern)


def date_range_text(first: dt.date, last: dt.date) -> str:
    """The days of a meeting, the last one included: "11–13 February 2009", as the active language writes it."""
    if first == last:
        return date_text(first)
    locale = babel_locale()
    differs = "y" if first.year != last.year else "M" if first.month != last.month else "d"
    # CLDR has intervals with the month cut only; the same patterns serve for the month in full.
    pieces = locale.interval_formats.get("yMMMd", {}).get(differs)
    if not pieces or len(pieces) != 2:
        return f"{date_text(first)} – {date_text(last)}"
    return "".join(
        format_date(day, _month_in_full(piece, locale), locale=locale)
        for day, piece in zip((first, last), pieces, strict=True)
    )
