"""A database of a test's own that can be lost and restored for real, beside the one that all tests share."""

import contextlib
import json
import os
import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cwg import clock
from cwg.documents import register as deciding
from cwg.documents.models import Document, Revision
from cwg.members.models import Role
from cwg.operations.database_roles import Login
from tests import factories
from tests.database.base import hand_over

# One for each of the processes that run tests side by side.
NAME = f"cwg_restore_test{os.environ.get('PYTEST_XDIST_WORKER', '')}"


def server(*statements: str) -> None:
    """Statements to the server itself, outside every database of ours, of who looks after it."""
    with Login.of(connection.settings_dict).connect("postgres") as administrator:
        for statement in statements:
            administrator.execute(statement)


def lose_the_database() -> None:
    connection.close()
    server(f"DROP DATABASE {NAME} WITH (FORCE)", f"CREATE DATABASE {NAME} TEMPLATE template0 ENCODING 'UTF8'")
    hand_over(connection.settings_dict)


def tables() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        return cursor.fetchone()[0]


def stops(folder, match: str, *arguments: str) -> str:
    """The restore stops with that sentence, and the database is as empty as before."""
    with pytest.raises(CommandError, match=match) as stopped:
        call_command("restore", str(folder), *arguments)
    assert tables() == 0
    return str(stopped.value)


def verified() -> dict:
    out = StringIO()
    with contextlib.suppress(SystemExit):
        call_command("verify", "--json", stdout=out)
    return json.loads(out.getvalue())


def revise(document: Document) -> Revision:
    filing = factories.make_filing(
        document.title, revises_id=document.pk, revision_kind=Revision.Kind.REV, versions=None
    )
    actor = factories.accredit_once(
        "focal.sau@test.example", document.register.group, Role.FOCAL_POINT, "SAU"
    )
    entered = deciding.decide(
        document.register_id,
        lambda: deciding.enter(
            deciding.lock(document.register_id),
            filing,
            actor=actor,
            token=uuid.uuid4(),
            arrived_at=clock.now(),
        ),
    )
    return entered.receipt.revision
