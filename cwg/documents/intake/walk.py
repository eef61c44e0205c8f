"""Walks over the entries of a package once, relations first, every check listening; and into what lies in it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import chain

from . import legacy_office
from .archive import Archive, Entry
from .compound import COMPOUND_FILE
from .findings import Finding, Refused
from .limits import Limits
from .package import CONTENT_TYPES, Package, Relation, source_of
from .word_active import ActiveX, EmbeddedObjects, ForeignChunks, Macros
from .word_checks import STYLES, Nested, WordCheck, role_of
from .word_fields import Fields
from .word_links import ExternalContent, ExternalTemplate
from .xml_parts import Handlers, looks_like_xml, read_xml

_XML_ENDINGS = (".xml", ".rels")
_ZIP = b"PK\x03\x04"
# What of a file inside is told as it is. Whatever else ends the reading of one means that it cannot be judged.
_SAID_OF_NESTED = ("zip_unpacked", "zip_entries", "zip_ratio", "docx_nesting", "docx_dtd")


def active_checks(package: Package) -> list[WordCheck]:
    """What is asked of every package, the file itself and those inside it: whether it does anything by itself."""
    return [
        Macros(package),
        ActiveX(package),
        EmbeddedObjects(package),
        ForeignChunks(package),
        Fields(package),
        ExternalTemplate(package),
        ExternalContent(package),
    ]


def walk(package: Package, checks: Sequence[WordCheck], limits: Limits, depth: int = 0) -> None:
    """Raises Refused where reading on is useless. `depth` is 0 for the file itself, 1 for a file inside it."""
    archive = package.archive
    parts = [entry for entry in archive.entries if not _holds_relations(entry)]
    led_to = {package.main_part.casefold(), CONTENT_TYPES.casefold()}
    chunks_of_text: set[str] = set()
    for relation in _relations(package):
        if not relation.external:
            led_to.add(relation.part.casefold())
            if relation.kind.lower() == "afchunk":
                chunks_of_text.add(relation.part.casefold())
        for check in checks:
            check.relation(relation)
    # What is hidden in a paragraph depends on its style.
    parts.sort(key=lambda entry: role_of(package, entry.name) != STYLES)
    for entry in parts:
        content_type = package.content_type(entry.name)
        chunks = archive.read(entry)
        head = next(chunks, b"")
        for check in checks:
            check.part(entry.name, content_type, head)
        whole = chain((head,), chunks)
        stated = entry.name.casefold() in led_to and _is_stated_xml(entry.name, content_type)
        if entry.name.casefold() in chunks_of_text:
            # Refused for being there at all; what kind of page it is does not matter any more.
            _pass_over(whole)
        elif stated or looks_like_xml(head):
            handlers = Handlers()
            role = role_of(package, entry.name)
            for check in checks:
                check.listen(role, handlers)
            read_xml(whole, entry.name, handlers, most_depth=limits.xml_depth, must_be_xml=stated)
        elif head.startswith((_ZIP, COMPOUND_FILE)):
            found = _look_inside(entry, whole, archive, limits, depth + 1)
            for check in checks:
                check.nested(entry.name, found)
        else:
            _pass_over(whole)


def _holds_relations(entry: Entry) -> bool:
    return entry.name.lower().endswith(".rels")


def _relations(package: Package) -> Iterator[Relation]:
    """All relations, from part to part as they lead; last those of parts that nothing leads to. Word does not read
    these, and they need not be sound: a Mac, for one, puts a file of its own beside each of those of others."""
    unread: dict[str, list[Entry]] = {}
    for entry in package.archive.entries:
        if _holds_relations(entry):
            unread.setdefault(source_of(entry.name).casefold(), []).append(entry)
    waiting = [""]
    while waiting:
        for entry in unread.pop(waiting.pop(), ()):
            for relation in package.read_relations(entry):
                if not relation.external:
                    waiting.append(relation.part.casefold())
                yield relation
    for entry in chain.from_iterable(unread.values()):
        yield from package.read_relations(entry, must_be_xml=False)


def _is_stated_xml(name: str, content_type: str) -> bool:
    """Whether Word, or we, would read the part as XML and stumble over what is none. Pictures are only drawn."""
    if content_type.startswith("image/"):
        return False
    return content_type.endswith(("+xml", "/xml")) or name.lower().endswith(_XML_ENDINGS)


def _pass_over(chunks: Iterator[bytes]) -> None:
    """Reads to the end, so that sizes and sums are checked."""
    for _piece in chunks:
        pass


def _look_inside(
    entry: Entry, chunks: Iterator[bytes], archive: Archive, limits: Limits, depth: int
) -> Nested:
    if depth > limits.embedded_depth:
        raise Refused("docx_nesting", part=entry.name, limit=limits.embedded_depth)
    if entry.size > limits.embedded_bytes:
        raise Refused("zip_unpacked", limit=limits.embedded_bytes)
    content = b"".join(chunks)

    def look_into_package(content: bytes) -> Nested:
        return _look_into_package(content, archive, limits, depth)

    try:
        if content.startswith(_ZIP):
            found = look_into_package(content)
        else:
            found = legacy_office.judge(content, look_into_package)
    except Refused as ended:
        if ended.finding.code not in _SAID_OF_NESTED:
            return Nested("")
        raise Refused(ended.finding.code, **{**ended.finding.data, "part": entry.name}) from None
    # A person can find the file inside by this name, and not a part of it.
    named = (Finding(said.code, said.severity, {**said.data, "part": entry.name}) for said in found.refusals)
    return Nested(found.kind, tuple(named))


def _look_into_package(content: bytes, archive: Archive, limits: Limits, depth: int) -> Nested:
    inner = Package(Archive(io.BytesIO(content), len(content), limits, archive.spent), limits)
    if not inner.kind:
        return Nested("")
    checks = active_checks(inner)
    walk(inner, checks, limits, depth)
    said = (finding for check in checks for finding in check.finish())
    return Nested(inner.kind, tuple(finding for finding in said if finding.severity == "refuse"))
