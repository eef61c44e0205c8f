"""The tree of a structured text: one flat sequence of blocks. Pure data; it knows no meeting and no document.

What a block is (kind, level, style, fixed number) stands beside its wording (`runs`, `cells`), so that the same
structure serves every language. Printed numbers are computed in `numbering.py` and nowhere else; `json_form.py` writes
a text as canonical JSON; `html_out`, `pdf_out` and `docx_out` print it. None of them interprets the words, so what a
person typed is inert everywhere.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from cwg.languages import LANGUAGE_CODES, RIGHT_TO_LEFT

# What XML cannot hold, and the embedding and override marks by which a title could show other letters
# than it has. Isolates and LRM/RLM stay: Arabic text needs them.
_NOT_PRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff\ufffe\uffff]")
# An identity is an anchor in HTML, a label in PDF, a bookmark in Word (which takes 40 characters, two of them ours).
_IDENTITY = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,37}")

DEEPEST = 6
MARKS = "biu"  # bold, italic, underline: the order in which a run names them
# The language of words that somebody typed and of which nobody said in what language they are.
UNDETERMINED = "und"


class Kind(StrEnum):
    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"  # of an enumeration; neighbouring items are one list
    ROW = "row"  # neighbouring rows are one table; a head row after others begins the next
    PAIR = "pair"  # label and value, as in a header block or a receipt; neighbouring pairs are one list
    ANNEX = "annex"  # heads an annex, in which numbers begin anew
    SIGNATURE = "signature"


class Style(StrEnum):
    """How an item is marked."""

    BULLET = "bullet"
    DASH = "dash"
    LETTER = "a)"
    ROMAN = "i)"
    NUMBER = "1)"
    COUNT = "1."


class Malformed(ValueError):
    """A text that no printer could print as it is meant."""


def printable(text: str) -> str:
    """`text` without characters that no document can carry; line ends as \\n."""
    return _NOT_PRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one kind; \\n inside is a line break.

    `marks` is a part of "biu". `reference` is the symbol or address that the words name. `to` is the identity of a
    block of the same text: its printed number stands here, and `text` is empty. `note` is the footnote that
    hangs here, and `text` is empty. `moment` is the instant (ISO 8601, UTC) or the day that the words name;
    neighbouring runs of one moment belong together, the ones after the first name its zone.
    """

    text: str = ""
    marks: str = ""
    reference: str = ""
    to: str = ""
    note: tuple["Run", ...] = ()
    moment: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(self.text))
        object.__setattr__(self, "reference", printable(self.reference))
        object.__setattr__(self, "note", normal(self.note))
        if self.marks != "".join(mark for mark in MARKS if mark in self.marks):
            raise Malformed(f"marks are some of {MARKS!r} in that order, not {self.marks!r}")
        if sum(map(bool, (self.text, self.to, self.note))) > 1:
            raise Malformed("a run is words, the number of a block, or a footnote")
        if any(run.note for run in self.note):
            raise Malformed("a footnote has no footnotes")
        if self.to and not _IDENTITY.fullmatch(self.to):
            raise Malformed(f"no block can have the identity {self.to!r}")

    @property
    def is_plain(self) -> bool:
        return not (self.reference or self.to or self.note or self.moment)

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.to or self.note)


Runs = tuple[Run, ...]


def normal(runs: Iterable[Run]) -> Runs:
    """The same runs with empty ones gone and plain neighbours of the same marks joined: one form for one wording."""
    joined: list[Run] = []
    for run in runs:
        if run.is_empty:
            continue
        last = joined[-1] if joined else None
        if last is not None and last.is_plain and run.is_plain and last.marks == run.marks:
            joined[-1] = replace(last, text=last.text + run.text)
        else:
            joined.append(run)
    return tuple(joined)


def words(runs: Iterable[Run]) -> str:
    """The running text, without footnotes and without computed numbers."""
    return "".join(run.text for run in runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block. `id` never changes; papers that are made anew each time need none.

    `fixed` is a number that stands for ever ("4 bis", "8.4.3"); a numbered block without one is counted. `cells`
    are those of a row, or label and value of a pair. `language` is one of the six where it is not that of the text,
    or `UNDETERMINED`. Raises Malformed.
    """

    kind: Kind
    runs: Runs = ()
    id: str = ""
    level: int = 1
    style: Style | None = None
    numbered: bool = False
    fixed: str = ""
    cells: tuple[Runs, ...] = ()
    head: bool = False
    language: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "runs", normal(self.runs))
        object.__setattr__(self, "cells", tuple(map(normal, self.cells)))
        object.__setattr__(self, "fixed", printable(self.fixed))
        for wrong, why in self._faults():
            if wrong:
                raise Malformed(f"{self.kind} {self.id or words(self.runs)[:40]!r}: {why}")

    def _faults(self) -> Iterator[tuple[bool, str]]:
        kind = self.kind
        yield bool(self.id) and not _IDENTITY.fullmatch(self.id), "an identity is letters, digits, - and _"
        yield not 1 <= self.level <= DEEPEST, f"the level is 1 to {DEEPEST}"
        leveled = kind in (Kind.HEADING, Kind.PARAGRAPH, Kind.ITEM)
        yield self.level != 1 and not leveled, "only headings, paragraphs and items have levels"
        yield (self.style is not None) != (kind is Kind.ITEM), "an item has a style, and nothing else has one"
        counted = kind in (Kind.HEADING, Kind.PARAGRAPH)
        yield self.numbered and not counted, "only headings and paragraphs are numbered"
        yield (
            bool(self.fixed) and counted and not self.numbered,
            "a fixed number is the number of a numbered block",
        )
        yield bool(self.fixed) and not (counted or kind in (Kind.ITEM, Kind.ANNEX)), "it has no number"
        celled = kind in (Kind.ROW, Kind.PAIR)
        yield bool(self.cells) != celled, "rows and pairs have cells, and nothing else has them"
        yield celled and bool(self.runs), "the words of a row stand in its cells"
        yield kind is Kind.PAIR and len(self.cells) != 2, "a pair is a label and a value"
        yield self.head and kind is not Kind.ROW, "only a row names the columns"
        yield self.language not in ("", UNDETERMINED, *LANGUAGE_CODES), f"no language {self.language!r}"

    @property
    def wordings(self) -> tuple[Runs, ...]:
        """All runs of the block in reading order: one sequence, or one a cell."""
        return self.cells or (self.runs,)

    # Of a pair.
    @property
    def label(self) -> Runs:
        return self.cells[0]

    @property
    def value(self) -> Runs:
        return self.cells[1]


@dataclass(frozen=True, slots=True)
class Text:
    """A text in one of the six languages. `title` names the file; a block of kind title prints one. Raises Malformed."""

    title: str
    language: str
    blocks: tuple[Block, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", printable(self.title))
        object.__setattr__(self, "blocks", tuple(self.blocks))
        if not self.title.strip():
            raise Malformed("a text has a title")
        if self.language not in LANGUAGE_CODES:
            raise Malformed(f"no text is written in {self.language!r}")
        identities = [block.id for block in self.blocks if block.id]
        if len(set(identities)) != len(identities):
            raise Malformed("two blocks have one identity")
        for run in self.all_runs():
            if run.to and run.to not in identities:
                raise Malformed(f"no block has the identity {run.to!r}")
        for table in tables(self.blocks):
            if len({len(row.cells) for row in table}) > 1:
                raise Malformed("the rows of a table have the same number of cells")

    def all_runs(self) -> Iterator[Run]:
        for block in self.blocks:
            for runs in block.wordings:
                for run in runs:
                    yield run
                    yield from run.note


def begins_table(before: Block | None, row: Block) -> bool:
    """Whether `row` begins a table: the first after something else, or one that names columns after others."""
    return before is None or before.kind is not Kind.ROW or (row.head and not before.head)


def tables(blocks: Iterable[Block]) -> list[list[Block]]:
    """The rows of each table, in their order."""
    found: list[list[Block]] = []
    before: Block | None = None
    for block in blocks:
        if block.kind is Kind.ROW:
            if begins_table(before, block):
                found.append([])
            found[-1].append(block)
        before = block
    return found


def direction(language: str, runs: Iterable[Run] = ()) -> str:
    """ "rtl" or "ltr": by the language; where that is not known, by the first letter of `runs` that has a direction."""
    if language != UNDETERMINED:
        return "rtl" if language in RIGHT_TO_LEFT else "ltr"
    for run in runs:
        for letter in run.text:
            match unicodedata.bidirectional(letter):
                case "R" | "AL":
                    return "rtl"
                case "L":
                    return "ltr"
    return "ltr"


def direction_of(block: Block, language: str) -> str:
    """The direction of a block in a text in `language`; of a pair it is its value's."""
    said = block.wordings[1:] if block.kind is Kind.PAIR else block.wordings
    return direction(block.language or language, (run for runs in said for run in runs))


# --- Making blocks ----------------------------------------------------------------------------------------------------

Words = str | Run | Iterable[Run]


def runs_of(said: Words) -> Runs:
    """Plain words, one run, or runs, as runs."""
    if isinstance(said, str):
        return normal((Run(said),))
    return normal((said,) if isinstance(said, Run) else said)


def around(sentence: str, name: str, run: Run) -> Runs:
    """A sentence with "%(name)s" in it, as it comes from a translation, with `run` in that place."""
    before, _, after = sentence.partition(f"%({name})s")
    return normal((Run(before), run, Run(after)))


def title(said: Words, **more) -> Block:
    return Block(kind=Kind.TITLE, runs=runs_of(said), **more)


def heading(level: int, said: Words, *, fixed: str = "", **more) -> Block:
    return Block(kind=Kind.HEADING, runs=runs_of(said), level=level, **_number(fixed), **more)


def paragraph(said: Words, *, fixed: str = "", **more) -> Block:
    return Block(kind=Kind.PARAGRAPH, runs=runs_of(said), **_number(fixed), **more)


def items(said: Iterable[Words], style: Style = Style.BULLET) -> tuple[Block, ...]:
    return tuple(Block(kind=Kind.ITEM, runs=runs_of(each), style=style) for each in said)


def row(*cells: Words, head: bool = False, **more) -> Block:
    return Block(kind=Kind.ROW, cells=tuple(map(runs_of, cells)), head=head, **more)


def pair(label: Words, value: Words, **more) -> Block:
    return Block(kind=Kind.PAIR, cells=(runs_of(label), runs_of(value)), **more)


def _number(fixed: str) -> dict:
    return {"fixed": fixed, "numbered": True} if fixed else {}
