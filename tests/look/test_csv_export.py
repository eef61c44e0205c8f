"""A cell of a list is text, whatever a spreadsheet would make of it."""

from datetime import UTC, datetime

import pytest

from cwg.look import csv_export


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        " =1+1",
        "\u00a0=1",
        "＝1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        "\u3000＝1",
        "\ufeff=1",
        "\u200b=1",
        "\u2003\u200f=1",
        "\u3164=1",
    ],
)
def test_a_formula_becomes_text(text):
    assert csv_export.cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "France", "a=b", "C-11/2", "السعودية"])
def test_words_stay_as_they_are(text):
    assert csv_export.cell(text) == text


def test_an_instant_is_utc():
    assert csv_export.cell(datetime(2009, 2, 11, 8, tzinfo=UTC)) == "2009-02-11T08:00:00Z"
