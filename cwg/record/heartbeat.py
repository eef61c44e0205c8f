"""When a background process was last seen working: written by itself, read by /readyz.

Some tell of an instant that is not the last one, and old where all is well: their names begin with `SINCE` or `FAILING`.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction

from cwg import clock

from .models import Heartbeat
from .readiness import Answer

WORKER = "worker"
DATABASE = "database"
# Of what has gone on without standing still, and of what broke off when it was last begun, before the name.
SINCE, FAILING = "since: ", "failing: "
# It notes a heartbeat every 15 seconds.
WORKER_SEEN_WITHIN = timedelta(seconds=60)


def beat(name: str = WORKER) -> datetime:
    """Note that `name` works now, by the database's clock; returns the instant (UTC)."""
    at = clock.now()
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at})
    return at


def forget(name: str) -> None:
    """`name` is not seen any more: what it stood for is over."""
    Heartbeat.objects.filter(name=name).delete()


def note() -> int:
    """The worker's job that says it is at work. Returns how many rows it moved: one."""
    beat()
    return 1


def write_to_database() -> None:
    """Prove that the database takes a write: one row, always the same. Raises django.db.Error where it does not.

    It waits for nobody: it also raises where the row is held, or where the disk hangs.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        cursor.execute("SET LOCAL statement_timeout = '3s'")
        cursor.execute(
            "INSERT INTO record_heartbeat (name, at) VALUES (%s, clock_timestamp())"
            " ON CONFLICT (name) DO UPDATE SET at = excluded.at",
            [DATABASE],
        )


def last(name: str = WORKER) -> datetime | None:
    """The instant (UTC) at which `name` was last seen; None where it never was."""
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()


def worker_is_seen() -> Answer:
    """Whether the worker was seen within a minute: a question of `/readyz`. No web request needs the worker."""
    seen = last()
    if seen is None:
        return {"ok": False, "seen_seconds_ago": None}
    ago = clock.now() - seen
    return {"ok": ago <= WORKER_SEEN_WITHIN, "seen_seconds_ago": int(ago.total_seconds())}
