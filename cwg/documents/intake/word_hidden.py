"""Words formatted as hidden, by themselves or by their style: in the file, in its text and in what others search."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .findings import Finding, info
from .package import Package
from .word_checks import STORIES, STYLES, WordCheck
from .xml_parts import Handlers, is_on, word_attribute

_LONGEST_CHAIN = 32


@dataclass
class _Style:
    based_on: str = ""
    hides: bool | None = None


class HiddenText(WordCheck):
    """Counts the places where hidden words stand. A hidden paragraph mark has no words, and neither has a field.

    `w:vanish` is a toggle (ECMA-376 part 1, 17.7.3): one style hides and a second one on top shows again; what is
    written at the words themselves decides over styles.
    """

    def __init__(self, package: Package) -> None:
        super().__init__(package)
        self._count = 0
        self._styles: dict[str, _Style] = {}
        self._default_style = ""
        self._default_hides = False
        self._style: _Style | None = None
        self._styles_hide = False

    def listen(self, role: str, handlers: Handlers) -> None:
        if role == STYLES:
            self._in_defaults = False
            handlers.on_start("w:rPrDefault", self._begin_defaults)
            handlers.on_end("w:rPrDefault", self._end_defaults)
            handlers.on_start("w:style", self._begin_style)
            handlers.on_end("w:style", self._end_style)
            handlers.on_start("w:basedOn", self._based_on)
            handlers.on_start("w:vanish", self._style_vanishes)
        elif role in STORIES:
            self._begin_story()
            # Most files hide nothing by style, and then the styles need not be followed.
            self._styles_hide = self._default_hides or any(style.hides for style in self._styles.values())
            handlers.on_start("w:p", self._begin_paragraph)
            handlers.on_end("w:p", self._end_paragraph)
            if self._styles_hide:
                handlers.on_start("w:pStyle", self._paragraph_style)
                handlers.on_start("w:rStyle", self._run_style)
            handlers.on_start("w:pPr", self._begin_properties)
            handlers.on_end("w:pPr", self._end_properties)
            handlers.on_start("w:r", self._begin_run)
            handlers.on_end("w:r", self._end_run)
            handlers.on_start("w:vanish", self._run_vanishes)
            # What the words looked like before, and what stands a second time for older programs.
            for name in ("w:rPrChange", "w:pPrChange", "mc:Fallback"):
                handlers.on_start(name, self._pass_over)
                handlers.on_end(name, self._go_on)
            handlers.on_words("w:t", self._text)

    # The styles

    def _begin_defaults(self, _attributes: dict[str, str]) -> None:
        self._in_defaults = True

    def _end_defaults(self) -> None:
        self._in_defaults = False

    def _begin_style(self, attributes: dict[str, str]) -> None:
        self._style = _Style()
        name = word_attribute(attributes, "styleId") or ""
        self._styles[name] = self._style
        by_default = word_attribute(attributes, "default")
        if by_default is not None and is_on(by_default) and word_attribute(attributes, "type") == "paragraph":
            self._default_style = name

    def _end_style(self) -> None:
        self._style = None

    def _based_on(self, attributes: dict[str, str]) -> None:
        if self._style is not None:
            self._style.based_on = word_attribute(attributes, "val") or ""

    def _style_vanishes(self, attributes: dict[str, str]) -> None:
        hides = is_on(word_attribute(attributes, "val"))
        if self._in_defaults:
            self._default_hides = hides
        elif self._style is not None:
            self._style.hides = hides

    def _hides(self, name: str) -> bool:
        for _step in range(_LONGEST_CHAIN):
            style = self._styles.get(name)
            if style is None:
                break
            if style.hides is not None:
                return style.hides
            name = style.based_on
        return False

    # The words

    def _begin_story(self) -> None:
        self._paragraphs: list[str] = []
        self._runs: list[tuple[bool | None, str]] = []
        self._passed_over = 0
        self._in_properties = 0
        self._was_hidden = False

    def _begin_paragraph(self, _attributes: dict[str, str]) -> None:
        self._paragraphs.append(self._default_style)
        self._was_hidden = False

    def _end_paragraph(self) -> None:
        self._paragraphs.pop()

    def _paragraph_style(self, attributes: dict[str, str]) -> None:
        if self._paragraphs and not self._passed_over:
            self._paragraphs[-1] = word_attribute(attributes, "val") or ""

    def _begin_properties(self, _attributes: dict[str, str]) -> None:
        self._in_properties += 1

    def _end_properties(self) -> None:
        self._in_properties -= 1

    def _begin_run(self, _attributes: dict[str, str]) -> None:
        self._runs.append((None, ""))

    def _end_run(self) -> None:
        self._runs.pop()

    def _is_of_run(self) -> bool:
        """Whether a property is a run's, and not of a paragraph mark or of what the words were before."""
        return bool(self._runs) and not self._passed_over and not self._in_properties

    def _run_style(self, attributes: dict[str, str]) -> None:
        if self._is_of_run():
            self._runs[-1] = (self._runs[-1][0], word_attribute(attributes, "val") or "")

    def _run_vanishes(self, attributes: dict[str, str]) -> None:
        if self._is_of_run():
            self._runs[-1] = (is_on(word_attribute(attributes, "val")), self._runs[-1][1])

    def _pass_over(self, _attributes: dict[str, str]) -> None:
        self._passed_over += 1

    def _go_on(self) -> None:
        self._passed_over -= 1

    def _text(self, data: str) -> None:
        if self._passed_over or not data.strip():
            return
        hidden = self._is_hidden()
        if hidden and not self._was_hidden:
            self._count += 1
        self._was_hidden = hidden

    def _is_hidden(self) -> bool:
        direct, style = self._runs[-1] if self._runs else (None, "")
        if direct is not None or not self._styles_hide:
            return bool(direct)
        by_paragraph = self._hides(self._paragraphs[-1]) if self._paragraphs else False
        return self._default_hides or by_paragraph != self._hides(style)

    def finish(self) -> Iterable[Finding]:
        if self._count:
            yield info("hidden_text", count=self._count)
