"""What every session of the database is bound to, by the kind of process."""

import os
import re
import subprocess
import sys

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cwg import connections
from cwg.connections import Process
from cwg.postgres import base
from cwg.record import copying, holding, other_sessions
from tests import compose_file
from tests.compose_file import ROOT, SERVICES
from tests.tampering import as_owner
from tests.test_settings import REAL, value_of


def held(*names: str) -> dict[str, str]:
    with connection.cursor() as cursor:
        found = {}
        for name in names:
            cursor.execute("SELECT current_setting(%s)", [name])
            (found[name],) = cursor.fetchone()
        return found


@pytest.mark.parametrize("process", list(Process))
def test_each_kind_of_process_has_all_limits_and_the_deaths(process):
    options = connections.options(process, {})
    for name in (
        "idle_in_transaction_session_timeout",
        "statement_timeout",
        "lock_timeout",
        *connections.DEATHS,
    ):
        assert f"-c {name}=" in options["options"]
    assert options["keepalives"] == 1 and options["tcp_user_timeout"] > 0


def test_no_page_outlasts_its_patience_and_no_task_its_end(settings):
    web, worker = connections.LIMITS[Process.WEB], connections.LIMITS[Process.WORKER]
    assert web.statement > holding.PATIENCE
    assert worker.statement < settings.CELERY_TASK_TIME_LIMIT
    for process in (Process.WEB, Process.WORKER, Process.COMMAND):
        assert 0 < connections.LIMITS[process].holding <= 2


def test_whoever_stops_the_portal_waits_for_a_submission_that_waits():
    pool = value_of("s.DATABASES['default']['OPTIONS']['pool']['timeout']", **REAL)
    said = (ROOT / "cwg" / "gunicorn.py").read_text()
    graceful = int(re.search(r"^graceful_timeout = (\d+)$", said, re.MULTILINE)[1])
    longest = float(pool) + holding.PATIENCE + holding.AT_WORK + copying.FOR_AN_ANSWER
    assert longest < graceful
    assert graceful < compose_file.seconds(SERVICES["web"]["stop_grace_period"])


def test_no_page_waits_longer_for_a_connection_than_for_a_database_that_is_away():
    assert connections.options(Process.WEB, {})["connect_timeout"] <= base.PATIENCE


def test_what_the_address_of_the_database_says_wins():
    given = {"options": "-c statement_timeout=7s", "keepalives": 0}
    options = connections.options(Process.WEB, given, statement=9)
    assert options["options"].endswith("-c statement_timeout=7s")
    assert "-c statement_timeout=9000ms " in options["options"]
    assert options["keepalives"] == 0


def test_the_sessions_of_this_process_are_bound(db):
    assert connections.this_process() is Process.TEST
    assert held("idle_in_transaction_session_timeout", "client_connection_check_interval") == {
        "idle_in_transaction_session_timeout": "5min",
        "client_connection_check_interval": "1s",
    }


@pytest.mark.parametrize(
    ("said_by", "process"),
    [
        ("import cwg.wsgi", "web"),
        ("import cwg.gunicorn", "web"),
        ("import cwg.celery", "worker"),
        ("import cwg.wsgi, cwg.celery, cwg.gunicorn", "web"),
        ("import django; django.setup()", "worker"),
    ],
)
def test_a_process_is_what_its_entrance_says(said_by: str, process: str):
    asked = f"{said_by}; from cwg import connections; print(connections.this_process())"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "cwg.settings"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.strip() == process


def test_other_sessions_are_bound_in_a_database_that_lost_it(db):
    with as_owner() as cursor:
        cursor.execute(f'ALTER DATABASE "{connection.settings_dict["NAME"]}" RESET ALL')
        assert other_sessions._held() == {}
        other_sessions.bind()
    assert other_sessions._held() == other_sessions.WANTED
    with CaptureQueriesContext(connection) as asked:
        other_sessions.bind()
    assert len(asked) == 1, "with nothing lacking it reads what is held, once"


def test_a_role_that_does_not_own_the_database_is_told_what_the_owner_runs(db, caplog):
    with as_owner() as cursor:
        cursor.execute(f'ALTER DATABASE "{connection.settings_dict["NAME"]}" RESET ALL')
    other_sessions.bind()
    assert other_sessions._held() == {}
    assert "idle_in_transaction_session_timeout" in caplog.text and "ALTER DATABASE" in caplog.text


def test_the_server_of_compose_says_the_same():
    said = dict(word.split("=", 1) for word in SERVICES["db"]["command"] if re.match(r"[a-z_]+=", word))

    def in_seconds(value: str) -> float:
        number = float(re.match(r"[0-9]+", value).group())
        return number / 1000 if value.endswith("ms") else number

    for name, value in other_sessions.WANTED.items():
        assert in_seconds(said[name]) == in_seconds(value), name
