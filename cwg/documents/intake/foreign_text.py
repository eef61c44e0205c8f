"""Cleans text that somebody else's file gave us, before it is shown, stored or compared."""

from __future__ import annotations

import re
import unicodedata

# Marks that turn the direction of what follows: a name that carries one can show another ending than it has.
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# Unassigned for text: controls (other than tab, newline, form feed), NUL, lone surrogates, noncharacters U+FFFE/F.
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def is_shown(character: str) -> bool:
    """Whether a character may stand in one line of shown text (joiners of Arabic and Indic scripts may)."""
    if character in BIDI_CONTROLS or character in "\ufeff\ufffe\uffff":
        return False
    return unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")


def clean_line(value: object, limit: int = 200) -> str:
    """One line without controls and direction marks, white space folded, at most `limit` characters."""
    raw = value if isinstance(value, str) else ""
    # A hostile property may be megabytes long; what will be cut away is not worth cleaning.
    spaced = "".join(" " if char.isspace() else char for char in raw[: limit * 8])
    return " ".join("".join(filter(is_shown, spaced)).split())[:limit]


def clean_text(value: str, limit: int) -> str:
    """Running text that PostgreSQL can store: no NUL, no lone surrogates, at most `limit` characters.

    A vertical tab, by which word processors break a line within a paragraph, becomes the break of a line."""
    return _NOT_TEXT.sub("", value[:limit].replace("\v", "\n"))
