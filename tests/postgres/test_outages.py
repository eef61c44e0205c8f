"""Which errors mean that the database is away."""

import psycopg
import pytest
from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from psycopg_pool import PoolTimeout

from cwg.postgres.outages import is_away, may_be_done


def from_server(kind: type[Exception], cause: Exception) -> Exception:
    error = kind(str(cause))
    error.__cause__ = cause
    return error


AWAY = [
    (OperationalError, psycopg.OperationalError("server closed the connection unexpectedly"), True),
    (OperationalError, psycopg.OperationalError("connection refused"), True),
    (OperationalError, PoolTimeout("couldn't get a connection after 5.00 sec"), True),
    (InterfaceError, psycopg.InterfaceError("the connection is closed"), True),
    (OperationalError, psycopg.errors.AdminShutdown("terminating connection"), True),
    (OperationalError, psycopg.errors.CrashShutdown("terminating connection"), True),
    (OperationalError, psycopg.errors.ConnectionFailure("gone"), True),
    (InternalError, psycopg.errors.IdleInTransactionSessionTimeout("stood still"), True),
    (OperationalError, psycopg.errors.CannotConnectNow("the database system is starting up"), True),
    (OperationalError, psycopg.errors.TooManyConnections("sorry, too many clients already"), False),
    (OperationalError, psycopg.errors.DiskFull("no space left on device"), False),
    (InternalError, psycopg.errors.ReadOnlySqlTransaction("cannot execute INSERT"), False),
]
AT_WORK = [
    (IntegrityError, psycopg.errors.UniqueViolation("duplicate key")),
    (OperationalError, psycopg.errors.LockNotAvailable("lock timeout")),
    (OperationalError, psycopg.errors.DeadlockDetected("deadlock")),
    (OperationalError, psycopg.errors.QueryCanceled("statement timeout")),
    (ProgrammingError, psycopg.errors.UndefinedTable("no such table")),
    (DataError, psycopg.errors.DivisionByZero("division by zero")),
    (InternalError, psycopg.errors.InFailedSqlTransaction("aborted")),
]


@pytest.mark.parametrize(("kind", "cause", "done"), AWAY, ids=lambda each: getattr(each, "__name__", None))
def test_a_lost_refused_or_read_only_database_is_away(kind, cause, done):
    error = from_server(kind, cause)
    assert is_away(error)
    assert is_away(cause), "also where Django did not wrap it"
    assert may_be_done(error) is done


@pytest.mark.parametrize(("kind", "cause"), AT_WORK, ids=lambda each: getattr(each, "__name__", None))
def test_a_database_that_refuses_a_statement_is_not_away(kind, cause):
    error = from_server(kind, cause)
    assert not is_away(error)
    assert not is_away(cause)
    assert not may_be_done(error)


def test_what_came_of_a_lost_connection_is_known_by_where_it_came_from():
    lost = from_server(OperationalError, psycopg.errors.AdminShutdown("terminating connection"))
    try:
        try:
            raise lost
        except OperationalError:
            raise ProgrammingError("cannot open a new connection in an atomic block")  # noqa: B904
    except ProgrammingError as error:
        assert is_away(error)
    assert not is_away(ValueError("a fault of ours"))
    assert not is_away(None)
