"""What the database tells every session that is not the portal's: `cwg.connections.OF_OTHERS`, kept with the database.

Set after every `migrate`, so that it is there in a database that was made anew, moved or restored too: a dump does not
carry it. The portal's own sessions say what they want themselves (`cwg.connections`).
"""

import logging

from django.db import connection
from psycopg import sql

from cwg import connections

logger = logging.getLogger(__name__)

WANTED = {**connections.OF_OTHERS.settings(), **connections.DEATHS}


def bind(**kwargs) -> None:
    """Bind them, where this role may: the database's owner, or a superuser. Elsewhere say in the log what to do.

    Called with whatever `post_migrate` sends along.
    """
    held = _held()
    lacking = {name: value for name, value in WANTED.items() if held.get(name) != value}
    if not lacking:
        return
    if not _may_bind():
        logger.warning(
            "this role may not bind other sessions of the database; its owner runs: %s", commands()
        )
        return
    with connection.cursor() as cursor:
        for name, value in lacking.items():
            cursor.execute(_command(name, value))


def commands() -> str:
    """The same for somebody who may."""
    connection.ensure_connection()
    return "; ".join(_command(name, value).as_string(connection.connection) for name, value in WANTED.items())


def _command(name: str, value: str) -> sql.Composed:
    database = sql.Identifier(str(connection.settings_dict["NAME"]))
    return sql.SQL("ALTER DATABASE {} SET {} TO {}").format(
        database, sql.Identifier(name), sql.Literal(value)
    )


def _held() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unnest(setconfig) FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase"
            " WHERE datname = current_database() AND setrole = 0"
        )
        return dict(row.split("=", 1) for (row,) in cursor.fetchall())


def _may_bind() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, datdba, 'USAGE') FROM pg_database WHERE datname = current_database()"
        )
        return bool(cursor.fetchone()[0])
