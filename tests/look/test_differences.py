"""Where two texts differ, word by word."""

import pytest

from cwg.look.differences import Piece, marked

SAME, GONE, NEW = Piece.SAME, Piece.GONE, Piece.NEW


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("", "", []),
        ("One text", "One text", [(SAME, "One text")]),
        ("Fair prices", "Fair and low prices", [(SAME, "Fair "), (NEW, "and low "), (SAME, "prices")]),
        ("Fair prices.", "Fair prices", [(SAME, "Fair prices"), (GONE, ".")]),
        ("Note it", "", [(GONE, "Note it")]),
        ("", "Note it", [(NEW, "Note it")]),
        ("互联网治理", "互联网的治理", [(SAME, "互联网"), (NEW, "的"), (SAME, "治理")]),
        ("إدارة الإنترنت", "إدارة أسماء الإنترنت", [(SAME, "إدارة "), (NEW, "أسماء "), (SAME, "الإنترنت")]),
    ],
)
def test_the_pieces_of_both_texts_in_their_order(old, new, found):
    assert marked(old, new) == found


@pytest.mark.parametrize("length", [10, 5_000, 60_000])
def test_nothing_of_either_text_is_missing_however_long_they_are(length):
    old = "one two three.\n" * length
    new = "one two four.\n" * length
    pieces = marked(old, new)
    assert "".join(words for kind, words in pieces if kind != NEW) == old
    assert "".join(words for kind, words in pieces if kind != GONE) == new
