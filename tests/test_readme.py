"""What the README and docker-compose.yml say of the settings is what the code reads."""

import ast
import re

import pytest

from tests.compose_file import COMPOSE, ROOT, SERVICES

README = (ROOT / "README.md").read_text()
WORDS_OF_COMPOSE = (ROOT / "docker-compose.yml").read_text()
PAGES_FOR_WHO_RUNS_IT = [
    "README.md",
    *(f"docs/{name}.md" for name in ("running", "going-back", "systemd", "kubernetes")),
]
FOR_WHO_RUNS_IT = "".join((ROOT / page).read_text() for page in PAGES_FOR_WHO_RUNS_IT)
# Read by gunicorn itself.
OF_LIBRARIES = {"FORWARDED_ALLOW_IPS"}


def names_read_in(path: str) -> set[str]:
    """First arguments of `env.x(NAME)`, `_secret(NAME)` and `os.environ.get(NAME)`."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        match node:
            case ast.Call(func=asked, args=[ast.Constant(value=name), *_]):
                if re.fullmatch(r"env\.\w+|os\.environ\.get|_secret", ast.unparse(asked)):
                    found.add(name)
                if ast.unparse(asked) == "_secret":
                    found.add(f"{name}_FILE")
    return found


READ = (
    names_read_in("cwg/settings.py")
    | names_read_in("cwg/gunicorn.py")
    | names_read_in("cwg/operations/backup.py")
)


def in_tables() -> set[str]:
    first_cells = [line.split("|")[1] for line in README.splitlines() if line.startswith("| `")]
    return {name for cell in first_cells for name in re.findall(r"`([A-Z0-9_]+)`", cell)}


def test_the_settings_are_found():
    assert {"SECRET_KEY", "DATABASE_URL", "EMAIL_HOST", "CWG_BIND", "CWG_PG_BIN"} <= READ


def test_every_setting_stands_in_the_readme():
    assert READ - in_tables() == set()


def test_every_name_that_compose_asks_for_stands_in_the_readme():
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z0-9_]+)", WORDS_OF_COMPOSE))
    assert asked - in_tables() == set()


def test_the_readme_names_nothing_that_nobody_reads():
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z0-9_]+)", WORDS_OF_COMPOSE))
    assert in_tables() - READ - asked == set()


@pytest.mark.parametrize("service", ["web", "worker", "beat", "roles", "migrate", "backup", "restore"])
def test_compose_sets_only_what_the_portal_reads(service: str):
    given = SERVICES[service]["environment"]
    assert set(given) - READ - OF_LIBRARIES == set()
    assert {"SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "PORTAL_URL"} <= set(given)


# What compose itself is: its servers, its places, https. The passwords in its addresses are in .env.
DECIDED_BY_COMPOSE = {
    "CWG_MODE",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "REDIS_URL",
    "CWG_STORAGE_DIR",
    "STATIC_ROOT",
}
NOT_UNDER_COMPOSE = {
    "DATABASE_URL_FILE",
    "DATABASE_OWNER_URL_FILE",
    "DATABASE_ADMIN_URL_FILE",
    "REDIS_URL_FILE",
    # Production's own are right there.
    "BEHIND_PROXY",
    "DATABASE_POOL",
    "SECURE_COOKIES",
    "SECURE_SSL_REDIRECT",
    # In the image.
    "CWG_PG_BIN",
}


def test_every_other_setting_can_be_made_in_env_under_compose():
    given = {name for service in SERVICES.values() for name in service.get("environment", ())}
    assert READ - given == NOT_UNDER_COMPOSE
    for name, said in COMPOSE["x-portal"]["environment"].items():
        assert ("${" + name) in str(said) or name in DECIDED_BY_COMPOSE, name


def test_a_new_installation_gets_its_reference_data():
    assert "manage.py load_reference" in SERVICES["migrate"]["command"]
    assert '"load_reference")' in (ROOT / "dev").read_text()


def test_every_service_that_is_named_exists():
    asked = re.findall(
        r"docker compose (run --rm|restart|stop|exec(?: -u postgres)?|logs) ([a-z][a-z -]*)", FOR_WHO_RUNS_IT
    )
    assert len(asked) > 20
    for verb, words in asked:
        # What is run or looked at in one service is that service's own matter.
        of_one = verb.startswith(("run", "exec"))
        for name in words.split()[:1] if of_one else words.split():
            assert name in SERVICES, (verb, words)


@pytest.mark.parametrize("page", PAGES_FOR_WHO_RUNS_IT)
def test_every_link_and_picture_is_there(page: str):
    text = (ROOT / page).read_text()
    targets = re.findall(r"\]\(([^)#]+)\)", text) + re.findall(r'src="([^"]+)"', text)
    for target in targets:
        assert target.startswith("https://") or ((ROOT / page).parent / target).is_file(), target


@pytest.mark.parametrize(
    "command",
    sorted(set(re.findall(r"manage\.py ([a-z_]+)", FOR_WHO_RUNS_IT))),
)
def test_every_command_named_exists(command: str):
    from django.core.management import get_commands

    assert command in get_commands()


def test_pictures_are_small():
    for picture in (ROOT / "docs/images").glob("*.png"):
        assert picture.stat().st_size < 200_000, picture.name
