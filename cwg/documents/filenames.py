"""Names of files as people gave them: how they are shown, and how they travel in a header. Never used to store."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from django.utils.http import content_disposition_header

from cwg.documents.intake.foreign_text import is_shown
from cwg.documents.intake.recognition import PROMISING_EXTENSIONS

NAMELESS = "document"
MOST_CHARACTERS = 150
# File systems take 255 bytes; the rest is for what a browser or an archive adds.
MOST_BYTES = 230
_LONGEST_ENDING = 10
# Characters that do not survive quoting alike in all browsers (RFC 6266, appendix D).
_TROUBLE_IN_QUOTES = str.maketrans(dict.fromkeys('"\\%;', "_"))


def display_name(raw: str) -> str:
    """The last segment of an uploaded name without controls, direction marks and needless blanks.

    Letters of every script stay. At most 150 characters and 230 bytes of UTF-8; what is too long loses the
    end of its stem, never its ending. `document` where nothing is left.
    """
    segment = raw.replace("\\", "/").rpartition("/")[2]
    spaced = "".join(" " if character in "\t\n\r\u00a0" else character for character in segment)
    shown = unicodedata.normalize("NFC", "".join(filter(is_shown, spaced)))
    # Leading dots hide a file, trailing dots and blanks are dropped by Windows.
    tidy = " ".join(shown.split()).lstrip(". ").rstrip(". ")
    return _shortened(tidy) or NAMELESS


def named_for_content(name: str, ending: str) -> str:
    """`name` (from `display_name`) with the ending that its content has by its structure: "docx" or "pdf".

    An ending that promises another type gives way; any other ("WSIS-14.7") is part of the name, and stays.
    """
    stem, dot, stated = name.rpartition(".")
    if not dot or not stem or stated.lower() not in PROMISING_EXTENSIONS:
        stem = name
    elif stated.lower() == ending:
        return name
    elif stem.lower().endswith(f".{ending}"):  # "paper.docx.pdf"
        return stem
    return _shortened(f"{stem}.{ending}")


def _shortened(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem or len(ending) > _LONGEST_ENDING or len(ending.encode()) > 4 * _LONGEST_ENDING:
        stem, tail = name, ""
    else:
        tail = dot + ending
    cut = stem[: MOST_CHARACTERS - len(tail)]
    while len((cut + tail).encode()) > MOST_BYTES:
        cut = cut[:-1]
    if cut != stem:
        # A letter is not separated from the marks that belong to it, nor joined to nothing.
        rest = stem[len(cut) :]
        while cut and (unicodedata.combining(rest[0]) or cut[-1] in "\u200c\u200d"):
            rest, cut = cut[-1] + rest, cut[:-1]
        cut = cut.rstrip(". ")
    return cut + tail


def content_disposition(name: str) -> str:
    """The value of one Content-Disposition header, always an attachment (RFC 6266, RFC 8187).

    A plain name stands alone; any other is given twice, as ASCII for old programs and in full for the rest.
    Whatever `name` holds, the value is one line of printable ASCII.
    """
    shown = display_name(name)
    plain = _ascii(shown)
    if plain == shown:
        return content_disposition_header(as_attachment=True, filename=plain)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(shown, safe='')}"


def _ascii(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    return (_letters(stem) or NAMELESS) + dot + _letters(ending)


def _letters(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    folded = "".join(character for character in decomposed if character.isprintable())
    return " ".join(folded.translate(_TROUBLE_IN_QUOTES).split())
