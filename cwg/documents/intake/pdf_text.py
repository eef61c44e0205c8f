"""The text of a PDF, for search and citations: best effort, bounded in pages, characters and time."""

from __future__ import annotations

from typing import BinaryIO

from . import pdf_pages
from .findings import Refused
from .foreign_text import clean_text
from .limits import Limits
from .time_budget import OutOfTime, time_budget

# Of the letters of a page, so many that cannot be known are a sign or two, such as a formula's; more are words.
_UNKNOWN_LETTERS = 0.02


def read_pdf(stream: BinaryIO, limits: Limits) -> tuple[str, bool]:
    """Its text, pages divided by a form feed, and whether that is all of it. Raises Refused where it does not open.

    Letters whose font does not say which they are (ISO 32000-2, 9.10.2) are left out, and then it is not all.
    """
    stream.seek(0)
    texts: list[str] = []
    length = 0
    whole = True
    try:
        with time_budget(limits.text_seconds):
            for page in pdf_pages.pages(stream.read()):
                if len(texts) == limits.pdf_text_pages:
                    whole = False
                    break
                texts.append(page.text)
                whole = whole and page.unknown <= _UNKNOWN_LETTERS * page.letters
                length += len(page.text)
                if length > limits.text_chars:
                    whole = False
                    break
    except OutOfTime:
        whole = False
    except ValueError:
        raise Refused("pdf_unreadable") from None
    return clean_text("\f".join(texts), limits.text_chars), whole
