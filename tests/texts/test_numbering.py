"""Printed numbers: vectors, and what holds for every text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cwg.texts.numbering import depths, letters, mark, numbers, numbers_by_id, plain_text, roman
from cwg.texts.tree import Block, Kind, Run, Style, Text, heading, items, pair, paragraph, row, runs_of, title
from tests.texts.strategies import texts

H, P = Kind.HEADING, Kind.PARAGRAPH


def counted(*blocks: tuple[Kind, int, str]) -> list[str]:
    """Numbers of (kind, level, fixed number)."""
    made = [Block(kind=kind, level=level, numbered=True, fixed=fixed) for kind, level, fixed in blocks]
    return list(numbers(made, "en"))


def item(style: Style, level: int = 1, fixed: str = "") -> Block:
    return Block(kind=Kind.ITEM, style=style, level=level, fixed=fixed)


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        # The Dedicated Group's report: sections, and paragraphs below them.
        ([(H, 1, ""), (H, 2, ""), (H, 2, ""), (H, 1, ""), (P, 2, ""), (P, 2, "")], ["1", "1.1", "1.2", "2", "2.1", "2.2"]),
        # A gap that stands for ever, and counting goes on from it.
        ([(H, 1, "8"), (H, 2, "8.4"), (P, 3, ""), (P, 3, "8.4.3"), (P, 3, "")], ["8", "8.4", "8.4.1", "8.4.3", "8.4.4"]),
        # An insertion that is not counted.
        ([(P, 1, ""), (P, 1, "1 bis"), (P, 1, "1 ter"), (P, 1, "")], ["1", "1 bis", "1 ter", "2"]),
        # "4 bis" of a deeper level leaves the count of its level.
        ([(P, 2, "8.4"), (P, 2, "8.4 bis"), (P, 2, "")], ["8.4", "8.4 bis", "8.5"]),
        # With its full stop it is counted as well; a letter is not.
        ([(H, 1, "3."), (H, 1, "")], ["3.", "4"]),
        ([(H, 1, "A."), (H, 1, "")], ["A.", "1"]),
        # A level that is passed over counts as its first.
        ([(P, 3, ""), (P, 3, ""), (P, 1, "")], ["1.1.1", "1.1.2", "2"]),
        # Digits of other scripts are no number that is counted from.
        ([(P, 1, "٤"), (P, 1, "")], ["٤", "1"]),
        # Deeper than a text goes.
        ([(P, 1, "1.2.3.4.5.6.7"), (P, 6, "")], ["1.2.3.4.5.6.7", "1.2.3.4.5.7"]),
    ],
)  # fmt: skip
def test_headings_and_numbered_paragraphs_share_one_count(blocks, expected):
    assert counted(*blocks) == expected


def test_each_annex_counts_anew_and_is_counted_itself():
    annex = Block(kind=Kind.ANNEX)
    one = Block(kind=H, numbered=True)
    blocks = [one, one, annex, one, Block(kind=Kind.ANNEX, fixed="Annex 3"), one, annex]
    assert numbers(blocks, "en") == ("1", "2", "Annex 1", "1", "Annex 3", "1", "Annex 3")
    assert numbers([annex], "fr") == ("Annexe 1",) and numbers([annex], "ar") == ("الملحق 1",)


def test_a_list_ends_at_whatever_is_no_item():
    a = item(Style.LETTER)
    assert numbers([a, a, paragraph("x"), a], "en") == ("a)", "b)", "", "a)")


def test_a_deeper_list_begins_anew_below_each_item_and_the_upper_one_goes_on():
    upper, deeper = item(Style.LETTER), item(Style.ROMAN, 2)
    assert numbers([upper, deeper, deeper, upper, deeper], "en") == ("a)", "i)", "ii)", "b)", "i)")


def test_another_style_is_another_list():
    blocks = [item(Style.BULLET), item(Style.COUNT), item(Style.COUNT), item(Style.NUMBER), item(Style.DASH)]
    assert numbers(blocks, "en") == ("•", "1.", "2.", "1)", "–")


def test_a_fixed_mark_of_an_item_is_where_its_list_goes_on():
    blocks = [item(Style.LETTER), item(Style.LETTER, fixed="c)"), item(Style.LETTER)]
    assert numbers(blocks, "en") == ("a)", "c)", "d)")
    blocks = [item(Style.LETTER), item(Style.LETTER, fixed="a bis)"), item(Style.LETTER)]
    assert numbers(blocks, "en") == ("a)", "a bis)", "b)")


@pytest.mark.parametrize(
    ("count", "expected"), [(1, "a"), (26, "z"), (27, "aa"), (28, "ab"), (52, "az"), (53, "ba"), (702, "zz"), (703, "aaa")]
)  # fmt: skip
def test_letters_go_on_after_z(count, expected):
    assert letters(count) == expected


def test_letters_are_those_of_the_language():
    assert [mark(Style.LETTER, n, "ar") for n in (1, 2, 28)] == ["أ)", "ب)", "غ)"]
    assert [mark(Style.LETTER, n, "ru") for n in (1, 7, 10)] == ["а)", "ж)", "к)"]


@pytest.mark.parametrize(
    ("count", "expected"), [(4, "iv"), (9, "ix"), (14, "xiv"), (40, "xl"), (1999, "mcmxcix")]
)
def test_roman_numbers(count, expected):
    assert roman(count) == expected


@given(st.integers(1, 5000))
def test_no_two_places_of_a_list_have_one_mark(count):
    for style in (Style.LETTER, Style.ROMAN, Style.NUMBER, Style.COUNT):
        assert mark(style, count) != mark(style, count + 1)


@given(texts())
def test_numbers_depend_on_structure_alone(text):
    """Without a word the numbers are the same: a translation is numbered like its original."""
    empty = [
        Block(**{name: getattr(block, name) for name in Block.__slots__} | {"runs": (), "cells": block.cells and ((),) * len(block.cells)})
        for block in text.blocks
    ]  # fmt: skip
    assert numbers(empty, text.language) == numbers(text.blocks, text.language)


@given(texts())
def test_no_step_down_in_the_outline_skips_one(text):
    standing = [depth for depth in depths(text.blocks) if depth]
    for before, depth in zip([0, *standing], standing, strict=False):
        assert depth <= before + 1


def test_the_depth_of_a_heading_is_its_level_where_none_is_skipped():
    blocks = [
        heading(2, "a"),
        heading(3, "b"),
        heading(1, "c"),
        paragraph("x"),
        heading(2, "d"),
        heading(4, "e"),
    ]
    assert depths(blocks) == (1, 2, 1, 0, 2, 3)


def test_plain_text_is_all_words_with_their_numbers():
    text = Text(
        "T",
        "en",
        (
            title("Report"),
            heading(1, "Introduction", numbered=True, id="intro"),
            paragraph((Run("See "), Run(to="intro"), Run(" in Geneva"), Run(note=(Run("In CICG."),))), fixed="1.1"),
            *items(["first", "second"]),
            *items(["third"], Style.COUNT),
            row("a", "b", head=True),
            row("c", "d"),
            pair("Source", "France"),
        ),
    )  # fmt: skip
    assert plain_text(text).split("\n") == [
        "Report", "1 Introduction", "1.1 See 1 in Geneva", "In CICG.", "first", "second", "1. third",
        "a\tb", "c\td", "Source: France",
    ]  # fmt: skip
    assert numbers_by_id(text) == {"intro": "1"}


def test_words_are_found_again_in_the_plain_text():
    assert plain_text(Text("T", "en", (paragraph(runs_of("a\nb")),))) == "a\nb"
