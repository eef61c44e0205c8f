"""The clock of a chain: the database's, read under the chain's lock, and never before the chain's last entry.

Numbers, verdicts and deadlines of a register hold together because its decisions follow each other in time. A clock that
is set back would let a later decision be dated before an earlier one. So a reading before the last entry waits where the
difference is small: a leap second is one, and time daemons step by less. It waits with the lock, because nobody else could
decide before that instant either, and the order of the queue stays. A larger difference is refused with `ClockSetBack`: it
is repaired at the machine, or, where the clock had been ahead, told in the chain (`clock_steps.py`). `manage.py verify` and
`/readyz` say so too. `journal.append` asks last of all, whatever instant an act brings.

With the clock is read whether the chain may go on at all (`restore_guard.py`): both are asked right after the lock.
"""

import logging
import time
from datetime import UTC, datetime, timedelta

from django.db import connection

from cwg import clock

from . import restore_guard
from .models import Chained
from .readiness import Answer

logger = logging.getLogger(__name__)

WAITS_AT_MOST = timedelta(seconds=2)
# The act that tells of steps of the clock: the one entry that may be dated before the one before it.
EXPLAINED = "clock_explained"


class ClockSetBack(RuntimeError):
    """The database's clock is `behind` the last entry of the chain. Nothing was changed; it may be tried again."""

    code = "clock-set-back"

    def __init__(self, behind: timedelta):
        super().__init__(
            f"The database's clock is {behind.total_seconds():.6f} s behind the last entry of this chain. Nothing was"
            " changed. Set the clock right; docs/running.md says how, and what to do where it had been ahead."
        )
        self.behind = behind


def read(locked: Chained) -> datetime:
    """The instant of an act in the chain of `locked`, a row locked in this transaction: in UTC, by the database's clock.

    A new statement after the lock: the time after the wait for it. Waits for 2 seconds at most where the clock is behind
    the chain's last entry. Raises ClockSetBack, and restore_guard.RestoreNotFinished.
    """
    ends = time.monotonic() + WAITS_AT_MOST.total_seconds()
    while True:
        at, last = _reading(locked)
        restore_guard.guard(locked)
        behind = _behind(at, last)
        if not behind:
            return at
        # A held clock does not move, however long one waits.
        if clock.held() or behind.total_seconds() > ends - time.monotonic():
            raise _refused(locked, behind)
        _sleep(behind)


def _sleep(span: timedelta) -> None:
    """At the server: a session that holds a register and says nothing is ended (`holding.py`)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [span.total_seconds()])


def as_it_is(locked: Chained) -> tuple[datetime, timedelta]:
    """The clock, whatever it shows, and how far it is behind the last entry of the chain of `locked`."""
    at, last = _reading(locked)
    return at, _behind(at, last)


def guard(locked: Chained, at: datetime | None) -> None:
    """Raises restore_guard.RestoreNotFinished where the chain of `locked`, a row locked in this transaction, may not go on,
    and ClockSetBack where `at` is before its last entry; None: the act tells of that itself.
    """
    if locked.length_in_storage is None:
        _reading(locked)
    restore_guard.guard(locked)
    if at is not None and (behind := _behind(at, locked.last_entry_at)):
        raise _refused(locked, behind)


def _behind(at: datetime, last: datetime | None) -> timedelta:
    return max(last - at, timedelta()) if last else timedelta()


def _refused(locked: Chained, behind: timedelta) -> ClockSetBack:
    logger.error("clock: %.6f s behind the last entry of chain %s", behind.total_seconds(), locked.chain)
    return ClockSetBack(behind)


def _reading(locked: Chained) -> tuple[datetime, datetime | None]:
    """The clock, and the instant of the chain's last entry, in one statement. What else it reads is set on `locked`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clock_timestamp(),"
            " (SELECT at FROM record_journalentry WHERE chain = asked.chain ORDER BY position DESC LIMIT 1),"
            " coalesce(copies.length_in_storage, 0), copies.differs_at"
            " FROM (SELECT %s::uuid AS chain) asked LEFT JOIN record_chaincopy copies USING (chain)",
            [locked.chain],
        )
        at, last, locked.length_in_storage, locked.differs_at = cursor.fetchone()
    locked.last_entry_at = last and last.astimezone(UTC)
    return clock.held() or at.astimezone(UTC), locked.last_entry_at


def furthest_behind() -> timedelta:
    """How far the database's clock is behind the last entry of any chain; zero where it is behind none."""
    with connection.cursor() as cursor:
        # Of the entries from the future, of which there are none, those that no other entry of their chain follows.
        cursor.execute(
            "WITH reading AS MATERIALIZED (SELECT coalesce(%s, clock_timestamp()) AS at)"
            " SELECT entry.at - reading.at FROM record_journalentry entry, reading WHERE entry.at > reading.at"
            " AND NOT EXISTS (SELECT 1 FROM record_journalentry later"
            " WHERE later.chain = entry.chain AND later.position > entry.position)"
            " ORDER BY entry.at DESC LIMIT 1",
            [clock.held()],
        )
        found = cursor.fetchone()
    return found[0] if found else timedelta()


def question() -> Answer:
    """For `/readyz`: whether acts can be dated, and how far the database's clock is behind the newest entry."""
    behind = furthest_behind()
    return {"ok": not behind, "behind_seconds": round(behind.total_seconds(), 3)}
