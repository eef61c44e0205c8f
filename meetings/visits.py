"""When a person last looked at a meeting: what "new since my last visit" counts from."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery

from cwg.members.models import Person

from .models import Meeting, Visit

# A visit begins with the first look after half an hour without one.
PAUSE = timedelta(minutes=30)
# Within a visit the row is written at most this often, so that most looks write nothing.
GRAIN = timedelta(minutes=5)


def with_visit(meetings, person: Person):
    """`meetings` with `seen_at` and `previous_at` of this person's visit, without a query of their own."""
    own = Visit.objects.filter(meeting=OuterRef("pk"), person=person)
    return meetings.annotate(
        seen_at=Subquery(own.values("seen_at")[:1]), previous_at=Subquery(own.values("previous_at")[:1])
    )


def look(meeting: Meeting, person: Person, at: datetime) -> datetime | None:
    """Note that `person` looks at `meeting` (read through `with_visit`) at `at`; since when things are new to them.

    None on the first visit: then nothing is marked. A visit's own writes never hold up the page: one short
    transaction that does not wait for the disk, and none within five minutes.
    """
    seen, previous = meeting.seen_at, meeting.previous_at
    if seen is None:
        with _not_waiting_for_the_disk():
            Visit.objects.bulk_create(
                [Visit(meeting=meeting, person=person, seen_at=at)], ignore_conflicts=True
            )
        return None
    if at - seen >= PAUSE:
        with _not_waiting_for_the_disk():
            Visit.objects.filter(meeting=meeting, person=person, seen_at=seen).update(
                seen_at=at, previous_at=seen
            )
        return seen
    if at - seen >= GRAIN:
        with _not_waiting_for_the_disk():
            Visit.objects.filter(meeting=meeting, person=person, seen_at=seen).update(seen_at=at)
    return previous


@contextmanager
def _not_waiting_for_the_disk() -> Iterator[None]:
    """A visit lost in a power cut is no loss; a page that waits for the disk to turn is one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")
        yield
