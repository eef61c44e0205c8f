"""What an installation does at night and what it may use is the same under compose, with systemd and on Kubernetes."""

import re

import pytest

from tests import compose_file, manifests
from tests.compose_file import ROOT
from tests.units import Unit

RUNNING = (ROOT / "docs/running.md").read_text()


def of_timer(name: str) -> str:
    """HH:MM in UTC."""
    return re.fullmatch(r"\*-\*-\* (\d\d:\d\d):00 UTC", Unit(f"cwg-{name}.timer").one("OnCalendar"))[1]


def of_cluster(name: str) -> str:
    spec = manifests.found("CronJob", name)["spec"]
    assert spec["timeZone"] == "Etc/UTC"
    return of_cron(spec["schedule"])


def of_cron(line: str) -> str:
    minute, hour, *days = line.split()[:5]
    assert days == ["*", "*", "*"]
    return f"{int(hour):02}:{int(minute):02}"


@pytest.mark.parametrize("name", ["backup", "verify"])
def test_what_is_done_every_night_is_done_at_one_hour(name):
    assert of_timer(name) == of_cluster(name)


def test_the_lines_for_cron_name_the_same_hour():
    (line,) = re.findall(r"^ +(\d+ .*docker compose run --rm backup)$", RUNNING, re.MULTILINE)
    assert of_cron(line) == of_timer("backup")


@pytest.mark.parametrize(("name", "setting"), [("web", "WEB_MEMORY"), ("worker", "WORKER_MEMORY")])
def test_a_process_may_use_as_much_memory(name, setting):
    limit = re.fullmatch(rf"\$\{{{setting}:-(\d+)g\}}", compose_file.SERVICES[name]["mem_limit"])[1]
    assert Unit(f"cwg-{name}.service").one("MemoryMax") == f"{limit}G"
    pod = manifests.template(manifests.found("Deployment", name))["spec"]
    (container,) = [
        each for each in [*pod.get("initContainers", []), *pod["containers"]] if each["name"] == name
    ]
    assert container["resources"]["limits"]["memory"] == f"{limit}Gi"


@pytest.mark.parametrize("name", ["web", "worker", "beat", "backup", "migrate"])
def test_a_service_may_start_as_many_processes(name):
    assert int(Unit(f"cwg-{name}.service").one("TasksMax")) == compose_file.SERVICES[name]["pids_limit"]
