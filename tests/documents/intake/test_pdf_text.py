"""The text of a PDF as it is read and typed, whatever the order in which its signs were drawn."""

import io
import re

import pytest

from cwg.documents.intake import Limits, ReadText
from cwg.documents.intake.findings import Refused
from cwg.documents.intake.pdf_text import read_pdf
from tests import hostile_files, pdf_files

RIGHT_TO_LEFT_WORD = re.compile(r"(?:(?!\d)[\u0590-\u08ff])")
MEETING = "اجتماع"


def read_here(content, **limits):
    return read_pdf(io.BytesIO(content), Limits(**limits))


def text_of(*rows, **how):
    text, whole = read_here(pdf_files.drawn(*rows, **how))
    assert whole
    return text


def laid_out(*parts):
    """Arabic or Hebrew as it stands on paper: the parts from the left, words turned, numbers and Latin as they are."""
    return [
        sign for part in parts for sign in (part[::-1] if RIGHT_TO_LEFT_WORD.match(part) else part or [""])
    ]


@pytest.mark.parametrize("order", ["as placed", "as read"])
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (laid_out("12", " ", MEETING), f"{MEETING} 12"),
        (laid_out("(", "2014", " ،", "بوسان", ")", " ", "102", " ", "القرار"), "القرار 102 (بوسان، 2014)"),
        (laid_out(")", "2014", " ،", "بوسان", "(", " ", "102", " ", "القرار"), "القرار 102 (بوسان، 2014)"),
        (laid_out("14:30", " ", "الساعة"), "الساعة 14:30"),
        (laid_out("23/02/2009", " ", "في"), "في 23/02/2009"),
        (laid_out("2014", "-", "2018", " ", "من"), "من 2018-2014"),
        (laid_out("193", " ", "من", " ", "%", "45.7"), "45.7% من 193"),
        (laid_out("٣٫٥", " ", "رقم"), "رقم ٣٫٥"),
        (
            laid_out("www.itu.int", " ", "على", " ", "CWG-Internet-23/2", " ", "الوثيقة"),
            "الوثيقة CWG-Internet-23/2 على www.itu.int",
        ),
        (laid_out("2 12", " ", MEETING), f"{MEETING} 12 2"),
        (laid_out("12", " ", "ישיבה"), "ישיבה 12"),
        (laid_out("45.7%", " ", "של"), "של 45.7%"),
        (laid_out("2014-2018", " ", "שנים"), "שנים 2014-2018"),
    ],
)
def test_a_line_from_the_right_is_read_as_it_was_typed_with_its_numbers_right(row, expected, order):
    assert text_of(row, order=order) == expected


def test_words_from_the_right_in_a_line_from_the_left_are_turned():
    line = laid_out("The Arabic name is ", "العمل", " ", "فريق", " and meeting 12 follows")
    assert text_of(line) == "The Arabic name is فريق العمل and meeting 12 follows"
    line = laid_out("see ", "45", " ", "الوثيقة", " for details")
    assert text_of(line) == "see الوثيقة 45 for details"


def test_a_page_that_is_read_from_the_right_is_so_also_where_a_line_is_mostly_latin():
    rows = [
        laid_out("www.itu.int CWG-Internet", " ", "موقع"),
        laid_out(*["القرار والاجتماع والوثيقة والموقع"]),
    ]
    assert text_of(*rows).splitlines()[0] == "موقع www.itu.int CWG-Internet"


def test_shapes_of_letters_are_read_as_the_letters():
    # Beginning, middle and end forms, and lam-alef as a single sign.
    assert text_of(["\ufefb", "\ufee3", "\ufede", "\ufee4", "\ufecb"]) == "عململا"
    assert text_of(["\ufb35", "\ufb2e"]) == "\u05d0\u05b7\u05d5\u05bc"


@pytest.mark.parametrize("order", ["as placed", "as read"])
@pytest.mark.parametrize("ligature", ["لا", "لأ", "لله"])
def test_a_sign_that_stands_for_several_letters_keeps_their_order(ligature, order):
    row = ["ى", "ب", ligature, "ا"]
    assert text_of(row, order=order) == f"ا{ligature}بى"


def test_a_gap_divides_words_also_where_no_space_was_drawn():
    assert text_of(["2", "1", "", *MEETING[::-1]]) == f"{MEETING} 21"


def test_signs_drawn_in_several_pieces_of_one_line_are_one_line():
    assert text_of(laid_out("23", "", "", "", "", "", "في", "", "", "", "", MEETING)) == f"{MEETING} في 23"


@pytest.mark.parametrize(
    "text",
    [
        "理事会国际互联网公共政策第12次会议",
        "インターネット関連の公共政策",
        "Совет № 12, ёлка",
        "Œuvre, naïveté « n° 12 »",
    ],
)
def test_what_runs_from_the_left_stays_as_it_is(text):
    assert text_of(list(text)) == text


def test_a_font_that_does_not_say_what_its_signs_mean_gives_no_text_and_says_so():
    content = hostile_files.pdf_file("Not a word can be known")
    assert read_here(content) == ("Not a word can be known", True)
    text, whole = read_here(pdf_files.without_meanings(content))
    assert (text.strip(), whole) == ("", False)


def test_signs_that_are_only_numbered_are_guessed_where_they_are_numbered_as_usual_and_that_is_said():
    assert read_here(pdf_files.drawn(list("Proposal 12"), only_numbered=True)) == ("Proposal 12", False)


def test_a_word_that_was_divided_at_the_end_of_a_line_is_put_together_and_a_symbol_keeps_its_hyphen():
    source = '#set page(width: 120pt)\n#set text(hyphenate: true, lang: "en")\n' + "internationalization " * 4
    text, whole = read_here(hostile_files.pdf_file(source))
    assert whole
    assert text.replace("\n", " ").split() == ["internationalization"] * 4
    assert read_here(hostile_files.pdf_file("CWG-\\ Internet"))[0].split() in (
        ["CWG-Internet"],
        ["CWG-", "Internet"],
    )


def test_only_as_much_is_read_as_the_limits_say():
    content = hostile_files.pdf_file("Use of names", pages=3)
    assert read_here(content) == ("Use of names\fUse of names\fUse of names", True)
    assert read_here(content, pdf_text_pages=2) == ("Use of names\fUse of names", False)
    assert read_here(content, text_chars=15) == ("Use of names\fUs", False)


def test_what_is_no_pdf_is_refused():
    with pytest.raises(Refused):
        read_here(b"%PDF- of no use")


def test_the_child_reads_it_sealed_off(read):
    assert read(pdf_files.drawn(laid_out("12", " ", MEETING))) == ReadText(f"{MEETING} 12", whole=True)
