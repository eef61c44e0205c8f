"""How moments and lengths of time are written."""

import datetime as dt

import pytest
from django.utils import translation

from cwg.look import instants

DEADLINE = dt.datetime(2009, 2, 11, 8, 0, 5, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("zone", "style", "words"),
    [
        ("Europe/Zurich", "long", "11 February 2009, 09:00 CET (UTC+01:00)"),
        ("Europe/Zurich", "full", "Wednesday, 11 February 2009, 09:00 CET (UTC+01:00)"),
        ("Europe/Zurich", "exact", "Wednesday, 11 February 2009, 09:00:05 CET (UTC+01:00)"),
        ("Europe/Zurich", "short", "11 Feb 2009, 09:00 CET"),
        ("Europe/Zurich", "date", "11 February 2009"),
        ("Europe/Zurich", "time", "09:00 CET"),
        ("Asia/Riyadh", "long", "11 February 2009, 11:00 UTC+03:00"),
        ("Asia/Damascus", "time", "10:00 EET"),
        ("America/New_York", "long", "11 February 2009, 03:00 EST (UTC-05:00)"),
        ("Asia/Kathmandu", "long", "11 February 2009, 13:45 UTC+05:45"),
        ("Europe/London", "long", "11 February 2009, 08:00 GMT (UTC)"),
        ("UTC", "long", "11 February 2009, 08:00 UTC"),
    ],
)
def test_an_instant_names_its_zone_and_its_distance_from_utc(zone, style, words):
    assert instants.instant_text(DEADLINE, zone, style) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "11 février 2009"),
        ("es", "11 de febrero de 2009"),
        ("ru", "11 февраля 2009\u202fг."),
        ("ar", "11 فبراير 2009"),
        ("zh-hans", "2009年2月11日"),
    ],
)
def test_a_date_is_written_in_the_language_of_the_page_with_european_digits(language, words):
    with translation.override(language):
        assert instants.instant_text(DEADLINE, "Europe/Zurich", "date") == words


@pytest.mark.parametrize("language", ["ar", "zh-hans", "en", "fr", "ru", "es"])
def test_a_short_date_never_writes_the_month_in_digits_alone(language):
    with translation.override(language):
        words = instants.date_text(DEADLINE.date(), "short")
    assert "2009" in words
    assert not any(sign in words for sign in "/-")


def test_the_two_hours_of_the_night_the_clocks_go_back_are_told_apart():
    first = dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    words = [instants.instant_text(first + dt.timedelta(hours=n), "Europe/Zurich") for n in (0, 1)]
    assert words == [
        "25 October 2026, 02:30 CEST (UTC+02:00)",
        "25 October 2026, 02:30 CET (UTC+01:00)",
    ]


def test_a_naive_datetime_and_an_unknown_style_are_refused():
    with pytest.raises(ValueError, match="naive"):
        instants.instant_text(dt.datetime(2009, 2, 11, 8, 0))  # noqa: DTZ001
    with pytest.raises(ValueError, match="style"):
        instants.instant_text(DEADLINE, "UTC", "pretty")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (2 * 86400 + 3 * 3600 + 59 * 60, "2 days 3 hours"),
        (86400, "1 day"),
        (86400 + 5, "1 day"),
        (3600 + 60, "1 hour 1 minute"),
        (61, "1 minute 1 second"),
        (0.4, "0 seconds"),
        (-90, "1 minute 30 seconds"),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units_rounded_down(seconds, words):
    assert instants.duration_text(seconds) == words


@pytest.mark.parametrize("language", ["ar", "zh-hans", "en", "fr", "ru", "es"])
@pytest.mark.parametrize("count", [1, 2, 3, 11])
def test_a_duration_has_words_in_every_language(language, count):
    with translation.override(language):
        for unit in (86400, 3600, 60, 1):
            assert "duration" not in instants.duration_text(count * unit)


def test_the_days_of_a_meeting_name_month_and_year_once():
    first, last = dt.date(2009, 2, 11), dt.date(2009, 2, 13)
    assert instants.date_range_text(first, last).replace("\u2009", "") == "11–13 February 2009"
    assert instants.date_range_text(first, first) == "11 February 2009"
    with translation.override("es"):
        assert instants.date_range_text(first, last) == "11–13 de febrero de 2009"
