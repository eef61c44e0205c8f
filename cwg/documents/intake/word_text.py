"""The text of a Word file as it reads with all changes accepted: inserted words in, deleted and moved-away out.

Taken from the XML and not from python-docx, whose `.text` drops inserted text silently (design.md 10).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from .findings import Finding, info, refuse
from .foreign_text import clean_text
from .word_checks import DOCUMENT, ENDNOTES, FOOTNOTES, WordCheck
from .xml_parts import Handlers, names_of

_LEFT_OUT = ("w:del", "w:moveFrom", "mc:Fallback")
_STANDS_FOR = {"w:tab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "\u2011"}
_ORDER = (DOCUMENT, FOOTNOTES, ENDNOTES)


class Text(WordCheck):
    """Body first, then footnotes and endnotes; one line per paragraph. Also holds that the body is a document."""

    def __init__(self, package, limit: int) -> None:
        super().__init__(package)
        self._limit = limit
        self._pieces: dict[str, list[str]] = {role: [] for role in _ORDER}
        self._into: list[str] = []
        self._length = 0
        self._left_out = 0
        self._reading = False
        self._is_document = False

    def listen(self, role: str, handlers: Handlers) -> None:
        self._left_out, self._reading = 0, False
        if role not in self._pieces:
            return
        self._into = self._pieces[role]
        if role == DOCUMENT:
            handlers.root = self._root
        handlers.on_start("w:t", self._begin)
        handlers.on_end("w:t", self._end)
        handlers.on_end("w:p", lambda: self._add("\n"))
        for name, character in _STANDS_FOR.items():
            handlers.on_start(name, partial(self._stand_in, character))
        for name in _LEFT_OUT:
            handlers.on_start(name, self._leave_out)
            handlers.on_end(name, self._take_in)
        handlers.texts.append(self._text)

    def _root(self, name: str) -> None:
        self._is_document = name in names_of("w:document")

    def _begin(self, _attributes: dict[str, str]) -> None:
        self._reading = True

    def _end(self) -> None:
        self._reading = False

    def _stand_in(self, character: str, _attributes: dict[str, str]) -> None:
        self._add(character)

    def _leave_out(self, _attributes: dict[str, str]) -> None:
        self._left_out += 1

    def _take_in(self) -> None:
        self._left_out -= 1

    def _text(self, data: str) -> None:
        if self._reading:
            self._add(data)

    def _add(self, data: str) -> None:
        if not self._left_out and self._length <= self._limit:
            self._into.append(data)
            self._length += len(data)

    @property
    def text(self) -> str:
        whole = "\n".join("".join(pieces) for pieces in self._pieces.values() if pieces)
        return clean_text(whole, self._limit).strip("\n")

    def finish(self) -> Iterable[Finding]:
        if not self._is_document:
            yield refuse("docx_not_word", found="zip")
        if self._length > self._limit:
            yield info("text_partial")
