"""What in a Word file can run or be opened from inside it (quality.md 19). All of it is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .findings import Finding, info, refuse
from .package import Relation
from .word_checks import STORIES, WordCheck
from .xml_parts import Handlers, word_attribute

_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_PROGRAM = b"MZ"
_CHART_TYPES = ("drawingml.chart+xml", "ms-office.chartex+xml")


class Macros(WordCheck):
    """VBA projects and the old toolbars that call them, by type, relation or name, whichever is left."""

    def __init__(self, package) -> None:
        super().__init__(package)
        self._found = ""
        for content_type in package.stated_types():
            if "macroenabled" in content_type or _is_macro_type(content_type):
                self._found = content_type

    def part(self, name: str, content_type: str, head: bytes) -> None:
        if _is_macro_type(content_type) or name.lower().endswith(("vbaproject.bin", "vbadata.xml")):
            self._found = name

    def relation(self, relation: Relation) -> None:
        if relation.kind.lower() in ("vbaproject", "wordvbadata", "attachedtoolbars"):
            self._found = relation.target

    def finish(self) -> Iterable[Finding]:
        if self._found:
            yield refuse("docx_macros", part=self._found)


def _is_macro_type(content_type: str) -> bool:
    return "vbaproject" in content_type or "vbadata" in content_type or "attachedtoolbars" in content_type


class EmbeddedObjects(WordCheck):
    """OLE objects, ActiveX controls and files inside the file. A chart's own workbook is the one exception,
    because Word makes one for every chart; the delegate is told, since it may hold more than the chart shows."""

    def __init__(self, package) -> None:
        super().__init__(package)
        self._refused: list[str] = []
        self._chart_workbooks: set[str] = set()
        self._embedded: list[str] = []

    def relation(self, relation: Relation) -> None:
        kind = relation.kind.lower()
        if kind in ("oleobject", "control", "activexcontrolbinary"):
            self._refused.append(relation.target)
        elif kind == "package" and not relation.external:
            if self.package.content_type(relation.source).endswith(_CHART_TYPES):
                self._chart_workbooks.add(relation.part.casefold())
            else:
                self._refused.append(relation.target)

    def part(self, name: str, content_type: str, head: bytes) -> None:
        foreign = head.startswith((_COMPOUND_FILE, _PROGRAM)) and not _is_macro_type(content_type)
        if foreign or "oleobject" in content_type or "activex" in content_type:
            self._refused.append(name)
        elif head.startswith(_ZIP):
            self._embedded.append(name)

    def listen(self, role: str, handlers: Handlers) -> None:
        handlers.on_start("o:OLEObject", lambda _attributes: self._refused.append(""))
        handlers.on_start("w:control", lambda _attributes: self._refused.append(""))

    def finish(self) -> Iterable[Finding]:
        workbooks = [name for name in self._embedded if name.casefold() in self._chart_workbooks]
        refused = self._refused + [name for name in self._embedded if name not in workbooks]
        if refused:
            yield refuse("docx_ole", part=max(refused, key=len))
        if workbooks:
            yield info("chart_workbooks", count=len(workbooks))


class ForeignChunks(WordCheck):
    """Parts in another format that Word would import on opening: nobody who checks the file sees that text."""

    def __init__(self, package) -> None:
        super().__init__(package)
        self._found = ""

    def relation(self, relation: Relation) -> None:
        if relation.kind.lower() in ("afchunk", "subdocument"):
            self._found = relation.target or "?"

    def finish(self) -> Iterable[Finding]:
        if self._found:
            yield refuse("docx_foreign_chunk", part=self._found)


class DataExchangeFields(WordCheck):
    """DDE and DDEAUTO fields start a program when the fields are updated. Their text may be spread over runs."""

    _command = re.compile(r"\s*\"?\s*DDE(AUTO)?\b", re.IGNORECASE)

    def __init__(self, package) -> None:
        super().__init__(package)
        self._open: list[list[str]] = []
        self._reading = False
        self._found = False

    def listen(self, role: str, handlers: Handlers) -> None:
        self._open, self._reading = [], False
        if role not in STORIES:
            return
        handlers.on_start("w:fldSimple", self._simple)
        handlers.on_start("w:fldChar", self._mark)
        handlers.on_start("w:instrText", self._begin_text)
        handlers.on_end("w:instrText", self._end_text)
        handlers.texts.append(self._text)

    def _simple(self, attributes: dict[str, str]) -> None:
        self._judge(word_attribute(attributes, "instr") or "")

    def _mark(self, attributes: dict[str, str]) -> None:
        kind = word_attribute(attributes, "fldCharType")
        if kind == "begin":
            self._open.append([])
        elif kind in ("separate", "end") and self._open:
            self._judge("".join(self._open[-1]))
            self._open[-1] = []
            if kind == "end":
                self._open.pop()

    def _begin_text(self, _attributes: dict[str, str]) -> None:
        self._reading = True

    def _end_text(self) -> None:
        self._reading = False

    def _text(self, data: str) -> None:
        if self._reading:
            if not self._open:
                self._open.append([])
            # The command stands first; a field's megabytes of rest are not kept.
            if len(self._open[-1]) < 64:
                self._open[-1].append(data[:256])

    def _judge(self, instruction: str) -> None:
        if self._command.match(instruction):
            self._found = True

    def finish(self) -> Iterable[Finding]:
        if self._found:
            yield refuse("docx_dde")
