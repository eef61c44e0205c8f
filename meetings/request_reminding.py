"""Who is reminded of a dated request of the Group, and when: seven days and one day before it is due, in the morning.

Days are those of the seat. Only the nearest mark counts: what was missed while the system was down is not made up
for mark by mark; and what was recorded after a mark is not reminded of at it, for that news told the date itself.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from cwg.notices.reminders import DueReminder

from .models import Addressee, Request

REMINDER = "request_reminder"
DAYS_BEFORE = (7, 1)
MORNING = time(9)


def mark_at(request: Request, days: int) -> datetime:
    """When, in UTC, a dated request is reminded of `days` before it is due: at nine in the morning of the seat."""
    assert request.due_on is not None
    day = request.due_on - timedelta(days=days)
    return datetime.combine(day, MORNING, tzinfo=request.meeting.zone).astimezone(UTC)


def mark_of(request: Request, now: datetime) -> int | None:
    """The mark (days before) that counts at `now`: the last one reached, at its very instant; None where none is."""
    due_until = request.due_until
    if due_until is None or now >= due_until:
        return None
    reached = [days for days in DAYS_BEFORE if mark_at(request, days) <= now]
    if not reached:
        return None
    nearest = min(reached)
    recorded = request.recorded_at
    return nearest if recorded is None or mark_at(request, nearest) >= recorded else None


def due(now: datetime) -> Iterator[DueReminder]:
    """What is due at `now`: one event for each dated request that somebody has yet to answer."""
    soon = now + timedelta(days=max(DAYS_BEFORE) + 2)
    waiting = Addressee.objects.awaiting_document().filter(
        request__due_on__gte=now.date() - timedelta(days=1), request__due_on__lte=soon.date()
    )
    found = Request.objects.filter(pk__in=waiting.values("request")).select_related("meeting__register")
    for request in found:
        days = mark_of(request, now)
        if days is None:
            continue
        yield DueReminder(
            kind=REMINDER,
            key=f"{request.pk}:{request.due_on}:{days}",
            group_id=request.meeting.register.group_id,
            due_at=mark_at(request, days),
            facts={"request": request.pk, "days": days},
        )
