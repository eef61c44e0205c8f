"""What a Word file fetches from elsewhere when it is opened, and where its links lead (quality.md 17 and 19)."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from .findings import Finding, info, refuse, warn
from .package import Package, Relation
from .reach import OWN, SHARE, WEB, addresses_in, names_own_file, reach_of
from .word_checks import WordCheck
from .xml_parts import Handlers, word_attribute


class ExternalTemplate(WordCheck):
    """A template fetched from the network can bring macros into a file that has none, and tells its owner who
    reads. Word also writes the path of the author's own template into ordinary files: that is only shown."""

    def __init__(self, package: Package) -> None:
        super().__init__(package)
        self._elsewhere = ""
        self._own = ""

    def relation(self, relation: Relation) -> None:
        if relation.kind.lower() != "attachedtemplate":
            return
        if reach_of(relation.target) == OWN:
            self._own = unquote(relation.target)
        else:
            self._elsewhere = relation.target

    def finish(self) -> Iterable[Finding]:
        if self._elsewhere:
            yield refuse("docx_external_template", target=self._elsewhere)
        if self._own:
            yield info("template_path", target=self._own)


class ExternalContent(WordCheck):
    """Links to the web are counted; pictures and the like that are loaded from there are warned of. What a network
    share is asked for, by itself or by a click, is refused, and so are frames and parts of the text from elsewhere."""

    # Word takes these into the document itself.
    _content = frozenset(("frame", "package", "oleobject", "mailmergesource", "mailmergeheadersource"))
    # Judged by other checks; or, of a workbook, not followed before somebody opens it by itself and says yes.
    _passed_over = frozenset(
        (
            *("attachedtemplate", "control", "subdocument", "afchunk"),
            *("externallinkpath", "xlexternallinkpath", "xlpathmissing", "externallinklongpath"),
        )
    )

    def __init__(self, package: Package) -> None:
        super().__init__(package)
        self._links = 0
        self._own: list[str] = []
        self._loaded: list[str] = []
        self._foreign = ""
        self._share_link = ""

    def relation(self, relation: Relation) -> None:
        kind = relation.kind.lower()
        if not relation.external or kind in self._passed_over:
            return
        reach = reach_of(relation.target)
        if kind == "hyperlink":
            if reach == SHARE:
                self._share_link = relation.target
            elif reach == WEB:
                self._links += 1
            elif names_own_file(relation.target):
                self._own.append(unquote(relation.target))
        elif kind == "frame" or (reach != OWN and (reach == SHARE or kind in self._content)):
            self._foreign = relation.target or "?"
        elif reach == OWN:
            self._own.append(unquote(relation.target))
        else:
            self._loaded.append(relation.target)

    def listen(self, role: str, handlers: Handlers) -> None:
        for name in ("v:imagedata", "v:fill", "v:stroke"):
            handlers.on_start(name, self._drawn)
        for name in ("w:connectString", "w:udl", "w:query"):
            handlers.on_start(name, self._connected)

    def _connected(self, attributes: dict[str, str]) -> None:
        """The list of addresses that a form letter was made for; Word asks for it when the letter is opened."""
        for target, reach in addresses_in([word_attribute(attributes, "val") or ""]):
            if reach == OWN:
                self._own.append(target)
            else:
                self._foreign = target

    def _drawn(self, attributes: dict[str, str]) -> None:
        """Old drawings may name a picture by its address alone."""
        target = attributes.get("src", "")
        reach = reach_of(target)
        if reach == SHARE:
            self._foreign = target
        elif reach != OWN:
            self._loaded.append(target)

    def finish(self) -> Iterable[Finding]:
        if self._foreign:
            yield refuse("docx_external_part", target=self._foreign)
        if self._share_link:
            yield refuse("docx_share_link", target=self._share_link)
        if self._loaded:
            yield warn("external_content", count=len(self._loaded), target=self._loaded[0])
        if self._own:
            yield info("own_files", count=len(self._own), target=self._own[0])
        if self._links:
            yield info("external_links", count=self._links)
