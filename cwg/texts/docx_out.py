"""Prints a tree of blocks as a Word file: real headings, Word's own numbers and footnotes, tables.

Numbers are Word's, so that somebody who edits the file goes on counting; one that Word would not count to ("4 bis", a
gap) is a list of its own whose mark is that number. The same text gives the same bytes, so the hash is stable.
"""

import re
from collections.abc import Iterable
from functools import partial
from xml.sax.saxutils import escape, quoteattr

from . import docx_package, numbering, parts
from .references import AddressOf, link, nowhere
from .tree import (
    DEEPEST,
    UNDETERMINED,
    Block,
    Kind,
    Run,
    Runs,
    Style,
    Text,
    direction,
    direction_of,
    printable,
)

MEDIA_TYPE = docx_package.MEDIA_TYPE

# In twentieths of a point: where numbered text begins, by how much each level of a list is set in, the text's width.
_NUMBER_WIDTH, _STEP, _WIDTH = 794, 397, 9070
_MARKS = {"b": "<w:b/><w:bCs/>", "i": "<w:i/><w:iCs/>", "u": '<w:u w:val="single"/>'}
_FORMATS = {
    Style.BULLET: ("bullet", "•"),
    Style.DASH: ("bullet", "–"),
    Style.LETTER: ("lowerLetter", "%{})"),
    Style.ROMAN: ("lowerRoman", "%{})"),
    Style.NUMBER: ("decimal", "%{})"),
    Style.COUNT: ("decimal", "%{}."),
}
# How Word counts by letters in the alphabets that are not Latin; it has none for the six languages' other scripts.
_LETTERS = {"ar": "arabicAbjad", "ru": "russianLower"}
_BREAKS = {"\n": "<w:br/>", "\t": "<w:tab/>"}


def to_docx(text: Text, *, header: str = "", address_of: AddressOf = nowhere) -> bytes:
    """A .docx of `text`, its title in the properties; Arabic is set from right to left.

    `header` runs on top of every page, below it "page / pages". No date and no author is written.
    """
    return _Printer(text, address_of).package(printable(header))


class _Numbering:
    """The numbering part: definitions (abstract) and the lists that use them."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.abstracts: list[str] = []
        self.lists: list[str] = []
        self.sections = self._abstract(
            self._level(at, "decimal", ".".join(f"%{n + 1}" for n in range(at + 1)), _NUMBER_WIDTH)
            for at in range(DEEPEST)
        )

    def section(self) -> int:
        """A list that counts headings and paragraphs from 1: the text's own, or an annex's."""
        return self._list(self.sections, restart=DEEPEST)

    def items(self, style: Style, level: int) -> int:
        """A list that counts items of that style from the first, used on that level."""
        form, mark = _FORMATS[style]
        form = _LETTERS.get(self.language, form) if style is Style.LETTER else form
        levels = (
            self._level(at, form, mark.format(at + 1), _NUMBER_WIDTH + _STEP * at, _STEP)
            for at in range(level)
        )
        return self._list(self._abstract(levels), restart=0)

    def literal(self, number: str, left: int = _NUMBER_WIDTH) -> int:
        """A list of one, whose mark is `number` as it stands."""
        # A percent sign would be read as the place of a count.
        return self._list(
            self._abstract([self._level(0, "decimal", number.replace("%", "％"), left)]), restart=0
        )

    def xml(self) -> str:
        return "".join(self.abstracts) + "".join(self.lists)

    def _level(self, at: int, form: str, mark: str, left: int, hanging: int = _NUMBER_WIDTH) -> str:
        return (
            f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:suff w:val="tab"/>'
            f'<w:lvlText w:val={quoteattr(mark)}/><w:lvlJc w:val="left"/><w:pPr><w:tabs>'
            f'<w:tab w:val="num" w:pos="{left}"/></w:tabs><w:ind w:left="{left}" w:hanging="{hanging}"/></w:pPr></w:lvl>'
        )

    def _abstract(self, levels: Iterable[str]) -> int:
        number = len(self.abstracts)
        self.abstracts.append(
            f'<w:abstractNum w:abstractNumId="{number}"><w:multiLevelType w:val="multilevel"/>'
            f"{''.join(levels)}</w:abstractNum>"
        )
        return number

    def _list(self, abstract: int, *, restart: int) -> int:
        number = len(self.lists) + 1
        anew = "".join(
            f'<w:lvlOverride w:ilvl="{at}"><w:startOverride w:val="1"/></w:lvlOverride>'
            for at in range(restart)
        )
        self.lists.append(f'<w:num w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>{anew}</w:num>')
        return number


class _Counted:
    """What Word has counted to in one section. A level that was passed over shows 1, but is not counted."""

    def __init__(self) -> None:
        self.counts = [0] * DEEPEST

    def goes_on_to(self, number: str, level: int) -> bool:
        """Whether the next number on that level is `number`; only then it is counted."""
        counts = [*self.counts[: level - 1], self.counts[level - 1] + 1, *[0] * (DEEPEST - level)]
        if ".".join(str(count or 1) for count in counts[:level]) != number:
            return False
        self.counts = counts
        return True


def _beyond_the_alphabet(item: parts.Item) -> bool:
    """After z) Word counts aa), bb), cc); a text counts aa), ab), ac)."""
    return item.block.style is Style.LETTER and len(item.number) > 2


class _Printer:
    def __init__(self, text: Text, address_of: AddressOf) -> None:
        self.text = text
        self.address_of = address_of
        self.rtl = direction(text.language) == "rtl"
        self.by_id = numbering.numbers_by_id(text)
        self.targets = {run.to for run in text.all_runs() if run.to}
        self.numbering = _Numbering(text.language)
        self.section = self.numbering.section()
        self.counted = _Counted()
        self.notes: list[str] = []
        self.links: dict[str, str] = {}
        self.bookmarks = 0

    def package(self, header: str) -> bytes:
        # Before the package: printing fills in the notes, the lists and the links.
        body = "".join(self.part(part) for part in parts.of(self.text))
        head = self.paragraph("Header", (Run(header),))
        return docx_package.package(
            docx_package.Pieces(
                title=self.text.title,
                language=self.text.language,
                rtl=self.rtl,
                body=body,
                header=head,
                footnotes=self.notes,
                numbering=self.numbering.xml(),
                links=self.links,
            )
        )

    def part(self, part: parts.Part) -> str:
        match part:
            case parts.List():
                return "".join(self.items(part.items, {}))
            case parts.Table():
                rows = [*part.heads, *part.rows]
                return self.table([(row, row.cells, "b" if row.head else "") for row in rows])
            case parts.Pairs():
                return self.table([(pair, pair.cells, "first") for pair in part.blocks])
            case parts.Numbered():
                return self.block(part)

    def block(self, part: parts.Numbered) -> str:
        block, place = part.block, None
        match block.kind:
            case Kind.TITLE:
                style = "Title"
            case Kind.SIGNATURE:
                style = "Signature"
            case Kind.ANNEX:
                style = "Annex"
                place = (self.numbering.literal(part.number, 1588), 0)
                self.section = self.numbering.section()
                self.counted = _Counted()
            case Kind.HEADING:
                style = f"Heading{block.level}"
            case _:
                style = "Numbered" if block.numbered else "Normal"
        if block.numbered:
            place = self.place_of(part)
        return self.paragraph(style, block.runs, block, place)

    def place_of(self, part: parts.Numbered) -> tuple[int, int]:
        """List and level: the section's, where Word counts to that number, else a list of its own."""
        level = part.block.level
        if self.counted.goes_on_to(part.number, level):
            return self.section, level - 1
        return self.numbering.literal(part.number), 0

    def items(self, items: list[parts.Item], lists: dict[int, tuple[Style, int]]) -> Iterable[str]:
        """`lists` holds, by level, the style and the list that is being counted there."""
        for item in items:
            block = item.block
            assert block.style is not None  # as every item
            level = block.level
            if block.fixed or _beyond_the_alphabet(item):
                place = (self.numbering.literal(item.number, _NUMBER_WIDTH + _STEP * (level - 1)), 0)
            else:
                if level not in lists or lists[level][0] is not block.style:
                    lists[level] = (block.style, self.numbering.items(block.style, level))
                place = (lists[level][1], level - 1)
            for deeper in [other for other in lists if other > level]:
                del lists[deeper]
            yield self.paragraph("ListParagraph", block.runs, block, place)
            yield from self.items(item.below, lists)

    def table(self, rows: list[tuple[Block, tuple[Runs, ...], str]]) -> str:
        """Rows with their cells, and what is bold: "b" all cells, "first" the first, "" none."""
        columns = len(rows[0][1])
        first = 3000 if rows[0][0].kind is Kind.PAIR else _WIDTH // columns
        widths = [first, *[(_WIDTH - first) // max(columns - 1, 1)] * (columns - 1)]
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        body = []
        for row, cells, bold in rows:
            head = "<w:tblHeader/>" if row.head else ""
            shown = "".join(
                f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
                f"{self.cell(row, runs, place, bold)}</w:tc>"
                for place, (runs, width) in enumerate(zip(cells, widths, strict=True))
            )
            body.append(f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{shown}</w:tr>")
        mirrored = "<w:bidiVisual/>" if self.rtl else ""
        # Word joins tables that touch: an empty paragraph keeps them apart.
        return (
            f'<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/>{mirrored}<w:tblW w:w="{_WIDTH}" w:type="dxa"/>'
            f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(body)}</w:tbl>"
            '<w:p><w:pPr><w:spacing w:after="0"/></w:pPr></w:p>'
        )

    def cell(self, row: Block, runs: Runs, place: int, bold: str) -> str:
        labels = bold == "b" or (bold == "first" and place == 0)
        # The label of a pair is the portal's, its value may be in another language.
        own = None if row.kind is Kind.PAIR and place == 0 else row
        # A bookmark stands in the first cell.
        return self.paragraph(
            "TableText", runs, own, extra="b" if labels else "", anchored=place == 0 and row
        )

    def paragraph(
        self,
        style: str,
        runs: Runs,
        block: Block | None = None,
        place: tuple[int, int] | None = None,
        *,
        extra: str = "",
        anchored: Block | bool | None = None,
    ) -> str:
        """A paragraph in the style, numbered by that list and level; `extra` are marks that all its runs have."""
        rtl = direction_of(block, self.text.language) == "rtl" if block else self.rtl
        language = block.language if block and block.language != UNDETERMINED else ""
        numbered = (
            f'<w:numPr><w:ilvl w:val="{place[1]}"/><w:numId w:val="{place[0]}"/></w:numPr>' if place else ""
        )
        said = self.runs(runs, rtl=rtl, language=language, extra=extra)
        anchor = block if anchored is None else anchored
        if isinstance(anchor, Block) and anchor.id in self.targets:
            self.bookmarks += 1
            said = (
                f'<w:bookmarkStart w:id="{self.bookmarks}" w:name="_b{anchor.id}"/>{said}'
                f'<w:bookmarkEnd w:id="{self.bookmarks}"/>'
            )
        # bidi after numPr, as the schema orders them.
        return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{numbered}{"<w:bidi/>" if rtl else ""}</w:pPr>{said}</w:p>'

    def runs(self, runs: Iterable[Run], *, rtl: bool, language: str, extra: str = "") -> str:
        one = partial(self.run, rtl=rtl, language=language, extra=extra)
        return "".join(map(one, runs))

    def run(self, run: Run, *, rtl: bool, language: str, extra: str) -> str:
        marks = "".join(xml for mark, xml in _MARKS.items() if mark in run.marks + extra)
        turned = "<w:rtl/>" if rtl else ""
        lang = ""
        if language:
            attribute, tag = docx_package.WORD_LANGUAGES[language]
            lang = f'<w:lang w:{attribute}="{tag}"/>'
        inside = f"{marks}{turned}{lang}"
        properties = f"<w:rPr>{inside}</w:rPr>" if inside else ""
        if run.note:
            self.notes.append("")
            number = len(self.notes)
            self.notes[number - 1] = self.runs(run.note, rtl=rtl, language=language)
            return (
                '<w:r><w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>'
                f'<w:footnoteReference w:id="{number}"/></w:r>'
            )
        if run.to:
            return docx_package.field(f"REF _b{run.to} \\r \\h", self.by_id[run.to], properties)
        address = link(run.reference, self.address_of)
        if not address:
            return f"<w:r>{properties}{_said(run.text)}</w:r>"
        key = self.links.setdefault(address, f"rIdlink{len(self.links) + 1}")
        linked = f'<w:rPr><w:rStyle w:val="Hyperlink"/>{inside}</w:rPr>'
        return f'<w:hyperlink r:id="{key}"><w:r>{linked}{_said(run.text)}</w:r></w:hyperlink>'


def _said(text: str) -> str:
    return "".join(
        _BREAKS.get(piece) or f'<w:t xml:space="preserve">{escape(piece)}</w:t>'
        for piece in re.split(r"(\n|\t)", text)
        if piece
    )
