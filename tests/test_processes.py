"""What ends the processes of a test ends them with their children."""

import os
import subprocess

import pytest

from tests import processes
from tests.waiting import until

# It hears no request to end, and waits for a child that does not either.
STUBBORN = "trap '' TERM; echo begun; sleep 600; sleep 600"


@pytest.fixture
def stubborn():
    process = subprocess.Popen(["sh", "-c", STUBBORN], stdout=subprocess.PIPE, text=True)
    until(lambda: processes.children(process.pid))
    yield process
    processes.kill(process)
    process.stdout.close()


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # One that nobody has waited for yet is dead all the same.
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] != "Z"


def test_one_that_does_not_leave_is_killed_with_its_child(stubborn):
    (child,) = processes.children(stubborn.pid)
    processes.end(stubborn, within=0.2)
    assert stubborn.returncode == -9
    until(lambda: not is_there(child))


def test_one_that_does_not_come_to_its_end_is_killed_and_told_of(stubborn):
    (child,) = processes.children(stubborn.pid)
    with pytest.raises(subprocess.TimeoutExpired):
        processes.to_its_end(stubborn, within=0.2)
    assert stubborn.returncode == -9
    until(lambda: not is_there(child))


def test_one_that_leaves_when_asked_is_not_killed():
    process = subprocess.Popen(["sleep", "600"])
    processes.end(process)
    assert process.returncode == -15
