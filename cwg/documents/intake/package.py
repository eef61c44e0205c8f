"""The Open Packaging layer of an Office file: content types, relations between parts, which part is the main one."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from urllib.parse import unquote

from .archive import Archive, Entry
from .findings import DOCX, Refused
from .limits import Limits
from .xml_parts import Handlers, read_xml

CONTENT_TYPES = "[Content_Types].xml"
ROOT_RELATIONS = "_rels/.rels"
_WORD_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_WORD_TEMPLATE = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
# What the type of a package's main part says, by a piece of it.
_OFFICE_KINDS = (
    ("wordprocessingml", DOCX),
    ("ms-word", DOCX),
    ("spreadsheetml", "xlsx"),
    ("ms-excel", "xlsx"),
    ("presentationml", "pptx"),
    ("ms-powerpoint", "pptx"),
    ("ms-visio", "vsdx"),
)
# The root relation that leads to the main part; Visio has one of its own.
_MAIN_RELATIONS = ("officeDocument", "document")


@dataclass(frozen=True)
class Relation:
    """`kind` is the last word of the relation's type; `source` the part it belongs to, `""` for the package."""

    source: str
    kind: str
    target: str
    external: bool

    @property
    def part(self) -> str:
        """The part an internal relation leads to."""
        base = posixpath.dirname(self.source)
        return posixpath.normpath(posixpath.join("/", base, unquote(self.target))).lstrip("/")


def source_of(relations: str) -> str:
    """The part whose relations stand in the entry of this name; `""` for those of the package."""
    folder, _, name = relations.rpartition("/")
    return posixpath.join(folder.rpartition("_rels")[0], name[: -len(".rels")])


class Package:
    """Raises Refused when the container is no package. `main_part` is `""` where none is named and there."""

    def __init__(self, archive: Archive, limits: Limits) -> None:
        self.archive = archive
        self._limits = limits
        self._by_name = {entry.name.casefold(): entry for entry in archive.entries if not entry.is_folder}
        self._defaults: dict[str, str] = {}
        self._overrides: dict[str, str] = {}
        self._read_content_types()
        self.main_part = self._find_main_part(self.read_relations(self._need(ROOT_RELATIONS)))

    @property
    def kind(self) -> str:
        """docx, xlsx, pptx, vsdx (a drawing of Visio), with macros or without; `""` for any other package."""
        stated = self.content_type(self.main_part) if self.main_part else ""
        return next((kind for mark, kind in _OFFICE_KINDS if mark in stated), "")

    def _need(self, name: str) -> Entry:
        entry = self._by_name.get(name.casefold())
        if entry is None:
            raise Refused("docx_not_word", found=self._foreign_kind())
        return entry

    def _foreign_kind(self) -> str:
        """What a container without Word's structure is, as far as it says so itself."""
        label = self._by_name.get("mimetype")
        if label is not None and label.size < 200:
            kind = b"".join(self.archive.read(label)).decode("ascii", "replace")
            if "opendocument.text" in kind:
                return "odt"
        if "index/document.iwa" in self._by_name:
            return "pages"
        return "zip"

    def _read_content_types(self) -> None:
        def default(attributes: dict[str, str]) -> None:
            self._defaults[attributes.get("Extension", "").casefold()] = attributes.get(
                "ContentType", ""
            ).lower()

        def override(attributes: dict[str, str]) -> None:
            name = unquote(attributes.get("PartName", "")).lstrip("/").casefold()
            self._overrides[name] = attributes.get("ContentType", "").lower()

        handlers = Handlers()
        handlers.on_start("ct:Default", default)
        handlers.on_start("ct:Override", override)
        entry = self._need(CONTENT_TYPES)
        read_xml(self.archive.read(entry), entry.name, handlers, most_depth=self._limits.xml_depth)

    def content_type(self, name: str) -> str:
        """The stated type of a part in small letters, without parameters; `""` where none is stated."""
        folded = name.casefold()
        ending = folded.rpartition("/")[2].rpartition(".")[2]
        return (self._overrides.get(folded) or self._defaults.get(ending, "")).partition(";")[0].strip()

    def is_stated(self, name: str) -> bool:
        """Whether the type is stated for this very part, and not for all with its ending."""
        return name.casefold() in self._overrides

    def read_relations(self, entry: Entry, *, must_be_xml: bool = True) -> list[Relation]:
        source = source_of(entry.name)
        found: list[Relation] = []

        def relation(attributes: dict[str, str]) -> None:
            kind = attributes.get("Type", "").rstrip("/").rpartition("/")[2]
            target = attributes.get("Target", "")
            found.append(
                Relation(source, kind, target, attributes.get("TargetMode", "").lower() == "external")
            )

        handlers = Handlers()
        handlers.on_start("rel:Relationship", relation)
        depth = self._limits.xml_depth
        read_xml(self.archive.read(entry), entry.name, handlers, most_depth=depth, must_be_xml=must_be_xml)
        return found

    def _find_main_part(self, relations: list[Relation]) -> str:
        main = {
            relation.part.casefold()
            for relation in relations
            if relation.kind in _MAIN_RELATIONS and not relation.external
        }
        entry = self._by_name.get(main.pop()) if len(main) == 1 else None
        return entry.name if entry else ""

    @property
    def is_macro_enabled(self) -> bool:
        """Whether the main part's type is one of those that may have macros, as .docm; there need not be any."""
        return bool(self.main_part) and "macroenabled" in self.content_type(self.main_part)

    def check_is_word_document(self) -> None:
        """Raises Refused where the main part is not Word's: a template, a workbook, nothing. .docm passes."""
        stated = self.content_type(self.main_part) if self.main_part else ""
        if stated == _WORD_TEMPLATE:
            raise Refused("docx_template")
        if stated != _WORD_MAIN and not (self.kind == DOCX and self.is_macro_enabled):
            raise Refused("docx_not_word", found=self.kind if self.kind not in ("", DOCX) else "zip")
