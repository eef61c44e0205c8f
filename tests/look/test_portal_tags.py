"""The template tags: what they print, and what they refuse to let through."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from cwg.look.templatetags.portal import filesize, symbol_words

DEADLINE = dt.datetime(2009, 2, 11, 8, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


def render(source, now=None, user=None, query="", **context):
    request = RequestFactory().get("/" + query)
    request.server_now = now
    request.user = user or SimpleNamespace(is_authenticated=False)
    return Template("{% load portal %}" + source).render(Context(context | {"request": request}))


def test_an_instant_carries_its_utc_for_machines_and_its_zone_for_people():
    assert render('{% instant at "Europe/Zurich" %}', at=DEADLINE) == (
        '<time class="instant" datetime="2009-02-11T08:00:00Z">11 February 2009, 09:00 '
        '<bdi class="instant-zone">CET (UTC+01:00)</bdi></time>'
    )


def test_a_date_of_the_archive_gets_no_hour_it_never_had():
    html = render("{% instant day %}", day=dt.date(2009, 2, 12))
    assert html == '<time class="instant" datetime="2009-02-12">12 February 2009</time>'


def test_an_unknown_moment_prints_nothing():
    assert render("{% instant at %}{% instant_text at %}", at=None) == ""


def deadline(now, user=None):
    return render('{% deadline at "Europe/Zurich" "Geneva" %}', now=now, user=user, at=DEADLINE)


def test_a_deadline_shows_seat_utc_the_readers_own_time_and_the_time_left():
    reader = SimpleNamespace(is_authenticated=True, time_zone="Asia/Riyadh")
    html = deadline(DEADLINE - dt.timedelta(days=2, hours=3), reader)
    assert "2 days 3 hours left" in html
    assert "Wednesday, 11 February 2009, 09:00" in html
    assert "Wednesday, 11 February 2009, 08:00" in html
    assert "Wednesday, 11 February 2009, 11:00" in html
    assert 'data-server-now="2009-02-09T05:00:00Z"' in html


def test_a_zone_that_no_longer_exists_is_as_if_the_reader_had_set_none():
    assert "Your time" not in deadline(
        DEADLINE, SimpleNamespace(is_authenticated=True, time_zone="Mars/Base")
    )


def test_the_boundary_instant_itself_has_not_passed_and_the_next_microsecond_has():
    assert "is-passed" not in deadline(DEADLINE)
    assert "is-passed" in deadline(DEADLINE + dt.timedelta(microseconds=1))


def test_a_lazy_server_time_counts_like_a_plain_one():
    assert "1 hour left" in deadline(SimpleLazyObject(lambda: DEADLINE - dt.timedelta(hours=1)))


def test_languages_always_show_all_six_and_say_those_that_are_there():
    html = render("{% language_chips languages %}", languages={"ar": "original", "en": "translation"})
    assert html.count("<li") == 6
    assert "Arabic: original" in html
    assert "English: translation" in html
    # What is missing is a mark for the eye; read aloud, a list says what there is.
    assert html.count('<li class="language language-missing" aria-hidden="true">') == 4


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (None, ""),
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1024, "1.0 kB"),
        (50 * 1024 * 1024, "50 MB"),
        (3 * 1024**4, "3072 GB"),
    ],
)
def test_sizes_count_as_the_limit_of_uploads_does(count, words):
    assert filesize(count) == words


def test_a_changed_query_keeps_the_other_filters_and_escapes_them():
    html = render('{% query page=2 kind="" %}', query="?kind=x&q=%22%3E%3Cscript%3E")
    assert "page=2" in html
    assert "kind" not in html
    assert "<script>" not in html


def test_a_long_symbol_breaks_after_its_stroke_and_before_its_bracket_only():
    assert symbol_words("CWG-Internet-23/3(Corr.1)-E") == (
        '<bdi dir="ltr">CWG-Internet-23/<wbr>3<wbr>(Corr.1)-E</bdi>'
    )


def test_a_symbol_is_escaped():
    assert symbol_words("<b>/&(") == '<bdi dir="ltr">&lt;b&gt;/&amp;(</bdi>'
    assert symbol_words("<b>/&(" + 15 * "x") == f'<bdi dir="ltr">&lt;b&gt;/<wbr>&amp;<wbr>({15 * "x"}</bdi>'


@pytest.mark.parametrize("symbol", ["DG-2/1", "CWG-Internet-23/3", "WG-WSIS-14/2(Rev.10)"])
def test_a_symbol_that_fits_everywhere_stays_whole(symbol):
    assert symbol_words(symbol) == f'<bdi dir="ltr">{symbol}</bdi>'
