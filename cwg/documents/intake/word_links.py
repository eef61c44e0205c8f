"""What a Word file fetches from elsewhere when it is opened (quality.md 17 and 19)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from .findings import Finding, info, refuse, warn
from .package import Relation
from .word_checks import WordCheck

_DRIVE = re.compile(r"/*[A-Za-z]:[\\/]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


def is_elsewhere(target: str) -> bool:
    """Whether opening `target` could leave the reader's own computer: any address, any network share.

    A path on a drive, a plain file name and `file:` with such a path are not; a host, a double slash or a
    double backslash is. Escapes are undone first, as Word does.
    """
    plain = unquote(target).strip().replace("\\", "/")
    if plain.lower().startswith("file:"):
        path = plain[5:]
        if path.lower().startswith("//localhost/"):
            path = path[len("//localhost") :]
        if _DRIVE.match(path):
            return False
        # file:///home/x is a path of this computer, file://host/x and file:////host/x are not.
        return re.match(r"/(//)?[^/]", path) is None
    if _DRIVE.match(plain):
        return False
    return plain.startswith("//") or _SCHEME.match(plain) is not None


class ExternalTemplate(WordCheck):
    """A template fetched from the network can bring macros into a file that has none, and tells its owner who
    reads. Word also writes the path of the author's own template into ordinary files: that is only shown."""

    def __init__(self, package) -> None:
        super().__init__(package)
        self._elsewhere = ""
        self._own = ""

    def relation(self, relation: Relation) -> None:
        if relation.kind.lower() != "attachedtemplate":
            return
        if relation.external and not is_elsewhere(relation.target):
            self._own = unquote(relation.target)
        else:
            self._elsewhere = relation.target or "?"

    def finish(self) -> Iterable[Finding]:
        if self._elsewhere:
            yield refuse("docx_external_template", target=self._elsewhere)
        if self._own:
            yield info("template_path", target=self._own)


class ExternalContent(WordCheck):
    """Hyperlinks are counted; pictures and the like that are loaded from elsewhere are warned of; frames and
    whole documents from elsewhere are refused."""

    _refused = frozenset(("frame", "package", "subdocument", "afchunk"))
    _judged_by_others = frozenset(("attachedtemplate", "oleobject", "control"))

    def __init__(self, package) -> None:
        super().__init__(package)
        self._links = 0
        self._loaded: list[str] = []
        self._foreign = ""

    def relation(self, relation: Relation) -> None:
        kind = relation.kind.lower()
        if not relation.external or kind in self._judged_by_others:
            return
        if kind == "hyperlink":
            self._links += 1
        elif kind in self._refused:
            self._foreign = relation.target or "?"
        else:
            self._loaded.append(relation.target)

    def finish(self) -> Iterable[Finding]:
        if self._foreign:
            yield refuse("docx_external_part", target=self._foreign)
        if self._loaded:
            yield warn("external_content", count=len(self._loaded), target=self._loaded[0])
        if self._links:
            yield info("external_links", count=self._links)
