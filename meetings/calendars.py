"""Meetings and deadlines as iCalendar (RFC 5545 and 7986): titles, places and times only, in UTC."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event, vDuration, vText

from cwg.documents.models import Deadline, Register
from cwg.notices.addresses import absolute

from .convening import ANNOUNCED, CONVENED
from .models import Meeting, Sitting

REMINDER = timedelta(days=1)
# What of a meeting without sittings stands in calendars, for its UID.
OPENING = "opening"
# How often a program that follows the calendar should ask for it again.
REFRESH = timedelta(hours=1)


def calendar_of(meetings: Iterable[Meeting], *, now: datetime, name: str) -> bytes:
    """A published calendar of `meetings` (with `register`, sittings and deadlines prefetched), stamped `now`.

    One event per sitting (or one for a meeting without sittings) and one per deadline in force. UIDs stay the
    same when a meeting moves, is corrected, called off or gets its first sitting, and SEQUENCE goes up, so that a
    calendar program replaces what it had. What is not held any more (a sitting that was removed, a deadline that ended) stays in as CANCELLED: left out, it would stay in calendars for good. What was
    dropped before the meeting was announced stood in nobody's calendar, and is nobody's affair.
    """
    meetings = list(meetings)
    past, announced = _sittings_once_held(meetings), _announcements(meetings)
    calendar = Calendar()
    calendar.add("prodid", "-//CWG-Internet//Portal//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    # The standard's name, and the one that was asked for before it.
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar["x-published-ttl"] = vDuration(REFRESH)
    for meeting in meetings:
        held_before = past.get(meeting.pk, [])
        gone = _cancelled(meeting, held_before, announced.get(meeting.pk), now)
        for event in (*_events(meeting, held_before, now), *gone):
            calendar.add_component(event)
    return calendar.to_ical()


def _events(meeting: Meeting, past: list[Any], now: datetime) -> Iterable[Event]:
    register = meeting.register
    sittings = list(meeting.sittings.all())
    if not sittings:
        yield _event(meeting, OPENING, _short_name(register), register.opens_at, None, now)
    for sitting in sittings:
        part = _part_of(sitting.number, past)
        title = _title_of(meeting, sitting)
        yield _event(meeting, part, title, sitting.starts_at, sitting.ends_at, now)
    for deadline in register.deadlines_in_force:
        title = _title_of_deadline(deadline, register)
        event = _event(meeting, f"deadline-{deadline.rule_id}", title, deadline.instant, None, now)
        said = (register.title, deadline.consequence, deadline.departure)
        event["description"] = vText("\n".join(part for part in said if part))
        event.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", title)
        alarm.add("trigger", -REMINDER)
        event.add_component(alarm)
        yield event


def _short_name(register: Register) -> str:
    """ "CWG-Internet 23": what a phone shows of a title. The whole one stands in the description."""
    return f"{register.group.short_name} {register.ordinal}" if register.ordinal else register.title


def _title_of(meeting: Meeting, sitting: Sitting) -> str:
    return f"{_short_name(meeting.register)}: {sitting}"


def _title_of_deadline(deadline: Deadline, register: Register) -> str:
    return _("%(meeting)s, deadline: %(rule)s") % {
        "rule": deadline.terms["name"],
        "meeting": _short_name(register),
    }


# --- What is not held any more ----------------------------------------------------------------------------------------


def _sittings_once_held(meetings: list[Meeting]) -> dict[int, list[Any]]:
    """The history rows of the meetings' sittings, in the order of the acts, by meeting: nothing of it is ever lost."""
    found: dict[int, list[Any]] = {}
    for row in Sitting.history.filter(meeting_id__in=[meeting.pk for meeting in meetings]).order_by(
        "history_id"
    ):
        found.setdefault(row.meeting_id, []).append(row)
    return found


def _announcements(meetings: list[Meeting]) -> dict[int, datetime]:
    """When each meeting was announced, on the clock of the history rows: to be compared with other history rows only."""
    rows = Meeting.history.filter(
        id__in=[meeting.pk for meeting in meetings], history_change_reason=ANNOUNCED
    )
    return dict(rows.values_list("id", "history_date"))


def _cancelled(
    meeting: Meeting, past: list[Any], announced: datetime | None, now: datetime
) -> Iterable[Event]:
    register = meeting.register
    if register.is_archive:
        return
    held = {sitting.number for sitting in meeting.sittings.all()}
    goes_on = {_part_of(number, past) for number in held} or {OPENING}
    if OPENING not in goes_on and _was_without_sittings(past):
        title = _short_name(register)
        yield _event(meeting, OPENING, title, register.opens_at, None, now, "CANCELLED")
    for row in past:
        was_shown = announced is None or row.history_date >= announced
        part = _part_of(row.number, past)
        if row.history_type == "-" and row.number not in held and was_shown and part != OPENING:
            title = _title_of(meeting, row.instance)
            yield _event(meeting, part, title, row.starts_at, row.ends_at, now, "CANCELLED")
    for deadline in register.deadlines_gone:
        ended = deadline.superseded_at
        if register.announced_at is not None and ended is not None and ended < register.announced_at:
            continue
        title = _title_of_deadline(deadline, register)
        part = f"deadline-{deadline.rule_id}"
        yield _event(meeting, part, title, deadline.instant, None, now, "CANCELLED")


def _part_of(number: int, past: list[Any]) -> str:
    """What of a meeting a sitting is, for its UID. The first one of a meeting that was convened without sittings is the
    opening that stood in calendars before it: it takes its place, instead of standing beside a cancelled one."""
    began_without = bool(past) and not _from_the_start(past[0])
    return OPENING if began_without and number == past[0].number else f"sitting-{number}"


def _from_the_start(row: Any) -> bool:
    """Whether a history row of a sitting says that the meeting was convened with it."""
    return (row.history_change_reason or CONVENED) == CONVENED


def _was_without_sittings(past: list[Any]) -> bool:
    """Whether the meeting stood in calendars with its opening alone: before its first sitting was added, or later."""
    live: set[int] = set()
    for row in past:
        if row.history_type == "+" and not live and not (row is past[0] and _from_the_start(row)):
            return True
        if row.history_type == "-":
            live.discard(row.number)
        else:
            live.add(row.number)
    return False


def _event(
    meeting: Meeting,
    part: str,
    title: str,
    starts: datetime,
    ends: datetime | None,
    now: datetime,
    status: str = "",
) -> Event:
    event = Event()
    event.add("uid", f"meeting-{meeting.pk}-{part}@{urlsplit(settings.PORTAL_URL).hostname}")
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", meeting.sequence)
    event.add("summary", title)
    if place := _place_of(meeting):
        event["location"] = vText(place)
    event.add("url", absolute(meeting.get_absolute_url()))
    event["description"] = vText(meeting.register.title)
    event.add("dtstart", starts.astimezone(UTC).replace(microsecond=0))
    if ends is not None:
        event.add("dtend", ends.astimezone(UTC).replace(microsecond=0))
    event.add("status", status or _status_of(meeting.register))
    return event


def _place_of(meeting: Meeting) -> str:
    """ "Room H, Geneva"."""
    return ", ".join(part for part in (meeting.venue, meeting.register.place) if part)


def _status_of(register: Register) -> str:
    """A postponed meeting is off until it has a date: the entries come back by their UIDs, with a higher SEQUENCE."""
    if register.is_called_off:
        return "CANCELLED"
    return "CONFIRMED" if register.is_announced else "TENTATIVE"
