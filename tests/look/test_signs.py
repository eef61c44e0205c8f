"""What a text that people type may not hold, and what scripts of all six languages need."""

import pytest

from cwg.look import signs

ONE_LINE, CONTROLS, TURNS = "Write this on one line", "control characters", "turn the direction"
UNSEEN = "invisible characters only"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("7c. Any other business", ""),
        ("", ""),
        ("الوثيقة\u200f رقم 7\u200e", ""),  # marks that place a number
        ("می\u200cخواهم", ""),  # a joiner
        ("多语种化 \U0001f310", ""),
        ("7\u202e8", TURNS),
        ("\u202a7\u202c", TURNS),
        ("\u20667\u2069", TURNS),
        ("7\x00", CONTROLS),
        ("7\x1b[2J", CONTROLS),
        ("7\t8", CONTROLS),
        ("7\x85", ONE_LINE),
        ("7\n8", ONE_LINE),
        ("7\r\nBcc: a@x.example", ONE_LINE),
        ("7\u20288", ONE_LINE),
        (" ", ""),  # nothing was typed: whether something must be, others say
        ("\u200b", UNSEEN),
        (" \u200f\u2060", UNSEEN),
        ("\u3164", UNSEEN),
    ],
)
def test_a_line_is_refused_in_a_sentence_that_says_what_to_do(text, said):
    assert said in signs.refusal(text) and bool(signs.refusal(text)) == bool(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("First\r\nsecond\n\tthird", ""),
        ("First\u2028second\vthird\ffourth\x85fifth\u2029sixth", ""),
        ("First\x1csecond", CONTROLS),
        ("First\x07second", CONTROLS),
        ("First\n\u202esecond", TURNS),
        ("\r\n\t ", ""),
        ("\n\u2800\n", UNSEEN),
    ],
)
def test_a_text_of_several_lines_takes_line_breaks_and_tabs_and_nothing_more(text, said):
    found = signs.refusal(text, several_lines=True)
    assert said in found and bool(found) == bool(said)


def test_each_way_to_end_a_line_is_the_same_line_end():
    text = "".join(f"{number}{end}" for number, end in enumerate(["\r\n", *signs.LINE_ENDS]))
    assert signs.one_kind_of_line_ends(text) == "0\n1\n2\n3\n4\n5\n6\n7\n"
    assert signs.one_kind_of_line_ends("\n\r\n\n") == "\n\n\n"
