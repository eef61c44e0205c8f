"""Who administers the server can do what the portal's role cannot. Tests do it to see the damage found."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction

from tests.database.base import OWNER


@contextmanager
def _stepped_into(role: str) -> Iterator:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"SET LOCAL ROLE {role}")
        yield cursor
        cursor.execute(f"SET LOCAL ROLE {settings.DATABASE_ROLE}")


def as_administrator():
    """A cursor of the server's administrator, in a transaction, or a savepoint of the test's."""
    return _stepped_into("NONE")


def as_owner():
    """A cursor of the owner of the tables, whom the triggers hold off as well."""
    return _stepped_into(OWNER)


@contextmanager
def without_triggers() -> Iterator:
    """`as_administrator`, where no trigger and no foreign key sees what is done."""
    with as_administrator() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
        cursor.execute("SET LOCAL session_replication_role = origin")


def past_the_triggers(*statements: str, values: Collection | None = None) -> None:
    """Run the statements, each with `values`, as `without_triggers`."""
    with without_triggers() as cursor:
        for statement in statements:
            cursor.execute(statement, values)
