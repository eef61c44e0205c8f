"""The portal's own role, signed in for real, tries what would undo the record: all refused, nothing changed."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from psycopg import errors

from cwg.operations.database_roles import Login
from cwg.record import keeping
from tests.database.base import OWNER, PORTAL, login

pytestmark = pytest.mark.django_db

ADMINISTRATOR = "NONE"
PROTECTED = keeping.protected()


@pytest.fixture
def portal() -> Iterator[psycopg.Connection]:
    with login(PORTAL, connection.settings_dict).connect() as conn:
        yield conn


@pytest.fixture
def administrator() -> Iterator[psycopg.Connection]:
    with Login.of(connection.settings_dict).connect() as conn:
        yield conn


def as_it_stands(administrator: psycopg.Connection) -> list:
    """Triggers, tables and functions, who owns them and who may what, roles and settings."""
    asked = (
        "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger ORDER BY 1, 2",
        "SELECT relname, relowner, relacl::text, relkind FROM pg_class"
        " WHERE relnamespace::regnamespace::text !~ '^pg_' ORDER BY 1",
        "SELECT proname, prosrc, proowner, proacl::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        "SELECT extname FROM pg_extension ORDER BY 1",
        f"SELECT * FROM pg_roles WHERE rolname IN ('{OWNER}', '{PORTAL}') ORDER BY rolname",
        "SELECT count(*) FROM pg_db_role_setting",
        "SELECT nspname, nspacl::text FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1",
    )
    return [administrator.execute(question).fetchall() for question in asked]


def could(administrator: psycopg.Connection, role: str, statement: str) -> None:
    """That `role` could, or would be held off by a trigger alone. Rolled back."""
    with administrator.transaction(force_rollback=True):
        administrator.execute(f"SET LOCAL ROLE {role}")
        try:
            administrator.execute(statement)
        except errors.IntegrityConstraintViolation as refused:
            assert "never changed" in str(refused)


def assert_refused(portal, administrator, role: str, *statements: str) -> None:
    before = as_it_stands(administrator)
    for statement in statements:
        could(administrator, role, statement)
        with pytest.raises(errors.InsufficientPrivilege), portal.transaction():
            portal.execute(statement)
    assert as_it_stands(administrator) == before


def test_the_portals_role_is_not_the_owner_and_can_work(portal):
    assert PORTAL != OWNER
    who, adds = portal.execute(
        "SELECT current_user, has_table_privilege('record_journalentry', 'INSERT')"
    ).fetchone()
    assert (who, adds) == (PORTAL, True)


@pytest.mark.parametrize("table", sorted(PROTECTED))
def test_what_is_never_changed_is_not_changed_by_the_portal(portal, administrator, table):
    kept = PROTECTED[table]
    columns = administrator.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
        [table],
    ).fetchall()
    fixed = [column for (column,) in columns if column not in kept.changes]
    assert fixed
    statements = [
        *(f'UPDATE {table} SET "{column}" = "{column}"' for column in fixed),
        f"TRUNCATE {table} CASCADE",
        f"ALTER TABLE {table} DISABLE TRIGGER USER",
        f"CREATE RULE quietly AS ON INSERT TO {table} DO INSTEAD NOTHING",
        *(f"ALTER TABLE {table} DISABLE TRIGGER {name}" for name in kept.triggers),
        *(f"DROP TRIGGER {name} ON {table}" for name in kept.triggers),
    ]
    if not kept.deletes:
        # Nor can it keep everybody from reading it.
        statements += [f"DELETE FROM {table}", f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"]
    assert_refused(portal, administrator, OWNER, *statements)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE record_accessseal CASCADE",
        "ALTER TABLE record_journalentry ADD COLUMN other text",
        "ALTER TABLE record_journalentry OWNER TO CURRENT_USER",
        "ALTER TABLE documents_receipt DROP CONSTRAINT documents_receipt_pkey CASCADE",
        "CREATE TABLE another (id int)",
        "CREATE TEMPORARY TABLE another (id int)",
        "CREATE SCHEMA another",
        "CREATE FUNCTION public.another() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION cwg_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "ALTER FUNCTION cwg_refuse_change() SET session_replication_role = replica",
        "CREATE TRIGGER another BEFORE INSERT ON record_journalentry FOR EACH ROW EXECUTE FUNCTION cwg_refuse_change()",
        "SELECT setval(pg_get_serial_sequence('record_journalentry', 'id'), 1)",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('record', 'another', now())",
        "DELETE FROM members_person",
        "DELETE FROM documents_register",
    ],
)
def test_what_the_owner_could_do_the_portal_cannot(portal, administrator, statement):
    role = ADMINISTRATOR if "SET session_replication_role" in statement else OWNER
    assert_refused(portal, administrator, role, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "UPDATE pg_trigger SET tgenabled = 'D'",
        "COPY (SELECT 1) TO PROGRAM 'cat > /dev/null'",
        "COPY record_journalentry FROM PROGRAM 'true'",
        "COPY (SELECT 1) TO '/dev/null'",
        "SELECT pg_read_file('PG_VERSION')",
        "SELECT pg_ls_dir('base')",
        "SELECT lo_import('/dev/null')",
        "SELECT pg_reload_conf()",
        f"SET ROLE {OWNER}",
        f"SET SESSION AUTHORIZATION {OWNER}",
        f"ALTER ROLE {PORTAL} SUPERUSER",
        f"ALTER ROLE {PORTAL} SET session_replication_role = replica",
        f"GRANT {OWNER} TO {PORTAL}",
        f"GRANT pg_execute_server_program TO {PORTAL}",
        "CREATE ROLE another",
    ],
)
def test_what_the_servers_administrator_could_do_the_portal_cannot(portal, administrator, statement):
    assert_refused(portal, administrator, ADMINISTRATOR, statement)


def test_the_portal_gives_nobody_more(portal, administrator):
    """The server answers with a warning where the role has some privilege, and does nothing."""
    before = as_it_stands(administrator)
    grants = f"GRANT UPDATE ON record_journalentry TO {PORTAL}"
    with administrator.transaction(force_rollback=True):
        administrator.execute(grants)
        assert as_it_stands(administrator) != before
    portal.execute(grants)
    assert as_it_stands(administrator) == before


def test_the_portal_installs_no_extension(portal, administrator):
    available = (
        "SELECT name FROM pg_available_extensions WHERE installed_version IS NULL ORDER BY name LIMIT 1"
    )
    (name,) = administrator.execute(available).fetchone()
    assert_refused(portal, administrator, ADMINISTRATOR, f"CREATE EXTENSION {name}")
