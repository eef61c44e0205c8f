"""The owner of the tables: who makes and alters them, and nothing else. Pages and background work never run as the owner."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def as_owner(what: str) -> Iterator[None]:
    """Within the block this thread talks to the database as the owner (DATABASE_OWNER_URL, where it is set).

    Raises CommandError with a sentence where `what` ("to migrate") would then be refused. Outside a transaction.
    """
    held = connections[DEFAULT_DB_ALIAS]
    address = settings.DATABASE_OWNER
    if address is None:
        _refuse_unless_owner(what)
        yield
        return
    held.close()
    connections[DEFAULT_DB_ALIAS] = _owners(held, address)
    try:
        _refuse_unless_owner(what)
        yield
    finally:
        connections[DEFAULT_DB_ALIAS].close()
        connections[DEFAULT_DB_ALIAS] = held


def _owners(held: BaseDatabaseWrapper, address: dict[str, Any]) -> BaseDatabaseWrapper:
    """The same database under the owner's name: not pooled, and without the limits of a web request."""
    theirs = {"OPTIONS": {}, **address, "CONN_MAX_AGE": 0}
    theirs.pop("ENGINE", None)
    return type(held)({**held.settings_dict, **theirs}, alias=held.alias)


def _refuse_unless_owner(what: str) -> None:
    """A role that may not make tables is told so before it has begun, and in words."""
    with connection.cursor() as cursor:
        # Whoever owns one of the tables owns them all: they are handed over together.
        cursor.execute(
            "SELECT current_user, has_schema_privilege('public', 'CREATE') AND NOT EXISTS (SELECT 1 FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT pg_has_role(relowner, 'USAGE'))"
        )
        role, owns = cursor.fetchone()
    if not owns:
        raise CommandError(
            f"It takes the owner of the tables {what}, and {role} is not. Set DATABASE_OWNER_URL to the owner's"
            " address for this command alone (docs/running.md, Roles of the database)."
        )
