from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from cwg.record import jobs


@pytest.fixture
def ran(monkeypatch):
    """Three jobs of which the second fails, instead of the portal's own; the list of those that ran."""
    done: list[str] = []

    def works(name: str):
        return lambda: done.append(name) or 2

    def fails() -> int:
        raise OSError("the disk is full")

    monkeypatch.setattr(
        jobs,
        "_jobs",
        {
            name: jobs.Job(name, work, timedelta(minutes=1), by_name_only=name == "fourth")
            for name, work in (
                ("first", works("first")),
                ("second", fails),
                ("third", works("third")),
                ("fourth", works("fourth")),
            )
        },
    )
    return done


def test_one_that_fails_does_not_stop_the_others_but_the_exit_status_tells(db, ran, capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("sweep")
    assert ended.value.code == 1
    assert ran == ["first", "third"]
    said = capsys.readouterr()
    assert said.out == "first: 2\nthird: 2\n"
    assert "second: failed: the disk is full" in said.err


def test_only_those_named_run(db, ran, capsys):
    call_command("sweep", "third", "first")
    assert ran == ["third", "first"]


def test_one_that_is_done_by_name_only_is_not_done_in_passing(db, ran):
    call_command("sweep", "fourth")
    assert ran == ["fourth"]


def test_an_unknown_name_runs_nothing(db, ran):
    with pytest.raises(CommandError, match="No job is called fifth"):
        call_command("sweep", "first", "fifth")
    assert ran == []


def test_the_portals_own_jobs_run_on_an_empty_portal_and_again(db, capsys):
    for _ in range(2):
        call_command("sweep")
    done = jobs.last_done()
    assert {name for name, at in done.items() if at is None} == {"verify", "heartbeat"}
