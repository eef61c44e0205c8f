"""Inspects a PDF: it must open without a password, with all its pages, and do nothing by itself (quality.md 16-20).

Its text is not read for that: a long one would have people wait. `pdf_text` does, in a child of its own.
"""

from __future__ import annotations

import logging
from typing import BinaryIO

from pypdf import PdfReader

from .findings import MEDIA_TYPES, PDF, Finding, Inspection, info, warn
from .foreign_text import clean_line
from .limits import Limits
from .pdf_objects import Survey
from .pdf_opening import Reader, open_pdf

# A damaged file makes pypdf write a line per fault; nobody reads them.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

_MOST_AUTHORS = 50


def inspect_pdf(stream: BinaryIO, size: int, limits: Limits) -> Inspection:
    """Raises Refused. CPU time is bounded in parts, so that a long but honest file is taken."""
    stream.seek(0)
    reader = open_pdf(stream.read())
    pages = len(reader.pages)
    title, author = _metadata(reader)
    survey = Survey(reader, limits.walk_seconds)
    authors = [name for name in dict.fromkeys([author, *survey.notes.authors]) if name][:_MOST_AUTHORS]
    return Inspection(
        format=PDF,
        media_type=MEDIA_TYPES[PDF],
        size=size,
        pages=pages,
        refusals=survey.actions.refusals,
        findings=tuple(_findings(reader, survey, authors)),
        authors=tuple(authors),
        comments=survey.notes.count,
        title=title,
    )


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


def _findings(reader: Reader, survey: Survey, authors: list[str]) -> list[Finding]:
    found: list[Finding] = []
    automatic = {finding.code for finding in survey.actions.refusals}
    if survey.actions.javascript and not automatic & {"pdf_javascript_on_opening", "pdf_xfa_script"}:
        found.append(warn("pdf_javascript"))
    if survey.embedded_files:
        found.append(warn("pdf_embedded_files", count=survey.embedded_files, names=survey.embedded_names))
    if not survey.complete:
        found.append(warn("pdf_not_fully_checked"))
    if reader.is_restricted:
        found.append(info("pdf_owner_password"))
    if survey.notes.count:
        found.append(info("comments", count=survey.notes.count))
    if survey.actions.links:
        found.append(info("external_links", count=survey.actions.links))
    if authors:
        found.append(info("authors", names=authors))
    return found
