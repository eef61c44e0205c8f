"""The one clock: the database's.

Web servers may disagree about the time; the database's clock is the only one that a deadline is held against.
Every instant in the portal comes from here, in UTC with microseconds. Tests inject a time with `held_at`, and so does
`manage.py demo` for what it tells of the past.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection
from django.db.models import DateTimeField, Expression, Func, Value

_held: list[datetime] = []


def now() -> datetime:
    """The instant in UTC, read from the database in a statement of its own.

    `clock_timestamp()` is the time at which this statement runs: inside a transaction, after waiting for a
    lock, it is the time after the wait. (`now()` of SQL would be the time the transaction began.)
    """
    if _held:
        return _held[-1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0].astimezone(UTC)


def held() -> datetime | None:
    """The instant at which this process's clock is held; None where it runs."""
    return _held[-1] if _held else None


def reading() -> Expression:
    """The same clock as a part of a query, for a page that asks the database something at that moment anyway.

    `statement_timestamp()`: one instant for all rows of the statement, read when it arrives at the server.
    """
    if _held:
        return Value(_held[-1], output_field=DateTimeField())
    return Func(function="statement_timestamp", output_field=DateTimeField())


@contextmanager
def held_at(instant: datetime) -> Iterator[datetime]:
    """Tests and the demo only: within the block every thread of this process reads `instant` (aware)."""
    if instant.tzinfo is None:
        raise ValueError("A clock is held at an aware instant.")
    _held.append(instant.astimezone(UTC))
    try:
        yield _held[-1]
    finally:
        _held.pop()
