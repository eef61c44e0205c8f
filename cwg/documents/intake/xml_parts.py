"""Streams one XML part past the checks. No DTD, no entities, no network: expat only ever sees the part itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from xml.parsers import expat

from .findings import Refused

_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
# Prefix as the checks write it -> the namespaces it stands for (transitional and strict ECMA-376).
NAMESPACES = {
    "w": _WORD,
    "m": (
        "http://schemas.openxmlformats.org/officeDocument/2006/math",
        "http://purl.oclc.org/ooxml/officeDocument/math",
    ),
    "a": (
        "http://schemas.openxmlformats.org/drawingml/2006/main",
        "http://purl.oclc.org/ooxml/drawingml/main",
    ),
    "x": (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    ),
    "v": ("urn:schemas-microsoft-com:vml",),
    "mc": ("http://schemas.openxmlformats.org/markup-compatibility/2006",),
    "o": ("urn:schemas-microsoft-com:office:office",),
    "ct": ("http://schemas.openxmlformats.org/package/2006/content-types",),
    "rel": ("http://schemas.openxmlformats.org/package/2006/relationships",),
    "cp": ("http://schemas.openxmlformats.org/package/2006/metadata/core-properties",),
    "dc": ("http://purl.org/dc/elements/1.1/",),
    "ep": (
        "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties",
        "http://purl.oclc.org/ooxml/officeDocument/extendedProperties",
    ),
}
# What a package may be written in (ECMA-376 part 2, 6.1.4), and the two that are UTF-8 in all but name.
_ENCODINGS = frozenset(("utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii"))
_NO_MEMORY = 1

StartHandler = Callable[[dict[str, str]], None]
EndHandler = Callable[[], None]
TextHandler = Callable[[str], None]


def names_of(prefixed: str) -> list[str]:
    """`w:ins` in the form that the parser reports, once per namespace the prefix stands for."""
    prefix, _, local = prefixed.partition(":")
    return [f"{namespace}}}{local}" for namespace in NAMESPACES[prefix]]


def attribute(attributes: dict[str, str], prefixed: str) -> str | None:
    """The value of an attribute such as `m:val`, in whichever namespace its prefix stands for."""
    for name in names_of(prefixed):
        value = attributes.get(name)
        if value is not None:
            return value
    return None


def word_attribute(attributes: dict[str, str], local: str) -> str | None:
    return attribute(attributes, f"w:{local}")


def is_on(value: str | None) -> bool:
    """What a switch of Word says, such as `<w:vanish/>`, by its value: on where none is written."""
    return value not in ("0", "false", "off")


def looks_like_xml(head: bytes) -> bool:
    """Whether content begins as markup does, in any encoding a part may have, whatever its type says."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return head.lstrip(b"\xef\xbb\xbf \t\r\n\x00").startswith(b"<")


class Handlers:
    """What the checks want to hear of one part, merged, so that each element costs one look-up and each piece of text is
    given only to whom it concerns."""

    def __init__(self) -> None:
        self.starts: dict[str, StartHandler] = {}
        self.ends: dict[str, EndHandler] = {}
        self._words: dict[str, list[TextHandler]] = {}
        self._hearing: list[list[TextHandler]] = [[]]
        self.root: Callable[[str], None] | None = None

    def on_start(self, prefixed: str, handler: StartHandler) -> None:
        for name in names_of(prefixed):
            earlier = self.starts.get(name)
            self.starts[name] = handler if earlier is None else _both(earlier, handler)

    def on_end(self, prefixed: str, handler: EndHandler) -> None:
        for name in names_of(prefixed):
            earlier = self.ends.get(name)
            self.ends[name] = handler if earlier is None else _both(earlier, handler)

    def on_words(self, prefixed: str, handler: TextHandler) -> None:
        """The text directly in an element, in one piece or several."""
        for name in names_of(prefixed):
            self._words.setdefault(name, []).append(handler)

    def hear_words(self) -> TextHandler | None:
        """Puts the elements of `on_words` among the others, once all are known; gives what all text is to go to."""

        hearing = self._hearing

        def begin(handlers: list[TextHandler], _attributes: dict[str, str]) -> None:
            hearing.append(handlers)

        def end() -> None:
            hearing.pop()

        for name, handlers in self._words.items():
            first, last = self.starts.get(name), self.ends.get(name)
            mine = partial(begin, handlers)
            self.starts[name] = mine if first is None else _both(mine, first)
            self.ends[name] = end if last is None else _both(end, last)

        def words(data: str) -> None:
            for handler in hearing[-1]:
                handler(data)

        return words if self._words else None


def _both(first: Callable[..., None], second: Callable[..., None]) -> Callable[..., None]:
    def call(*arguments: object) -> None:
        first(*arguments)
        second(*arguments)

    return call


def _is_customary_doctype(name: str, system: str, public: str) -> bool:
    """The line by which drawing programs and web pages say what they are. It declares nothing by itself, and
    programs know the public names without fetching anything."""
    if name.lower() == "html":
        return True
    addresses = ("http://www.w3.org/", "https://www.w3.org/")
    return name == "svg" and public.startswith("-//W3C//DTD SVG") and system.startswith(addresses)


def read_xml(
    chunks: Iterable[bytes], part: str, handlers: Handlers, *, most_depth: int, must_be_xml: bool = True
) -> None:
    """Parses a part to its end and calls the handlers.

    Refused `docx_dtd` at the first DOCTYPE, before any entity is declared; `xml_malformed` for what is not
    well-formed, in a foreign encoding or nested deeper than `most_depth`. With `must_be_xml` false (pictures, and
    content that only looks like markup) the rest of something malformed is read and not parsed, and the DOCTYPE
    that every web page and many a picture begins with is passed over.
    """
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    depth = 0
    words = handlers.hear_words()
    starts, ends = handlers.starts, handlers.ends

    def judge_doctype(name: str, system: str | None, public: str | None, has_subset: int) -> None:
        if must_be_xml or has_subset or not _is_customary_doctype(name, system or "", public or ""):
            raise Refused("docx_dtd", part=part)

    def check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        if must_be_xml and encoding is not None and encoding.lower() not in _ENCODINGS:
            raise Refused("xml_malformed", part=part)

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > most_depth and must_be_xml:
            raise Refused("xml_malformed", part=part)
        if depth == 1 and handlers.root is not None:
            handlers.root(name)
        handler = starts.get(name)
        if handler is not None:
            handler(attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        handler = ends.get(name)
        if handler is not None:
            handler()

    parser.StartDoctypeDeclHandler = judge_doctype
    parser.XmlDeclHandler = check_declaration
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    if words is not None:
        parser.CharacterDataHandler = words
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        if error.code == _NO_MEMORY:
            raise MemoryError from None
        if must_be_xml:
            raise Refused("xml_malformed", part=part) from None
        for _rest in chunks:
            pass
