"""The sweep that puts reminders into the outbox."""

import threading

import pytest
from django.db import connection

from cwg.notices import reminders
from cwg.notices.models import Event
from cwg.notices.reminders import DueReminder
from cwg.record import jobs
from tests import factories

DUE = [DueReminder("news", f"r{n}", None, factories.NOW, {"n": n}) for n in range(3)]


@pytest.fixture(autouse=True)
def source(monkeypatch):
    """One source that yields the same three at every sweep, in place of the portal's own."""
    monkeypatch.setattr(reminders, "_sources", [])
    reminders.register(lambda now: DUE)


@pytest.mark.django_db
def test_each_due_reminder_is_put_in_once():
    assert jobs.run("reminders") == 3
    assert jobs.run("reminders") == 0
    events = Event.objects.order_by("key")
    assert [e.key for e in events] == ["news:r0", "news:r1", "news:r2"]
    assert [e.facts for e in events] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert {e.happened_at for e in events} == {factories.NOW}


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_put_each_in_once():
    start, failed = threading.Barrier(4), []

    def sweep():
        try:
            start.wait(5)
            jobs.run("reminders")
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failed == []
    assert Event.objects.count() == 3
