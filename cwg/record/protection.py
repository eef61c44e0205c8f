"""Whether the database still refuses what the record never allows: to everybody by its triggers, and to the portal itself
because its own role has no privilege for it. Asked of the database, by the role that asks.
"""

import time
from collections.abc import Iterator
from typing import Any

from django.db import connection

from . import keeping
from .readiness import Answer

# As `pg_trigger.tgtype` counts: BEFORE, for each row or for the statement, on which acts.
_ROW, _BEFORE, _DELETE, _UPDATE, _TRUNCATE = 1, 2, 8, 16, 32
_WHOLE = {
    keeping.NEVER_CHANGED: _ROW | _BEFORE | _UPDATE | _DELETE,
    keeping.NEVER_DELETED: _ROW | _BEFORE | _DELETE,
    keeping.NEVER_TRUNCATED: _BEFORE | _TRUNCATE,
}
_GUARD = _ROW | _BEFORE | _UPDATE
REFUSAL = "cwg_refuse_change"
# What every one of the triggers runs (record/migrations/0002_append_only.py).
REFUSES = """
BEGIN
    RAISE EXCEPTION '% on % is refused: these rows are never changed', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END """
# The page that shows it is public, and the catalogue is large.
_ASKED_EVERY = 60.0
_answered: tuple[float, Answer] | None = None


def _rows(statement: str, *values: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


def triggers_stand() -> Iterator[str]:
    """What no longer refuses a change of the record to whoever connects, as sentences."""
    if _rows("SHOW session_replication_role") != [("origin",)]:
        yield "session_replication_role is not origin: no trigger refuses anything"
    body = _rows("SELECT prosrc FROM pg_proc WHERE proname = %s", REFUSAL)
    if body != [(REFUSES,)]:
        yield f"the function {REFUSAL} is not the one that the migrations made"
    found = {
        (table, name): (kind, enabled, function, conditional)
        for table, name, kind, enabled, function, conditional in _rows(
            "SELECT c.relname, t.tgname, t.tgtype, t.tgenabled, p.proname, t.tgqual IS NOT NULL FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal"
        )
    }
    for table, kept in sorted(keeping.protected().items()):
        for name in kept.triggers:
            if (table, name) not in found:
                yield f"{table}: the trigger {name} is missing"
                continue
            kind, enabled, function, conditional = found[table, name]
            if enabled not in ("O", "A"):
                yield f"{table}: the trigger {name} is switched off"
            if (kind, function, conditional) != (_WHOLE.get(name, _GUARD), REFUSAL, name not in _WHOLE):
                yield f"{table}: the trigger {name} is not the one that the migrations made"


def own_role_only_adds() -> Iterator[str]:
    """What the role of this connection could do that the portal never does, as sentences."""
    ((role, is_super, makes_databases, makes_roles, replicates, bypasses),) = _rows(
        "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles"
        " WHERE rolname = current_user"
    )
    if is_super:
        yield (
            f"the portal runs as {role}, a superuser of the database server: it could switch off all that protects the"
            " record, read files of the server and start programs on it"
        )
        return
    for can, what in (
        (makes_databases, "make databases"),
        (makes_roles, "make roles"),
        (replicates, "copy the whole server"),
        (bypasses, "pass by row security"),
    ):
        if can:
            yield f"the portal's role {role} may {what}"
    for (other,) in _rows(
        "SELECT rolname FROM pg_roles WHERE rolname <> current_user AND pg_has_role(oid, 'MEMBER') ORDER BY rolname"
    ):
        yield f"the portal's role {role} is a member of {other}, and may do what that may"
    yield from _owns(role)
    yield from _could_make(role)
    yield from _could_change(role)
    yield from _could_run(role)


def _owns(role: str) -> Iterator[str]:
    ((tables, functions, is_schema, is_database),) = _rows(
        "SELECT (SELECT count(*) FROM pg_class WHERE relowner = r.oid AND relkind <> 't'),"
        " (SELECT count(*) FROM pg_proc WHERE proowner = r.oid),"
        " EXISTS (SELECT 1 FROM pg_namespace WHERE nspowner = r.oid),"
        " EXISTS (SELECT 1 FROM pg_database WHERE datdba = r.oid) FROM pg_roles r WHERE rolname = current_user"
    )
    if tables or functions or is_schema or is_database:
        yield (
            f"the portal's role {role} owns tables or other parts of the database: it could switch off the triggers that"
            " protect the record. Give the portal a role of its own (docs/running.md, Roles of the database)"
        )


def _could_make(role: str) -> Iterator[str]:
    for (schema,) in _rows(
        "SELECT nspname FROM pg_namespace WHERE has_schema_privilege(oid, 'CREATE') AND nspname !~ '^pg_(temp|toast)'"
        " ORDER BY nspname"
    ):
        yield f"the portal's role {role} may make tables and functions in the schema {schema}"
    ((schemas, temporary),) = _rows(
        "SELECT has_database_privilege(current_database(), 'CREATE'),"
        " has_database_privilege(current_database(), 'TEMPORARY')"
    )
    if schemas:
        yield f"the portal's role {role} may make schemas and extensions"
    if temporary:
        yield f"the portal's role {role} may make temporary tables and functions"
    if _rows("SELECT has_parameter_privilege('session_replication_role', 'SET')") == [(True,)]:
        yield f"the portal's role {role} may set session_replication_role, and so switch off the triggers"


def _could_change(role: str) -> Iterator[str]:
    of_tables = keeping.of_tables()
    for table, truncate, trigger, references, maintain, insert, delete, columns in _rows(
        "SELECT relname, has_table_privilege(c.oid, 'TRUNCATE'), has_table_privilege(c.oid, 'TRIGGER'),"
        " has_any_column_privilege(c.oid, 'REFERENCES'), has_table_privilege(c.oid, 'MAINTAIN'),"
        " has_any_column_privilege(c.oid, 'INSERT'), has_table_privilege(c.oid, 'DELETE'),"
        " ARRAY(SELECT attname::text FROM pg_attribute a WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped"
        " AND has_column_privilege(c.oid, attnum, 'UPDATE') ORDER BY attnum)"
        " FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')"
        " ORDER BY relname"
    ):
        kept = of_tables.get(table, keeping.Keeping(inserts=False, changes=frozenset()))
        more = [
            word
            for can, word in (
                (truncate, "TRUNCATE"),
                (trigger, "TRIGGER"),
                (references, "REFERENCES"),
                (maintain, "MAINTAIN"),
                (insert and not kept.inserts, "INSERT"),
                (delete and not kept.deletes, "DELETE"),
            )
            if can
        ]
        if kept.changes is not None and (others := [name for name in columns if name not in kept.changes]):
            more.append(f"UPDATE of {', '.join(others)}")
        if more:
            yield f"the portal's role {role} has more privileges on {table} than it needs: {', '.join(more)}"


def _could_run(role: str) -> Iterator[str]:
    """Functions of the server that are not for everybody: they read and write its files, stop it, and the like."""
    for (function,) in _rows(
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE has_function_privilege(p.oid, 'EXECUTE')"
        " AND p.proacl IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM aclexplode(p.proacl) WHERE grantee = 0 AND privilege_type = 'EXECUTE') ORDER BY 1"
    ):
        yield f"the portal's role {role} may run {function}, which is not for everybody"
    for (function,) in _rows(
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE prosecdef AND has_function_privilege(p.oid, 'EXECUTE')"
        " AND p.pronamespace <> 'pg_catalog'::regnamespace ORDER BY 1"
    ):
        yield f"the portal's role {role} may run {function} with the rights of another"


def answer() -> Answer:
    """For `/readyz`: whether the portal's role can only add to the record, and the triggers stand."""
    global _answered
    if _answered is None or time.monotonic() - _answered[0] >= _ASKED_EVERY:
        found = [*own_role_only_adds()]
        stand = not any(True for _ in triggers_stand())
        _answered = (time.monotonic(), {"ok": not found and stand, "role": not found, "triggers": stand})
    return _answered[1]


def register(checks) -> None:
    checks.register("I5 the portal's own role can only add to the record", own_role_only_adds)
    checks.register("I5 what refuses a change of the record is in its place", triggers_stand)
