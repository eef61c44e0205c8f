"""The two roles of the portal's database, made by whoever administers the server.

The owner has the tables and makes and alters them: for `migrate` and `restore`. The portal's role works with the rows, owns
nothing and may not alter anything. Both are ordinary roles; the administrator stays what they are.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from cwg.record import privileges

# Two at once, on one server, would meet in the same rows of the catalogue.
_ONE_AT_A_TIME = "SELECT pg_advisory_lock(hashtextextended('roles of the portal', 0))"
# What neither role has, by the column that tells of it.
_ATTRIBUTES = {
    "rolsuper": "SUPERUSER",
    "rolcreatedb": "CREATEDB",
    "rolcreaterole": "CREATEROLE",
    "rolreplication": "REPLICATION",
    "rolbypassrls": "BYPASSRLS",
}

# What lies in the schema and has an owner of its own: kind, name, owner. Not what belongs to an extension, and not what
# goes with something else: the sequence of a column, the type of a table's rows.
_OBJECTS = """
SELECT kind, name FROM (
    SELECT 'pg_class'::regclass AS catalogue, c.oid, c.relowner AS owner,
        CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
            WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END AS kind, c.oid::regclass::text AS name
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'S', 'v', 'm', 'f')
    UNION ALL
    SELECT 'pg_proc'::regclass, p.oid, p.proowner, 'ROUTINE', p.oid::regprocedure::text
    FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid, t.typowner, 'TYPE', t.oid::regtype::text
    FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('d', 'e', 'r')
    UNION ALL
    SELECT 'pg_collation'::regclass, l.oid, l.collowner, 'COLLATION', l.oid::regcollation::text
    FROM pg_collation l WHERE l.collnamespace = 'public'::regnamespace
) found
WHERE owner <> (SELECT oid FROM pg_roles WHERE rolname = %s) AND NOT EXISTS (
    SELECT 1 FROM pg_depend d WHERE d.classid = found.catalogue AND d.objid = found.oid AND d.deptype IN ('e', 'a', 'i')
    AND (d.deptype = 'e' OR found.kind = 'SEQUENCE')
)
ORDER BY kind, name
"""


class CannotPrepare(Exception):
    """Why nothing was done, as a sentence."""


@dataclass(frozen=True)
class Login:
    """How one role reaches a database. `options`: those of libpq, such as sslmode."""

    user: str
    password: str
    host: str
    port: str
    database: str
    options: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def of(cls, address: dict[str, Any]) -> "Login":
        """From an entry as in Django's DATABASES."""
        ours = {"pool", "assume_role", "isolation_level", "server_side_binding"}
        options = tuple(
            (name, value) for name, value in address.get("OPTIONS", {}).items() if name not in ours
        )
        user, password, host, port, database = (
            str(address.get(name) or "") for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")
        )
        return cls(user, password, host, port, database, options)

    @property
    def address(self) -> str:
        """As DATABASE_URL has it."""
        password = f":{quote(self.password, safe='')}" if self.password else ""
        return (
            f"postgres://{quote(self.user, safe='')}{password}@{self.host}:{self.port}/{quote(self.database)}"
        )

    def connect(self, database: str = "") -> psycopg.Connection:
        """A connection to its database, or to another, that commits each statement."""
        given = {"user": self.user, "password": self.password, "host": self.host, "port": self.port}
        given = {name: value for name, value in given.items() if value}
        return psycopg.connect(
            dbname=database or self.database, autocommit=True, **{**dict(self.options), **given}
        )


def prepare(admin: Login, *, owner: Login, portal: Login) -> list[str]:
    """Make database and roles, and hand over what there is; returns what was done, as sentences. May run again.

    Raises CannotPrepare before anything is done, and psycopg.Error where the server refuses `admin`.
    """
    if not (owner.user and portal.user) or len({admin.user, owner.user, portal.user}) < 3:
        raise CannotPrepare(
            "The addresses of the administrator, of the owner and of the portal have to name three different roles."
        )
    if owner.database != portal.database:
        raise CannotPrepare("DATABASE_OWNER_URL and DATABASE_URL have to name the same database.")
    with admin.connect() as server:
        server.execute(_ONE_AT_A_TIME)
        done = [_role(server, owner), _role(server, portal)]
        _leave_other_roles(server, portal)
        if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = current_user AND rolsuper").fetchone():
            # Who is no superuser gives away only to roles that they may become.
            _run(server, "GRANT {} TO CURRENT_USER WITH SET TRUE, INHERIT TRUE", owner.user)
        known = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [owner.database]).fetchone()
        if known is None:
            _run(server, "CREATE DATABASE {} OWNER {}", owner.database, owner.user)
            done.append(f"The database {owner.database} was made.")
        _hand_over_database(server, owner, portal)
        with admin.connect(owner.database) as inside:
            done.append(_hand_over_objects(inside, owner))
            # As who owns the tables, so that no privilege hangs on the administrator.
            _run(inside, "SET ROLE {}", owner.user)
            with inside.cursor() as cursor:
                privileges.grant(portal.user, cursor)
    return done


def _run(at: psycopg.Connection, statement: str, *names: str) -> None:
    at.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _role(server: psycopg.Connection, login: Login) -> str:
    """Make the role, or put it right: an ordinary one that may connect, with the password of its address."""
    statement = f"SELECT {', '.join(_ATTRIBUTES)} FROM pg_roles WHERE rolname = %s"
    found = server.execute(statement, [login.user]).fetchone()
    if found is None:
        _run(server, "CREATE ROLE {} LOGIN", login.user)
    else:
        _run(server, "ALTER ROLE {} LOGIN", login.user)
        # One by one: who is no superuser may not even say NOSUPERUSER.
        for attribute, has in zip(_ATTRIBUTES.values(), found, strict=True):
            if has:
                _run(server, f"ALTER ROLE {{}} NO{attribute}", login.user)
    if login.password:
        # Hashed here, so that no log of the server can hold it.
        hashed = server.pgconn.encrypt_password(login.password.encode(), login.user.encode()).decode()
        server.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(login.user), sql.Literal(hashed))
        )
    return f"The role {login.user} was {'made' if found is None else 'there; it is put right'}."


def _leave_other_roles(server: psycopg.Connection, portal: Login) -> None:
    members = server.execute(
        "SELECT roleid::regrole::text, grantor::regrole::text FROM pg_auth_members"
        " WHERE member = (SELECT oid FROM pg_roles WHERE rolname = %s)",
        [portal.user],
    )
    for role, grantor in members.fetchall():
        server.execute(
            sql.SQL("REVOKE {} FROM {} GRANTED BY {} CASCADE").format(
                sql.SQL(role), sql.Identifier(portal.user), sql.SQL(grantor)
            )
        )


def _hand_over_database(server: psycopg.Connection, owner: Login, portal: Login) -> None:
    name = owner.database
    _run(server, "ALTER DATABASE {} OWNER TO {}", name, owner.user)
    _run(server, "SET ROLE {}", owner.user)
    # Temporary tables are for everybody by default, and the portal has no use for any.
    _run(server, "REVOKE CREATE, TEMPORARY ON DATABASE {} FROM PUBLIC, {}", name, portal.user)
    _run(server, "GRANT CONNECT ON DATABASE {} TO {}", name, portal.user)
    server.execute("RESET ROLE")


def _hand_over_objects(inside: psycopg.Connection, owner: Login) -> str:
    """All at once or nothing: who looks meanwhile never finds half of it."""
    with inside.transaction():
        _run(inside, "ALTER SCHEMA public OWNER TO {}", owner.user)
        _run(inside, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        objects = inside.execute(_OBJECTS, [owner.user]).fetchall()
        for kind, name in objects:
            # The names come quoted from the catalogue.
            inside.execute(
                sql.SQL("ALTER {} {} OWNER TO {}").format(
                    sql.SQL(kind), sql.SQL(name), sql.Identifier(owner.user)
                )
            )
    return f"{len(objects)} tables and other objects were handed over to {owner.user}."
