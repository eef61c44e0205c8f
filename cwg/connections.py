"""What every session of the database is bound to: how long it may keep others waiting, and when its death is noticed.

Each process says what it is before it reads the settings (`this_process_is`: `cwg/wsgi.py`, `cwg/celery.py`,
`manage.py`); the settings hand `options` to the driver. Sessions that are not the portal's, such as psql, get
`OF_OTHERS` from the database itself (`cwg/record/other_sessions.py`, and `docker-compose.yml`). docs/running.md has the table.

Whoever locks a register or the portal's journal is bound more tightly still: `cwg/record/holding.py`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Process(StrEnum):
    WEB = "web"
    WORKER = "worker"
    COMMAND = "command"
    TEST = "test"


@dataclass(frozen=True)
class Limits:
    """Seconds; 0 is none. `idle`: in a transaction without a statement; `statement`: one statement, its wait for a lock
    included; `lock`: one wait for a lock; `holding`: as `idle`, while it holds what others queue for.
    """

    idle: float
    statement: float
    lock: float
    holding: float = 1.5

    def settings(self) -> dict[str, str]:
        return {
            "idle_in_transaction_session_timeout": _milliseconds(self.idle),
            "statement_timeout": _milliseconds(self.statement),
            "lock_timeout": _milliseconds(self.lock),
        }


LIMITS = {
    # A page's statements follow each other within milliseconds, and nobody waits longer for a page. A statement may
    # take longer than a decision waits for its register (`holding.PATIENCE`).
    Process.WEB: Limits(idle=4, statement=20, lock=5),
    # Jobs render mails and write to the file storage between two statements. Celery ends a task after ten minutes.
    Process.WORKER: Limits(idle=120, statement=540, lock=30),
    # A person watches, or a timer: migrations, verify, backup and restore take as long as they take. They wait for a
    # lock no longer than this, because everybody else would stand behind them.
    Process.COMMAND: Limits(idle=600, statement=0, lock=60),
    # A test is one transaction; between its statements it may print a PDF on a machine that is busy.
    Process.TEST: Limits(idle=300, statement=120, lock=60, holding=60),
}
# For whoever else opens a session. A transaction left open by hand is ended, and what it held is free for others.
OF_OTHERS = Limits(idle=3, statement=60, lock=10)

# A peer that is gone is noticed: while a statement runs or waits, and while nothing is said at all.
DEATHS = {
    "client_connection_check_interval": "1s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "20s",
}
# Seconds for a connection to be made: a page is not kept waiting longer for a server that is gone
# (`cwg/postgres/base.py`), and jobs may wait for a machine that is busy.
_CONNECTED_WITHIN = {Process.WEB: 3}
# The same from our side, as libpq takes it (seconds, milliseconds): a server that is gone answers no keepalive.
_CLIENT = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}

_process = Process.COMMAND
_is_settled = False


def this_process_is(process: Process) -> None:
    """Say so before the settings are read. The last word counts: whoever imports the portal imports `cwg/celery.py` first."""
    global _process
    if not _is_settled:
        _process = process


def this_process() -> Process:
    """What it is; settled once it was asked for."""
    global _is_settled
    _is_settled = True
    return _process


def options(process: Process, given: dict, **changed: float) -> dict:
    """Options of the driver for a process of this kind, under those of DATABASE_URL (`given`), which win.

    `changed` replaces limits by name, in seconds.
    """
    limits = Limits(**{**vars(LIMITS[process]), **changed})
    ours = " ".join(f"-c {name}={value}" for name, value in {**limits.settings(), **DEATHS}.items())
    connected = {"connect_timeout": _CONNECTED_WITHIN.get(process, 10)}
    return {**connected, **_CLIENT, **given, "options": f"{ours} {given.get('options', '')}".strip()}


def _milliseconds(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"
