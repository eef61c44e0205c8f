"""Meetings and deadlines as iCalendar (RFC 5545): titles and times only, in UTC."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from cwg.documents.models import Register

from .models import Meeting

REMINDER = timedelta(days=1)


def calendar_of(meetings: Iterable[Meeting], *, now: datetime, name: str) -> bytes:
    """A published calendar of `meetings` (with `register`, sittings and deadlines prefetched), stamped `now`.

    One event per sitting (or one for a meeting without sittings) and one per deadline in force. UIDs stay the
    same when a meeting moves, is corrected or called off, and SEQUENCE goes up, so that a calendar program replaces
    what it had.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//CWG-Internet//Portal//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for meeting in meetings:
        for event in _events(meeting, now):
            calendar.add_component(event)
    return calendar.to_ical()


def _events(meeting: Meeting, now: datetime) -> Iterable[Event]:
    register = meeting.register
    sittings = list(meeting.sittings.all())
    if not sittings:
        yield _event(meeting, "opening", register.title, register.opens_at, None, now)
    for sitting in sittings:
        yield _event(
            meeting,
            f"sitting-{sitting.number}",
            f"{register.title}: {sitting}",
            sitting.starts_at,
            sitting.ends_at,
            now,
        )
    for deadline in register.deadlines_in_force:
        title = _("Deadline: %(rule)s – %(meeting)s") % {
            "rule": deadline.terms["name"],
            "meeting": register.title,
        }
        event = _event(meeting, f"deadline-{deadline.rule_id}", title, deadline.instant, None, now)
        event.add(
            "description", " ".join(part for part in (deadline.consequence, deadline.departure) if part)
        )
        event.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", title)
        alarm.add("trigger", -REMINDER)
        event.add_component(alarm)
        yield event


def _event(
    meeting: Meeting, part: str, title: str, starts: datetime, ends: datetime | None, now: datetime
) -> Event:
    event = Event()
    event.add("uid", f"meeting-{meeting.pk}-{part}@{urlsplit(settings.PORTAL_URL).hostname}")
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", meeting.sequence)
    event.add("summary", title)
    event.add("dtstart", starts.astimezone(UTC).replace(microsecond=0))
    if ends is not None:
        event.add("dtend", ends.astimezone(UTC).replace(microsecond=0))
    event.add("status", _status_of(meeting.register))
    return event


def _status_of(register: Register) -> str:
    """A postponed meeting is off until it has a date: the entries come back by their UIDs, with a higher SEQUENCE."""
    if register.is_called_off:
        return "CANCELLED"
    return "CONFIRMED" if register.is_announced else "TENTATIVE"
