"""The tree refuses what could not be printed as it is meant, and drops what no file can carry."""

import pytest

from cwg.texts.tree import (
    UNDETERMINED,
    Block,
    Kind,
    Malformed,
    Run,
    Style,
    Text,
    around,
    direction,
    direction_of,
    heading,
    items,
    normal,
    pair,
    paragraph,
    printable,
    row,
    tables,
    title,
)


def test_a_text_holds_its_blocks_in_order():
    blocks = (title("Report"), heading(1, "Introduction"), paragraph("Held in Geneva."))
    assert Text("Report", "en", blocks).blocks == blocks


def test_one_wording_has_one_form():
    split = (Run("The "), Run(""), Run("Group"), Run(" met", marks="b"), Run(" here", marks="b"))
    assert normal(split) == (Run("The Group"), Run(" met here", marks="b"))
    assert paragraph(split) == paragraph((Run("The Group"), Run(" met here", marks="b")))


def test_runs_that_name_something_stay_apart():
    named = (Run("Doc. 6", reference="WG-WSIS-14/6"), Run("Doc. 6", reference="WG-WSIS-14/6"))
    assert normal(named) == named


@pytest.mark.parametrize("marks", ["ib", "bb", "x", "B"])
def test_marks_are_named_once_and_in_order(marks):
    with pytest.raises(Malformed, match="marks"):
        Run("x", marks=marks)


@pytest.mark.parametrize(
    "made",
    [
        lambda: Run("words", to="b1"),
        lambda: Run("words", note=(Run("n"),)),
        lambda: Run(note=(Run(note=(Run("deeper"),)),)),
        lambda: Run(to="1 b"),
        lambda: heading(0, "x"),
        lambda: heading(7, "x"),
        lambda: Block(kind=Kind.TITLE, level=2),
        lambda: Block(kind=Kind.ITEM),
        lambda: paragraph("x", style=Style.BULLET),
        lambda: title("x", numbered=True),
        lambda: title("x", fixed="1"),
        lambda: Block(kind=Kind.HEADING, fixed="1"),
        lambda: Block(kind=Kind.ROW),
        lambda: row("a", runs=(Run("x"),)),
        lambda: Block(kind=Kind.PARAGRAPH, cells=((Run("a"),),)),
        lambda: Block(kind=Kind.PAIR, cells=((Run("a"),),)),
        lambda: paragraph("x", head=True),
        lambda: paragraph("x", id="1st"),
        lambda: paragraph("x", id="a b"),
        lambda: paragraph("x", id="a" * 39),
        lambda: paragraph("x", language="it"),
    ],
)
def test_a_block_that_no_printer_could_print_as_it_is_meant_is_refused(made):
    with pytest.raises(Malformed):
        made()


@pytest.mark.parametrize(
    ("blocks", "why"),
    [
        ((paragraph("a", id="x"), heading(1, "b", id="x")), "two blocks"),
        ((paragraph(Run(to="nowhere")),), "no block"),
        ((paragraph(Run(note=(Run(to="nowhere"),))),), "no block"),
        ((row("a", "b"), row("c")), "same number of cells"),
    ],
)
def test_blocks_that_do_not_fit_together_are_refused(blocks, why):
    with pytest.raises(Malformed, match=why):
        Text("T", "en", blocks)


@pytest.mark.parametrize(("title_", "language"), [("", "en"), (" \x00", "en"), ("T", "it"), ("T", "")])
def test_a_text_has_a_title_and_one_of_the_six_languages(title_, language):
    with pytest.raises(Malformed):
        Text(title_, language)


def test_a_row_that_names_columns_begins_the_next_table():
    rows = row("a", "b", head=True), row("1", "2"), row("c", head=True), row("d", head=True), row("3")
    assert tables([*rows[:2], paragraph("between"), rows[4]]) == [list(rows[:2]), [rows[4]]]
    assert tables(rows) == [list(rows[:2]), list(rows[2:])]
    assert Text("T", "en", rows)


def test_control_characters_and_overrides_are_dropped_and_line_ends_made_one():
    assert printable("a\x00b\x1b\r\nc\rd\u202egpj\u202c\ud800") == "ab\nc\ndgpj"
    assert Run("a\x00b").text == "ab" and Text("a\x1bb", "en").title == "ab"


def test_marks_that_arabic_needs_stay():
    assert printable("\u2067نص\u2069\u200f") == "\u2067نص\u2069\u200f"


def test_the_direction_is_that_of_the_language_and_else_of_the_first_letter():
    assert (direction("ar"), direction("en", (Run("نص"),))) == ("rtl", "ltr")
    for said, expected in (("نص", "rtl"), ("(1) Text نص", "ltr"), ("1–2 نص", "rtl"), ("12", "ltr")):
        assert direction(UNDETERMINED, (Run(said),)) == expected


def test_the_direction_of_a_pair_is_that_of_its_value():
    assert direction_of(pair("Title", "عنوان", language=UNDETERMINED), "en") == "rtl"
    assert direction_of(pair("العنوان", "Title", language=UNDETERMINED), "ar") == "ltr"
    assert direction_of(paragraph("Title"), "ar") == "rtl"


def test_a_run_is_put_into_a_sentence_where_the_translation_has_its_place():
    link = Run("https://x.example/", reference="https://x.example/")
    assert around("Check at %(address)s.", "address", link) == (Run("Check at "), link, Run("."))
    assert around("%(address)s", "address", link) == (link,)


def test_items_are_one_block_each():
    assert [block.kind for block in items(["a", "b"], Style.LETTER)] == [Kind.ITEM, Kind.ITEM]
