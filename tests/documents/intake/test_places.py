"""Judging takes turns on this machine: nobody is refused, in order, and whoever dies or sleeps holds nobody up."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cwg.documents import intake
from cwg.documents.intake import places, runner
from cwg.documents.intake.places import Places
from tests import hostile_files as files
from tests.waiting import until

from .test_runner import children_at_work

ROOT = runner.CHILD.parents[3]


@pytest.fixture
def two(tmp_path) -> Places:
    return Places(tmp_path / "places", 2)


def waiting(these: Places) -> list[str]:
    return sorted(turn.name for turn in (these.folder / "turns").iterdir())


def in_another_process(these: Places, then: str) -> subprocess.Popen:
    """A process that waits for a place and says so when it has one."""
    script = (
        "from pathlib import Path; from cwg.documents.intake.places import Places; import sys, time;"
        f"Places(Path({str(these.folder)!r}), {these.count}).wait(); print('there', flush=True); {then}"
    )
    return subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_as_many_as_there_are_places_go_on_and_the_next_when_one_is_given_back(two):
    first, second = two.wait(), two.wait()
    third: list[int] = []
    thread = threading.Thread(target=lambda: third.append(two.wait()))
    thread.start()
    until(lambda: waiting(two))
    assert thread.is_alive() and not third
    os.close(first)
    thread.join(10)
    assert third and waiting(two) == []
    os.close(second), os.close(third[0])


def test_they_come_in_turn(two):
    held, order = [two.wait(), two.wait()], []

    def come(number: int) -> None:
        place = two.wait()
        order.append(number)
        os.close(place)

    threads = [threading.Thread(target=come, args=[number]) for number in range(6)]
    for number, thread in enumerate(threads, 1):
        thread.start()
        until(lambda number=number: len(waiting(two)) == number)
    os.close(held[0])
    for thread in threads:
        thread.join(20)
    assert order == list(range(6))
    os.close(held[1])


def test_the_place_of_a_process_that_was_killed_is_free_at_once(tmp_path):
    one = Places(tmp_path / "places", 1)
    holder = in_another_process(one, "time.sleep(600)")
    assert holder.stdout.readline() == "there\n"
    holder.kill()
    holder.wait()
    os.close(one.wait())


@pytest.mark.parametrize("end", [signal.SIGSTOP, signal.SIGKILL])
def test_whoever_waits_and_is_stopped_or_killed_holds_up_nobody_behind(tmp_path, end):
    one = Places(tmp_path / "places", 1)
    place = one.wait()
    ahead = in_another_process(one, "time.sleep(600)")
    try:
        until(lambda: waiting(one))
        ahead.send_signal(end)
        os.close(place)
        began = time.monotonic()
        os.close(one.wait())
        assert time.monotonic() - began < 5
    finally:
        ahead.kill()
        ahead.wait()


def test_the_turn_of_one_who_was_killed_is_removed_in_the_end(two, monkeypatch):
    os.close(two.wait())
    left = two.folder / "turns" / "0-killed"
    left.touch()
    os.close(two.wait())
    assert left.exists()
    os.utime(left, (time.time() - 61, time.time() - 61))
    os.close(two.wait())
    assert not left.exists()


def test_where_no_place_ever_comes_free_files_are_judged_all_the_same(look, monkeypatch, tmp_path, caplog):
    monkeypatch.setattr(places.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0})
    monkeypatch.setattr(places, "_PATIENCE_OF_THE_NEXT", 0.2)
    lost = places.wait_for_one()
    assert look(files.word_file()).accepted
    assert "no place comes free" in caplog.text
    os.close(lost)


def test_a_folder_that_cannot_be_used_refuses_no_file(look, monkeypatch, tmp_path, caplog):
    (tmp_path / f"cwg-intake-{os.getuid()}").write_text("in the way")
    monkeypatch.setattr(places.tempfile, "gettempdir", lambda: str(tmp_path))
    assert look(files.word_file()).accepted
    assert "without waiting for a place" in caplog.text


def test_a_folder_of_somebody_else_is_not_used(two, monkeypatch):
    two.folder.mkdir()
    monkeypatch.setattr(places.os, "getuid", lambda: 1 + os.stat(two.folder).st_uid)
    with pytest.raises(PermissionError):
        two.wait()


def heavy_pdf(path: Path, number: int) -> Path:
    """Some tenths of a second of work: thousands of objects, each with a dictionary."""
    path.write_bytes(files.pdf_of_many_objects(8_000, f"File {number}"))
    return path


def test_twelve_at_once_are_all_taken_and_no_more_work_than_there_are_processors(tmp_path, monkeypatch):
    monkeypatch.setattr(places.tempfile, "gettempdir", lambda: str(tmp_path))
    paths = [heavy_pdf(tmp_path / f"{number}.pdf", number) for number in range(12)]
    most, over = 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.02):
            most = max(most, len(children_at_work()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(lambda path: intake.inspect(path, declared_name="a.pdf"), paths))
    over.set()
    watcher.join()
    assert [each.refusals for each in found] == [()] * 12
    # One that has given its place back may not have ended yet.
    assert 0 < most <= 2 * len(os.sched_getaffinity(0))


def test_a_child_that_is_stopped_gives_its_place_to_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(places.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0})
    path = heavy_pdf(tmp_path / "a.pdf", 1)
    with ThreadPoolExecutor(2) as pool:
        stopped = pool.submit(intake.inspect, path, limits=intake.Limits(idle_seconds=2.0))
        until(children_at_work)
        os.kill(children_at_work()[0], signal.SIGSTOP)
        next_one = pool.submit(intake.inspect, path)
        assert [finding.code for finding in stopped.result(30).refusals] == ["timeout"]
        assert next_one.result(30).accepted
