"""The plan of every check on a Word package: what it may listen to while the parts stream past once."""

from __future__ import annotations

from collections.abc import Iterable

from .findings import Finding
from .package import Package, Relation
from .xml_parts import Handlers

# Roles of parts, by the end of their content type. Stories are the parts that people write in.
DOCUMENT, HEADER, FOOTER = "document", "header", "footer"
FOOTNOTES, ENDNOTES, COMMENTS = "footnotes", "endnotes", "comments"
CORE, APP, OTHER = "core", "app", "other"
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


def role_of(package: Package, part: str) -> str:
    if part == package.main_part:
        return DOCUMENT
    content_type = package.content_type(part)
    for ending, role in _ROLES:
        if content_type.endswith(ending):
            return role
    return OTHER


class WordCheck:
    """One concern. The walk calls `part` for every entry, `relation` for every relation, `listen` for every
    XML part, and `finish` at the end; a check overrides what it needs and collects findings there."""

    def __init__(self, package: Package) -> None:
        self.package = package

    def part(self, name: str, content_type: str, head: bytes) -> None:
        """An entry that is no folder, with its first bytes."""

    def relation(self, relation: Relation) -> None:
        """A relation of the package or of any part, read before the parts."""

    def listen(self, role: str, handlers: Handlers) -> None:
        """Adds handlers for a part that is about to be parsed."""

    def finish(self) -> Iterable[Finding]:
        return ()
