"""Whether the log is archived, by the server's statistics. With a real archive: `tests/faults/test_going_back.py`."""

from datetime import datetime, timedelta

import pytest

from cwg import clock
from cwg.operations import archive_state

pytestmark = pytest.mark.django_db

TIMEOUT = 300
DUE = timedelta(minutes=20)
TICK = timedelta(microseconds=1)


@pytest.fixture
def told(monkeypatch):
    """The answer where the server's statistics are these, `now` being when it is asked."""

    class Cursor:
        def __enter__(self):
            return self

        def __exit__(self, *reason):
            pass

        def execute(self, statement):
            pass

        def fetchone(self):
            return self.row

    cursor = Cursor()

    def ask(now: datetime, *, on=True, archived=None, fails=False, since=None, timeout=TIMEOUT):
        cursor.row = (on, archived, fails, since or archived, timeout)
        with clock.held_at(now), monkeypatch.context() as patched:
            patched.setattr(archive_state.connection, "cursor", lambda: cursor)
            return archive_state.log_is_archived()

    return ask


def test_a_server_that_archives_nothing_is_not_asked():
    """The one that the tests run on: so the statement itself is tried."""
    assert archive_state.log_is_archived() == {"ok": True, "on": False, "archived_seconds_ago": None}


def test_all_is_well_while_segments_follow_each_other(told, now):
    assert told(now, archived=now - timedelta(seconds=70)) == {
        "ok": True,
        "on": True,
        "archived_seconds_ago": 70,
    }


def test_a_failure_after_the_last_success_is_told(told, now):
    assert told(now, archived=now - timedelta(seconds=70), fails=True)["ok"] is False


@pytest.mark.parametrize(("later", "ok"), [(-TICK, True), (0 * TICK, True), (TICK, False)])
def test_an_archive_that_stands_still_is_told(told, now, later, ok):
    """As with an archive_command that is empty: PostgreSQL counts no failure."""
    assert told(now, archived=now - DUE - later)["ok"] is ok


def test_a_server_that_was_stopped_for_a_week_has_time_to_begin(told, now):
    assert told(now, archived=now - timedelta(days=7), since=now - timedelta(minutes=1))["ok"] is True


def test_one_that_never_archived_counts_from_its_start(told, now):
    assert told(now, since=now - timedelta(hours=1)) == {
        "ok": False,
        "on": True,
        "archived_seconds_ago": None,
    }


def test_without_a_timeout_nobody_knows_when_the_next_is_due(told, now):
    assert told(now, archived=now - timedelta(days=7), timeout=0)["ok"] is True
    assert told(now, archived=now - timedelta(days=7), timeout=0, fails=True)["ok"] is False
