"""Whether words that are asked for are there: something that a reader sees, and can click on."""

import unicodedata

# Letters and signs that print nothing: the fillers of Hangul, and the empty cell of Braille.
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def is_empty(text: str) -> bool:
    """Whether nothing of `text` is seen: no words, blanks, controls, or marks without a letter under them alone."""
    return all(each in _FILLERS or unicodedata.category(each)[0] in "CMZ" for each in text)
