"""Secrets in files beside secrets in the environment: one way for all of them."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from cwg import environment
from cwg.operations.nginx_configuration import interpolated
from tests.compose_file import COMPOSE
from tests.test_readme import names_read_in
from tests.test_settings import REAL, start, value_of

SECRETS = sorted(
    name.removesuffix("_FILE")
    for name in names_read_in("cwg/settings.py")
    if name.endswith("_FILE") and name != "CA_FILE"
)
# A value of its own for each, and where it is found in the settings.
VALUES = {
    "SECRET_KEY": ("a-key-in-a-file-" * 4, "s.SECRET_KEY"),
    "SECRET_KEY_FALLBACKS": ("an-older-key", "s.SECRET_KEY_FALLBACKS[0]"),
    "DATABASE_URL": (
        "postgres://role:pass%20word@db.example/portal",
        "'postgres://{USER}:pass%20word@{HOST}/{NAME}'.format(**s.DATABASES['default'])",
    ),
    "REDIS_URL": ("redis://:word@redis.example:6379/1", "s.CELERY_BROKER_URL"),
    "EMAIL_HOST_PASSWORD": ("a mail's pass=word", "s.EMAIL_HOST_PASSWORD"),
    "S3_ACCESS_KEY": ("access", "s.STORAGES['documents']['OPTIONS']['access_key']"),
    "S3_SECRET_KEY": ("se/cr+et", "s.STORAGES['documents']['OPTIONS']['secret_key']"),
    "METRICS_TOKEN": ("a-token", "s.METRICS_TOKEN"),
}


def test_every_secret_is_known_here():
    assert set(VALUES) <= set(SECRETS)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_be_in_a_file_and_not_in_both_places(name: str, tmp_path: Path, monkeypatch):
    file = tmp_path / "secret"
    file.write_text("in the file\n")
    monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(f"{name}_FILE", str(file))
    assert environment.secret(name) == "in the file"
    monkeypatch.setenv(name, "in the environment")
    with pytest.raises(
        ImproperlyConfigured, match=f"^{name} and {name}_FILE are both set. Set one of them.$"
    ):
        environment.secret(name)
    monkeypatch.delenv(f"{name}_FILE")
    assert environment.secret(name) == "in the environment"


def test_the_portal_starts_with_every_secret_in_a_file(tmp_path: Path):
    given = {name: value for name, value in REAL.items() if name != "SECRET_KEY"} | {"S3_BUCKET": "cwg"}
    for name, (value, _) in VALUES.items():
        (tmp_path / name).write_text(f"{value}\n")
        given[f"{name}_FILE"] = str(tmp_path / name)
    given["DATABASE_URL"] = ""  # not that of the tests
    expressions = ", ".join(expression for _, expression in VALUES.values())
    assert value_of(f"[{expressions}]", **given) == str([value for value, _ in VALUES.values()])


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("word\n", "word"),
        ("word\r\n", "word"),
        ("word", "word"),
        (" word \n", " word "),
        ("two\nlines\n", "two\nlines"),
    ],
)
def test_only_the_newline_at_the_end_is_left_out(content: str, value: str, tmp_path: Path, monkeypatch):
    (tmp_path / "secret").write_bytes(content.encode())
    monkeypatch.delenv("METRICS_TOKEN", raising=False)
    monkeypatch.setenv("METRICS_TOKEN_FILE", str(tmp_path / "secret"))
    assert environment.secret("METRICS_TOKEN") == value


def test_several_stand_with_commas_or_on_lines():
    assert environment.several("one, two\nthree\n\n") == ["one", "two", "three"]
    assert environment.several("") == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "which cannot be read: No such file or directory."),
        (b"", "which is empty."),
        (b"\n", "which is empty."),
        (b"\xff\xfe", "which is not a text in UTF-8."),
    ],
)
def test_a_file_that_cannot_be_used_stops_the_start_in_words(
    content: bytes | None, said: str, tmp_path: Path
):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    given = {name: value for name, value in REAL.items() if name != "SECRET_KEY"}
    done = start("manage.py", "check", **given, SECRET_KEY_FILE=str(file))
    assert done.returncode != 0
    assert f"SECRET_KEY_FILE names {file}, {said}" in done.stderr


def test_what_is_refused_tells_no_secret(tmp_path: Path):
    (tmp_path / "secret").write_text("hush-in-the-file\n")
    done = start("manage.py", "check", **REAL, SECRET_KEY_FILE=str(tmp_path / "secret"))
    assert done.returncode != 0
    assert "SECRET_KEY and SECRET_KEY_FILE are both set" in done.stderr
    assert "hush-in-the-file" not in done.stderr and REAL["SECRET_KEY"] not in done.stderr


def test_compose_mounts_the_files_that_env_names_and_nothing_else():
    said = COMPOSE["x-portal"]["environment"]
    mounted = COMPOSE["x-portal"]["secrets"]
    files = {name: text for name, text in said.items() if name.endswith("_FILE")}
    assert len(files) >= 6 and len(mounted) == len(files)
    for name, text in files.items():
        assert interpolated(text, {}) == ""
        inside = interpolated(text, {name: "/etc/cwg/it"})
        assert inside.startswith("/run/secrets/")
        source = COMPOSE["secrets"][inside.removeprefix("/run/secrets/")]["file"]
        assert inside.removeprefix("/run/secrets/") in mounted
        assert interpolated(source, {name: "/etc/cwg/it"}) == "/etc/cwg/it"
        assert interpolated(source, {}) == "/dev/null"


LEAST = {
    "PORTAL_HOST": "portal.example",
    "SECRET_KEY": REAL["SECRET_KEY"],
    "DATABASE_PASSWORD": "one",
    "REDIS_PASSWORD": "two",
    "EMAIL_HOST": "mail.example",
}


def under_compose(**env: str) -> dict[str, str]:
    said = COMPOSE["x-portal"]["environment"]
    return {name: interpolated(str(text), env) for name, text in said.items()}


def test_the_portal_starts_under_compose_with_the_least_that_env_may_say():
    done = start("manage.py", "check", "--deploy", "--fail-level", "WARNING", **under_compose(**LEAST))
    assert done.returncode == 0, done.stderr
    told = "(s.PORTAL_URL, s.CSRF_TRUSTED_ORIGINS, s.EMAIL_PORT, s.EMAIL_USE_TLS, s.CA_FILE, s.ALERT_EMAIL)"
    assert value_of(told, **under_compose(**LEAST)) == str(
        ("https://portal.example", ["https://portal.example"], 587, True, "", [])
    )


def test_without_a_key_it_does_not_start_under_compose_either():
    done = start("manage.py", "check", **under_compose(**LEAST | {"SECRET_KEY": ""}))
    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr
