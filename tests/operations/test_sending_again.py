"""What the pages of acts that were not done hold of what was sent: all of it, and no secret."""

from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client

from contributions.models import DraftFile
from cwg.documents.storage import StorageFailed
from cwg.operations import outages
from cwg.record.chain_clock import ClockSetBack
from cwg.record.holding import Busy, Why
from tests import drafts, factories

pytestmark = pytest.mark.django_db
PASSWORD = "a secret of ours"


def database_gone() -> OperationalError:
    error = OperationalError("terminating connection")
    error.__cause__ = psycopg.errors.AdminShutdown("shut down")
    return error


ENDS = {
    "busy": lambda: Busy(),
    "clock set back": lambda: ClockSetBack(timedelta(seconds=90)),
    "outage": database_gone,
    "storage away": lambda: StorageFailed("connection refused to secret-host"),
    "fault": ZeroDivisionError,
}


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch):
    monkeypatch.setattr(outages, "PATIENCE", 0.2)


@contextmanager
def ending(in_statements_on: str, end):
    """Statements on that table end so."""

    def at(execute, sql, params, many, context):
        if in_statements_on in sql:
            raise end()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(at):
        yield


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/"])
def test_no_page_repeats_a_password(end, address):
    browser = Client(raise_request_exception=False)
    entered = {"login": "a@b.example", "email": "a@b.example", "password": PASSWORD, "password1": PASSWORD}
    with ending("members_", ENDS[end]):
        answer = browser.post(address, entered, HTTP_REFERER="http://testserver/accounts/login/")
    page = answer.content.decode()
    assert answer.status_code == (500 if end == "fault" else 503)
    assert PASSWORD not in page and "a@b.example" not in page
    assert "secret-host" not in page
    if end != "fault":
        assert "no-store" in answer["Cache-Control"] and int(answer["Retry-After"]) >= 5
    if end in ("busy", "clock set back"):
        assert 'href="http://testserver/accounts/login/"' in page and "enter it again" in page


@pytest.mark.parametrize("end", ["busy", "clock set back", "outage"])
def test_what_is_no_secret_is_on_the_page(end, client_of, saudi_focal_point, dg):
    draft = drafts.make_draft(dg, factories.make_register(dg), by=saudi_focal_point)
    browser = client_of(saudi_focal_point, raise_request_exception=False)
    with ending("contributions_", ENDS[end]):
        answer = browser.post(f"/contributions/{draft.pk}/submit/", {"token": "what was sent"})
    assert answer.status_code == 503 and "no-store" in answer["Cache-Control"]
    assert 'name="token" value="what was sent"' in answer.content.decode()


SAID = {
    "busy": "Somebody else is changing the same record",
    "clock set back": "Nothing was changed",
    "outage": "Nothing was changed",
    "storage away": "What you asked for was not done",
    "fault": "Reload the page to see whether it was saved.",
}


@pytest.mark.parametrize("end", ENDS)
def test_a_script_is_told_in_sentences_with_the_number(end, client_of, saudi_focal_point, dg):
    draft = drafts.make_draft(dg, factories.make_register(dg), by=saudi_focal_point)
    browser = client_of(saudi_focal_point, raise_request_exception=False)
    upload = SimpleUploadedFile("a.pdf", factories.pdf_bytes(), content_type=factories.PDF)
    before = DraftFile.objects.count()
    with ending("contributions_", ENDS[end]):
        answer = browser.post(
            f"/contributions/{draft.pk}/files/",
            {"file": upload, "language": "en"},
            HTTP_ACCEPT="application/json",
            HTTP_ACCEPT_LANGUAGE="en",
        )
    assert answer.status_code == (500 if end == "fault" else 503)
    said = " ".join(answer.json()["errors"])
    assert SAID[end] in said
    assert said.endswith(f"quote this number to the secretariat: {answer['X-Request-ID']}")
    assert DraftFile.objects.count() == before


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_where_it_may_have_been_saved_nobody_is_told_that_nothing_was(
    accept, client_of, saudi_focal_point, dg
):
    draft = drafts.make_draft(dg, factories.make_register(dg), by=saudi_focal_point)
    with ending("contributions_", lambda: Busy(Why.ENDED, certain=False)):
        answer = client_of(saudi_focal_point).post(
            f"/contributions/{draft.pk}/submit/", {"token": "x"}, HTTP_ACCEPT=accept
        )
    assert answer.status_code == 503
    said = answer.content.decode()
    assert "Whether it was done is not known" in said and "Nothing was changed" not in said


def test_whoever_was_not_kept_waiting_is_not_told_how_long_they_waited(client_of, saudi_focal_point, dg):
    draft = drafts.make_draft(dg, factories.make_register(dg), by=saudi_focal_point)
    with ending("contributions_", lambda: Busy(Why.FULL)):
        answer = client_of(saudi_focal_point).post(f"/contributions/{draft.pk}/submit/", {"token": "x"})
    assert answer.status_code == 503
    assert "yours was not kept waiting" in answer.content.decode()
    assert "It waited for" not in answer.content.decode()
