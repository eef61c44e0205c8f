"""The Open Packaging layer of a Word file: content types, relations between parts, which part is the main one."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from urllib.parse import unquote

from .archive import Archive, Entry
from .findings import Refused
from .limits import Limits
from .xml_parts import Handlers, read_xml

CONTENT_TYPES = "[Content_Types].xml"
ROOT_RELATIONS = "_rels/.rels"
_WORD_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_WORD_TEMPLATE = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
_OTHER_PACKAGES = (
    ("spreadsheetml", "xlsx"),
    ("ms-excel", "xlsx"),
    ("presentationml", "pptx"),
    ("ms-powerpoint", "pptx"),
)


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


class Package:
    """Raises Refused when the container is not a Word document by its own structure."""

    def __init__(self, archive: Archive, limits: Limits) -> None:
        self.archive = archive
        self._limits = limits
        self._by_name = {entry.name.casefold(): entry for entry in archive.entries if not entry.is_folder}
        self._defaults: dict[str, str] = {}
        self._overrides: dict[str, str] = {}
        self._read_content_types()
        self.root_relations = self.read_relations(self._need(ROOT_RELATIONS))
        self.main_part = self._find_main_part()

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

    def stated_types(self) -> set[str]:
        return {*self._defaults.values(), *self._overrides.values()}

    def read_relations(self, entry: Entry) -> list[Relation]:
        folder, _, name = entry.name.rpartition("/")
        source = (
            posixpath.join(folder.rpartition("_rels")[0], name[: -len(".rels")]) if name != ".rels" else ""
        )
        found: list[Relation] = []

        def relation(attributes: dict[str, str]) -> None:
            kind = attributes.get("Type", "").rstrip("/").rpartition("/")[2]
            target = attributes.get("Target", "")
            found.append(
                Relation(source, kind, target, attributes.get("TargetMode", "").lower() == "external")
            )

        handlers = Handlers()
        handlers.on_start("rel:Relationship", relation)
        read_xml(self.archive.read(entry), entry.name, handlers, most_depth=self._limits.xml_depth)
        return found

    def _find_main_part(self) -> str:
        main = [relation for relation in self.root_relations if relation.kind == "officeDocument"]
        if len(main) != 1 or main[0].external or main[0].part.casefold() not in self._by_name:
            raise Refused("docx_not_word", found="zip")
        kind = self.content_type(main[0].part)
        if kind == _WORD_MAIN:
            return self._by_name[main[0].part.casefold()].name
        if "ms-word" in kind and "macroenabled" in kind:
            raise Refused("docx_macros", part=main[0].part)
        if kind == _WORD_TEMPLATE:
            raise Refused("docx_template")
        for mark, found in _OTHER_PACKAGES:
            if mark in kind:
                raise Refused("docx_not_word", found=found)
        raise Refused("docx_not_word", found="zip")
