"""Waking the worker: a commit loses less than half a second by it, whatever has become of Redis."""

import time

import pytest
from django.db import transaction

from cwg.celery import app
from cwg.notices import outbox, wake
from cwg.notices.models import Event
from cwg.record import holding, waking
from tests import factories
from tests.mailroom import silent_server
from tests.ports import free_port

LIMIT = 0.5


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.setattr(waking, "_quiet_until", 0.0)


@pytest.fixture
def redis_at(monkeypatch):
    """Points the broker at a port of this machine."""

    def point(port: int) -> None:
        monkeypatch.setattr(app.conf, "broker_url", f"redis://127.0.0.1:{port}/0")
        monkeypatch.setattr(app.conf, "broker_write_url", f"redis://127.0.0.1:{port}/0")

    return point


def _seconds_of_a_wake() -> float:
    began = time.monotonic()
    wake.wake()
    return time.monotonic() - began


def test_with_redis_gone_it_costs_little_and_raises_nothing(redis_at, caplog):
    redis_at(free_port())
    assert _seconds_of_a_wake() < LIMIT
    assert "was not woken" in caplog.text


def test_with_redis_half_open_it_costs_little_and_raises_nothing(redis_at, caplog):
    with silent_server() as port:
        redis_at(port)
        assert _seconds_of_a_wake() < LIMIT
    assert "was not woken" in caplog.text


def test_after_a_failure_the_next_requests_lose_nothing(redis_at):
    with silent_server() as port:
        redis_at(port)
        wake.wake()
        assert _seconds_of_a_wake() < 0.01


@pytest.mark.django_db(transaction=True)
def test_an_event_is_kept_and_committed_with_redis_half_open(redis_at):
    with silent_server() as port:
        redis_at(port)
        began = time.monotonic()
        with transaction.atomic():
            outbox.tell("news", key="1", at=factories.NOW)
        assert time.monotonic() - began < LIMIT
    assert Event.objects.get().key == "news:1"


def test_a_wake_asks_for_the_job_that_delivers(monkeypatch):
    sent = []
    monkeypatch.setattr(app, "send_task", lambda name, **options: sent.append((name, options)))
    wake.wake()
    ((name, options),) = sent
    assert name in app.tasks
    assert options["retry"] is False


@pytest.mark.django_db(transaction=True)
def test_nobody_who_waits_for_a_turn_waits_for_redis(monkeypatch):
    sent = []
    monkeypatch.setattr(app, "send_task", lambda name, **options: sent.append(name))
    with holding.turn("a register", lambda: 0):
        with transaction.atomic():
            outbox.tell("news", key="1", at=factories.NOW)
        assert Event.objects.exists(), "it is committed"
        assert sent == []
    assert sent == [wake.JOB]


@pytest.mark.django_db
def test_nothing_is_asked_before_the_commit(monkeypatch, django_capture_on_commit_callbacks):
    woken = []
    monkeypatch.setattr(outbox, "wake", lambda: woken.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        outbox.tell("news", key="1", at=factories.NOW)
        outbox.tell("news", key="1", at=factories.NOW)
        assert woken == []
    assert Event.objects.count() == 1
    assert woken


@pytest.mark.django_db
def test_one_tap_for_all_that_a_transaction_tells(monkeypatch, django_capture_on_commit_callbacks):
    woken = []
    monkeypatch.setattr(outbox, "wake", lambda: woken.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        for key in "123":
            outbox.tell("news", key=key, at=factories.NOW)
    assert woken == [1]


@pytest.mark.django_db
def test_a_tap_lost_with_a_savepoint_is_asked_for_again(monkeypatch, django_capture_on_commit_callbacks):
    woken = []
    monkeypatch.setattr(outbox, "wake", lambda: woken.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(RuntimeError), transaction.atomic():
            outbox.tell("news", key="1", at=factories.NOW)
            raise RuntimeError
        outbox.tell("news", key="2", at=factories.NOW)
    assert woken == [1]
    assert Event.objects.get().key == "news:2"
