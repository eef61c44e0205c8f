"""The neutral tree of blocks from which the portal makes Word and PDF files: one text, two printers.

Pure data. `docx_out.to_docx` and `pdf_out.to_pdf` print the same sequence of blocks; neither interprets
the text in them, so what a person typed is inert in both.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# What XML cannot hold, and the embedding and override marks by which a title could show other letters
# than it has. Isolates and LRM/RLM stay: Arabic text needs them.
_NOT_PRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """`text` without characters that no document can carry; line ends as \\n."""
    return _NOT_PRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


@dataclass(frozen=True)
class Heading:
    """`level` 1 to 3; 1 is a section of the document, below its title. `number` is printed before it."""

    level: int
    text: str
    number: str = ""

    def __post_init__(self) -> None:
        if self.level not in (1, 2, 3):
            raise ValueError(f"a heading has level 1, 2 or 3, not {self.level}")


@dataclass(frozen=True)
class Paragraph:
    """Running text; \\n inside is a line break. `number` is its printed number ("4.2"), if it has one."""

    text: str
    number: str = ""


@dataclass(frozen=True)
class Items:
    """A list; `ordered` counts from 1."""

    items: Sequence[str]
    ordered: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of cells, all of one length; with `header` the first row names the columns."""

    rows: Sequence[Sequence[str]]
    header: bool = True

    def __post_init__(self) -> None:
        if len({len(row) for row in self.rows}) > 1:
            raise ValueError("the rows of a table have the same number of cells")


@dataclass(frozen=True)
class KeyValues:
    """Label and value, one below the other, in two columns: a header block, a receipt."""

    pairs: Sequence[tuple[str, str]]


Block = Heading | Paragraph | Items | Table | KeyValues


def plain_text(blocks: Sequence[Block]) -> str:
    """All text of the blocks in reading order, one line per paragraph, item or row: for search."""
    return "\n".join(line for block in blocks for line in _lines(block))


def _lines(block: Block) -> list[str]:
    match block:
        case Heading() | Paragraph():
            return [f"{block.number} {block.text}".strip()]
        case Items():
            return list(block.items)
        case Table():
            return ["\t".join(row) for row in block.rows]
        case KeyValues():
            return [f"{label}: {value}" for label, value in block.pairs]
