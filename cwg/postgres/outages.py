"""Which errors of the database mean that it is away, and not that a statement was wrong."""

import psycopg
from django.db import InterfaceError, InternalError, OperationalError

# https://www.postgresql.org/docs/current/errcodes-appendix.html
CLASSES = (
    "08",  # connection exceptions
    "53",  # no connection left, no memory, no room on the disk
)
STATES = {
    "25006",  # it takes no writes: a standby, also the former primary after a failover
    "25P03",  # the session was ended: idle in a transaction for too long, after this process stood still
    "25P04",  # the same: one transaction took too long
    "57P01",  # the server is being shut down, or somebody ended the session
    "57P02",  # the server crashes
    "57P03",  # it is starting up
    "57P05",  # the session was ended: idle for too long
}
_KINDS = (
    OperationalError,
    InterfaceError,
    InternalError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.InternalError,
)


def is_away(error: BaseException | None) -> bool:
    """Whether `error`, or one that it came from, Django's or psycopg's, says that the database is away or does not write.

    A connection that broke, was refused, or could not be had from the pool in time has no code of its own.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if _says_so(error):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


def may_be_done(error: BaseException) -> bool:
    """Whether the statement that ended in `error` (Django's) may have been carried out and committed all the same.

    Only where the connection broke: a server that answers with a refusal has done nothing.
    """
    state = getattr(error.__cause__, "sqlstate", None)
    return is_away(error) and (state is None or state[:3] in ("080", "57P", "25P"))


def _says_so(error: BaseException) -> bool:
    if not isinstance(error, _KINDS):
        return False
    state = getattr(error if isinstance(error, psycopg.Error) else error.__cause__, "sqlstate", None)
    if state is None:
        return not isinstance(error, (InternalError, psycopg.InternalError))
    return state.startswith(CLASSES) or state in STATES
