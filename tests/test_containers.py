"""The images of docker-compose.yml: built from files that are linted, pinned, and not run as root.

hadolint (`./dev lint hadolint`) reads the Dockerfiles besides; here stands what it does not know of ours.
"""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILES = sorted((ROOT / ".docker").glob("*.Dockerfile"))
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
# Their own entry points begin as root, prepare a volume and step down to a user of their own.
STEP_DOWN_BY_THEMSELVES = {"postgres.Dockerfile"}


def instructions(path: Path) -> list[tuple[str, str]]:
    """(instruction, its argument), comments left out and continued lines joined."""
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(line.split()[0].upper(), line.split(None, 1)[1]) for line in joined.splitlines() if line.strip()]


def pinned(image: str) -> bool:
    _name, _, tag = image.rpartition("/")[2].partition(":")
    return bool(re.match(r"v?\d", tag))


def test_every_dockerfile_is_built_by_compose():
    built = {
        (ROOT / service["build"]["context"] / service["build"]["dockerfile"]).resolve()
        for service in SERVICES.values()
        if "build" in service
    }
    assert built == set(DOCKERFILES)


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_a_base_image_is_pinned_to_a_release(path: Path):
    stages: set[str] = set()
    for word, argument in instructions(path):
        if word == "FROM":
            image, _, stage = argument.partition(" AS ")
            assert image in stages or pinned(image), argument
            stages.add(stage)
    assert stages


@pytest.mark.parametrize("name", sorted(name for name, service in SERVICES.items() if "build" not in service))
def test_an_image_that_is_only_fetched_is_pinned_to_a_release(name: str):
    assert pinned(SERVICES[name]["image"])


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)
def test_nothing_is_fetched_from_an_address_and_no_secret_is_baked_in(path: Path):
    words = instructions(path)
    assert "ADD" not in {word for word, _ in words}
    assert not any(re.search(r"\b(curl|wget)\b", argument) for word, argument in words if word == "RUN")
    assert not any(
        re.search(r"SECRET|PASSWORD|TOKEN", argument) for word, argument in words if word in ("ENV", "ARG")
    )


@pytest.mark.parametrize(
    "path", [path for path in DOCKERFILES if path.name not in STEP_DOWN_BY_THEMSELVES], ids=lambda p: p.name
)
def test_it_runs_as_a_user_that_is_not_root(path: Path):
    users = [argument for word, argument in instructions(path) if word == "USER"]
    # By number, so that Kubernetes can see it too.
    assert users and re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1])


def test_the_portals_image_has_every_folder_that_the_portal_reads():
    copied = " ".join(
        argument for word, argument in instructions(ROOT / ".docker/portal.Dockerfile") if word == "COPY"
    )
    let_in = (ROOT / ".docker/portal.Dockerfile.dockerignore").read_text().split()
    for name in ("cwg", "meetings", "contributions", "templates", "static", "manage.py", "uv.lock"):
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
