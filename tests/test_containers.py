"""The images of docker-compose.yml: built from files that are linted, pinned, and not run as root.

hadolint (`./dev lint hadolint`) reads the Dockerfiles besides; here stands what it does not know of ours.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

from cwg.operations.nginx_configuration import interpolated
from tests.compose_file import COMPOSE, ROOT, SERVICES
from tests.dockerfiles import DOCKERFILES, instructions

VOLUMES, NETWORKS = COMPOSE["volumes"], COMPOSE["networks"]
# Whoever sends mail, or works with files that may lie in a bucket elsewhere.
MAY_GO_OUT = {"web", "worker", "migrate", "backup", "restore"}


def pinned(image: str) -> bool:
    """To a release, which says what it is, and to the very bytes of it: a tag can be moved."""
    return bool(re.search(r":v?\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}$", image))


def test_every_dockerfile_is_built_by_compose():
    built = {
        (ROOT / service["build"]["context"] / service["build"]["dockerfile"]).resolve()
        for service in SERVICES.values()
        if "build" in service
    }
    assert built == set(DOCKERFILES)


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_a_base_image_is_pinned_to_a_release_and_its_digest(path: Path):
    stages: set[str] = set()
    for word, argument in instructions(path):
        if word == "FROM":
            image, _, stage = argument.partition(" AS ")
            assert image in stages or pinned(image), argument
            stages.add(stage)
    assert stages


@pytest.mark.parametrize("name", sorted(name for name, service in SERVICES.items() if "build" not in service))
def test_an_image_that_is_only_fetched_is_pinned_to_a_release_and_its_digest(name: str):
    assert pinned(SERVICES[name]["image"])


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_nothing_is_fetched_from_an_address_and_no_secret_is_baked_in(path: Path):
    words = instructions(path)
    assert "ADD" not in {word for word, _ in words}
    assert not any(re.search(r"\b(curl|wget)\b", argument) for word, argument in words if word == "RUN")
    assert not any(
        re.search(r"SECRET|PASSWORD|TOKEN", argument) for word, argument in words if word in ("ENV", "ARG")
    )


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_it_runs_as_a_user_that_is_not_root(path: Path):
    users = [argument for word, argument in instructions(path) if word == "USER"]
    # By number, so that Kubernetes can see it too.
    assert users and re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1])


def test_the_portals_image_has_every_folder_that_the_portal_reads():
    copied = " ".join(
        argument for word, argument in instructions(ROOT / ".docker/portal.Dockerfile") if word == "COPY"
    )
    let_in = (ROOT / ".docker/portal.Dockerfile.dockerignore").read_text().split()
    folders = ("cwg", "meetings", "contributions", "templates", "static")
    for name in (*folders, "manage.py", "uv.lock", "LICENSE", "NOTICE"):
        assert re.search(rf"(^|\s){re.escape(name)}\s", copied), name
        assert f"!{name}" in let_in
    for name in ("dev", "tests", ".run", ".git", ".env"):
        assert f"!{name}" not in let_in


def test_the_image_has_the_libraries_of_the_lock_and_not_those_of_the_tests():
    sync = next(
        argument
        for word, argument in instructions(ROOT / ".docker/portal.Dockerfile")
        if word == "RUN" and "uv sync" in argument
    )
    assert "--locked" in sync and "--no-dev" in sync


every_service = pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))


def megabytes(said: str) -> int:
    """What "512m" or "1g" is, with nothing set in .env."""
    number, unit = re.fullmatch(r"(\d+)(m|mb|g)", interpolated(str(said), {}).lower()).groups()
    return int(number) * (1024 if unit == "g" else 1)


def scratch(service: dict) -> dict[str, int]:
    """What is mounted in memory, and how large it may grow."""
    mounts = (said.split(":size=") for said in service["tmpfs"])
    return {place: megabytes(options.split(",")[0]) for place, options in mounts}


@every_service
def test_nothing_of_an_image_can_be_written_to(service: dict):
    assert service["read_only"] is True
    assert "/tmp" in scratch(service)
    # Compose copies the content of such a thing into the container, and refuses to where it is read-only.
    assert "configs" not in service
    assert all("file" in COMPOSE["secrets"][name] for name in service.get("secrets", ()))


@every_service
def test_no_right_of_root_is_left_but_what_nginx_begins_with(service: dict):
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    rights = {"CHOWN", "NET_BIND_SERVICE", "SETGID", "SETUID"} if service is SERVICES["nginx"] else set()
    assert set(service.get("cap_add", ())) == rights
    assert not service.get("privileged")


@every_service
def test_a_runaway_stays_within_bounds(service: dict):
    assert 1 < service["pids_limit"] <= 4096
    assert service["cpu_shares"] in (512, 1024, 2048)
    assert service["ulimits"] == {"core": 0}
    # What lies in a tmpfs counts, and leaves room for the programs.
    assert megabytes(service["mem_limit"]) >= sum(scratch(service).values()) + 128


def test_what_valkey_finds_in_memory_is_its_own():
    """Over a folder of the image's Docker makes root the owner, and the server ends where it cannot write."""
    assert "/data:size=1m,uid=999,gid=1000" in SERVICES["redis"]["tmpfs"]


def test_the_server_cannot_remove_its_own_base_backups():
    mounted = {name: [said.split(":")[1] for said in SERVICES[name]["volumes"]] for name in ("db", "base")}
    assert "/base" in mounted["base"] and "/base" not in mounted["db"]


def test_the_database_may_have_a_process_for_each_of_its_connections():
    assert SERVICES["db"]["pids_limit"] >= 1000


def test_ten_files_of_the_largest_size_fit_on_their_way_in_at_once():
    """Each lies there twice: as it came, and as it is inspected. Where there is no room the sender is told so."""
    largest = int(interpolated(COMPOSE["x-portal"]["environment"]["MAX_FILE_MB"], {}))
    assert scratch(SERVICES["web"])["/tmp"] >= 10 * 2 * largest


@every_service
def test_a_log_does_not_fill_the_disk(service: dict):
    assert service["logging"]["driver"] == "json-file"
    options = {name: interpolated(said, {}) for name, said in service["logging"]["options"].items()}
    assert megabytes(options["max-size"]) * int(options["max-file"]) <= 200


@every_service
def test_a_service_is_on_networks_of_its_own_choice(service: dict):
    if "network_mode" in service:
        assert service["network_mode"] in ("none", "service:db") and "networks" not in service
    else:
        assert service["networks"] and set(service["networks"]) <= set(NETWORKS)


def on(network: str) -> set[str]:
    return {name for name, service in SERVICES.items() if network in service.get("networks", ())}


def test_the_stores_have_no_way_out_and_nginx_does_not_meet_them():
    assert NETWORKS["data"] == NETWORKS["pages"] == {"internal": True}
    for name in ("db", "redis", "s3", "s3-bucket", "beat", "roles"):
        assert SERVICES[name]["networks"] == ["data"], name
    assert on("pages") == {"nginx", "web"} and on("door") == {"nginx"}
    assert on("outside") == MAY_GO_OUT
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"nginx"}


@every_service
def test_a_service_comes_back_after_a_crash_or_is_run_once(service: dict):
    assert service["restart"] in ("unless-stopped", "no")


@pytest.mark.parametrize("name", ["web", "worker"])
def test_how_many_there_are_is_kept_over_the_next_up(name: str):
    said = SERVICES[name]["deploy"]["replicas"]
    assert said == f"${{{name.upper()}_REPLICAS:-1}}"
    # A fixed name or port there can be only once.
    assert "container_name" not in SERVICES[name] and "ports" not in SERVICES[name]


@every_service
def test_every_volume_and_secret_of_a_service_is_declared(service: dict):
    assert {said.split(":")[0] for said in service.get("volumes", ())} <= set(VOLUMES)
    assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"])


def test_a_folder_that_the_portal_writes_to_is_its_own_in_the_image():
    """A new volume takes its owner from the folder it covers."""
    made = " ".join(
        argument for word, argument in instructions(ROOT / ".docker/portal.Dockerfile") if word == "RUN"
    )
    for service in SERVICES.values():
        if service["image"] == "cwg-portal:local":
            for said in service["volumes"]:
                assert re.search(rf"install -d -o 1000[^&]* {said.split(':')[1]}\b", made), said


def test_an_image_is_the_same_wherever_it_is_named():
    named = [service["image"] for service in SERVICES.values() if "build" not in service] + [
        argument.partition(" AS ")[0]
        for path in DOCKERFILES
        for word, argument in instructions(path)
        if word == "FROM"
    ]
    releases: dict[str, set[str]] = {}
    for image in named:
        releases.setdefault(image.partition(":")[0], set()).add(image)
    assert all(len(found) == 1 for found in releases.values()), releases


# --- The scripts beside the database ----------------------------------------------------------------------------------

SCRIPTS = sorted((ROOT / ".docker/database").iterdir())


def test_compose_calls_only_scripts_that_the_image_has():
    assert "COPY --chmod=0755 database/ /usr/local/bin/" in (ROOT / ".docker/postgres.Dockerfile").read_text()
    db, base, rewind = (SERVICES[name] for name in ("db", "base", "rewind"))
    assert {service["image"] for service in (db, base, rewind)} == {"cwg-postgres:local"}
    command = next(word for word in db["command"] if word.startswith("archive_command="))
    called = [command.partition("=")[2].split()[0], base["command"], *rewind["entrypoint"]]
    assert called == ["archive-segment", "make-base", "rewind"]
    assert set(called) <= {path.name for path in SCRIPTS}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_one_for_any_sh_and_can_be_run(path: Path):
    assert path.read_text().startswith("#!/bin/sh\n") and os.access(path, os.X_OK)
    assert subprocess.run(["sh", "-n", path], capture_output=True).stderr == b""
