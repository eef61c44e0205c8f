"""How a mail is laid out."""

from datetime import UTC, datetime

import pytest

from cwg.members.models import Person
from cwg.notices import layout

DEADLINE = datetime(2009, 2, 11, 8, 0, tzinfo=UTC)


def test_an_instant_is_told_at_the_seat_in_utc_and_in_the_reader_s_zone():
    assert layout.moment(DEADLINE, "Europe/Zurich", "Geneva", Person(time_zone="Asia/Riyadh")) == (
        "Wednesday, 11 February 2009, 09:00 CET (UTC+01:00), Geneva",
        "Wednesday, 11 February 2009, 08:00 UTC",
        "Wednesday, 11 February 2009, 11:00 UTC+03:00, your time (Asia/Riyadh)",
    )


@pytest.mark.parametrize("zone", ["", "Europe/Paris", "Nowhere/Nothing"])
def test_the_same_time_is_not_told_twice(zone):
    assert len(layout.moment(DEADLINE, "Europe/Zurich", "Geneva", Person(time_zone=zone))) == 2


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a\r\nBcc: b", "a Bcc: b"),
        ("a\u2028b\u0085c\x00d", "a b c d"),
        ("inv\u202egpj", "invgpj"),
        ("\u2067نص\u2069", "نص"),
        ("  نص   عربي ", "نص عربي"),
    ],
)
def test_what_people_type_stands_on_one_line_in_its_own_direction(typed, shown):
    assert layout.one_line(typed) == shown


def test_a_long_subject_is_cut_at_a_word():
    cut = layout.shortened("word " * 100)
    assert len(cut) <= layout.SUBJECT_LENGTH
    assert cut.endswith("word…")
