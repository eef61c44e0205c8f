"""An installation whose only role was the server's administrator moves forward; a new one starts with three roles."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import errors, sql

from cwg.operations import database_roles
from cwg.operations.database_roles import CannotPrepare, Login

pytestmark = pytest.mark.django_db

# One for each of the processes that run tests side by side.
MINE = f"cwg_roles_test{os.environ.get('PYTEST_XDIST_WORKER', '')}"
PASSWORD = "only-for-this-test/with:signs@in"


@dataclass(frozen=True)
class Server:
    """Who administers the server, and the two roles of a database that is not there yet."""

    administrator: Login
    owner: Login
    portal: Login

    def tidy(self) -> None:
        with self.administrator.connect() as server:
            server.execute(f"DROP DATABASE IF EXISTS {MINE} WITH (FORCE)")
            for role in (f"{MINE}_owner", f"{MINE}_portal", f"{MINE}_managed"):
                server.execute(f"DROP ROLE IF EXISTS {role}")

    def inside(self) -> psycopg.Connection:
        return self.administrator.connect(MINE)

    def manage(self, *command: str, **addresses: str) -> subprocess.CompletedProcess:
        """A process of its own, as the portal's services run it."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
        given = {"CWG_MODE": "test", "DJANGO_SETTINGS_MODULE": "cwg.settings"} | addresses
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=settings.BASE_DIR,
            env=environment | given,
            capture_output=True,
            text=True,
            timeout=120,
        )

    @property
    def addresses(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.portal.address,
            "DATABASE_OWNER_URL": self.owner.address,
            "DATABASE_ADMIN_URL": self.administrator.address,
        }


@pytest.fixture
def server(django_db_setup, django_db_blocker) -> Iterator[Server]:
    at = connection.settings_dict
    administrator = Login.of(at | {"NAME": "postgres"})
    owner, portal = (
        replace(administrator, user=f"{MINE}_{name}", password=PASSWORD, database=MINE)
        for name in ("owner", "portal")
    )
    made = Server(administrator, owner, portal)
    made.tidy()
    yield made
    made.tidy()


@pytest.fixture
def of_before(server, django_db_blocker) -> Server:
    """A migrated database as it stood: everything in it belongs to the administrator."""
    template = connection.settings_dict["NAME"]
    connection.close()
    with server.administrator.connect() as at_server:
        at_server.execute(f"CREATE DATABASE {MINE} TEMPLATE {template}")
    with server.inside() as inside:
        inside.execute("ALTER SCHEMA public OWNER TO pg_database_owner")
        owned = inside.execute(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE relnamespace = 'public'::regnamespace"
            " AND relkind = 'r'"
        ).fetchall()
        for (table,) in owned:
            inside.execute(f"ALTER TABLE {table} OWNER TO CURRENT_USER")
        for function in ("cwg_refuse_change()", "cwg_index_document()"):
            inside.execute(f"ALTER FUNCTION {function} OWNER TO CURRENT_USER")
        (count,) = inside.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')"
            " AND relowner <> current_user::regrole"
        ).fetchone()
        assert (len(owned) > 50, count) == (True, 0)
        inside.execute("INSERT INTO record_heartbeat (name, at) VALUES ('of before', now())")
    return server


def owners(server: Server) -> set[str]:
    with server.inside() as inside:
        return {
            owner
            for (owner,) in inside.execute(
                "SELECT relowner::regrole::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                " UNION SELECT proowner::regrole::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
                " UNION SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public'"
                " UNION SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()"
            )
        }


def attributes(server: Server, role: str) -> tuple:
    with server.administrator.connect() as at_server:
        return at_server.execute(
            "SELECT rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls"
            " FROM pg_roles WHERE rolname = %s",
            [role],
        ).fetchone()


ORDINARY = (True, False, False, False, False, False)


def test_an_installation_of_before_moves_forward_and_keeps_its_rows(of_before):
    assert owners(of_before) == {of_before.administrator.user, "pg_database_owner"}

    done = of_before.manage("prepare_database", **of_before.addresses)
    assert done.returncode == 0, done.stderr
    assert f"handed over to {MINE}_owner" in done.stdout
    assert PASSWORD not in done.stdout + done.stderr

    assert owners(of_before) == {f"{MINE}_owner"}
    assert attributes(of_before, f"{MINE}_owner") == attributes(of_before, f"{MINE}_portal") == ORDINARY
    with of_before.portal.connect() as portal:
        assert portal.execute(
            "SELECT count(*) FROM record_heartbeat WHERE name = 'of before'"
        ).fetchone() == (1,)
        with pytest.raises(errors.InsufficientPrivilege):
            portal.execute("DELETE FROM record_journalentry")
    # The portal at work, with what its services are given.
    verified = of_before.manage("verify", DATABASE_URL=of_before.portal.address)
    assert verified.returncode == 0, verified.stdout
    owning = {name: of_before.addresses[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    migrated = of_before.manage("migrate", **owning)
    assert migrated.returncode == 0, migrated.stderr


def test_a_column_of_this_release_that_is_not_there_yet_stops_nothing(of_before):
    """The roles come before `migrate`, which makes it and grants what is the portal's."""
    with of_before.inside() as inside:
        inside.execute("ALTER TABLE documents_blob DROP COLUMN damage CASCADE")
    done = of_before.manage("prepare_database", **of_before.addresses)
    assert done.returncode == 0, done.stderr
    with of_before.portal.connect() as portal:
        portal.execute("UPDATE documents_blob SET scan = scan")
    with of_before.inside() as inside:
        inside.execute("ALTER TABLE documents_blob ADD COLUMN damage varchar(20) NOT NULL DEFAULT ''")
    owning = {name: of_before.addresses[name] for name in ("DATABASE_URL", "DATABASE_OWNER_URL")}
    assert of_before.manage("migrate", **owning).returncode == 0
    with of_before.portal.connect() as portal:
        portal.execute("UPDATE documents_blob SET damage = damage")


def test_it_may_be_run_again_and_puts_right_what_was_changed_since(of_before):
    first = database_roles.prepare(of_before.administrator, owner=of_before.owner, portal=of_before.portal)
    assert "was made" in first[0] and not first[-1].startswith("0 ")
    with of_before.inside() as inside:
        inside.execute(f"ALTER ROLE {MINE}_portal CREATEDB CREATEROLE SUPERUSER")
        inside.execute(f"GRANT {MINE}_owner, pg_execute_server_program TO {MINE}_portal")
        inside.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {MINE}_portal")
        inside.execute(f"GRANT ALL ON SCHEMA public TO {MINE}_portal, PUBLIC")
        inside.execute(f"GRANT ALL ON DATABASE {MINE} TO {MINE}_portal, PUBLIC")
        inside.execute("CREATE TABLE added_since (id int)")
    other = replace(of_before.portal, password="another")
    again = database_roles.prepare(of_before.administrator, owner=of_before.owner, portal=other)
    assert "was there" in again[0]
    assert again[-1].startswith("1 ")
    assert attributes(of_before, f"{MINE}_portal") == ORDINARY
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        of_before.portal.connect()
    verified = of_before.manage("verify", DATABASE_URL=other.address)
    assert verified.returncode == 0, verified.stdout
    with other.connect() as portal, pytest.raises(errors.InsufficientPrivilege):
        portal.execute("SELECT * FROM added_since")


def test_a_new_installation_gets_database_and_roles(server):
    done = database_roles.prepare(server.administrator, owner=server.owner, portal=server.portal)
    assert f"The database {MINE} was made." in done
    assert owners(server) == {f"{MINE}_owner"}
    with server.owner.connect() as owner:
        owner.execute("CREATE TABLE made_by_the_owner (id int)")
    with server.portal.connect() as portal, pytest.raises(errors.InsufficientPrivilege):
        portal.execute("CREATE TABLE made_by_the_portal (id int)")


def test_on_a_managed_server_the_administrator_is_no_superuser(server):
    managed = replace(server.administrator, user=f"{MINE}_managed", password=PASSWORD)
    with server.administrator.connect() as at_server:
        at_server.execute(
            sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}").format(
                sql.Identifier(managed.user), PASSWORD
            )
        )
        # Everything belonged to it, as everything of an installation of before did.
        at_server.execute(f"CREATE DATABASE {MINE} OWNER {managed.user}")
    with managed.connect(MINE) as inside:
        inside.execute("CREATE TABLE django_migrations (id bigserial PRIMARY KEY, app text)")
        inside.execute("CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    for _ in range(2):
        database_roles.prepare(managed, owner=server.owner, portal=server.portal)
    assert owners(server) == {f"{MINE}_owner"}
    assert attributes(server, f"{MINE}_portal") == ORDINARY
    with server.portal.connect() as portal:
        assert portal.execute("SELECT count(*) FROM django_migrations").fetchone() == (0,)
        with pytest.raises(errors.InsufficientPrivilege):
            portal.execute("INSERT INTO django_migrations (app) VALUES ('x')")


@pytest.mark.parametrize("same", ["owner", "administrator"])
def test_one_role_for_two_is_refused_and_nothing_is_done(server, same):
    portal = replace(server.portal, user=getattr(server, same).user)
    with pytest.raises(CannotPrepare, match="three different roles"):
        database_roles.prepare(server.administrator, owner=server.owner, portal=portal)
    assert attributes(server, f"{MINE}_owner") is None


def test_without_the_three_addresses_the_command_says_which_is_missing(server):
    done = server.manage("prepare_database", DATABASE_URL=server.portal.address)
    assert done.returncode == 1
    assert "DATABASE_OWNER_URL and DATABASE_ADMIN_URL must be set" in done.stderr
    assert attributes(server, f"{MINE}_owner") is None


@pytest.mark.parametrize(
    ("command", "words"),
    [(("migrate",), "to migrate"), (("restore", "/nowhere"), "to restore")],
)
def test_the_portals_role_is_told_in_a_sentence_what_takes_the_owner(of_before, command, words):
    database_roles.prepare(of_before.administrator, owner=of_before.owner, portal=of_before.portal)
    done = of_before.manage(*command, DATABASE_URL=of_before.portal.address)
    assert done.returncode == 1
    assert f"It takes the owner of the tables {words}, and {MINE}_portal is not." in done.stderr
    assert "Traceback" not in done.stderr


def test_one_role_for_everything_works_on_and_is_told(of_before):
    """A managed database where nobody made roles: the owner is what the portal runs as."""
    database_roles.prepare(of_before.administrator, owner=of_before.owner, portal=of_before.portal)
    only = of_before.owner.address
    migrated = of_before.manage("migrate", DATABASE_URL=only)
    assert migrated.returncode == 0, migrated.stderr
    verified = of_before.manage("verify", DATABASE_URL=only)
    assert verified.returncode == 1
    assert "owns tables or other parts of the database" in verified.stdout
    assert verified.stdout.count("DOES NOT HOLD") == 1
