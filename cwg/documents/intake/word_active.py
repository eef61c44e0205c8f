"""What in a Word file can run or be opened from inside it (quality.md 19).

Macros, controls and objects that nobody can judge are refused; Office documents inside the file that have none of
these themselves are taken and told.
"""

from __future__ import annotations

from collections.abc import Iterable

from .compound import COMPOUND_FILE
from .findings import Finding, info, refuse
from .legacy_office import EQUATION
from .package import Package, Relation
from .word_checks import Nested, WordCheck
from .xml_parts import Handlers

_ZIP = b"PK\x03\x04"
_PROGRAM = b"MZ"
_CHART_TYPES = ("drawingml.chart+xml", "ms-office.chartex+xml")
# Programs that an object may name, by the beginning of the name: one that opens whatever file lies in it, and the
# equation editor of Word 2003, which is withdrawn because its holes were not mended.
_WRAPPER = "package"
_OLD_EQUATIONS = ("equation.2", "equation.3")


def is_macro_part(package: Package, name: str, content_type: str, head: bytes) -> bool:
    """Whether a part is a VBA project or what Word keeps beside one, by its name, its type or both.

    Many files give this type to everything that ends in .bin; then only an OLE container is one. The toolbars of
    Word 2003 (attachedToolbars.bin) have no code in them.
    """
    if name.lower().endswith(("vbaproject.bin", "vbadata.xml")):
        return True
    typed = "vbaproject" in content_type or "vbadata" in content_type
    return typed and (package.is_stated(name) or head.startswith(COMPOUND_FILE))


class Macros(WordCheck):
    """VBA projects, and the macro sheets of Excel 4 in a workbook inside the file."""

    def __init__(self, package: Package) -> None:
        super().__init__(package)
        self._found = ""

    def part(self, name: str, content_type: str, head: bytes) -> None:
        sheet = "macrosheet" in content_type or name.lower().startswith("xl/macrosheets/")
        if sheet or is_macro_part(self.package, name, content_type, head):
            self._found = name

    def relation(self, relation: Relation) -> None:
        kind = relation.kind.lower()
        if kind in ("vbaproject", "wordvbadata") or kind.endswith("macrosheet"):
            self._found = relation.target or "?"

    def listen(self, role: str, handlers: Handlers) -> None:
        for name in ("a:hlinkClick", "a:hlinkHover", "a:hlinkMouseOver"):
            handlers.on_start(name, self._click)

    def _click(self, attributes: dict[str, str]) -> None:
        # A slide's button that runs a macro or a program.
        if attributes.get("action", "").lower().startswith(("ppaction://macro", "ppaction://program")):
            self._found = attributes["action"]

    def finish(self) -> Iterable[Finding]:
        if self._found:
            yield refuse("docx_macros", part=self._found)


class ActiveX(WordCheck):
    """Controls that are programs of the reader's computer, started when the file is opened."""

    def __init__(self, package: Package) -> None:
        super().__init__(package)
        self._found = ""

    def relation(self, relation: Relation) -> None:
        if relation.kind.lower() in ("control", "activexcontrolbinary"):
            self._found = relation.target or "?"

    def part(self, name: str, content_type: str, head: bytes) -> None:
        if "activex" in content_type:
            self._found = name

    def listen(self, role: str, handlers: Handlers) -> None:
        handlers.on_start("w:control", self._control)

    def _control(self, _attributes: dict[str, str]) -> None:
        self._found = self._found or "?"

    def finish(self) -> Iterable[Finding]:
        if self._found:
            yield refuse("docx_activex", part=self._found)


class EmbeddedObjects(WordCheck):
    """Files inside the file. Office documents are judged by the same rules and told, since they may hold more than
    is shown; Word makes one for every chart. Whatever else is there is refused."""

    def __init__(self, package: Package) -> None:
        super().__init__(package)
        self._refused: list[str] = []
        self._old_equations: list[str] = []
        self._of_charts: set[str] = set()
        self._objects: set[str] = set()
        self._of_controls: set[str] = set()
        self._clean: list[str] = []
        self._inner: list[Finding] = []

    def relation(self, relation: Relation) -> None:
        kind = relation.kind.lower()
        if kind == "activexcontrolbinary":
            self._of_controls.add(relation.part.casefold())
        if relation.external or kind not in ("package", "oleobject"):
            return
        self._objects.add(relation.part.casefold())
        if self.package.content_type(relation.source).endswith(_CHART_TYPES):
            self._of_charts.add(relation.part.casefold())

    def part(self, name: str, content_type: str, head: bytes) -> None:
        is_object = name.casefold() in self._objects or "oleobject" in content_type
        unknown = is_object and head and not head.startswith((_ZIP, COMPOUND_FILE))
        if unknown or head.startswith(_PROGRAM):
            self._refused.append(name)

    def nested(self, name: str, found: Nested) -> None:
        content_type = self.package.content_type(name)
        if is_macro_part(self.package, name, content_type, COMPOUND_FILE):
            return
        if "activex" in content_type or name.casefold() in self._of_controls:
            return
        if found.refusals:
            self._inner += found.refusals
        elif found.kind == EQUATION:
            # It says what its picture shows.
            return
        elif found.kind:
            self._clean.append(name)
        else:
            self._refused.append(name)

    def listen(self, role: str, handlers: Handlers) -> None:
        handlers.on_start("o:OLEObject", self._object)

    def _object(self, attributes: dict[str, str]) -> None:
        program = attributes.get("ProgID", "").strip().lower()
        if program.startswith(_OLD_EQUATIONS):
            self._old_equations.append(attributes["ProgID"])
        elif program.startswith((_WRAPPER, "htmlfile")):
            self._refused.append(attributes["ProgID"])

    def finish(self) -> Iterable[Finding]:
        told = {finding.code: finding for finding in reversed(self._inner)}
        if self._refused:
            told["docx_ole"] = refuse("docx_ole", part=max(self._refused, key=len))
        if self._old_equations:
            told.setdefault("docx_old_equation", refuse("docx_old_equation", part=self._old_equations[0]))
        yield from told.values()
        workbooks = [name for name in self._clean if name.casefold() in self._of_charts]
        if workbooks:
            yield info("chart_workbooks", count=len(workbooks))
        if others := [name for name in self._clean if name not in workbooks]:
            yield info("embedded_documents", count=len(others), names=others[:10])


class ForeignChunks(WordCheck):
    """Parts in another format that Word would import on opening: nobody who checks the file sees that text."""

    def __init__(self, package: Package) -> None:
        super().__init__(package)
        self._found = ""

    def relation(self, relation: Relation) -> None:
        if relation.kind.lower() in ("afchunk", "subdocument"):
            self._found = relation.target or "?"

    def finish(self) -> Iterable[Finding]:
        if self._found:
            yield refuse("docx_foreign_chunk", part=self._found)
