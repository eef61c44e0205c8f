"""Instants and days as runs: the words of `look.instants`, and what they name."""

from datetime import UTC, date, datetime

from cwg.look.instants import instant_text
from cwg.texts import moments
from cwg.texts.tree import Run, words

OPENING = datetime(2009, 2, 11, 8, 0, tzinfo=UTC)


def test_an_instant_is_words_and_zone_that_name_it():
    assert moments.runs(OPENING, "Europe/Zurich") == (
        Run("11 February 2009, 09:00 ", moment="2009-02-11T08:00:00Z"),
        Run("CET (UTC+01:00)", moment="2009-02-11T08:00:00Z"),
    )


def test_the_words_are_those_of_every_other_place():
    for style in ("long", "full", "exact", "short", "date", "time"):
        assert words(moments.runs(OPENING, "Asia/Riyadh", style)) == instant_text(
            OPENING, "Asia/Riyadh", style
        )


def test_a_day_has_no_zone():
    assert moments.runs(date(2009, 2, 12)) == (Run("12 February 2009", moment="2009-02-12"),)
    assert moments.runs(OPENING, "UTC", "date") == (Run("11 February 2009", moment="2009-02-11T08:00:00Z"),)
