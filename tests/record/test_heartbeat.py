from datetime import timedelta

import pytest

from cwg.record import heartbeat, overdue
from cwg.record.models import Heartbeat

pytestmark = pytest.mark.django_db

TICK = timedelta(microseconds=1)


def test_nobody_was_seen_before_the_first_beat():
    assert heartbeat.last() is None


def test_a_beat_moves_one_row_on(held):
    heartbeat.note()
    assert heartbeat.last() == held.at
    later = held.forward(seconds=15)
    heartbeat.note()
    assert heartbeat.last() == later
    assert Heartbeat.objects.count() == 1


def test_each_process_has_its_own(held):
    heartbeat.beat("beat")
    assert heartbeat.last() is None
    assert heartbeat.last("beat") == held.at


@pytest.mark.parametrize(("later", "is_so"), [(-TICK, True), (0 * TICK, True), (TICK, False)])
def test_a_new_installation_is_given_ten_minutes_to_start_its_worker(held, later, is_so):
    at = held.move_to(overdue.installed_at() + timedelta(minutes=10) + later)
    state = heartbeat.worker_state(at)
    assert (state.is_starting, state.is_missed, state.seen) == (is_so, not is_so, None)
    assert heartbeat.worker_is_seen() == {"ok": is_so, "seen_seconds_ago": None, "starting": is_so}


@pytest.mark.parametrize(("later", "is_so"), [(-TICK, True), (0 * TICK, True), (TICK, False)])
def test_a_worker_that_falls_silent_is_missed_in_a_new_installation_too(held, later, is_so):
    seen = held.move_to(overdue.installed_at())
    heartbeat.beat()
    state = heartbeat.worker_state(seen + timedelta(minutes=1) + later)
    assert (state.is_running, state.is_missed, state.seen) == (is_so, not is_so, seen)
    assert not state.is_starting


@pytest.fixture
def began(held, monkeypatch):
    """Begins a web host whose age goes by the held clock; returns when."""

    def begin():
        at = held.at
        monkeypatch.setattr(heartbeat, "monotonic", lambda: (held.at - at).total_seconds())
        heartbeat.this_host_begins()
        return at

    monkeypatch.setattr(heartbeat, "_host_began", None)
    return begin


@pytest.mark.parametrize(("later", "is_so"), [(-TICK, True), (0 * TICK, True), (TICK, False)])
def test_after_a_planned_stop_the_worker_is_given_three_minutes_to_come_back(held, began, later, is_so):
    seen = held.move_to(overdue.installed_at() + timedelta(days=1))
    heartbeat.beat()
    held.forward(hours=10)
    assert heartbeat.worker_state(held.at).is_missed, "no host that begins tells of it"
    at = began() + timedelta(minutes=3) + later
    held.move_to(at)
    state = heartbeat.worker_state(at)
    assert (state.is_starting, state.is_missed, state.seen) == (is_so, not is_so, seen)
    assert heartbeat.worker_is_seen()["starting"] is is_so


@pytest.mark.parametrize(("later", "is_so"), [(-TICK, True), (0 * TICK, False), (TICK, False)])
def test_only_one_that_was_last_seen_before_the_host_began_is_waited_for(held, began, later, is_so):
    held.move_to(overdue.installed_at() + timedelta(days=1))
    at = began()
    Heartbeat.objects.create(name=heartbeat.WORKER, at=at + later)
    state = heartbeat.worker_state(held.forward(minutes=2))
    assert (state.is_starting, state.is_missed) == (is_so, not is_so)


def test_one_that_was_seen_since_the_host_began_is_missed_after_a_minute_as_ever(held, began):
    held.move_to(overdue.installed_at() + timedelta(days=1))
    began()
    held.forward(seconds=10)
    heartbeat.beat()
    assert heartbeat.worker_state(held.forward(seconds=60)).is_running
    assert heartbeat.worker_state(held.forward(microseconds=1)).is_missed


def test_a_host_that_begins_beside_a_worker_at_work_sees_it_run(held, began):
    held.move_to(overdue.installed_at() + timedelta(days=1))
    heartbeat.beat()
    held.forward(seconds=20)
    began()
    state = heartbeat.worker_state(held.at)
    assert state.is_running and not state.is_starting


@pytest.mark.parametrize(("ahead", "is_so"), [(-TICK, True), (0 * TICK, True), (TICK, False)])
def test_a_worker_that_was_seen_by_a_clock_set_back_since_is_not_taken_to_run_until_then(held, ahead, is_so):
    seen = held.move_to(overdue.installed_at() + timedelta(days=1))
    heartbeat.beat()
    state = heartbeat.worker_state(seen - timedelta(minutes=1) - ahead)
    assert (state.is_running, state.is_missed) == (is_so, not is_so)
