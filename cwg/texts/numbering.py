"""The printed numbers of a text: a pure function of its blocks. Nothing else in the portal computes one."""

import re
from collections.abc import Sequence

from .tree import DEEPEST, Block, Kind, Style, Text, words

# As ITU's documents head an annex in the six languages.
ANNEX = {"ar": "الملحق", "zh": "附件", "en": "Annex", "fr": "Annexe", "ru": "Приложение", "es": "Anexo"}
# Arabic enumerates by the old order of its letters (abjad), Russian without those that cannot begin a word: the same
# letters by which Word counts in these languages (ECMA-376, ST_NumberFormat).
_ABJAD = "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ"
_CYRILLIC = "абвгдежзиклмнопрстуфхцчшщыэюя"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_COUNTED = re.compile(r"\d+(\.\d+)*\.?", re.ASCII)
# What stands before words and is no number.
_UNCOUNTED = ("", "•", "–")
# How far a fixed mark of an item is looked for among the counted ones.
_LONGEST_LIST = 400


def letters(count: int, language: str = "en") -> str:
    """The letter by which an enumeration in that language counts: a, b ... z, aa, ab ..."""
    alphabet = {"ar": _ABJAD, "ru": _CYRILLIC}.get(language, "abcdefghijklmnopqrstuvwxyz")
    found = ""
    while count:
        count, rest = divmod(count - 1, len(alphabet))
        found = alphabet[rest] + found
    return found


def roman(count: int) -> str:
    found = ""
    for value, sign in _ROMAN:
        while count >= value:
            found += sign
            count -= value
    return found


def mark(style: Style, count: int, language: str = "en") -> str:
    """What is printed before the item of that place (from 1): "•", "b)", "iv)"."""
    match style:
        case Style.BULLET:
            return "•"
        case Style.DASH:
            return "–"
        case Style.LETTER:
            return f"{letters(count, language)})"
        case Style.ROMAN:
            return f"{roman(count)})"
        case Style.NUMBER:
            return f"{count})"
        case Style.COUNT:
            return f"{count}."


class _Counter:
    """Counts on as many levels as a text has; a deeper level begins anew below each step of a higher one."""

    def __init__(self) -> None:
        self.counts = [0] * DEEPEST

    def next(self, level: int) -> list[int]:
        at = level - 1
        self.counts[at] += 1
        self.counts[:at] = [count or 1 for count in self.counts[:at]]
        self.counts[level:] = [0] * (DEEPEST - level)
        return self.counts[:level]

    def go_on_from(self, number: str) -> None:
        """A fixed number that can be counted ("8.4.3") is where counting goes on; "4 bis" is not."""
        if _COUNTED.fullmatch(number):
            parts = [int(part) for part in number.rstrip(".").split(".")]
            self.counts = (parts + [0] * DEEPEST)[:DEEPEST]


class _Lists:
    """Counts the items of lists; a list ends at whatever is no item, a level of it where a higher one goes on."""

    def __init__(self) -> None:
        self.end()

    def end(self) -> None:
        self.counts = [0] * DEEPEST
        self.styles: list[Style | None] = [None] * DEEPEST

    def next(self, item: Block, language: str) -> str:
        assert item.style is not None  # as every item
        at = item.level - 1
        if self.styles[at] is not item.style:
            self.counts[at], self.styles[at] = 0, item.style
        self.counts[item.level :] = [0] * (DEEPEST - item.level)
        self.styles[item.level :] = [None] * (DEEPEST - item.level)
        if not item.fixed:
            self.counts[at] += 1
            return mark(item.style, self.counts[at], language)
        places = (n for n in range(1, _LONGEST_LIST) if mark(item.style, n, language) == item.fixed)
        self.counts[at] = next(places, self.counts[at])
        return item.fixed


def numbers(blocks: Sequence[Block], language: str) -> tuple[str, ...]:
    """What is printed before each block, "" where nothing is.

    Numbered headings and paragraphs share one count on several levels, which begins anew in each annex. A fixed number
    is printed as it stands; one that can be counted ("8.4.3") is where counting goes on, another ("4 bis") leaves the
    count as it was.
    """
    printed: list[str] = []
    counter, lists, annexes = _Counter(), _Lists(), 0
    for block in blocks:
        if block.kind is not Kind.ITEM:
            lists.end()
        match block.kind:
            case Kind.ITEM:
                number = lists.next(block, language)
            case Kind.ANNEX:
                annexes += 1
                counter = _Counter()
                number = block.fixed or f"{ANNEX[language]} {annexes}"
            case Kind.HEADING | Kind.PARAGRAPH if block.numbered and block.fixed:
                counter.go_on_from(block.fixed)
                number = block.fixed
            case Kind.HEADING | Kind.PARAGRAPH if block.numbered:
                number = ".".join(map(str, counter.next(block.level)))
            case _:
                number = ""
        printed.append(number)
    return tuple(printed)


def numbers_by_id(text: Text) -> dict[str, str]:
    """The printed number of each block that has an identity: what a run's `to` prints."""
    printed = numbers(text.blocks, text.language)
    return {block.id: number for block, number in zip(text.blocks, printed, strict=True) if block.id}


def depths(blocks: Sequence[Block]) -> tuple[int, ...]:
    """The depth at which each heading stands in an outline, 0 for other blocks: no step down skips one.

    A reader who jumps from heading to heading expects that; PDF/UA-1 asks for it, and that a heading has words or a
    number: one that has neither yet is none.
    """
    found: list[int] = []
    before = 0
    for block in blocks:
        if block.kind is Kind.ANNEX or (block.kind is Kind.HEADING and _heads(block)):
            before = min(block.level, before + 1)
            found.append(before)
        else:
            found.append(0)
    return tuple(found)


def _heads(heading: Block) -> bool:
    return heading.numbered or any(
        run.to or any(map(str.isprintable, run.text.strip())) for run in heading.runs
    )


def plain_text(text: Text) -> str:
    """All words, one line a block, with the printed numbers but no bullets; footnotes after the block they hang in."""
    by_id = numbers_by_id(text)
    lines = []
    for block, number in zip(text.blocks, numbers(text.blocks, text.language), strict=True):
        cells = [_said(runs, by_id) for runs in block.wordings]
        said = ": ".join(cells) if block.kind is Kind.PAIR else "\t".join(cells)
        lines.append(said if number in _UNCOUNTED else f"{number} {said}")
        lines += [words(run.note) for runs in block.wordings for run in runs if run.note]
    return "\n".join(lines)


def _said(runs, by_id: dict[str, str]) -> str:
    return "".join(by_id[run.to] if run.to else run.text for run in runs)
