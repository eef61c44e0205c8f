"""The text of a PDF, for search and citations: best effort, bounded in pages, characters and time."""

from __future__ import annotations

from pypdf import PdfReader

from .foreign_text import clean_text
from .limits import Limits
from .time_budget import OutOfTime, time_budget


def read_text(reader: PdfReader, pages: int, limits: Limits) -> tuple[str, bool]:
    """Pages divided by a form feed, and whether all of them could be read."""
    texts: list[str] = []
    length = 0
    whole = pages <= limits.pdf_text_pages
    try:
        with time_budget(limits.text_seconds):
            for page in reader.pages[: limits.pdf_text_pages]:
                try:
                    text = page.extract_text()
                except Exception:
                    # Also out of memory: the file stands as it is, only its text is not known.
                    text, whole = "", False
                texts.append(text)
                length += len(text)
                if length > limits.text_chars:
                    whole = False
                    break
    except OutOfTime:
        whole = False
    return clean_text("\f".join(texts), limits.text_chars), whole
