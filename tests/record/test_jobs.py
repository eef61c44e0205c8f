"""Background work has one name: in the registry, in Celery, in beat's timetable and in the operator's page."""

import re
from datetime import time, timedelta
from pathlib import Path

import psycopg
import pytest
import structlog
from celery.schedules import crontab
from django.db import OperationalError

from cwg.celery import app
from cwg.record import heartbeat, jobs

RUNNING = Path(__file__).parents[2] / "docs" / "running.md"


@pytest.fixture
def registry(monkeypatch):
    """A registry, a timetable and tasks of their own; as they were afterwards."""
    monkeypatch.setattr(jobs, "_jobs", {})
    before, tasks = app.conf.beat_schedule, set(app.tasks)
    yield
    app.conf.beat_schedule = before
    for name in set(app.tasks) - tasks:
        app.tasks.pop(name)


def test_a_job_is_done_and_noted(db, held, registry):
    jobs.register("sweeping", lambda: 3)
    assert jobs.last_done() == {"sweeping": None}
    assert jobs.run("sweeping") == 3
    assert jobs.last_done() == {"sweeping": held.at}


def test_the_task_of_a_job_does_the_job(db, held, registry):
    jobs.register("sweeping", lambda: 3)
    assert app.tasks["sweeping"]() == 3
    assert jobs.last_done() == {"sweeping": held.at}


def test_a_job_that_fails_is_not_noted_as_done(db, registry):
    def fails() -> int:
        raise OSError("the disk is full")

    jobs.register("sweeping", fails)
    with pytest.raises(OSError, match="disk is full"):
        jobs.run("sweeping")
    assert jobs.last_done() == {"sweeping": None}


def test_a_round_that_finds_the_database_away_is_one_line_in_the_log(db, held, registry, caplog):
    def cut_off() -> int:
        raise OperationalError("terminating connection") from psycopg.errors.AdminShutdown("shut down")

    def wrong() -> int:
        raise OperationalError("deadlock detected") from psycopg.errors.DeadlockDetected("deadlock")

    jobs.register("sweeping", cut_off)
    jobs.register("clearing", wrong)
    with structlog.testing.capture_logs() as lines:
        assert app.tasks["sweeping"]() == 0
    (line,) = lines
    assert line.pop("ms") >= 0
    assert line == {
        "event": "task",
        "log_level": "error",
        "name": "sweeping",
        "outcome": "the database is away",
        "error": "OperationalError",
    }
    assert "Traceback" not in caplog.text
    with pytest.raises(OperationalError, match="deadlock"):
        app.tasks["clearing"]()
    assert jobs.last_done() == {"sweeping": None, "clearing": None}


def test_a_name_is_given_once(registry):
    def work() -> int:
        return 0

    jobs.register("sweeping", work)
    jobs.register("sweeping", work)
    with pytest.raises(ValueError, match="a job called sweeping already"):
        jobs.register("sweeping", lambda: 1)
    assert [job.work for job in jobs.registered()] == [work]


def test_an_hour_is_for_what_comes_round_once_a_day(registry):
    with pytest.raises(ValueError, match="once a day"):
        jobs.register("sweeping", lambda: 0, every=timedelta(hours=1), at=time(2))
    assert jobs.registered() == []


@pytest.mark.parametrize(("seconds", "overdue"), [(899, False), (900, False), (901, True)])
def test_a_job_is_overdue_after_three_rounds_and_ten_minutes(held, seconds, overdue):
    job = jobs.Job("sweeping", lambda: 0, timedelta(seconds=100))
    assert job.is_overdue(held.at, held.at - timedelta(seconds=seconds)) is overdue
    assert not job.is_overdue(held.at, None)


def test_every_job_is_in_the_timetable_under_its_name_and_nothing_else_is():
    assert len(jobs.registered()) >= 8
    timetable = app.conf.beat_schedule
    assert set(timetable) == {job.name for job in jobs.registered()}
    for job in jobs.registered():
        line = timetable[job.name]
        assert line["task"] == job.name
        assert line["task"] in app.tasks
        assert line["schedule"] == (
            job.every if job.at is None else crontab(hour=job.at.hour, minute=job.at.minute)
        )
        assert line["options"]["expires"] >= min(job.every.total_seconds(), 30)


def test_the_worker_knows_no_task_but_the_jobs():
    own = {name for name in app.tasks if not name.startswith("celery.")}
    assert own == {job.name for job in jobs.registered()}


def _how_often(job: jobs.Job) -> str:
    if job.at is not None:
        return f"daily, {job.at:%H:%M} UTC"
    seconds = int(job.every.total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds % size == 0:
            return f"{seconds // size} {unit}{'s' if seconds > size else ''}"
    raise AssertionError(job)


def test_the_operators_page_lists_every_job_and_how_often_it_comes_round():
    section = RUNNING.read_text().partition("## Background jobs")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \| ([^|]+) \|$", section, re.MULTILINE)
    assert {name: often for name, often, _ in rows} == {
        job.name: _how_often(job) for job in jobs.registered()
    }
    assert {name for name, _, does in rows if "By name only" in does} == {
        job.name for job in jobs.registered() if job.by_name_only
    }


def test_marks_of_jobs_are_heartbeats_of_their_own(db, held, registry):
    jobs.register("sweeping", lambda: 0)
    jobs.run("sweeping")
    assert heartbeat.last() is None
