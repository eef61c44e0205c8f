"""The server's time for countdowns, the style guide, the pages for errors."""

import datetime as dt
import json

import html5lib
import pytest
from django.http import Http404
from django.template.loader import get_template
from django.test import RequestFactory

from cwg import clock
from cwg.look import views

MOMENT = dt.datetime(2009, 2, 11, 8, 0, 0, 123456, tzinfo=dt.UTC)


def test_the_clock_tells_the_servers_instant_and_is_never_stored():
    with clock.held_at(MOMENT):
        response = views.clock_now(RequestFactory().get("/clock/"))
    assert json.loads(response.content) == {"now": "2009-02-11T08:00:00.123456Z"}
    assert "no-store" in response["Cache-Control"]


def test_the_clock_answers_reading_only():
    assert views.clock_now(RequestFactory().post("/clock/")).status_code == 405


def test_the_style_guide_does_not_exist_in_production(settings):
    settings.DEBUG = settings.DEMO = False
    with pytest.raises(Http404):
        views.guide(RequestFactory().get("/look/"))


@pytest.mark.parametrize(
    "name",
    [
        "400.html",
        "403.html",
        "403_csrf.html",
        "404.html",
        "405.html",
        "409.html",
        "411.html",
        "413.html",
        "429.html",
        "500.html",
        "documents/damaged_file.html",
        "storage_away.html",
    ],
)
def test_each_error_page_stands_without_a_request_and_is_valid_html(name):
    page = get_template(name).render()
    html5lib.HTMLParser(strict=True).parse(page)
    assert "<script>" not in page
    assert " style=" not in page


def test_an_error_page_says_where_it_leads(client, client_of, db, saudi_delegate):
    address = "/no-such-page/"
    inside = client_of(saudi_delegate).get(address)
    assert inside.status_code == 404 and "Go to Home</a>" in inside.content.decode()
    outside = client.get(address)
    assert outside.status_code == 404 and "Go to the sign-in page</a>" in outside.content.decode()
    assert "Go to Home, or sign in</a>" in get_template("500.html").render()
