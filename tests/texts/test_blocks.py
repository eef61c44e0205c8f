"""The neutral tree refuses what cannot be printed and drops what no file can carry."""

import pytest

from cwg.texts.blocks import Heading, Items, KeyValues, Paragraph, Table, plain_text, printable


def test_plain_text_reads_blocks_in_order():
    blocks = [
        Heading(1, "Introduction", number="1"),
        Paragraph("Held in Geneva.", number="1.1"),
        Items(["first", "second"]),
        Table([["a", "b"], ["c", "d"]]),
        KeyValues([("Source", "France")]),
    ]
    assert plain_text(blocks).split("\n") == [
        "1 Introduction", "1.1 Held in Geneva.", "first", "second", "a\tb", "c\td", "Source: France",
    ]  # fmt: skip


@pytest.mark.parametrize("level", [0, 4])
def test_a_heading_has_one_of_three_levels(level):
    with pytest.raises(ValueError, match="level"):
        Heading(level, "x")


def test_a_table_has_rows_of_one_length():
    with pytest.raises(ValueError, match="same number of cells"):
        Table([["a", "b"], ["c"]])


def test_control_characters_and_overrides_are_dropped_and_line_ends_made_one():
    assert printable("a\x00b\x1b\r\nc\rd\u202egpj\u202c\ud800") == "ab\nc\ndgpj"


def test_marks_that_arabic_needs_stay():
    assert printable("\u2067نص\u2069\u200f") == "\u2067نص\u2069\u200f"
