"""What `manage.py verify` and `/readyz` say of the database's own defence."""

import importlib

import pytest
from django.db import connection

from cwg.record import checks, keeping, protection
from tests.database.base import OWNER, PORTAL
from tests.tampering import as_administrator, as_owner

pytestmark = pytest.mark.django_db

PROTECTED = keeping.protected()


@pytest.fixture(autouse=True)
def _ask_anew(monkeypatch):
    monkeypatch.setattr(protection, "_answered", None)


def role() -> list[str]:
    return list(protection.own_role_only_adds())


def triggers() -> list[str]:
    return list(protection.triggers_stand())


def test_as_it_is_installed_all_is_well():
    assert role() == triggers() == []
    assert protection.answer() == {"ok": True, "role": True, "triggers": True}


# --- What protects the record -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "name"), [(table, name) for table, kept in sorted(PROTECTED.items()) for name in kept.triggers]
)
def test_each_trigger_that_is_switched_off_missing_or_another_is_told(table, name):
    with as_owner() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    assert triggers() == [f"{table}: the trigger {name} is switched off"]
    with as_owner() as cursor:
        cursor.execute(f"DROP TRIGGER {name} ON {table}")
    assert triggers() == [f"{table}: the trigger {name} is missing"]
    with as_owner() as cursor:
        cursor.execute(f"CREATE TRIGGER {name} AFTER INSERT ON {table} EXECUTE FUNCTION cwg_refuse_change()")
    assert triggers() == [f"{table}: the trigger {name} is not the one that the migrations made"]


def test_a_trigger_that_refuses_nothing_any_more_is_told():
    with as_owner() as cursor:
        cursor.execute("DROP TRIGGER never_changed ON record_journalentry")
        cursor.execute(
            "CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON record_journalentry FOR EACH ROW WHEN (false)"
            " EXECUTE FUNCTION cwg_refuse_change()"
        )
    assert triggers() == [
        "record_journalentry: the trigger never_changed is not the one that the migrations made"
    ]
    assert protection.answer() == {"ok": False, "role": True, "triggers": False}


def test_a_function_that_lets_everything_pass_is_told():
    with as_owner() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION cwg_refuse_change() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NEW; END'"
        )
    assert triggers() == ["the function cwg_refuse_change is not the one that the migrations made"]


def test_the_function_is_compared_with_what_the_migration_makes():
    made = importlib.import_module("cwg.record.migrations.0002_append_only").REFUSE
    assert made.split("$$")[1] == protection.REFUSES


def test_triggers_switched_off_for_the_whole_session_are_told():
    with as_administrator() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    assert triggers() == ["session_replication_role is not origin: no trigger refuses anything"]


# --- What the portal's role could do ----------------------------------------------------------------------------------


def test_a_superuser_is_told_in_one_sentence():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
    (said,) = role()
    assert "a superuser of the database server" in said
    assert protection.answer() == {"ok": False, "role": False, "triggers": True}


def test_the_owner_of_the_tables_is_told_where_one_role_is_all_there_is():
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {OWNER}")
    said = "\n".join(role())
    assert "owns tables or other parts of the database" in said
    assert "docs/running.md, Roles of the database" in said


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (f"ALTER ROLE {PORTAL} CREATEDB", "may make databases"),
        (f"ALTER ROLE {PORTAL} CREATEROLE", "may make roles"),
        (f"ALTER ROLE {PORTAL} REPLICATION", "may copy the whole server"),
        (f"ALTER ROLE {PORTAL} BYPASSRLS", "may pass by row security"),
        (f"GRANT {OWNER} TO {PORTAL}", f"is a member of {OWNER}"),
        (f"GRANT pg_execute_server_program TO {PORTAL}", "is a member of pg_execute_server_program"),
        (f"GRANT pg_write_server_files TO {PORTAL}", "is a member of pg_write_server_files"),
        (f"GRANT CREATE ON SCHEMA public TO {PORTAL}", "may make tables and functions in the schema public"),
        (f"GRANT SET ON PARAMETER session_replication_role TO {PORTAL}", "may set session_replication_role"),
        (f"GRANT EXECUTE ON FUNCTION pg_read_file(text) TO {PORTAL}", "may run pg_read_file(text)"),
        (f"GRANT TRUNCATE ON record_journalentry TO {PORTAL}", "on record_journalentry than it needs: TRUNCATE"),
        (f"GRANT TRIGGER ON cache TO {PORTAL}", "on cache than it needs: TRIGGER"),
        (f"GRANT REFERENCES ON cache TO {PORTAL}", "on cache than it needs: REFERENCES"),
        (f"GRANT MAINTAIN ON cache TO {PORTAL}", "on cache than it needs: MAINTAIN"),
        (f"GRANT DELETE ON record_journalentry TO {PORTAL}", "on record_journalentry than it needs: DELETE"),
        ("GRANT UPDATE (act) ON record_journalentry TO PUBLIC", "than it needs: UPDATE of act"),
        (f"GRANT UPDATE ON documents_objection TO {PORTAL}", "UPDATE of id, reason, made_at"),
        (f"GRANT INSERT ON django_migrations TO {PORTAL}", "on django_migrations than it needs: INSERT"),
        (
            "CREATE FUNCTION another() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
            "may run another() with the rights of another",
        ),
    ],
)  # fmt: skip
def test_whatever_the_portals_role_could_do_besides_is_told(given, told):
    with as_administrator() as cursor:
        cursor.execute(given)
    said = role()
    assert any(told in sentence for sentence in said), said


def test_a_database_where_everybody_may_make_something_is_told():
    with as_administrator() as cursor:
        database = connection.settings_dict["NAME"]
        cursor.execute(f'GRANT CREATE, TEMPORARY ON DATABASE "{database}" TO PUBLIC')
    assert role() == [
        f"the portal's role {PORTAL} may make schemas and extensions",
        f"the portal's role {PORTAL} may make temporary tables and functions",
    ]


def test_verify_asks_both():
    with as_owner() as cursor:
        cursor.execute(f"GRANT TRUNCATE ON record_journalentry TO {PORTAL}")
        cursor.execute("ALTER TABLE record_journalentry DISABLE TRIGGER never_truncated")
    found = {name for name, sentences in checks.run() if sentences}
    assert found == {
        "I5 the portal's own role can only add to the record",
        "I5 what refuses a change of the record is in its place",
    }
