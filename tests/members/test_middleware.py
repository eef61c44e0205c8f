"""Views marked `reads_no_database`: whoever asks for one, no middleware reads a row."""

import json

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import get_resolver

from cwg.operations import health
from cwg.record import readiness

pytestmark = pytest.mark.django_db

MARKED = ["/livez", "/metrics", "/readyz"]


@pytest.fixture(autouse=True)
def questions(monkeypatch):
    """The questions of `/readyz` are its own; here it asks none, so that whatever is read was read by a middleware."""
    monkeypatch.setattr(health, "_written", None)
    monkeypatch.setattr(readiness, "answers", lambda: {readiness.DATABASE: {"ok": True}})
    monkeypatch.setattr("cwg.record.metrics.read_sources", lambda: iter(()))


@pytest.fixture
def no_statement():
    def refused(execute, sql, params, many, context):
        raise OperationalError(f"asked the database: {sql}")

    with connection.execute_wrapper(refused):
        yield


@pytest.fixture
def signed_in(client_of, secretary) -> Client:
    return client_of(secretary)


def test_these_are_all_that_are_marked():
    marked = [
        f"/{route.pattern}"
        for route in get_resolver().url_patterns
        if getattr(getattr(route, "callback", None), "reads_no_database", False)
    ]
    marked += [
        f"/{outer.pattern}{route.pattern}"
        for outer in get_resolver().url_patterns
        for route in getattr(outer, "url_patterns", ())
        if getattr(getattr(route, "callback", None), "reads_no_database", False)
    ]
    assert sorted(marked) == MARKED


@pytest.mark.parametrize("path", MARKED)
@pytest.mark.parametrize("factor", [False, True])
def test_a_browser_that_is_signed_in_is_answered_without_the_database(
    signed_in, no_statement, settings, path, factor
):
    settings.STAFF_MFA_REQUIRED = factor
    response = signed_in.get(path, REMOTE_ADDR="127.0.0.1")
    assert response.status_code == 200
    assert settings.SESSION_COOKIE_NAME not in response.cookies, "signed out by asking"
    if path == "/readyz":
        assert json.loads(response.content)["ready"] is True


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_a_refused_method_asks_nothing_either(signed_in, no_statement, path):
    assert signed_in.post(path).status_code == 405


def test_whoever_may_not_read_the_metrics_is_told_so_without_the_database(signed_in, no_statement):
    assert signed_in.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404


def test_every_other_page_knows_who_asks(signed_in, secretary):
    signed_in.get("/livez")
    assert signed_in.get("/me/").wsgi_request.user == secretary
    assert signed_in.get("/nothing/of/the/kind/").wsgi_request.user == secretary
