"""Template tags of the portal: ``{% load portal %}``. What each prints is shown in docs/look.md."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import template
from django.conf import settings
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from cwg.languages import LANGUAGES
from cwg.look import instants
from cwg.look.context import server_now
from cwg.look.line_breaks import breakable

register = template.Library()


def _viewer_zone(context: template.Context) -> dt.tzinfo | None:
    """The zone the signed-in person set, if any; a name that no longer exists counts as not set."""
    user = getattr(context.get("request"), "user", None)
    name = getattr(user, "time_zone", "") or ""
    try:
        return ZoneInfo(str(name)) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _place_of(zone: dt.tzinfo) -> str:
    """``Europe/Zurich`` -> ``Europe/Zurich``; ``UTC`` for anything without a key."""
    return str(getattr(zone, "key", "UTC"))


@register.simple_tag
def instant(moment: dt.datetime | dt.date | None, zone: Any = None, style: str = "long") -> SafeString | str:
    """The one tag that prints a moment. ``style``: one of ``instants.STYLES``. A date (archive) has no time."""
    if not moment:
        return ""
    if not isinstance(moment, dt.datetime):
        return format_html(
            '<time class="instant" datetime="{}">{}</time>',
            moment.isoformat(),
            instants.date_text(moment, style),
        )
    words, label = instants.instant_parts(moment, zone, style)
    iso = instants.iso_utc(moment)
    if not label:
        return format_html('<time class="instant" datetime="{}">{}</time>', iso, words)
    return format_html(
        '<time class="instant" datetime="{}">{} <bdi class="instant-zone">{}</bdi></time>', iso, words, label
    )


@register.simple_tag
def instant_text(moment: dt.datetime | dt.date | None, zone: Any = None, style: str = "long") -> str:
    """The same words without markup, for mails and attributes."""
    if not moment:
        return ""
    if not isinstance(moment, dt.datetime):
        return instants.date_text(moment, style)
    return instants.instant_text(moment, zone, style)


@register.simple_tag
def duration(seconds: float | dt.timedelta) -> str:
    """A length of time in its two largest units; seconds or a timedelta."""
    return instants.duration_text(seconds.total_seconds() if isinstance(seconds, dt.timedelta) else seconds)


@register.inclusion_tag("components/deadline.html", takes_context=True)
def deadline(
    context: template.Context,
    at: dt.datetime,
    seat_zone: Any,
    place: str = "",
    title: str = "",
    compact: bool = False,
    note: str = "",
    departure: str = "",
    binding: bool = False,
) -> dict[str, Any]:
    """A deadline with all its faces: seat, UTC, the reader's own, and the time left by the server's clock.

    ``note`` says what becomes of who comes later, ``departure`` why it is not what its rule counts to; ``binding``
    marks it among several.

    ``at`` aware datetime; ``seat_zone`` IANA name or tzinfo; ``place`` name of the seat ("Geneva").
    The boundary instant itself is still in time: passed means strictly after ``at``.
    """
    seat = instants.as_zone(seat_zone)
    now = server_now(context.get("request"))
    remaining = (at - now).total_seconds()
    viewer = _viewer_zone(context)
    offset = at.astimezone(seat).utcoffset()
    return {
        "at": at,
        "iso": instants.iso_utc(at),
        "now_iso": instants.iso_utc(now),
        "seat": seat,
        "seat_label": place or _place_of(seat),
        "seat_is_utc": not offset,
        "viewer": viewer,
        "viewer_label": _place_of(viewer) if viewer else "",
        "title": title,
        "compact": compact,
        "note": note,
        "departure": departure,
        "binding": binding,
        "passed": remaining < 0,
        "close": 0 <= remaining < 86400,
        "duration": instants.duration_text(remaining),
        # JavaScript puts its own duration where {time} stands; braces survive translation better than %s.
        "left_text": _("{time} left"),
        "passed_text": _("The deadline has passed"),
        "passed_ago_text": _("Passed {time} ago"),
        "language": get_language() or settings.LANGUAGE_CODE,
        "utc": dt.UTC,
    }


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite. Decorative unless ``label`` is given."""
    href = f"{static('vendor/bootstrap-icons/sprite.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}" width="16" height="16"><use href="{}"></use></svg>',
            label,
            href,
        )
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false" width="16" height="16"><use href="{}"></use></svg>',
        href,
    )


@register.filter
def filesize(count: int | None) -> str:
    """Bytes in words, a kilobyte being 1024 bytes as the limits of uploads count them: ``1.2 MB``."""
    if count is None:
        return ""
    if count < 1024:
        return ngettext("%(count)d byte", "%(count)d bytes", count) % {"count": count}
    size: float = count
    for unit in (_("kB"), _("MB"), _("GB")):
        size /= 1024
        if size < 1023.5 or unit == _("GB"):
            break
    return f"{number_format(round(size, 1 if size < 10 else 0), 1 if size < 10 else 0)} {unit}"


@register.filter
def first_control(field: BoundField) -> str:
    """The id of what is filled in for a field: its control, or the first one of a group of boxes or buttons."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.filter
def symbol_words(symbol: str) -> SafeString:
    """A symbol as it runs in any text: from left to right, broken only where it may be (`line_breaks`)."""
    return format_html('<bdi dir="ltr">{}</bdi>', breakable(symbol))


def _read(entry: Any, name: str) -> Any:
    return entry.get(name) if isinstance(entry, dict) else getattr(entry, name, None)


@register.inclusion_tag("components/language_chips.html")
def language_chips(languages: Any, show_missing: bool = True) -> dict[str, Any]:
    """Six chips: original, translation, missing.

    ``languages``: a mapping ``code -> state`` or a list of objects or dicts with ``language`` (code),
    ``state`` ("original" | "translation") and, where it can be opened, ``url``; where the text is corrected,
    ``corrected_by`` says by what.
    """
    entries: dict[str, tuple[str, str, str]] = {}
    if isinstance(languages, dict):
        entries = {code: (str(state), "", "") for code, state in languages.items()}
    else:
        for each in languages or ():
            url, correction = _read(each, "url") or "", _read(each, "corrected_by") or ""
            entries[str(_read(each, "language"))] = (str(_read(each, "state")), url, correction)
    words = {"original": _("original"), "translation": _("translation"), "missing": _("not available")}
    chips = []
    for code, name in LANGUAGES:
        state, url, correction = entries.get(code, ("missing", "", ""))
        if state == "missing" and not show_missing:
            continue
        word = words.get(state, state)
        if correction:
            word = _("%(state)s, corrected by %(corrigenda)s") % {"state": word, "corrigenda": correction}
        chips.append({"code": code, "name": name, "state": state, "word": word, "url": url})
    return {"chips": chips}


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The present query string with some parameters changed (None or "" removes): for filters and page links."""
    request = context.get("request")
    params = request.GET.copy() if request is not None else None
    if params is None:
        return ""
    for name, value in changes.items():
        if value in (None, ""):
            params.pop(name, None)
        else:
            params[name] = value
    return f"?{params.urlencode()}" if params else "?"
