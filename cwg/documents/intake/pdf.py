"""Inspects a PDF: it must open, unprotected, with pages; what it can do or carries is flagged (quality.md 16, 20).

Its text is not read for that: a long one would have people wait. `read_pdf` does, in a child of its own.
"""

from __future__ import annotations

import logging
from io import BytesIO
from typing import BinaryIO

from pypdf import PdfReader
from pypdf.errors import DependencyError

from .findings import MEDIA_TYPES, PDF, Finding, Inspection, Refused, info, warn
from .foreign_text import clean_line
from .limits import Limits
from .pdf_objects import Survey
from .pdf_text import read_text

# A damaged file makes pypdf write a line per fault; nobody reads them.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

_TAIL = 4096
_MOST_AUTHORS = 50


def inspect_pdf(stream: BinaryIO, size: int, limits: Limits) -> Inspection:
    """Raises Refused. CPU time is bounded in parts, so that a long but honest file is taken."""
    stream.seek(0)
    content = stream.read()
    tail = content[-_TAIL:]
    # ISO 32000-2, 7.5.5: a file ends with startxref, its number and %%EOF.
    if b"%%EOF" not in tail or b"startxref" not in tail:
        raise Refused("truncated")
    reader, pages = _open(content)
    if pages == 0:
        raise Refused("pdf_no_pages")
    title, author = _metadata(reader)
    survey = Survey(reader, limits.walk_seconds)
    authors = [name for name in dict.fromkeys([author, *survey.annotators]) if name][:_MOST_AUTHORS]
    return Inspection(
        format=PDF,
        media_type=MEDIA_TYPES[PDF],
        size=size,
        pages=pages,
        findings=tuple(_findings(survey, authors)),
        authors=tuple(authors),
        comments=survey.comments,
        title=title,
    )


def read_pdf(stream: BinaryIO, limits: Limits) -> tuple[str, bool]:
    """Its text, pages divided by a form feed, and whether that is all of it. Raises Refused where it does not open."""
    stream.seek(0)
    reader, pages = _open(stream.read())
    return read_text(reader, pages, limits)


def _open(content: bytes) -> tuple[PdfReader, int]:
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted:
            raise Refused("pdf_encrypted")
        return reader, len(reader.pages)
    except (Refused, MemoryError):
        raise
    except DependencyError:
        # The child has no ciphers, on purpose: only a protected file asks for them.
        raise Refused("pdf_encrypted") from None
    except Exception:
        # pypdf raises whatever a broken structure runs into; each is the same news to the sender.
        raise Refused("pdf_encrypted" if b"/Encrypt" in content else "pdf_unreadable") from None


def _metadata(reader: PdfReader) -> tuple[str, str]:
    try:
        metadata = reader.metadata
        return (
            clean_line(metadata.title if metadata else "", 300),
            clean_line(metadata.author if metadata else "", 120),
        )
    except MemoryError:
        raise
    except Exception:
        return "", ""


def _findings(survey: Survey, authors: list[str]) -> list[Finding]:
    found: list[Finding] = []
    if survey.javascript:
        found.append(warn("pdf_javascript"))
    if survey.launches:
        found.append(warn("pdf_launch"))
    if survey.embedded_files:
        found.append(warn("pdf_embedded_files", count=survey.embedded_files, names=survey.embedded_names))
    if not survey.complete:
        found.append(warn("pdf_not_fully_checked"))
    if survey.comments:
        found.append(info("comments", count=survey.comments))
    if survey.links:
        found.append(info("external_links", count=survey.links))
    if authors:
        found.append(info("authors", names=authors))
    return found
