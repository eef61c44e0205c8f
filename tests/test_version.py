"""The release is one number, told to who looks after the portal and to nobody else."""

import io
import platform
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from packaging.version import Version

from cwg.version import VERSION

ROOT = Path(__file__).resolve().parent.parent
TOLD = f"Version {VERSION} of the portal"


def told(*arguments: str) -> dict[str, str]:
    out = io.StringIO()
    call_command("portal_version", *arguments, stdout=out)
    return dict(line.split(" ", 1) for line in out.getvalue().splitlines())


def test_it_is_the_one_of_the_project_and_of_its_lock():
    locked = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    (own,) = (package for package in locked if package["name"] == "cwg-portal")
    assert own["version"] == VERSION == str(Version(VERSION))


def test_a_release_has_its_section_in_the_changelog_and_what_comes_after_is_newer():
    titles = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert titles[0] == "Unreleased"
    released = [re.fullmatch(r"(\S+) - \d{4}-\d{2}-\d{2}", title)[1] for title in titles[1:]]
    assert released == sorted(released, key=Version, reverse=True)
    assert Version(VERSION) >= Version(released[0])
    assert (released[0] == VERSION) is not Version(VERSION).is_devrelease


def test_the_command_tells_the_portal_python_and_the_server(db):
    found = told()
    assert (found["cwg-portal"], found["Python"]) == (VERSION, platform.python_version())
    assert found["PostgreSQL"].startswith("18")


def test_the_command_tells_the_version_of_a_library(db):
    assert told("lxml", "Django") == {"lxml": metadata.version("lxml"), "Django": metadata.version("django")}
    assert told("--libraries")["psycopg"] == metadata.version("psycopg")
    with pytest.raises(CommandError, match="No library nowhere"):
        told("nowhere")


def test_the_command_answers_while_the_database_is_away(db, monkeypatch):
    def away():
        raise OperationalError("connection refused")

    with monkeypatch.context() as broken:
        broken.setattr(connection, "cursor", away)
        assert told()["PostgreSQL"] == "not reached"


def test_metrics_tell_it(client, db):
    assert f'cwg_build_info{{python="{platform.python_version()}",version="{VERSION}"}} 1.0' in client.get("/metrics").content.decode()  # fmt: skip


def test_records_show_it_to_who_may_enter(client_of, secretary):
    assert TOLD in client_of(secretary).get("/console/").content.decode()


@pytest.mark.parametrize("path", ["/readyz", "/livez", "/accounts/login/", "/nothing-here/"])
def test_visitors_are_not_told(client, db, path):
    answer = client.get(path)
    assert answer.status_code in (200, 404, 503)
    assert VERSION not in answer.content.decode() + str(answer.headers)
