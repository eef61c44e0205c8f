"""The privileges of the role that the portal runs as, made of what each table's rows are for (`keeping.py`).

It is granted what the portal does and no more. It owns nothing, so it cannot alter a table or switch off a trigger.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection
from psycopg import sql

from . import keeping

# Each with the names of its columns.
_TABLES = """
SELECT c.relname, array_agg(a.attname::text) FROM pg_class c
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') GROUP BY c.oid, c.relname
"""
_SEQUENCES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'"


def after_migrations(*, using: str, plan: Any = None, **_: Any) -> None:
    """Handler of `post_migrate`. A mere flush brings no plan, and leaves the privileges as they are."""
    if plan is not None and using == DEFAULT_DB_ALIAS:
        with connection.cursor() as cursor:
            grant(settings.DATABASE_ROLE, cursor)


def grant(role: str, cursor: Any) -> None:
    """Give `role` exactly its privileges on every table and sequence; may run again. `cursor` is the owner's.

    Where the owner is the portal's role as well there is nothing to give. A database of an earlier release may lack tables
    and columns: their privileges are given when `migrate` has made them.
    """
    cursor.execute("SELECT current_user")
    if cursor.fetchone()[0] == role:
        return
    cursor.execute(_TABLES)
    tables = {table: frozenset(columns) for table, columns in cursor.fetchall()}
    cursor.execute(_SEQUENCES)
    sequences = [sequence for (sequence,) in cursor.fetchall()]
    whom = sql.Identifier(role)
    statements = [
        sql.SQL("REVOKE ALL ON SCHEMA public FROM {}").format(whom),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(whom),
    ]
    for what, granted in [*_on_tables(tables), *_on_sequences(sequences)]:
        statements.append(sql.SQL("REVOKE ALL ON {} FROM {}").format(what, whom))
        if granted:
            given = sql.SQL(", ").join(granted)
            statements.append(sql.SQL("GRANT {} ON {} TO {}").format(given, what, whom))
    # One message, and so one transaction: who works meanwhile never meets a table without its privileges.
    cursor.execute(sql.SQL(";\n").join(statements))


_Granted = tuple[sql.Composable, list[sql.Composable]]


def _on_tables(tables: dict[str, frozenset[str]]) -> Iterator[_Granted]:
    of_tables = keeping.of_tables()
    for table, there in tables.items():
        granted: list[sql.Composable] = []
        # A table that nobody here knows is no business of the portal's.
        if kept := of_tables.get(table):
            granted.append(sql.SQL("SELECT"))
            if kept.inserts:
                granted.append(sql.SQL("INSERT"))
            if kept.changes is None:
                granted.append(sql.SQL("UPDATE"))
            elif changes := kept.changes & there:
                columns = sql.SQL(", ").join(map(sql.Identifier, sorted(changes)))
                granted.append(sql.SQL("UPDATE ({})").format(columns))
            if kept.deletes:
                granted.append(sql.SQL("DELETE"))
        yield sql.SQL("TABLE {}").format(sql.Identifier("public", table)), granted


def _on_sequences(sequences: list[str]) -> Iterator[_Granted]:
    for sequence in sequences:
        # SELECT is for `pg_dump`; to set one anew is for a restore alone.
        yield (
            sql.SQL("SEQUENCE {}").format(sql.Identifier("public", sequence)),
            [sql.SQL("USAGE"), sql.SQL("SELECT")],
        )
