"""The plan of every check on a Word package: what it may listen to while the parts stream past once."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass

from .findings import Finding
from .package import Package, Relation
from .xml_parts import Handlers

# Roles of parts, by the end of their content type. Stories are the parts that people write in.
DOCUMENT, HEADER, FOOTER = "document", "header", "footer"
FOOTNOTES, ENDNOTES, COMMENTS = "footnotes", "endnotes", "comments"
STYLES, CORE, APP, OTHER = "styles", "core", "app", "other"
STORIES = frozenset((DOCUMENT, HEADER, FOOTER, FOOTNOTES, ENDNOTES))
_ROLES = (
    ("wordprocessingml.header+xml", HEADER),
    ("wordprocessingml.footer+xml", FOOTER),
    ("wordprocessingml.footnotes+xml", FOOTNOTES),
    ("wordprocessingml.endnotes+xml", ENDNOTES),
    ("wordprocessingml.comments+xml", COMMENTS),
    ("package.core-properties+xml", CORE),
    ("officedocument.extended-properties+xml", APP),
)
_STYLES_TYPE = "wordprocessingml.styles+xml"


def role_of(package: Package, part: str) -> str:
    if part == package.main_part:
        return DOCUMENT
    content_type = package.content_type(part)
    # The glossary, where there is one, has styles of its own.
    if content_type.endswith(_STYLES_TYPE) and posixpath.dirname(part) == posixpath.dirname(
        package.main_part
    ):
        return STYLES
    for ending, role in _ROLES:
        if content_type.endswith(ending):
            return role
    return OTHER


@dataclass(frozen=True)
class Nested:
    """A file inside the file. `kind` is that of `Package`, or one of `legacy_office`; `""` for one that nobody here can
    judge."""

    kind: str
    refusals: tuple[Finding, ...] = ()


class WordCheck:
    """One concern. The walk calls `relation` for every relation, then `part` for every entry, `listen` for every
    XML part (styles first), `nested` for every container among the parts, and `finish` at the end; a check overrides
    what it needs and collects findings there. Files inside the file are walked by the same checks."""

    def __init__(self, package: Package) -> None:
        self.package = package

    def part(self, name: str, content_type: str, head: bytes) -> None:
        """An entry that is no folder, with its first bytes."""

    def relation(self, relation: Relation) -> None:
        """A relation of the package or of any part, read before the parts."""

    def listen(self, role: str, handlers: Handlers) -> None:
        """Adds handlers for a part that is about to be parsed."""

    def nested(self, name: str, found: Nested) -> None:
        """What was found in an entry that is a container itself."""

    def finish(self) -> Iterable[Finding]:
        return ()
