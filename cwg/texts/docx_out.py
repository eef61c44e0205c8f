"""Prints a tree of blocks as a Word file. The same blocks give the same bytes, so the hash is stable."""

import io
import zipfile
from collections.abc import Sequence

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph

from cwg.languages import RIGHT_TO_LEFT
from cwg.texts.blocks import Block, Heading, Items, KeyValues, Paragraph, Table, printable

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

# Word's language tags per language of the text: (attribute of w:lang, tag).
_WORD_LANGUAGE = {
    "ar": ("w:bidi", "ar-SA"),
    "zh": ("w:eastAsia", "zh-CN"),
    "en": ("w:val", "en-GB"),
    "fr": ("w:val", "fr-FR"),
    "ru": ("w:val", "ru-RU"),
    "es": ("w:val", "es-ES"),
}
# A zip entry cannot be dated before 1980; every entry carries this instant.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def to_docx(blocks: Sequence[Block], *, title: str, language: str, header: str = "") -> bytes:
    """A .docx of `blocks` with `title` on top and in its properties; an empty title prints none.

    `language` is one of ar, zh, en, fr, ru, es; Arabic is set from right to left. `header` runs on top of
    every page. No date and no author is written: they belong to the register, not to the file. Raises
    `KeyError` for another language.
    """
    attribute, tag = _WORD_LANGUAGE[language]
    printer = _Printer(rtl=language in RIGHT_TO_LEFT)
    printer.set_styles(attribute, tag)
    printer.set_properties(printable(title or header), language)
    if header:
        printer.write(printer.document.sections[0].header.paragraphs[0], header)
    if title:
        printer.write(printer.document.add_paragraph(style="Title"), title)
    for block in blocks:
        printer.print(block)
    raw = io.BytesIO()
    printer.document.save(raw)
    return _without_dates(raw.getvalue())


class _Printer:
    def __init__(self, *, rtl: bool) -> None:
        self.document = Document()
        self.rtl = rtl

    def set_styles(self, attribute: str, tag: str) -> None:
        styles = self.document.styles
        for lang in styles.element.iter(qn("w:lang")):
            lang.set(qn(attribute), tag)
        for name, size in {
            "Normal": 11,
            "Title": 18,
            "Heading 1": 14,
            "Heading 2": 12,
            "Heading 3": 11,
        }.items():
            style = styles[name]
            assert isinstance(style, ParagraphStyle)
            style.font.name = "Calibri"
            style.font.size = Pt(size)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            # A theme font wins over a named one; complex script letters take the size from szCs.
            for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
                fonts.attrib.pop(qn(theme), None)
            fonts.set(qn("w:cs"), "Calibri")
            if name != "Normal":
                style.font.color.rgb = RGBColor(0, 0, 0)

    def set_properties(self, title: str, language: str) -> None:
        properties = self.document.core_properties
        properties.title = title[:255]  # the package format's limit
        properties.language = language
        properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
        for name in ("dcterms:created", "dcterms:modified"):
            for element in properties._element.findall(qn(name)):
                properties._element.remove(element)

    def print(self, block: Block) -> None:
        match block:
            case Heading():
                paragraph = self.document.add_paragraph(style=f"Heading {block.level}")
                self.write(paragraph, f"{block.number}\t{block.text}" if block.number else block.text)
            case Paragraph():
                paragraph = self.document.add_paragraph()
                self.write(paragraph, f"{block.number}\t{block.text}" if block.number else block.text)
            case Items():
                self._items(block)
            case Table():
                self._table(block.rows, header=block.header)
            case KeyValues():
                self._table(block.pairs, bold_first_column=True)

    def write(self, paragraph: WordParagraph, text: str, *, bold: bool = False) -> None:
        run = paragraph.add_run(printable(text))
        run.bold = bold or None
        if self.rtl:
            paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
            run._r.get_or_add_rPr().append(OxmlElement("w:rtl"))

    def _items(self, block: Items) -> None:
        # Word would go on counting from the list before, so numbers are written out as text.
        for place, item in enumerate(block.items, start=1):
            if block.ordered:
                self.write(self.document.add_paragraph(style="List"), f"{place}.\t{item}")
            else:
                self.write(self.document.add_paragraph(style="List Bullet"), item)

    def _table(
        self, rows: Sequence[Sequence[str]], *, header: bool = False, bold_first_column: bool = False
    ) -> None:
        if not rows or not rows[0]:
            return
        table: WordTable = self.document.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
        if self.rtl:
            table._tbl.tblPr.append(OxmlElement("w:bidiVisual"))
        for place, row in enumerate(rows):
            word_row = table.add_row()
            if header and place == 0:
                word_row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
            for column, (cell, text) in enumerate(zip(word_row.cells, row, strict=True)):
                bold = (header and place == 0) or (bold_first_column and column == 0)
                self.write(cell.paragraphs[0], text, bold=bold)
        self.document.add_paragraph()  # Word joins tables that touch


def _without_dates(package: bytes) -> bytes:
    """The same package with every entry dated alike and in a fixed order, content types first."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(fixed, "w") as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, date_time=_ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            target.writestr(entry, source.read(name))
    return fixed.getvalue()
