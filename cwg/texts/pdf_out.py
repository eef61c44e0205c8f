"""Prints a tree of blocks as a PDF, by Typst. The same blocks give the same bytes, so the hash is stable.

The page is laid out by `blocks.typ`, which is ours alone. Text travels as JSON in `sys.inputs` and is
set as strings, so that `#eval`, `$`, a backslash or a label in somebody's title is only what it looks like.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import typst

from cwg.languages import LANGUAGE_CODES, RIGHT_TO_LEFT
from cwg.texts.blocks import Block, Heading, Items, KeyValues, Paragraph, Table, printable

MEDIA_TYPE = "application/pdf"
FONTS_FOLDER = Path(__file__).resolve().parent / "fonts"

_LAYOUT = Path(__file__).resolve().with_name("blocks.typ")
# First choice first; Typst goes down the list letter by letter and skips families that are not there.
_FONTS = {"ar": ["Amiri", "Noto Sans"], "zh": ["Noto Sans SC", "Noto Sans", "Amiri"]}
_OTHER_FONTS = ["Noto Sans", "Amiri", "Noto Sans SC"]


def to_pdf(blocks: Sequence[Block], *, title: str, language: str, header: str = "") -> bytes:
    """A tagged A4 PDF of `blocks` with `title` on top and in its properties; an empty title prints none.

    `language` is one of ar, zh, en, fr, ru, es; Arabic is set from right to left. `header` runs on top of
    every page, below it "page / pages". No date and no author is written. Fonts are those of `fonts/`
    beside this module and Typst's own, never the machine's: a PDF looks alike everywhere. Raises
    `ValueError` for another language.
    """
    if language not in LANGUAGE_CODES:
        raise ValueError(f"no layout for language {language!r}")
    tree = {
        "title": printable(title or header),
        "show_title": bool(title),
        "header": printable(header),
        "language": language,
        "rtl": language in RIGHT_TO_LEFT,
        "fonts": _available(_FONTS.get(language, _OTHER_FONTS)),
        "blocks": [_as_data(block) for block in blocks],
    }
    content = typst.compile(
        _LAYOUT.read_bytes(),
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(tree, ensure_ascii=False)},
        # Without it Typst would date the file by the clock of the machine.
        timestamp=0,
    )
    assert isinstance(content, bytes)  # one file, not one image per page
    return content


def _as_data(block: Block) -> dict[str, object]:
    match block:
        case Heading():
            return {
                "type": "heading",
                "level": block.level,
                "text": printable(block.text),
                "number": printable(block.number),
            }
        case Paragraph():
            return {"type": "paragraph", "text": printable(block.text), "number": printable(block.number)}
        case Items():
            return {
                "type": "items",
                "items": [printable(item) for item in block.items],
                "ordered": block.ordered,
            }
        case Table():
            rows = [[printable(cell) for cell in row] for row in block.rows]
            return {"type": "table", "rows": rows, "header": block.header}
        case KeyValues():
            pairs = [[printable(label), printable(value)] for label, value in block.pairs]
            return {"type": "key_values", "pairs": pairs}


@cache
def _fonts() -> typst.Fonts:
    """The shipped fonts and Typst's embedded ones, searched once per process."""
    folders = [FONTS_FOLDER] if FONTS_FOLDER.is_dir() else []
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


def _available(families: list[str]) -> list[str]:
    """Those of `families` that are there; Typst's default where none is."""
    present = set(_fonts().families())
    return [family for family in families if family in present] or ["Libertinus Serif"]
