"""Pages while the database is away: asked for again, or answered with what became of what was sent."""

import re
from contextlib import contextmanager
from html import unescape

import html5lib
import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client

from cwg.documents.models import Receipt
from cwg.operations import outages
from tests import drafts, factories

pytestmark = pytest.mark.django_db


@contextmanager
def away(*, after: int = 0, times: int | None = None):
    """From the statement after `after` on, `times` statements (all of them) end as when the server is being shut down."""
    seen = 0

    def gone(execute, sql, params, many, context):
        nonlocal seen
        seen += 1
        if after < seen and (times is None or seen <= after + times):
            raise OperationalError("terminating connection") from psycopg.errors.AdminShutdown("shut down")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(gone):
        yield lambda: seen


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch):
    monkeypatch.setattr(outages, "PATIENCE", 0.2)


@pytest.fixture
def browser_of(client_of):
    return lambda person, **more: client_of(person, raise_request_exception=False, **more)


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_page_that_meets_the_end_of_its_connection_is_asked_for_again(
    browser_of, saudi_delegate, method, after
):
    browser = browser_of(saudi_delegate)
    plain = browser.get("/meetings/").content
    with away(after=after, times=1) as statements:
        answer = getattr(browser, method)("/meetings/")
    assert answer.status_code == 200
    assert statements() > after + 1
    if method == "get":
        names = re.compile(rb'csrfmiddlewaretoken" value="\w+"|\d\d:\d\d|\d+\.\d+|datetime="[^"]+"')
        assert names.sub(b"", answer.content) == names.sub(b"", plain)


def test_once_more_and_not_for_ever(browser_of, saudi_delegate):
    browser = browser_of(saudi_delegate)
    with away():
        answer = browser.get("/meetings/?page=1")
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "no-store" in answer["Cache-Control"]
    assert "nothing is lost" in page and 'href="/meetings/?page=1"' in page
    html5lib.HTMLParser(strict=True).parse(page)


@pytest.fixture
def submission(dg, saudi_focal_point):
    draft = drafts.make_draft(dg, factories.make_register(dg), by=saudi_focal_point)
    return f"/contributions/{draft.pk}/submit/", {"token": str(drafts.token_for(draft, saudi_focal_point))}


def hidden_on(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


@pytest.mark.parametrize("after", [0, 2, 5, 9])
def test_an_act_is_not_repeated_by_itself_and_its_page_repeats_it(
    browser_of, saudi_focal_point, submission, after
):
    address, entered = submission
    browser, before = browser_of(saudi_focal_point), drafts.registered()
    with away(after=after):
        answer = browser.post(address, entered)
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Nothing was changed" in page and "not known" not in page
    assert f'action="{address}"' in page and hidden_on(page) == entered
    assert drafts.registered() == before
    html5lib.HTMLParser(strict=True).parse(page)
    assert browser.post(address, hidden_on(page)).status_code == 302
    assert Receipt.objects.count() == 1


def test_where_something_may_have_been_saved_the_page_does_not_say_that_nothing_was(
    browser_of, saudi_focal_point, submission, monkeypatch
):
    def lost(*args, **more):
        connection.may_have_saved = True
        raise OperationalError("terminating connection") from psycopg.errors.AdminShutdown("shut down")

    monkeypatch.setattr("contributions.submission.submit", lost)
    address, entered = submission
    answer = browser_of(saudi_focal_point).post(address, entered)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "it is not known whether" in page and "Nothing was changed" not in page
    assert hidden_on(page) == entered


def test_a_script_is_told_in_a_sentence(browser_of, saudi_focal_point, submission):
    browser = browser_of(saudi_focal_point)
    with away():
        answer = browser.post(*submission, HTTP_ACCEPT="application/json")
    assert answer.status_code == 503
    sentence = answer.json()["errors"][0]
    assert "Nothing was changed" in sentence


def test_a_file_that_was_sent_is_not_pretended_to_be_kept(browser_of, dg, saudi_delegate):
    draft = drafts.make_draft(dg, factories.make_register(dg), by=saudi_delegate)
    upload = SimpleUploadedFile("a.pdf", factories.pdf_bytes(), content_type=factories.PDF)
    browser = browser_of(saudi_delegate)
    with away():
        answer = browser.post(f"/contributions/{draft.pk}/files/", {"language": "en", "file": upload})
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "Only the file has to be chosen again." in page
    assert hidden_on(page) == {"language": "en"}


def test_no_page_repeats_a_password():
    with away():
        answer = Client(raise_request_exception=False).post(
            "/accounts/login/", {"login": "a@b.example", "password": "a secret of ours"}
        )
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "a secret of ours" not in page and hidden_on(page) == {}
    assert "enter it again" in page and 'href="/accounts/login/"' in page


def test_what_another_site_sent_is_not_offered_to_be_sent_by_us(browser_of, saudi_focal_point, submission):
    """The database is asked before the check of CSRF, so that check may not have been made."""
    browser = browser_of(saudi_focal_point, enforce_csrf_checks=True)
    with away():
        answer = browser.post(*submission)
    assert answer.status_code == 503
    assert hidden_on(answer.content.decode()) == {} and "<form" not in answer.content.decode()


@pytest.mark.parametrize(
    ("sent", "language", "direction"),
    [
        ({"HTTP_ACCEPT_LANGUAGE": "fr"}, "fr", "ltr"),
        ({"HTTP_ACCEPT_LANGUAGE": "ar-SA,ar;q=0.9"}, "ar", "rtl"),
        ({}, "en", "ltr"),
    ],
)
def test_the_page_is_in_the_browsers_language_without_the_database(sent, language, direction):
    with away():
        page = Client(raise_request_exception=False).get("/meetings/", **sent).content.decode()
    assert f'<html lang="{language}" dir="{direction}">' in page


def test_a_fault_of_ours_stays_one(browser_of, saudi_delegate, monkeypatch):
    def broken(*args, **more):
        raise ZeroDivisionError

    monkeypatch.setattr("meetings.views.render", broken)
    answer = browser_of(saudi_delegate).get("/meetings/", HTTP_ACCEPT_LANGUAGE="fr")
    assert answer.status_code == 500
    assert "The fault is the portal's" in answer.content.decode()
    html5lib.HTMLParser(strict=True).parse(answer.content.decode())
