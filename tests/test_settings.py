"""The portal does not start half configured, and started for real it is closed (design 9)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.programs import make_certificate

ROOT = Path(__file__).resolve().parent.parent
REAL = {
    "CWG_MODE": "production",
    "SECRET_KEY": "s3cret-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "ALLOWED_HOSTS": "portal.example",
}


def start(*command: str, **environment: str) -> subprocess.CompletedProcess:
    """A process of its own with nothing of ours in the environment but what is given."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "DATABASE_URL", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def value_of(expression: str, **environment: str) -> str:
    code = f"from cwg import settings as s; print({expression})"
    done = start("-c", code, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_production_refuses_to_start_without(missing: str):
    environment = {name: value for name, value in REAL.items() if name != missing}
    done = start("manage.py", "check", **environment)
    assert done.returncode != 0
    assert f"{missing} is not set" in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_production_is_what_a_process_is_without_being_told():
    done = start("manage.py", "check")
    assert done.returncode != 0
    assert "In production every secret comes from the environment" in done.stderr


def test_tools_that_only_read_the_code_are_given_a_mode():
    reading = ("-c", "from tests import settings_to_read as s; print(s.CWG_MODE)")
    assert start(*reading).stdout.strip() == "development"
    # One that was told to be production is held to it.
    done = start(*reading, CWG_MODE="production")
    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


def test_an_unknown_mode_is_refused():
    done = start("manage.py", "check", CWG_MODE="prodution")
    assert done.returncode != 0
    assert "may be production, demo, development or test" in done.stderr


def test_the_deployment_check_finds_nothing_in_production():
    done = start("manage.py", "check", "--deploy", "--fail-level", "WARNING", **REAL)
    assert done.returncode == 0, done.stderr
    # Whether other names are bound to https, and for ever, is for the owner of the domain to say.
    assert "no issues (2 silenced)" in done.stdout
    said = REAL | {"SECURE_HSTS_INCLUDE_SUBDOMAINS": "true", "SECURE_HSTS_PRELOAD": "true"}
    assert value_of("(s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD)", **REAL) == "(False, False)"
    assert value_of("(s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD)", **said) == "(True, True)"


@pytest.mark.parametrize("mode", ["production", "demo", "test"])
def test_error_pages_tell_nothing_outside_development(mode: str):
    assert value_of("s.DEBUG", **REAL | {"CWG_MODE": mode}) == "False"


def test_cookies_of_production_travel_by_https_only():
    assert (
        value_of("s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.SECURE_SSL_REDIRECT", **REAL)
        == "True"
    )


def test_mail_of_production_goes_out_by_smtp_and_mail_of_the_demo_never_does():
    assert value_of("s.EMAIL_BACKEND", **REAL) == "cwg.notices.smtp_backend.EmailBackend"
    assert "smtp" not in value_of("s.EMAIL_BACKEND", CWG_MODE="demo")


def test_cookies_of_production_belong_to_this_very_host():
    names = "(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.DEVICE_COOKIE_NAME)"
    assert value_of(names, **REAL) == "('__Host-session', '__Host-csrf', '__Host-device')"
    assert value_of(names, CWG_MODE="demo") == "('session', 'csrf', 'device')"


def test_a_delegate_is_not_dropped_on_the_day_of_a_deadline():
    lives = "(s.SESSION_COOKIE_AGE, s.SESSION_IDLE)"
    assert value_of(lives, **REAL) == "(1209600, datetime.timedelta(seconds=43200))"
    changed = value_of(lives, **REAL, SESSION_DAYS="2", SESSION_IDLE_HOURS="1")
    assert changed == "(172800, datetime.timedelta(seconds=3600))"


def test_sessions_and_cache_need_no_redis():
    assert settings.SESSION_ENGINE == "cwg.members.sessions"
    assert {cache["BACKEND"] for cache in settings.CACHES.values()} == {
        "django.core.cache.backends.db.DatabaseCache"
    }


def test_a_message_to_the_worker_never_makes_a_page_wait():
    assert settings.CELERY_TASK_PUBLISH_RETRY is False
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["socket_connect_timeout"] <= 0.2


def test_a_task_ends_before_redis_would_hand_it_out_again():
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > settings.CELERY_TASK_TIME_LIMIT


@pytest.mark.parametrize(
    ("said", "origin"),
    [
        ({}, "https://portal.example"),
        ({"PORTAL_URL": "https://portal.example:443/"}, "https://portal.example"),
        ({"PORTAL_URL": "https://portal.example:8443"}, "https://portal.example:8443"),
        ({"PORTAL_URL": "http://Portal.example:80"}, "http://portal.example"),
        ({"PORTAL_URL": "https://[::1]:8443"}, "https://[::1]:8443"),
    ],
)
def test_forms_may_come_from_the_address_that_people_see(said, origin):
    assert value_of("(s.PORTAL_URL, s.CSRF_TRUSTED_ORIGINS)", **REAL | said) == f"('{origin}', ['{origin}'])"


@pytest.mark.parametrize(
    "address",
    [
        "portal.example",
        "https://",
        "ftp://portal.example",
        "https://portal.example:port",
        "https://a.example/b",
    ],
)
def test_an_address_of_the_portal_that_is_none_is_refused_in_words(address: str):
    done = start("manage.py", "check", **REAL, PORTAL_URL=address)
    assert done.returncode != 0
    assert f"PORTAL_URL is {address!r}; it has to be like https://cwg.example.org" in done.stderr


@pytest.mark.parametrize("hosts", [".example.org,portal.example.org", "*"])
def test_where_the_first_host_stands_for_many_the_portal_has_to_be_told_its_address(hosts: str):
    given = REAL | {"ALLOWED_HOSTS": hosts}
    done = start("manage.py", "check", **given)
    assert done.returncode != 0
    first = hosts.split(",")[0]
    assert f"PORTAL_URL is 'https://{first}'; it has to be like https://cwg.example.org" in done.stderr
    url = "https://portal.example.org"
    assert value_of("s.PORTAL_URL", **given, PORTAL_URL=url) == url


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    make_certificate("authority", tmp_path / "ca.pem", tmp_path / "key.pem")
    return tmp_path / "ca.pem"


def test_an_authority_of_ones_own_reaches_the_store_and_the_database(authority: Path):
    given = REAL | {"CA_FILE": str(authority), "S3_BUCKET": "cwg"}
    verifies = "s.STORAGES['documents']['OPTIONS']['verify']"
    assert value_of(verifies, **given, S3_ENDPOINT_URL="https://s3.example") == str(authority)
    assert value_of(verifies, **given) == "None"  # the provider's own, with public certificates
    root = "s.DATABASES['default']['OPTIONS'].get('sslrootcert')"
    for ending, expected in (
        ("?sslmode=verify-full", str(authority)),
        ("?sslmode=verify-ca", str(authority)),
        ("?sslmode=verify-full&sslrootcert=/its/own.pem", "/its/own.pem"),
        ("?sslmode=require", "None"),
        ("", "None"),
    ):
        url = f"postgres://cwg@db.example/cwg{ending}"
        assert value_of(root, **given | {"DATABASE_URL": url}) == expected, ending
    owner = "s.DATABASE_OWNER['OPTIONS']['sslrootcert']"
    url = "postgres://owner@db.example/cwg?sslmode=verify-full"
    assert value_of(owner, **given, DATABASE_OWNER_URL=url) == str(authority)


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_an_authority_that_is_none_is_refused_in_words(content: bytes | None, tmp_path: Path):
    if content is not None:
        (tmp_path / "ca.pem").write_bytes(content)
    done = start("manage.py", "check", **REAL, CA_FILE=str(tmp_path / "ca.pem"))
    assert done.returncode != 0
    assert f"CA_FILE names {tmp_path / 'ca.pem'}, which is not a readable PEM file" in done.stderr
