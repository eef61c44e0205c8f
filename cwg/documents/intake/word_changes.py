"""What a Word file still carries of its making: tracked changes, comments, names of people.

Nothing of it is removed. The delegate sees it and decides (design.md 5).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from .findings import Finding, info
from .foreign_text import clean_line
from .word_checks import APP, COMMENTS, CORE, STORIES, WordCheck
from .xml_parts import Handlers, word_attribute

# ECMA-376 part 1, 17.13.5.
_CHANGES = (
    *("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge", "numberingChange"),
    *("rPrChange", "pPrChange", "sectPrChange", "trPrChange", "tcPrChange"),
    *("tblPrChange", "tblPrExChange", "tblGridChange"),
)
MOST_AUTHORS = 50
_MOST_PAGES = 100_000


class Authors:
    """Names in the order they are met, each once, bounded."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}

    def add(self, name: str | None) -> None:
        shown = clean_line(name, 120)
        if shown and len(self.names) < MOST_AUTHORS:
            self.names.setdefault(shown)


class TrackedChanges(WordCheck):
    """Counts insertions, deletions, moves and changes of format in all stories and in the comments."""

    def __init__(self, package, authors: Authors) -> None:
        super().__init__(package)
        self.count = 0
        self._authors = authors
        self._fallback = 0

    def listen(self, role: str, handlers: Handlers) -> None:
        self._fallback = 0
        if role not in STORIES and role != COMMENTS:
            return
        for name in _CHANGES:
            handlers.on_start(f"w:{name}", self._change)
        # The same words stand a second time here, for older programs.
        handlers.on_start("mc:Fallback", self._enter)
        handlers.on_end("mc:Fallback", self._leave)

    def _enter(self, _attributes: dict[str, str]) -> None:
        self._fallback += 1

    def _leave(self) -> None:
        self._fallback -= 1

    def _change(self, attributes: dict[str, str]) -> None:
        if not self._fallback:
            self.count += 1
            self._authors.add(word_attribute(attributes, "author"))

    def finish(self) -> Iterable[Finding]:
        if self.count:
            yield info("tracked_changes", count=self.count)


class Comments(WordCheck):
    """Counts comments and takes the names of those who wrote them."""

    def __init__(self, package, authors: Authors) -> None:
        super().__init__(package)
        self.count = 0
        self._authors = authors

    def listen(self, role: str, handlers: Handlers) -> None:
        if role == COMMENTS:
            handlers.on_start("w:comment", self._comment)

    def _comment(self, attributes: dict[str, str]) -> None:
        self.count += 1
        self._authors.add(word_attribute(attributes, "author"))

    def finish(self) -> Iterable[Finding]:
        if self.count:
            yield info("comments", count=self.count)


class Properties(WordCheck):
    """Title, author and last editor as the file states them, and the pages its word processor last counted."""

    _wanted = {CORE: ("dc:title", "dc:creator", "cp:lastModifiedBy"), APP: ("ep:Pages",)}

    def __init__(self, package, authors: Authors) -> None:
        super().__init__(package)
        self.title = ""
        self.pages: int | None = None
        self._authors = authors
        self._field = ""
        self._value: list[str] = []

    def listen(self, role: str, handlers: Handlers) -> None:
        self._field = ""
        for name in self._wanted.get(role, ()):
            handlers.on_start(name, partial(self._begin, name))
            handlers.on_end(name, self._end)
            handlers.on_words(name, self._text)

    def _begin(self, name: str, _attributes: dict[str, str]) -> None:
        self._field, self._value = name, []

    def _text(self, data: str) -> None:
        if self._field and len(self._value) < 64:
            self._value.append(data[:2000])

    def _end(self) -> None:
        value = "".join(self._value).strip()
        if self._field == "dc:title":
            self.title = clean_line(value, 300)
        elif self._field == "ep:Pages":
            # Digits of other scripts are no number here, and a long one is no number of pages.
            number = int(value) if value.isascii() and value.isdigit() and len(value) < 9 else 0
            self.pages = number if 0 < number <= _MOST_PAGES else None
        else:
            self._authors.add(value)
        self._field = ""
