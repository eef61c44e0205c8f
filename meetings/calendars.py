"""Meetings and deadlines as iCalendar (RFC 5545): titles and times only, in UTC."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from cwg.documents.models import Deadline, Register

from .convening import ANNOUNCED, CONVENED
from .models import Meeting, Sitting

REMINDER = timedelta(days=1)


def calendar_of(meetings: Iterable[Meeting], *, now: datetime, name: str) -> bytes:
    """A published calendar of `meetings` (with `register`, sittings and deadlines prefetched), stamped `now`.

    One event per sitting (or one for a meeting without sittings) and one per deadline in force. UIDs stay the
    same when a meeting moves, is corrected or called off, and SEQUENCE goes up, so that a calendar program replaces
    what it had. What is not held any more (a sitting that was removed, a deadline that ended, the opening of a
    meeting that has got sittings since) stays in as CANCELLED: left out, it would stay in calendars for good. What was
    dropped before the meeting was announced stood in nobody's calendar, and is nobody's affair.
    """
    meetings = list(meetings)
    past, announced = _sittings_once_held(meetings), _announcements(meetings)
    calendar = Calendar()
    calendar.add("prodid", "-//CWG-Internet//Portal//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for meeting in meetings:
        gone = _cancelled(meeting, past.get(meeting.pk, []), announced.get(meeting.pk), now)
        for event in (*_events(meeting, now), *gone):
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
            _title_of(meeting, sitting),
            sitting.starts_at,
            sitting.ends_at,
            now,
        )
    for deadline in register.deadlines_in_force:
        title = _title_of_deadline(deadline, register)
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


def _title_of(meeting: Meeting, sitting: Sitting) -> str:
    return f"{meeting.register.title}: {sitting}"


def _title_of_deadline(deadline: Deadline, register: Register) -> str:
    return _("Deadline: %(rule)s – %(meeting)s") % {
        "rule": deadline.terms["name"],
        "meeting": register.title,
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
    if held and _was_without_sittings(past):
        yield _event(meeting, "opening", register.title, register.opens_at, None, now, "CANCELLED")
    for row in past:
        was_shown = announced is None or row.history_date >= announced
        if row.history_type == "-" and row.number not in held and was_shown:
            title = _title_of(meeting, row.instance)
            part = f"sitting-{row.number}"
            yield _event(meeting, part, title, row.starts_at, row.ends_at, now, "CANCELLED")
    for deadline in register.deadlines_gone:
        ended = deadline.superseded_at
        if register.announced_at is not None and ended is not None and ended < register.announced_at:
            continue
        title = _title_of_deadline(deadline, register)
        part = f"deadline-{deadline.rule_id}"
        yield _event(meeting, part, title, deadline.instant, None, now, "CANCELLED")


def _was_without_sittings(past: list[Any]) -> bool:
    """Whether the meeting stood in calendars with its opening alone: before its first sitting was added, or later."""
    live: set[int] = set()
    for row in past:
        from_the_start = row is past[0] and (row.history_change_reason or CONVENED) == CONVENED
        if row.history_type == "+" and not live and not from_the_start:
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
    event.add("dtstart", starts.astimezone(UTC).replace(microsecond=0))
    if ends is not None:
        event.add("dtend", ends.astimezone(UTC).replace(microsecond=0))
    event.add("status", status or _status_of(meeting.register))
    return event


def _status_of(register: Register) -> str:
    """A postponed meeting is off until it has a date: the entries come back by their UIDs, with a higher SEQUENCE."""
    if register.is_called_off:
        return "CANCELLED"
    return "CONFIRMED" if register.is_announced else "TENTATIVE"
