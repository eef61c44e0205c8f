"""The units of systemd start what docker-compose.yml starts, with settings of the README, behind systemd's walls."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cwg.operations.nginx_configuration import Places
from tests import compose_file
from tests.test_docs import section
from tests.test_readme import READ, in_tables
from tests.units import EVERY, FOLDER, RELEASE, SERVICES, START, Unit, entries

# The units that are a service of docker-compose.yml too. `verify` is a command to be run every night there.
OF_COMPOSE = {"web", "worker", "beat", "roles", "migrate", "backup"}
# 0 is closed, 10 is open. What is left over is what the portal does: the network, files that nginx's group reads.
EXPOSED = 1.5


def analyze(*arguments: str, where: Path) -> subprocess.CompletedProcess:
    program = shutil.which("systemd-analyze")
    assert program, "systemd-analyze is not installed; this test needs it (on Debian: apt install systemd)."
    return subprocess.run(
        [program, *arguments],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{where}:"},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def installed(tmp_path) -> Path:
    """The units as they are, but with programs that are there."""
    shutil.copytree(FOLDER, tmp_path / "units")
    for path in (tmp_path / "units").rglob("*"):
        if path.is_file():
            path.write_text(path.read_text().replace(START, str(FOLDER / "start")))
    return tmp_path / "units"


def test_systemd_finds_nothing_wrong_with_them(installed):
    said = analyze("verify", "--man=no", *(str(installed / name) for name in EVERY), where=installed)
    # What another unit of this machine says is not ours to mend.
    assert [line for line in said.stderr.splitlines() if "cwg" in line] == []
    assert said.returncode == 0, said.stderr


def test_a_word_that_systemd_does_not_know_would_be_found(installed):
    unit = installed / "cwg-web.service"
    unit.write_text(unit.read_text().replace("KillMode=mixed", "KillMod=mixed"))
    said = analyze("verify", "--man=no", str(unit), where=installed)
    assert re.search(r"Unknown key .*'KillMod'", said.stderr)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_reaches_little_of_the_machine(name: str, installed):
    said = analyze("security", "--offline=true", "--no-pager", str(installed / name), where=installed)
    level = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", said.stdout)[1])
    assert level <= EXPOSED, said.stdout


@pytest.mark.parametrize("name", sorted(OF_COMPOSE))
def test_a_unit_starts_what_compose_starts(name: str):
    unit = Unit(f"cwg-{name}.service")
    given = unit.environment()
    started = [
        [re.sub(r"^\$\{(\w+)\}$", lambda match: given[match[1]], word) for word in command]
        for command in unit.commands()
    ]
    places = {"/var/lib/cwg/backups": "/srv/backups", "/var/lib/cwg/beat/schedule": "/srv/beat/schedule"}
    assert [[places.get(word, word) for word in command] for command in started] == compose_file.commands(
        name
    )


def test_every_service_of_compose_that_is_the_portals_has_a_unit():
    of_the_portal = {
        name
        for name, service in compose_file.SERVICES.items()
        if service.get("image") == compose_file.COMPOSE["x-portal"]["image"]
    }
    # `cwg-manage restore`
    assert of_the_portal - {"restore"} == OF_COMPOSE
    assert {f"cwg-{name}.service" for name in OF_COMPOSE | {"verify"}} == set(SERVICES)


@pytest.mark.parametrize("name", ["web", "worker"])
def test_it_is_given_as_long_to_leave_as_under_compose(name: str):
    patience = compose_file.SERVICES[name]["stop_grace_period"]
    unit = Unit(f"cwg-{name}.service")
    assert compose_file.seconds(unit.one("TimeoutStopSec")) == compose_file.seconds(patience)
    # Only the first process is told: it tells its own, and waits for them.
    assert unit.one("KillMode") == "mixed"


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_what_serves_is_started_again_without_end(name: str):
    unit = Unit(f"cwg-{name}.service")
    assert unit.one("Restart") == "always" and unit.one("StartLimitIntervalSec") == "0"


@pytest.mark.parametrize("name", ["web", "worker"])
def test_it_does_not_work_on_a_schema_that_is_not_its_own(name: str):
    unit = Unit(f"cwg-{name}.service")
    assert unit.commands("ExecStartPre") == [["python", "manage.py", "migrate", "--check", "--plan"]]
    assert "cwg-migrate.service" in unit.all("Wants") and "cwg-migrate.service" in " ".join(unit.all("After"))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_given_settings_that_the_portal_reads(name: str):
    unit = Unit(name)
    of_systemd = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
    assert set(unit.environment()) - of_systemd - in_tables() == set()
    assert unit.one("EnvironmentFile") == "/etc/cwg/environment"
    for setting, value in unit.environment().items():
        if setting.endswith("_FILE"):
            # A secret comes as a credential of its own, under its own name.
            secret = setting.removesuffix("_FILE").lower()
            assert value == f"%d/{secret}"
            assert unit.credentials()[secret] == f"/etc/cwg/secrets/{secret}"


def test_only_who_makes_tables_is_given_their_owner():
    owner = {name for name in SERVICES if "database_owner_url" in Unit(name).credentials()}
    assert owner == {"cwg-roles.service", "cwg-migrate.service"}
    assert {name for name in SERVICES if "database_admin_url" in Unit(name).credentials()} == {
        "cwg-roles.service"
    }


def test_every_other_secret_has_its_lines():
    text = (FOLDER / "cwg-.service.d/secrets.conf").read_text()
    of_the_owner = {"DATABASE_OWNER_URL_FILE", "DATABASE_ADMIN_URL_FILE"}
    for setting in {name for name in READ if name.endswith("_FILE") and name != "CA_FILE"} - of_the_owner:
        secret = setting.removesuffix("_FILE").lower()
        assert re.search(rf"^#?LoadCredential={secret}:/etc/cwg/secrets/{secret}$", text, re.MULTILINE), (
            setting
        )
        assert re.search(rf"^#?Environment={setting}=%d/{secret}$", text, re.MULTILINE), setting


def test_the_example_of_the_settings_names_what_there_is():
    given = dict(entries(FOLDER / "environment"))
    assert set(given) - in_tables() == set()
    assert {"ALLOWED_HOSTS", "PORTAL_URL", "EMAIL_HOST", "TLS_CERTIFICATE", "TLS_KEY"} <= set(given)
    # Secrets have files that only root may read.
    assert not [name for name in given if f"{name}_FILE" in READ]


def test_the_target_has_all_that_runs_by_itself():
    wanted = {name for line in Unit("cwg.target").all("Wants") for name in line.split()}
    by_timer = {name.replace(".timer", ".service") for name in EVERY if name.endswith(".timer")}
    assert wanted == set(EVERY) - by_timer - {"cwg.target", "cwg-roles.service"}
    for name in wanted:
        assert "cwg.target" in Unit(name).one("PartOf").split(), name


def test_the_walk_back_stops_every_timer():
    """`systemctl stop cwg.target` does: each timer is part of it (above). The page says so, of every one by its name."""
    walk = section("systemd.md", "Going back")
    timers = {name for name in EVERY if name.endswith(".timer")}
    assert set(re.findall(r"`(cwg-\w+\.timer)`", walk)) == timers
    assert "systemctl stop nginx cwg.target 'cwg-*'" in walk
    # A run that was missed is made up for as late as the page says.
    for name in timers:
        assert (Unit(name).one("Persistent"), Unit(name).one("RandomizedDelaySec")) == ("yes", "10min")


def test_nginx_asks_where_the_units_listen():
    assert Places.web == (Unit("cwg-web.socket").one("ListenStream"),)
    assert Places.liveness == (Unit("cwg-web.service").environment()["LIVENESS_BIND"],)


def test_the_folders_are_made_for_who_uses_them():
    made = {}
    for line in (FOLDER / "cwg.tmpfiles").read_text().splitlines():
        if line and not line.startswith("#"):
            _kind, path, mode, user, group = line.split()
            made[path] = (mode, user, group)
    unit = Unit("cwg-web.service")
    portal = (unit.one("User"), unit.one("Group"))
    assert all((user, group) == portal for _mode, user, group in made.values())
    # A dump holds everything: not for nginx.
    assert made["/var/lib/cwg/backups"][0] == "0700"
    given = unit.environment()
    for name in ("CWG_STORAGE_DIR", "STATIC_ROOT"):
        assert given[name] in made
    assert set(Unit("cwg-backup.service").commands()[0]) & set(made) == {"/var/lib/cwg/backups"}
    assert re.search(rf"^u {portal[0]} ", (FOLDER / "cwg.sysusers").read_text(), re.MULTILINE)


def test_the_command_for_everything_else_is_inside_the_same_walls():
    script = (FOLDER / "cwg-manage").read_text()
    names = re.findall(r"unit=(\S+)-\$\$", script)
    assert sorted(names) == ["cwg-manage", "cwg-owner-manage"]
    # systemd completes units that are made for a moment as well, by the beginning of their names.
    assert (FOLDER / "cwg-.service.d/portal.conf").is_file()
    assert (FOLDER / "cwg-owner-.service.d/owner.conf").is_file()
    assert f"{START} python manage.py" in script


@pytest.mark.parametrize("name", SERVICES)
def test_every_command_of_a_service_is_started_by_the_folder_of_its_release(name: str):
    unit = Unit(name)
    commands = [*unit.all("ExecStart"), *unit.all("ExecStartPre")]
    assert commands and all(command.startswith(f"{START} ") for command in commands)
    assert unit.one("WorkingDirectory") == RELEASE


def test_a_process_stays_with_its_release_when_current_moves_to_another(tmp_path):
    """It imports for the first time, and starts a child, when the next release is `current` already."""
    for release in ("1", "2"):
        shutil.copytree(FOLDER, tmp_path / release / ".systemd")
        bins = tmp_path / release / ".venv/bin"
        bins.mkdir(parents=True)
        (bins / "python").symlink_to(sys.executable)
        (bins.parent / "pyvenv.cfg").write_text(f"home = {sys.base_prefix}/bin\n")
        folder = "python{}.{}".format(*sys.version_info)
        libraries = bins.parent / "lib" / folder / "site-packages"
        libraries.mkdir(parents=True)
        (libraries / "library.py").write_text(f"release = {release}")
    current = tmp_path / "current"
    current.symlink_to("1")
    program = (
        "import subprocess, sys; print('runs'); input(); import library; print(library.release);"
        "subprocess.run([sys.executable, '-c', 'import library; print(library.release)'])"
    )
    process = subprocess.Popen(
        [current / ".systemd/start", "python", "-u", "-c", program],
        cwd=current,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "runs\n"
    (tmp_path / "next").symlink_to("2")
    (tmp_path / "next").replace(current)
    said, _ = process.communicate("\n")
    assert said.split() == ["1", "1"]
