import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client

from cwg import clock
from cwg.documents import storage_probe
from cwg.notices import outages
from cwg.notices.failures import Failure, Scope
from cwg.notices.models import Event, Notice, Why
from cwg.operations import health
from cwg.record import heartbeat, jobs, overdue, protection
from cwg.record.models import Heartbeat


@pytest.fixture(autouse=True)
def _ask_anew(monkeypatch):
    monkeypatch.setattr(storage_probe, "_answer", None)
    storage_probe._store.forget()
    monkeypatch.setattr(health, "_written", None)
    monkeypatch.setattr(protection, "_answered", None)


@contextmanager
def no_database():
    """Every statement fails as it does when the server is gone."""

    def gone(execute, sql, params, many, context):
        raise OperationalError("connection refused to db-secret-host")

    with connection.execute_wrapper(gone):
        yield


def ready() -> tuple[int, dict]:
    response = Client().get("/readyz")
    return response.status_code, json.loads(response.content)


def wait_in_outbox(due_at) -> Notice:
    event = Event.objects.create(kind="k", key=f"k:{due_at}", happened_at=due_at, expanded_at=due_at)
    return Notice.objects.create(event=event, address="a@b.example", due_at=due_at, message_id=f"<{due_at}>")


def test_a_living_process_says_so_without_asking_the_database(db):
    with no_database():
        response = Client().get("/livez")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("page", ["/livez", "/readyz"])
def test_a_health_page_changes_nothing_when_posted_to(db, page):
    assert Client().post(page).status_code == 405


def test_all_is_well(db):
    heartbeat.beat()
    status, said = ready()
    assert status == 200
    assert said["ready"] is True
    assert said["failed"] == said["degraded"] == []
    assert set(said["checks"]) == {
        "database",
        "clock",
        "register clock",
        "outbox",
        "mail",
        "verify",
        "backup",
        "base",
        "archive",
        "worker",
        "jobs",
        "chain copies",
        "restore",
        "record",
        "storage",
        "files",
        "scanner",
        "texts",
    }


def test_the_probe_leaves_nothing_in_the_storage(db, storage):
    ready()
    assert [path for path in storage.rglob("*") if path.is_file()] == []


def test_without_a_database_it_is_not_ready_and_tells_no_address(db):
    with no_database():
        response = Client().get("/readyz")
    assert response.status_code == 503
    assert json.loads(response.content)["failed"] == ["database"]
    assert b"db-secret-host" not in response.content


def test_without_a_storage_it_is_not_ready(db, storage):
    storage.write_text("a file stands where the folder should")
    status, said = ready()
    assert status == 503
    assert said["failed"] == ["storage"]


def test_the_storage_is_asked_once_however_often_the_page_is(db, monkeypatch):
    asked = []
    monkeypatch.setattr(storage_probe, "_keeps_a_file", lambda: asked.append(1) or True)
    for _ in range(3):
        ready()
    assert len(asked) == 1
    monkeypatch.setattr(storage_probe, "ASKED_EVERY", 0.0)
    ready()
    assert len(asked) == 2


def test_without_a_worker_pages_are_served_and_somebody_is_told(db, monkeypatch, held):
    monkeypatch.setattr(health, "CLOCKS_AGREE_WITHIN", timedelta.max)
    held.move_to(overdue.installed_at() + timedelta(minutes=10, microseconds=1))
    status, said = ready()
    assert status == 200
    assert said["degraded"] == ["worker"]
    assert said["checks"]["worker"] == {"ok": False, "seen_seconds_ago": None, "starting": False}


def test_the_worker_of_a_new_installation_is_starting_and_nobody_is_told(db, monkeypatch, held):
    monkeypatch.setattr(health, "CLOCKS_AGREE_WITHIN", timedelta.max)
    held.move_to(overdue.installed_at() + timedelta(minutes=10))
    status, said = ready()
    assert status == 200
    assert said["degraded"] == []
    assert said["checks"]["worker"] == {"ok": True, "seen_seconds_ago": None, "starting": True}


@pytest.mark.parametrize(("seconds", "degraded"), [(60, []), (61, ["worker"])])
def test_a_worker_not_seen_for_a_minute_is_missed(db, monkeypatch, held, seconds, degraded):
    monkeypatch.setattr(health, "CLOCKS_AGREE_WITHIN", timedelta.max)
    heartbeat.beat()
    held.forward(seconds=seconds)
    assert ready()[1]["degraded"] == degraded


@pytest.mark.parametrize(("more", "degraded"), [(0, []), (1, ["jobs"])])
def test_a_job_not_done_for_three_of_its_rounds_and_ten_minutes_is_told_of(
    db, monkeypatch, held, more, degraded
):
    monkeypatch.setattr(health, "CLOCKS_AGREE_WITHIN", timedelta.max)
    jobs.run("reminders")
    held.forward(seconds=3 * 60 + 600 + more)
    heartbeat.beat()
    said = ready()[1]
    assert said["degraded"] == degraded
    ages = said["checks"]["jobs"]["done_seconds_ago"]
    assert ages["reminders"] == 780 + more
    assert ages["seals"] is None


@pytest.mark.parametrize("seconds", [-3, 3])
def test_clocks_that_differ_by_more_than_two_seconds_are_told_of(db, seconds):
    heartbeat.beat()
    with clock.held_at(clock.now() + timedelta(seconds=seconds)):
        status, said = ready()
    assert status == 200
    assert said["degraded"] == ["clock"]
    assert abs(said["checks"]["clock"]["difference_seconds"] - seconds) < 2.5  # asked on a busy machine


def test_a_mail_that_waits_for_long_is_told_of_by_its_age_only(db):
    now = clock.now()
    heartbeat.beat()
    wait_in_outbox(now + timedelta(hours=1))
    assert ready()[1]["degraded"] == []
    wait_in_outbox(now - timedelta(minutes=11))
    status, said = ready()
    assert status == 200
    assert said["degraded"] == ["outbox"]
    assert said["checks"]["outbox"]["oldest_seconds"] >= 660
    assert "a@b.example" not in json.dumps(said)


def test_a_mail_sent_long_ago_is_no_waiting_one(db):
    heartbeat.beat()
    notice = wait_in_outbox(clock.now() - timedelta(days=1))
    Notice.objects.filter(pk=notice.pk).update(status=Notice.Status.SENT)
    assert ready()[1]["degraded"] == []


# --- Mail that does not get through -------------------------------------------------------------------------------------


@pytest.fixture
def make_mail(db, held):
    def made(**state) -> Notice:
        number = Notice.objects.count()
        event = Event.objects.create(kind="password_reset", key=f"k{number}", happened_at=held.at)
        values = {"address": "lost@test.example", "due_at": held.at, "message_id": f"<{number}@x>"}
        return Notice.objects.create(event=event, **{**values, **state})

    return made


def mail_question() -> dict:
    return ready()[1]["checks"]["mail"]


def test_a_failed_mail_degrades_until_somebody_deals_with_it(make_mail, held):
    failed = make_mail(status="failed", why="no_mailbox", failing_since=held.at, failed_at=held.at)
    held.forward(days=8)
    status, said = ready()
    assert status == 200 and "mail" in said["degraded"]
    assert (
        said["checks"]["mail"] | {"ok": False, "failed": 1, "failed_in_seven_days": 0}
        == said["checks"]["mail"]
    )
    assert said["checks"]["mail"]["oldest_failed_seconds"] == 8 * 86400
    assert failed.address not in str(said)
    Notice.objects.update(status="set_aside")
    assert mail_question()["ok"] is True


def test_a_mail_that_fails_is_told_after_an_hour(make_mail, held):
    make_mail(why="try_later", failing_since=held.at, due_at=held.at + timedelta(days=1))
    held.forward(hours=1, microseconds=-1)
    assert mail_question() | {"ok": True, "failing": 1} == mail_question()
    held.forward(microseconds=1)
    assert mail_question() | {"ok": False, "oldest_failing_seconds": 3600} == mail_question()


def test_a_server_that_is_away_is_told_after_five_minutes(db, held):
    outages.note(Failure(Why.UNREACHABLE, "Connection refused", Scope.SERVER), held.at)
    held.forward(minutes=5, microseconds=-1)
    assert mail_question()["ok"] is True
    held.forward(microseconds=1)
    assert mail_question() | {"ok": False, "server_away_seconds": 300} == mail_question()


# --- A database that only reads -------------------------------------------------------------------------------


def test_the_database_is_written_to_and_nothing_grows(db, monkeypatch):
    monkeypatch.setattr(health, "WRITTEN_EVERY", 0.0)
    ready()
    first = heartbeat.last(heartbeat.DATABASE)
    for _ in range(3):
        ready()
    assert heartbeat.last(heartbeat.DATABASE) > first
    assert Heartbeat.objects.filter(name=heartbeat.DATABASE).count() == 1


def test_it_is_written_to_once_however_often_the_page_is_asked(db):
    ready()
    first = heartbeat.last(heartbeat.DATABASE)
    ready()
    assert heartbeat.last(heartbeat.DATABASE) == first


def test_a_database_that_takes_no_writes_is_not_ready(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
    status, said = ready()
    assert status == 503
    assert said["failed"] == ["database"]
    assert heartbeat.last(heartbeat.DATABASE) is None


def test_a_write_that_hangs_keeps_one_thread_waiting_and_its_end_is_remembered(monkeypatch):
    begun, go_on, tried = threading.Event(), threading.Event(), []

    def hang():
        tried.append(1)
        begun.set()
        assert go_on.wait(30)
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(health.heartbeat, "write_to_database", hang)
    # Found last, and so long ago that somebody asks again.
    monkeypatch.setattr(health, "_written", (time.monotonic() - health.WRITTEN_EVERY, True))
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(health.takes_writes)
        assert begun.wait(10)
        try:
            for other in [threads.submit(health.takes_writes) for _ in range(3)]:
                assert other.result(timeout=10) is True
            assert not first.done()
        finally:
            go_on.set()
        assert first.result(timeout=10) is False
    assert health.takes_writes() is False and len(tried) == 1


def test_an_answer_stands_from_when_it_came_however_long_it_took(monkeypatch):
    at = [1000.0]

    def slow():
        at[0] += health.WRITTEN_EVERY + 1

    monkeypatch.setattr(health.heartbeat, "write_to_database", slow)
    monkeypatch.setattr(health.time, "monotonic", lambda: at[0])
    assert health.takes_writes() is True
    ended = at[0]
    assert health.takes_writes() is True and at[0] == ended
