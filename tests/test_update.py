"""`.docker/update` takes a release into use so that a web container is always at work; Docker is played by a script."""

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Keeps what Docker would: each container with whether it runs, and whether `docker compose run` made it.
DOCKER = """#!/usr/bin/env -S python3 -IS
import json, os, signal, sys
from pathlib import Path

signal.signal(signal.SIGINT, signal.SIG_IGN)
place = Path(__file__).resolve().parent
state = json.loads((place / "state").read_text())
said = sys.argv[1:]
line = " ".join(said)
state["said"].append(line)
containers = state["containers"]
fails = bool(state["fails_at"]) and line.startswith(state["fails_at"])
if said[:2] == ["compose", "ps"]:
    print("\\n".join(name for name, kind in containers.items() if kind == "serves" or "--all" in said))
elif line == "compose rm --force web":
    state["containers"] = {name: kind for name, kind in containers.items() if kind != "stopped"}
elif said[:2] == ["compose", "up"] and "--scale" in said:
    wanted = int(said[said.index("--scale") + 1].removeprefix("web="))
    there = [name for name, kind in containers.items() if kind != "run"]
    for name in there:
        containers[name] = "serves"
    for number in range(1, 1 + wanted - len(there)):
        containers[f"new{number}"] = "created" if state["health"] == ["never starts"] else "serves"
elif said[0] == "inspect" and "oneoff" in said[2]:
    print(containers[said[3]] == "run")
elif said[0] == "inspect":
    print(state["health"].pop(0) if len(state["health"]) > 1 else state["health"][0])
elif said[0] == "stop":
    state["stopped"].append(said[1])
elif said[0] == "rm":
    del containers[said[-1]]
(place / "state").write_text(json.dumps(state))
if state["interrupted_at"] and line.startswith(state["interrupted_at"]):
    os.killpg(0, signal.SIGINT)
sys.exit(fails)
"""


class Machine:
    def __init__(self, place: Path):
        self.place = place
        for name, text in {"docker": DOCKER, "sleep": "#!/bin/sh\n"}.items():
            (place / name).write_text(text)
            (place / name).chmod(0o755)

    def update(
        self,
        *,
        web: list[str],
        health: list[str],
        others: dict[str, str] | None = None,
        fails_at: str = "",
        interrupted_at: str = "",
    ) -> tuple[int, dict]:
        """Its exit status, and what Docker was told and has: `web` serves; of `others` the kind ("stopped", "run")."""
        began = {
            "said": [],
            "containers": dict.fromkeys(web, "serves") | (others or {}),
            "health": health,
            "stopped": [],
            "fails_at": fails_at,
            "interrupted_at": interrupted_at,
        }
        (self.place / "state").write_text(json.dumps(began))
        path = f"{self.place}:{os.environ['PATH']}"
        done = subprocess.run(
            [ROOT / ".docker/update"],
            env=os.environ | {"PATH": path, "HEALTHY_WITHIN": "10"},
            capture_output=True,
            # Ctrl-C reaches the whole group: this one's alone.
            start_new_session=True,
        )
        return done.returncode, json.loads((self.place / "state").read_text())


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path)


ONEOFF = 'inspect --format {{index .Config.Labels "com.docker.compose.oneoff"}}'


def test_the_new_ones_are_healthy_before_an_old_one_is_stopped(machine):
    status, after = machine.update(web=["old1", "old2"], health=["starting", "starting", "healthy"])
    assert status == 0 and set(after["containers"]) == {"new1", "new2"}
    said = [words for words in after["said"] if not words.startswith(("compose ps", ONEOFF))]
    inspect = "inspect --format {{.State.Health.Status}}"
    assert said == [
        "compose build",
        "compose run --rm --no-deps roles",
        "compose run --rm --no-deps migrate",
        "compose rm --force web",
        "compose up --detach --no-deps --no-recreate --scale web=4 web",
        *[f"{inspect} new1"] * 3,
        f"{inspect} new2",
        "stop old1",
        "rm old1",
        "stop old2",
        "rm old2",
        "compose up --detach --no-build",
    ]


@pytest.mark.parametrize("health", ["unhealthy", "never starts"])
def test_new_ones_that_do_not_become_healthy_are_removed_and_the_old_ones_stay(machine, health):
    status, after = machine.update(web=["old1", "old2"], health=[health])
    assert status != 0
    assert set(after["containers"]) == {"old1", "old2"} and after["stopped"] == []


def test_a_command_that_runs_beside_them_is_not_stopped_and_not_counted(machine):
    """The nightly verification is a container of the service `web` for Docker."""
    status, after = machine.update(web=["old1"], health=["healthy"], others={"verify": "run"})
    assert status == 0
    assert after["containers"] == {"new1": "serves", "verify": "run"} and after["stopped"] == ["old1"]
    assert "compose up --detach --no-deps --no-recreate --scale web=2 web" in after["said"]


def test_one_that_was_stopped_does_not_come_back_in_place_of_a_new_one(machine):
    status, after = machine.update(web=["old1"], health=["healthy"], others={"left": "stopped"})
    assert status == 0 and after["containers"] == {"new1": "serves"}


def test_broken_off_while_it_waits_the_new_ones_are_removed(machine):
    waits = "inspect --format {{.State.Health.Status}} new1"
    status, after = machine.update(web=["old1", "old2"], health=["starting"], interrupted_at=waits)
    assert status != 0
    assert set(after["containers"]) == {"old1", "old2"} and after["stopped"] == []


def test_broken_off_while_the_old_ones_leave_it_goes_on_to_its_end(machine):
    status, after = machine.update(web=["old1", "old2"], health=["healthy"], interrupted_at="stop old1")
    assert status == 0 and set(after["containers"]) == {"new1", "new2"}
    assert after["said"][-1] == "compose up --detach --no-build"


@pytest.mark.parametrize("step", ["compose build", "compose run --rm --no-deps"])
def test_where_an_earlier_step_fails_nothing_is_started_and_nothing_stopped(machine, step):
    status, after = machine.update(web=["old1"], health=["healthy"], fails_at=step)
    assert status != 0
    assert set(after["containers"]) == {"old1"} and after["stopped"] == []
    assert not [words for words in after["said"] if words.startswith("compose up")]


@pytest.mark.parametrize("others", [{}, {"old1": "stopped"}, {"verify": "run"}])
def test_where_nothing_is_at_work_everything_is_started(machine, others):
    """The database neither: no command is run that needs it."""
    status, after = machine.update(web=[], health=["healthy"], others=others)
    assert status == 0 and after["said"][-1] == "compose up --detach"
    assert not [words for words in after["said"] if words.startswith("compose run")]
