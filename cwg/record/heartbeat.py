"""When a background process was last seen working: written by itself, read by /readyz.

Some tell of an instant that is not the last one, and old where all is well: their names begin with `SINCE` or `FAILING`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from django.db import connection, transaction

from cwg import clock

from . import overdue
from .models import Heartbeat
from .readiness import Answer

WORKER = "worker"
DATABASE = "database"
# Of what has gone on without standing still, and of what broke off when it was last begun, before the name.
SINCE, FAILING = "since: ", "failing: "
# It notes a heartbeat every 15 seconds.
WORKER_SEEN_WITHIN = timedelta(seconds=60)
# From when the tables are made: migrations, the first people or the demonstration's data, the first start of every process.
WORKER_STARTS_WITHIN = timedelta(minutes=10)
# From when this web host is there: nothing is made anew, but a worker that is started with it takes its time to load.
WORKER_COMES_BACK_WITHIN = timedelta(minutes=3)
# When this web host began, by the machine's clock that never jumps; None in other processes.
_host_began: float | None = None


@dataclass(frozen=True)
class WorkerState:
    """What is known of the worker: when it was `seen` last (UTC), whether it runs; or that it may still be starting, where the
    installation or this web host is new."""

    seen: datetime | None
    is_running: bool = False
    is_starting: bool = False

    @property
    def is_missed(self) -> bool:
        return not (self.is_running or self.is_starting)


def this_host_begins() -> None:
    """Said once by whoever starts a web host, before its processes are forked: they all know it then."""
    global _host_began
    _host_began = monotonic()


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


def worker_state(at: datetime) -> WorkerState:
    """Whether the worker runs: seen within a minute of `at`. One that was never seen is missed once the installation is ten minutes old.

    One that was last seen before this web host began was most likely stopped with it, over night or for an upgrade: it is
    missed once the host is three minutes old. Whoever has seen it since, or serves for longer, tells at once.

    Seen in the future, the clock was set back since: one that runs is soon seen by the right time, so that tells of none.
    """
    seen = last()
    if seen is None:
        return WorkerState(None, is_starting=not overdue.is_overdue(None, WORKER_STARTS_WITHIN, at))
    is_running = abs(at - seen) <= WORKER_SEEN_WITHIN
    return WorkerState(seen, is_running, is_starting=not is_running and _comes_back(seen, at))


def _comes_back(seen: datetime, at: datetime) -> bool:
    if _host_began is None:
        return False
    began = at - timedelta(seconds=monotonic() - _host_began)
    return seen < began and at - began <= WORKER_COMES_BACK_WITHIN


def worker_is_seen() -> Answer:
    """Whether the worker runs, or what was just started still starts it: a question of `/readyz`. No web request needs the worker."""
    now = clock.now()
    state = worker_state(now)
    ago = int((now - state.seen).total_seconds()) if state.seen else None
    return {"ok": not state.is_missed, "seen_seconds_ago": ago, "starting": state.is_starting}
