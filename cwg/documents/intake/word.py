"""Inspects a Word package: one walk over its entries, every check listening."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from .archive import Archive, Entry
from .findings import DOCX, MEDIA_TYPES, Finding, Inspection, info, refuse
from .limits import Limits
from .package import Package
from .word_active import DataExchangeFields, EmbeddedObjects, ForeignChunks, Macros
from .word_changes import Authors, Comments, HiddenText, Properties, TrackedChanges
from .word_checks import WordCheck, role_of
from .word_links import ExternalContent, ExternalTemplate
from .word_text import Text
from .xml_parts import Handlers, looks_like_xml, read_xml

_XML_ENDINGS = (".xml", ".rels")


def inspect_word(stream: BinaryIO, size: int, limits: Limits) -> Inspection:
    """Raises Refused where reading on is useless; other refusals are collected, so that all are told at once."""
    package = Package(Archive(stream, size, limits), limits)
    authors = Authors()
    text = Text(package, limits.text_chars)
    changes = TrackedChanges(package, authors)
    comments = Comments(package, authors)
    properties = Properties(package, authors)
    checks: list[WordCheck] = [
        text,
        Macros(package),
        EmbeddedObjects(package),
        ForeignChunks(package),
        DataExchangeFields(package),
        ExternalTemplate(package),
        ExternalContent(package),
        changes,
        comments,
        HiddenText(package),
        properties,
    ]
    nested_macros = _walk(package, checks, limits)
    said: list[Finding] = [finding for check in checks for finding in check.finish()]
    if nested_macros and not any(finding.code == "docx_macros" for finding in said):
        said.append(refuse("docx_macros", part=nested_macros))
    if authors.names:
        said.append(info("authors", names=list(authors.names)))
    return Inspection(
        format=DOCX,
        media_type=MEDIA_TYPES[DOCX],
        size=size,
        pages=properties.pages,
        pages_declared=properties.pages is not None,
        refusals=tuple(finding for finding in said if finding.severity == "refuse"),
        findings=tuple(finding for finding in said if finding.severity != "refuse"),
        text=text.text,
        authors=tuple(authors.names),
        tracked_changes=changes.count,
        comments=comments.count,
        title=properties.title,
    )


def _walk(package: Package, checks: list[WordCheck], limits: Limits) -> str:
    """Reads every entry once, relations first. Returns the name of an embedded package that carries macros."""
    archive = package.archive
    nested_macros = ""
    entries = [entry for entry in archive.entries if not entry.is_folder]
    relations: list[Entry] = []
    parts: list[Entry] = []
    for entry in entries:
        (relations if entry.name.lower().endswith(".rels") else parts).append(entry)
    for entry in relations:
        for relation in package.read_relations(entry):
            for check in checks:
                check.relation(relation)
    for entry in parts:
        content_type = package.content_type(entry.name)
        chunks = archive.read(entry)
        head = next(chunks, b"")
        for check in checks:
            check.part(entry.name, content_type, head)
        whole = chain((head,), chunks)
        stated = content_type.endswith(("+xml", "/xml")) or entry.name.lower().endswith(_XML_ENDINGS)
        if stated or looks_like_xml(head):
            handlers = Handlers()
            role = role_of(package, entry.name)
            for check in checks:
                check.listen(role, handlers)
            read_xml(whole, entry.name, handlers, most_depth=limits.xml_depth, must_be_xml=stated)
        elif head.startswith(b"PK\x03\x04"):
            nested_macros = _names_macros(entry, whole) or nested_macros
        else:
            for _piece in whole:
                pass
    return nested_macros


def _names_macros(entry: Entry, chunks: Iterator[bytes]) -> str:
    """The entry's name if the package in it lists a VBA project; the names inside a zip are never packed."""
    mark = b"vbaproject"
    tail = b""
    found = ""
    for piece in chunks:
        seen = tail + piece.lower()
        if mark in seen:
            found = entry.name
        tail = seen[-len(mark) :]
    return found
