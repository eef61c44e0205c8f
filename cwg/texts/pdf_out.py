"""Prints a tree of blocks as a PDF/UA-1, by Typst. The same text gives the same bytes, so the hash is stable.

The page is laid out by `text.typ`, which is ours alone. Text travels as JSON in `sys.inputs` and is set as strings, so
that `#eval`, `$`, a backslash or a label in somebody's title is only what it looks like.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import typst

from . import glyphs, numbering, parts
from .references import AddressOf, link, nowhere
from .tree import UNDETERMINED, Block, Kind, Run, Runs, Text, direction, direction_of, printable, words

MEDIA_TYPE = "application/pdf"

_LAYOUT = Path(__file__).resolve().with_name("text.typ")
# First choice first; Typst goes down the list letter by letter and skips families that are not there.
_FONTS = {"ar": ["Amiri", "Noto Sans"], "zh": ["Noto Sans SC", "Noto Sans", "Amiri"]}
_OTHER_FONTS = ["Noto Sans", "Amiri", "Noto Sans SC"]
# Words with a reference that are no longer than this are a symbol, which does not break.
_LONGEST_SYMBOL = 40
# In letters of a column's longest line: up to which it is narrow, and from which on it weighs no more.
_NARROW, _WIDE = 20, 60
# Around a symbol or an address in a text from right to left, so that it is not turned round (LRI, PDI).
_ISOLATED = "\u2066{}\u2069"


def to_pdf(
    text: Text, *, header: str = "", address_of: AddressOf = nowhere, replace_missing: bool = False
) -> bytes:
    """A tagged A4 PDF of `text` (PDF/UA-1), its title in the properties.

    `header` runs on top of every page, below it "page / pages". No date and no author is written. Fonts are those of
    `fonts/` beside this module and Typst's own, never the machine's: a PDF looks alike everywhere.

    Raises `glyphs.MissingGlyphs`, which names them, where the text has characters that none of the fonts can show.
    With `replace_missing` each of those is printed as U+FFFD (�) instead: for papers that must be printed whatever
    somebody typed. Words whose letters the fonts have, but none has all of one cluster (an Arabic letter under a Latin
    accent), are then printed too, in a file that is tagged and does not claim PDF/UA.
    """
    shown = glyphs.replaced if replace_missing else _refused
    tree = _Data(text, address_of, shown).tree(header)
    try:
        return _compile(tree, "ua-1")
    except typst.TypstError as error:
        if not replace_missing or "could not be displayed" not in str(error):
            raise
        return _compile(tree, None)


def _refused(text: str) -> str:
    """`text`, which the fonts can show. Raises `glyphs.MissingGlyphs`."""
    if lacking := glyphs.missing(text):
        raise glyphs.MissingGlyphs(lacking)
    return text


def _compile(tree: dict[str, Any], standard: Literal["ua-1"] | None) -> bytes:
    content = typst.compile(
        _LAYOUT.read_bytes(),
        format="pdf",
        font_paths=glyphs.typst_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(tree, ensure_ascii=False)},
        # Without it Typst would date the file by the clock of the machine.
        timestamp=0,
        pdf_standards=standard,
    )
    assert isinstance(content, bytes)  # one file, not one image per page
    return content


@dataclass(frozen=True)
class _Data:
    """A text as `text.typ` takes it. All words go through `shown`."""

    text: Text
    address_of: AddressOf
    shown: Callable[[str], str]

    def tree(self, header: str) -> dict[str, Any]:
        language = self.text.language
        return {
            "title": self.text.title,
            "header": self.shown(printable(header)),
            "language": language,
            "rtl": direction(language) == "rtl",
            "fonts": _fonts_of(language),
            "parts": [self.part(part) for part in parts.of(self.text)],
        }

    def part(self, part: parts.Part) -> dict[str, Any]:
        match part:
            case parts.List():
                return {"kind": "list", "nodes": [self.item(item) for item in part.items]}
            case parts.Table():
                rows = [*part.heads, *part.rows]
                return {"kind": "table", "rows": [self.row(row) for row in rows], "widths": _widths(rows)}
            case parts.Pairs():
                return {"kind": "pairs", "pairs": [self.pair(block) for block in part.blocks]}
            case parts.Numbered():
                block = part.block
                return self.own(block) | {
                    "kind": Kind.PARAGRAPH if block.kind is Kind.HEADING and not part.depth else block.kind,
                    "level": part.depth,
                    "number": self.shown(part.number),
                    "runs": self.runs(block.runs),
                }

    def item(self, item: parts.Item) -> dict[str, Any]:
        return self.own(item.block) | {
            "number": self.shown(item.number),
            "runs": self.runs(item.block.runs),
            "below": [self.item(each) for each in item.below],
        }

    def row(self, row: Block) -> dict[str, Any]:
        return self.own(row) | {"head": row.head, "cells": [self.runs(cell) for cell in row.cells]}

    def pair(self, pair: Block) -> dict[str, Any]:
        return self.own(pair) | {"label": self.runs(pair.label), "value": self.runs(pair.value)}

    def own(self, block: Block) -> dict[str, Any]:
        """What is the block's own: its place, where a run points to it; its language, where that is another."""
        data: dict[str, Any] = {"anchor": block.id in self.targets, "id": block.id}
        if block.language:
            data["rtl"] = direction_of(block, self.text.language) == "rtl"
        if block.language not in ("", UNDETERMINED):
            data |= {"language": block.language, "fonts": _fonts_of(block.language)}
        return data

    def runs(self, runs: Runs) -> list[dict[str, Any]]:
        return [self.run(run) for run in runs]

    def run(self, run: Run) -> dict[str, Any]:
        data: dict[str, Any] = {"text": self.shown(run.text), "marks": list(run.marks), "whole": False}
        if run.note:
            data["note"] = self.runs(run.note)
        if run.to:
            data |= {"to": run.to, "text": self.shown(self.numbers[run.to])}
        if run.reference:
            if run.text == run.reference and direction(self.text.language) == "rtl":
                data["text"] = _ISOLATED.format(data["text"])
            data["whole"] = len(run.text) < _LONGEST_SYMBOL
            if address := link(run.reference, self.address_of):
                data["url"] = address
        return data

    @cached_property
    def targets(self) -> set[str]:
        return {run.to for run in self.text.all_runs() if run.to}

    @cached_property
    def numbers(self) -> dict[str, str]:
        return numbering.numbers_by_id(self.text)


def _widths(rows: Iterable[Block]) -> list[int]:
    """The weight of each column, by the letters of its longest line; 0 for a narrow one, which takes what it needs."""
    columns = zip(*(row.cells for row in rows), strict=True)
    longest = [max(len(line) for cell in column for line in words(cell).split("\n")) for column in columns]
    wide = max(longest)
    return [0 if letters <= _NARROW and letters < wide else min(letters, _WIDE) or 1 for letters in longest]


def _fonts_of(language: str) -> list[str]:
    """The families for a language that are there; Typst's default where none is."""
    present = set(glyphs.typst_fonts().families())
    families = _FONTS.get(language, _OTHER_FONTS)
    return [family for family in families if family in present] or ["Libertinus Serif"]
