"""Prints a tree of blocks as HTML: real headings, lists, tables and footnotes, all words escaped.

Only what stands in this file becomes markup.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cwg.look.line_breaks import breakable

from . import numbering, parts
from .references import AddressOf, link, nowhere
from .tree import UNDETERMINED, Block, Kind, Run, Text, direction

_TAGS = {"b": "strong", "i": "em", "u": "u"}
_DIGEST = re.compile(r"\b([0-9a-f]{64})\b")
_NOTHING, _LINE_BREAK = SafeString(""), SafeString("<br>")


def to_html(
    text: Text, *, start_level: int = 1, address_of: AddressOf = nowhere, anchors: bool = True
) -> SafeString:
    """`text` as an `<article class="text">`, in its own language and direction.

    Its title is a heading of `start_level` (1 to 6), the headings below begin one deeper; without a title they
    begin at `start_level`. With `anchors` each block that has an identity is one in the page, as are the footnotes: one
    text of those a page.
    """
    return _Printer(text, start_level, address_of, anchors).article()


def inline(runs: Iterable[Run], address_of: AddressOf = nowhere) -> SafeString:
    """The words of a piece of a text that is shown by itself; a footnote stands in brackets."""
    return _Inline(address_of).runs(runs)


class _Inline:
    """Prints runs. `by_id` are the numbers that a run's `to` prints."""

    def __init__(self, address_of: AddressOf, by_id: dict[str, str] | None = None) -> None:
        self.address_of = address_of
        self.by_id = by_id or {}

    def runs(self, runs: Iterable[Run]) -> SafeString:
        """All runs; those of one moment in one `<time>`."""
        return _joined(
            self.moment(moment, list(together)) if moment else _joined(map(self.run, together))
            for moment, together in groupby(runs, key=lambda run: run.moment)
        )

    def moment(self, moment: str, together: list[Run]) -> SafeString:
        first, zone = together[0], together[1:]
        shown = self.run(first)
        if zone:
            shown += format_html('<bdi class="instant-zone">{}</bdi>', _joined(map(self.run, zone)))
        return format_html('<time class="instant" datetime="{}">{}</time>', moment, shown)

    def run(self, run: Run) -> SafeString:
        if run.note:
            shown = self.note(run)
        elif run.to:
            shown = self.number_of(run.to)
        else:
            shown = self.words(run)
        for mark in run.marks:
            shown = format_html("<{0}>{1}</{0}>", _TAGS[mark], shown)
        return shown

    def words(self, run: Run) -> SafeString:
        shown = _joined(map(self.line, run.text.split("\n")), _LINE_BREAK)
        if not run.reference:
            return shown
        if run.text == run.reference:  # a symbol or an address: never translated, never turned round
            shown = format_html('<bdi dir="ltr" translate="no">{}</bdi>', breakable(run.text))
        address = link(run.reference, self.address_of, in_a_page=True)
        return format_html('<a href="{}">{}</a>', address, shown) if address else shown

    def line(self, line: str) -> SafeString:
        """A SHA-256, which has no place to break, is set so that it may."""
        pieces = (
            format_html('<code class="file-hash">{}</code>', piece) if at % 2 else conditional_escape(piece)
            for at, piece in enumerate(_DIGEST.split(line))
        )
        return _joined(pieces)

    def number_of(self, identity: str) -> SafeString:
        return conditional_escape(self.by_id.get(identity, ""))

    def note(self, run: Run) -> SafeString:
        return format_html(" [{}]", self.runs(run.note))


class _Printer(_Inline):
    """Prints a whole text; footnotes are gathered and stand at its end."""

    def __init__(self, text: Text, start_level: int, address_of: AddressOf, anchors: bool) -> None:
        super().__init__(address_of, numbering.numbers_by_id(text))
        self.text = text
        self.anchors = anchors
        self.notes: list[SafeString] = []
        has_title = any(block.kind is Kind.TITLE for block in text.blocks)
        self.title_level = start_level
        self.above = start_level if has_title else start_level - 1

    def article(self) -> SafeString:
        body = _joined(self.part(part) for part in parts.of(self.text))
        if self.notes:
            lines = format_html_join("", "<li{}>{}</li>", self.note_lines())
            body += format_html('<ol class="text-notes" role="doc-endnotes">{}</ol>', lines)
        language = self.text.language
        return format_html(
            '<article class="text" lang="{}" dir="{}">{}</article>', language, direction(language), body
        )

    def note_lines(self) -> Iterator[tuple[SafeString, SafeString]]:
        for number, shown in enumerate(self.notes, start=1):
            if self.anchors:
                back = format_html(' <a href="#note-{}-from" role="doc-backlink">↩</a>', number)
                yield format_html(' id="note-{}"', number), shown + back
            else:
                yield _NOTHING, shown

    def note(self, run: Run) -> SafeString:
        place = len(self.notes)
        self.notes.append(_NOTHING)
        self.notes[place] = self.runs(run.note)
        number = place + 1
        if not self.anchors:
            return format_html("<sup>{}</sup>", number)
        return format_html(
            '<sup><a id="note-{0}-from" href="#note-{0}" role="doc-noteref">{0}</a></sup>', number
        )

    def number_of(self, identity: str) -> SafeString:
        shown = super().number_of(identity)
        return format_html('<a href="#{}">{}</a>', identity, shown) if self.anchors else shown

    def identity(self, block: Block) -> SafeString:
        return format_html(' id="{}"', block.id) if self.anchors and block.id else _NOTHING

    def attributes(self, block: Block) -> SafeString:
        return self.identity(block) + _language_attributes(block)

    def part(self, part: parts.Part) -> SafeString:
        match part:
            case parts.List():
                return self.list_of(part.items)
            case parts.Table():
                return self.table(part)
            case parts.Pairs():
                return self.pairs(part.blocks)
            case parts.Numbered():
                return self.block(part)

    def block(self, part: parts.Numbered) -> SafeString:
        block = part.block
        match block.kind:
            case Kind.TITLE:
                tag = f"h{self.title_level}"
            case Kind.HEADING | Kind.ANNEX if part.depth:
                tag = f"h{min(self.above + part.depth, 6)}"
            case _:
                tag = "p"
        return format_html(
            '<{0} class="text-{1}"{2}>{3}</{0}>',
            tag,
            block.kind,
            self.attributes(block),
            self.numbered(part.number, self.runs(block.runs)),
        )

    def numbered(self, number: str, shown: SafeString) -> SafeString:
        return format_html('<span class="text-number">{}</span> {}', number, shown) if number else shown

    def list_of(self, items: list[parts.Item]) -> SafeString:
        shown = (
            format_html(
                "<li{}>{}{}</li>",
                self.attributes(item.block),
                self.numbered(item.number, self.runs(item.block.runs)),
                self.list_of(item.below) if item.below else _NOTHING,
            )
            for item in items
        )
        # With its own marks it is a list for Safari only by its role.
        return format_html('<ul class="text-items" role="list">{}</ul>', _joined(shown))

    def table(self, table: parts.Table) -> SafeString:
        head = _NOTHING
        if table.heads:
            heads = _joined(self.row(row, '<th scope="col">{}</th>') for row in table.heads)
            head = format_html("<thead>{}</thead>", heads)
        return format_html(
            '<div class="table-wide" tabindex="0" role="region" aria-label="{}">'
            '<table class="table">{}<tbody>{}</tbody></table></div>',
            _("Table"),
            head,
            _joined(self.row(row, "<td>{}</td>") for row in table.rows),
        )

    def pairs(self, blocks: Iterable[Block]) -> SafeString:
        lines = (
            (
                self.identity(block),
                self.runs(block.label),
                _language_attributes(block),
                self.runs(block.value),
            )
            for block in blocks
        )
        return format_html(
            '<dl class="facts">{}</dl>',
            format_html_join("", "<div{}><dt>{}</dt><dd{}>{}</dd></div>", lines),
        )

    def row(self, block: Block, cell: str) -> SafeString:
        cells = format_html_join("", cell, ((self.runs(runs),) for runs in block.cells))
        return format_html("<tr{}>{}</tr>", self.attributes(block), cells)


def _language_attributes(block: Block) -> SafeString:
    """`lang` and `dir` of a block whose language is not that of the text around it."""
    if not block.language:
        return _NOTHING
    if block.language == UNDETERMINED:
        return format_html(' dir="{}"', "auto")
    return format_html(' lang="{}" dir="{}"', block.language, direction(block.language))


def _joined(parts: Iterable[SafeString], between: SafeString = _NOTHING) -> SafeString:
    return format_html_join(between, "{}", ((part,) for part in parts))
