"""Inspects a Word file: what acts, what it says, what it still carries of its making."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import BinaryIO

from .archive import Archive
from .findings import DOCX, MEDIA_TYPES, Finding, Inspection, info, refuse
from .limits import Limits
from .package import Package
from .walk import active_checks, walk
from .word_changes import Authors, Comments, Properties, TrackedChanges
from .word_checks import WordCheck
from .word_hidden import HiddenText
from .word_text import Text


def inspect_word(stream: BinaryIO, size: int, limits: Limits) -> Inspection:
    """Raises Refused where reading on is useless; other refusals are collected, so that all are told at once."""
    package = Package(Archive(stream, size, limits), limits)
    package.check_is_word_document()
    authors = Authors()
    text = Text(package, limits.text_chars)
    changes = TrackedChanges(package, authors)
    comments = Comments(package, authors)
    properties = Properties(package, authors)
    checks: list[WordCheck] = [
        text,
        *active_checks(package),
        changes,
        comments,
        HiddenText(package),
        properties,
    ]
    walk(package, checks, limits)
    said = _each_once(finding for check in checks for finding in check.finish())
    if package.is_macro_enabled and "docx_macros" not in said:
        said["docx_macro_enabled"] = refuse("docx_macro_enabled")
    if authors.names:
        said["authors"] = info("authors", names=list(authors.names))
    return Inspection(
        format=DOCX,
        media_type=MEDIA_TYPES[DOCX],
        size=size,
        pages=properties.pages,
        pages_declared=properties.pages is not None,
        refusals=tuple(finding for finding in said.values() if finding.severity == "refuse"),
        findings=tuple(finding for finding in said.values() if finding.severity != "refuse"),
        text=text.text,
        authors=tuple(authors.names),
        tracked_changes=changes.count,
        comments=comments.count,
        title=properties.title,
    )


def _each_once(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Findings by code, in order. A picture is counted by relation and by field, and the higher number is told; a link
    is the one or the other, and both numbers are added."""
    said: dict[str, Finding] = {}
    for finding in findings:
        earlier = said.get(finding.code)
        if earlier is None:
            said[finding.code] = finding
        elif "count" in earlier.data and "count" in finding.data:
            counts = (earlier.data["count"], finding.data["count"])
            count = sum(counts) if finding.code == "external_links" else max(counts)
            said[finding.code] = replace(earlier, data={**earlier.data, "count": count})
    return said
