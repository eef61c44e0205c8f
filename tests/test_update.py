"""`.docker/update` takes a release into use so that a web container is always at work; Docker is played by a script."""

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

DOCKER = """#!/usr/bin/env python3
import json, sys
from pathlib import Path

place = Path(__file__).resolve().parent
state = json.loads((place / "state").read_text())
said = sys.argv[1:]
state["said"].append(" ".join(said))
web = state["web"]
if said == "compose ps --all --quiet web".split():
    print("\\n".join(web))
elif said[:2] == ["compose", "up"] and "--scale" in said:
    wanted = int(said[said.index("--scale") + 1].removeprefix("web="))
    web += [f"new{number}" for number in range(1, 1 + wanted - len(web))]
elif said[0] == "inspect":
    print(state["health"].pop(0) if len(state["health"]) > 1 else state["health"][0])
elif said[0] == "stop":
    state["stopped"].append(said[1])
elif said[0] == "rm":
    web.remove(said[-1])
(place / "state").write_text(json.dumps(state))
sys.exit(bool(state["fails_at"]) and " ".join(said).startswith(state["fails_at"]))
"""


class Machine:
    def __init__(self, place: Path):
        self.place = place
        for name, text in {"docker": DOCKER, "sleep": "#!/bin/sh\n"}.items():
            (place / name).write_text(text)
            (place / name).chmod(0o755)

    def update(self, *, web: list[str], health: list[str], fails_at: str = "") -> tuple[int, dict]:
        """Its exit status, and what Docker was told and has."""
        began = {"said": [], "web": web, "health": health, "stopped": [], "fails_at": fails_at}
        (self.place / "state").write_text(json.dumps(began))
        path = f"{self.place}:{os.environ['PATH']}"
        done = subprocess.run([ROOT / ".docker/update"], env=os.environ | {"PATH": path}, capture_output=True)
        return done.returncode, json.loads((self.place / "state").read_text())


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path)


def test_the_new_ones_are_healthy_before_an_old_one_is_stopped(machine):
    status, after = machine.update(web=["old1", "old2"], health=["starting", "starting", "healthy"])
    assert status == 0 and after["web"] == ["new1", "new2"]
    said = [words for words in after["said"] if not words.startswith("compose ps")]
    inspect = "inspect --format {{.State.Health.Status}}"
    assert said == [
        "compose build",
        "compose run --rm --no-deps roles",
        "compose run --rm --no-deps migrate",
        "compose up --detach --no-deps --no-recreate --scale web=4 web",
        *[f"{inspect} new1"] * 3,
        f"{inspect} new2",
        "stop old1",
        "rm old1",
        "stop old2",
        "rm old2",
        "compose up --detach --no-build",
    ]


def test_new_ones_that_do_not_become_healthy_are_removed_and_the_old_ones_stay(machine):
    status, after = machine.update(web=["old1", "old2"], health=["unhealthy"])
    assert status != 0
    assert after["web"] == ["old1", "old2"] and after["stopped"] == []
    assert after["said"][-1] == "rm --force new2"


@pytest.mark.parametrize("step", ["compose build", "compose run --rm --no-deps"])
def test_where_an_earlier_step_fails_nothing_is_started_and_nothing_stopped(machine, step):
    status, after = machine.update(web=["old1"], health=["healthy"], fails_at=step)
    assert status != 0
    assert after["web"] == ["old1"] and after["stopped"] == []
    assert not [words for words in after["said"] if words.startswith("compose up")]


def test_where_nothing_is_at_work_everything_is_started(machine):
    status, after = machine.update(web=[], health=["healthy"])
    assert status == 0 and after["said"][-1] == "compose up --detach"
