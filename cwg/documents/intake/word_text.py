"""The text of a Word file as it reads with all changes accepted: inserted words in, deleted and moved-away out.

Taken from the XML and not from python-docx, whose `.text` drops inserted text silently (design.md 10).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from .findings import Finding, info, refuse
from .foreign_text import clean_text
from .package import Package
from .word_checks import DOCUMENT, ENDNOTES, FOOTNOTES, WordCheck
from .word_math import Equations
from .word_symbols import symbol
from .xml_parts import Handlers, names_of, word_attribute

_LEFT_OUT = ("w:del", "w:moveFrom", "mc:Fallback")
_STANDS_FOR = {"w:ptab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "\u2011"}
_ORDER = (DOCUMENT, FOOTNOTES, ENDNOTES)
_SOFT_HYPHEN = "\u00ad"


class Text(WordCheck):
    """Body first, then footnotes and endnotes; one line per paragraph, and so per cell of a table.

    Hidden words are in it: whoever opens the file can show them, and they are told of. Instructions of fields are not.
    Also holds that the body is a document.
    """

    def __init__(self, package: Package, limit: int) -> None:
        super().__init__(package)
        self._limit = limit
        self._pieces: dict[str, list[str]] = {role: [] for role in _ORDER}
        self._length = 0
        self._is_document = False
        self._begin_part([])

    def _begin_part(self, into: list[str]) -> None:
        # What is written goes to the last of these: pieces that are placed later stand on top of the text itself.
        self._into = [into]
        self._left_out = 0
        self._aside = ""
        self._tab_stops = 0
        self._properties = 0
        # Of each field that is open, whether its instruction is being read, and not its result.
        self._in_instruction: list[bool] = []
        # Of each paragraph that is open, whether its mark is deleted, so that the next one goes on in its line.
        self._joins: list[bool] = []

    def listen(self, role: str, handlers: Handlers) -> None:
        self._end_part()
        self._begin_part(self._pieces.get(role, []))
        if role not in self._pieces:
            return
        if role == DOCUMENT:
            handlers.root = self._root
        for name in ("w:t", "m:t"):
            handlers.on_words(name, self._text)
        self._listen_to_paragraphs(handlers)
        for name, character in _STANDS_FOR.items():
            handlers.on_start(name, partial(self._stand_in, character))
        handlers.on_start("w:sym", self._symbol)
        handlers.on_start("w:fldChar", self._field)
        for name in _LEFT_OUT:
            handlers.on_start(name, self._leave_out)
            handlers.on_end(name, self._take_in)
        handlers.on_start("w:rt", self._begin_aside)
        handlers.on_end("w:rt", self._end_aside)
        handlers.on_end("w:ruby", self._read_aside)
        Equations(self).listen(handlers)

    def _listen_to_paragraphs(self, handlers: Handlers) -> None:
        handlers.on_start("w:p", self._begin_paragraph)
        handlers.on_end("w:p", self._end_paragraph)
        handlers.on_start("w:pPr", self._begin_properties)
        handlers.on_end("w:pPr", self._end_properties)
        for name in ("w:del", "w:moveFrom"):
            handlers.on_start(name, self._mark_is_gone)
        # The same element is a stop on the ruler and, in a run, a character.
        handlers.on_start("w:tabs", self._begin_tab_stops)
        handlers.on_end("w:tabs", self._end_tab_stops)
        handlers.on_start("w:tab", self._tab)
        handlers.on_start("w:txbxContent", self._break_line)
        handlers.on_end("w:tc", self.end_line)

    def _root(self, name: str) -> None:
        self._is_document = name in names_of("w:document")

    # Paragraphs

    def _begin_paragraph(self, _attributes: dict[str, str]) -> None:
        self._joins.append(False)

    def _end_paragraph(self) -> None:
        if not (self._joins and self._joins.pop()):
            self.add("\n")

    def _begin_properties(self, _attributes: dict[str, str]) -> None:
        self._properties += 1

    def _end_properties(self) -> None:
        self._properties -= 1

    def _mark_is_gone(self, _attributes: dict[str, str]) -> None:
        if self._properties and self._joins:
            self._joins[-1] = True

    def _begin_tab_stops(self, _attributes: dict[str, str]) -> None:
        self._tab_stops += 1

    def _end_tab_stops(self) -> None:
        self._tab_stops -= 1

    def _tab(self, _attributes: dict[str, str]) -> None:
        if not self._tab_stops:
            self.add("\t")

    def _break_line(self, _attributes: dict[str, str]) -> None:
        self.end_line()

    def end_line(self) -> None:
        """A line of its own for what follows, if it has none yet."""
        if self._into[-1] and not self._into[-1][-1].endswith("\n"):
            self.add("\n")

    # Characters

    def _stand_in(self, character: str, _attributes: dict[str, str]) -> None:
        self.add(character)

    def _symbol(self, attributes: dict[str, str]) -> None:
        self.add(symbol(word_attribute(attributes, "font") or "", word_attribute(attributes, "char") or ""))

    def _leave_out(self, _attributes: dict[str, str]) -> None:
        self._left_out += 1

    def _take_in(self) -> None:
        self._left_out -= 1

    # Fields, whose instruction is made of words too: of the results of other fields

    def _field(self, attributes: dict[str, str]) -> None:
        kind = word_attribute(attributes, "fldCharType")
        if kind == "begin":
            self._in_instruction.append(True)
            self.hold()
        elif kind in ("separate", "end") and self._in_instruction:
            if self._in_instruction.pop():
                self.release()
            if kind == "separate":
                self._in_instruction.append(False)

    # The reading of a word, which stands before it in the file and above it on paper

    def _begin_aside(self, _attributes: dict[str, str]) -> None:
        self.hold()

    def _end_aside(self) -> None:
        self._aside = self.release()

    def _read_aside(self) -> None:
        if self._aside:
            self.add(f"({self._aside})")
        self._aside = ""

    # Writing

    def _text(self, data: str) -> None:
        self.add(data.replace(_SOFT_HYPHEN, ""))

    def add(self, data: str) -> None:
        if data and not self._left_out and self._length <= self._limit:
            self._into[-1].append(data)
            self._length += len(data)

    def hold(self) -> None:
        """Keeps what is written from now on, until `release`."""
        self._into.append([])

    def release(self) -> str:
        """What was written since `hold`, which is then forgotten."""
        return "".join(self._into.pop()) if len(self._into) > 1 else ""

    def _end_part(self) -> None:
        """What is still held belongs to a field without an end: no word of it is lost."""
        while len(self._into) > 1:
            held = self._into.pop()
            self._into[-1] += held

    @property
    def text(self) -> str:
        self._end_part()
        whole = "\n".join("".join(pieces) for pieces in self._pieces.values() if pieces)
        return clean_text(whole, self._limit).strip("\n")

    def finish(self) -> Iterable[Finding]:
        if not self._is_document:
            yield refuse("docx_not_word", found="zip")
        if self._length > self._limit:
            yield info("text_partial")
