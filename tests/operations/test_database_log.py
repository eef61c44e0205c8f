"""PostgreSQL's own log holds nothing that people wrote: looked for in the log of the very server that the tests use."""

import ast
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DataError, Error, IntegrityError, ProgrammingError, connection, transaction

from cwg.notices.models import Event
from tests import factories
from tests.compose_file import ROOT, SERVICES


def of_dev() -> dict[str, str]:
    """What ./dev gives to its server."""
    for node in ast.parse((ROOT / "dev").read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "LOGS_NO_CONTENT":
            return {name: str(value) for name, value in ast.literal_eval(node.value).items()}
    raise AssertionError("./dev says nothing of the database's log any more")


def of_compose() -> dict[str, str]:
    return dict(part.split("=", 1) for part in SERVICES["db"]["command"] if "=" in part)


def test_compose_and_dev_keep_content_out_of_the_log_alike():
    assert of_dev().items() <= of_compose().items()


def test_the_server_of_the_tests_does_as_they_say(db):
    with connection.cursor() as cursor:
        for name, value in of_dev().items():
            cursor.execute("SELECT current_setting(%s)", [name])
            assert cursor.fetchone() == (value,), name


@pytest.fixture
def log(db) -> Iterator[Path]:
    """The file that the server's standard error goes to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        postmaster = next(line.split()[1] for line in status.splitlines() if line.startswith("PPid:"))
        found = Path(os.readlink(f"/proc/{postmaster}/fd/2"))
    except OSError:
        pytest.skip("the server is not one of ./dev on this machine; its log is out of reach")
    assert found.is_file()
    yield found


@pytest.mark.parametrize(
    ("refused", "said", "statement"),
    [
        (
            IntegrityError,
            "null value in column",
            "UPDATE documents_document SET title = %s, disclosure = NULL",
        ),
        (
            IntegrityError,
            "duplicate key value violates",
            "INSERT INTO notices_event (kind, key, facts, happened_at) SELECT kind, key, '{}', happened_at"
            " FROM notices_event WHERE key = %s",
        ),
        (DataError, "division by zero", "SELECT length(%s) / (length('') * 1)"),
        (ProgrammingError, "syntax error", "SELECT %s ::text AS wrong wrong"),
        (ProgrammingError, "does not exist", "SELECT %s FROM no_such_table"),
    ],
)
def test_a_refused_statement_leaves_its_sentence_and_nothing_of_what_was_written(
    log, dg, now, refused: type[Error], said: str, statement: str
):
    secret = uuid.uuid4().hex
    factories.make_document(factories.make_register(dg), f"On {secret}")
    Event.objects.create(kind="k", key=secret, happened_at=now)
    begin = log.stat().st_size
    with pytest.raises(refused), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [secret])
    with log.open() as lines:
        lines.seek(begin)
        written = lines.read()
    assert said in written  # the server does log what it refuses
    with pytest.raises(refused), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.replace("%s", f"'{secret}'"))
    assert secret not in log.read_text()
