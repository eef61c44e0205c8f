"""The nightly verification leaves its outcome where somebody looks."""

import logging

import psycopg
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.db.utils import IntegrityError

from cwg.record import checks, jobs
from cwg.record.models import Heartbeat, VerificationRun
from tests.faults import web_server
from tests.tampering import as_owner

pytestmark = pytest.mark.django_db


def test_a_night_on_which_all_holds_is_kept_with_each_check(held):
    assert checks.note_outcome() == 0
    run = VerificationRun.objects.get()
    assert (run.at, run.held) == (held.at, True)
    assert [check["name"] for check in run.outcome] == sorted(check["name"] for check in run.outcome)
    assert len(run.outcome) > 10
    assert all(check["count"] == 0 and check["found"] == [] for check in run.outcome)


def test_each_fault_is_an_error_in_the_log_and_kept_with_its_check(held, caplog, monkeypatch):
    found = {"I1 bytes": lambda: iter(["the bytes of X are missing"]), "I2 numbers": lambda: iter(())}
    monkeypatch.setattr(checks, "_checks", found)
    with caplog.at_level(logging.ERROR, logger="cwg.record.checks"):
        assert checks.note_outcome() == 1
    assert "I1 bytes: the bytes of X are missing" in caplog.text
    run = VerificationRun.objects.get()
    assert not run.held
    assert run.outcome == [
        {"name": "I1 bytes", "count": 1, "found": ["the bytes of X are missing"]},
        {"name": "I2 numbers", "count": 0, "found": []},
    ]


def test_of_very_many_faults_all_are_counted_and_the_first_are_kept(caplog, monkeypatch):
    many = [f"fault {number}" for number in range(checks.SENTENCES_KEPT + 1)]
    monkeypatch.setattr(checks, "_checks", {"I1 bytes": lambda: iter(many)})
    assert checks.note_outcome() == len(many)
    (kept,) = VerificationRun.objects.get().outcome
    assert (kept["count"], kept["found"]) == (len(many), many[:-1])
    assert many[-1] in caplog.text


def test_what_a_night_found_is_never_changed():
    checks.note_outcome()
    with pytest.raises(IntegrityError), as_owner() as cursor:
        cursor.execute("UPDATE record_verificationrun SET held = false")
    assert VerificationRun.objects.get().held


def test_a_check_that_breaks_off_does_not_hold_and_stops_no_other(monkeypatch):
    def refused():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        yield "never reached"

    def asks():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 'still asked'")
            yield cursor.fetchone()[0]

    monkeypatch.setattr(checks, "_checks", {"I1 bytes": refused, "I2 numbers": asks})
    (first, why), second = checks.run()
    assert first == "I1 bytes" and "broke off" in why[0] and "division by zero" in why[0]
    assert second == ("I2 numbers", ["still asked"])


def test_the_end_of_the_workers_time_is_told_as_no_damage(monkeypatch):
    def too_long():
        raise SoftTimeLimitExceeded
        yield

    monkeypatch.setattr(checks, "_checks", {"I1 bytes": too_long, "I2 numbers": lambda: iter(())})
    with pytest.raises(SoftTimeLimitExceeded):
        jobs.run("verify")
    assert not VerificationRun.objects.exists()
    assert jobs.failing() == {"verify"}


def test_the_job_makes_the_check_of_the_night_and_the_command_the_whole_one(monkeypatch):
    monkeypatch.setattr(checks, "_checks", {})
    monkeypatch.setattr(checks, "_nightly", {})
    checks.register("I1 bytes", lambda: iter(["read now"]), nightly=lambda: iter(["read lately"]))
    checks.register("I2 numbers", lambda: iter(["the same"]))
    assert checks.on_one_snapshot() == [("I1 bytes", ["read now"]), ("I2 numbers", ["the same"])]
    checks.note_outcome()
    assert [check["found"] for check in VerificationRun.objects.get().outcome] == [
        ["read lately"],
        ["the same"],
    ]


# --- One snapshot -------------------------------------------------------------------------------------------------


def shown(*names: str) -> list[str]:
    with connection.cursor() as cursor:
        found = []
        for name in names:
            cursor.execute(f"SHOW {name}")
            found.append(cursor.fetchone()[0])
    return found


@pytest.mark.django_db(transaction=True)
def test_the_night_sees_the_portal_at_one_moment_as_the_command_does(monkeypatch):
    """What is committed between two checks is seen by none of them; nothing that is looked at can be changed."""
    seen = []

    def count():
        seen.append(Heartbeat.objects.count())
        yield from ()

    def somebody_works():
        with psycopg.connect(web_server.database_url()) as other:
            other.execute("INSERT INTO record_heartbeat (name, at) VALUES ('meanwhile', now())")
        yield from shown("transaction_isolation", "transaction_read_only")

    checks_made = {"1 before": count, "2 meanwhile": somebody_works, "3 after": count}
    monkeypatch.setattr(checks, "_checks", checks_made)
    checks.note_outcome()
    assert seen == [0, 0]
    assert Heartbeat.objects.count() == 1
    (_, meanwhile, _) = VerificationRun.objects.get().outcome
    assert meanwhile["found"] == ["repeatable read", "on"]


@pytest.mark.django_db(transaction=True)
def test_it_may_hash_for_as_long_as_it_takes(monkeypatch):
    """The limits of a session are for acts that somebody waits for; they are back when the look is over."""
    limits = ("idle_in_transaction_session_timeout", "statement_timeout", "transaction_timeout")

    def limits_now():
        yield from shown(*limits)

    with connection.cursor() as cursor:
        for limit in limits:
            cursor.execute(f"SET {limit} = '30s'")
    try:
        monkeypatch.setattr(checks, "_checks", {"limits": limits_now})
        assert checks.on_one_snapshot() == [("limits", ["0", "0", "0"])]
        assert shown(*limits) == ["30s", "30s", "30s"]
    finally:
        connection.close()
