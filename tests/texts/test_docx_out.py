"""Word files open, say what the blocks say, and come out the same byte for byte."""

import io
import zipfile

import pytest
from docx import Document
from docx.oxml.ns import qn

from cwg.texts.blocks import Heading, Items, KeyValues, Paragraph, Table
from cwg.texts.docx_out import to_docx

BLOCKS = [
    KeyValues([("Symbol", "WG-WSIS-14/7"), ("Source", "Russian Federation")]),
    Heading(1, "Introduction", number="1"),
    Paragraph("The Group met in Geneva.\nIt had sixty delegates.", number="1.1"),
    Items(["multilingualization", "spam"]),
    Items(["first", "second"], ordered=True),
    Table([["Member", "Answer"], ["Syria", "yes"]]),
]
HOSTILE = '</w:t><w:instrText>DDEAUTO c:\\\\x</w:instrText> & "<script>" #eval("1") $x$ \x00\x1b {{7*7}}'


def opened(content):
    return Document(io.BytesIO(content))


def test_the_file_says_what_the_blocks_say():
    document = opened(to_docx(BLOCKS, title="Report", language="en", header="WG-WSIS-14/7"))
    texts = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    assert texts == [
        "Report", "1\tIntroduction", "1.1\tThe Group met in Geneva.\nIt had sixty delegates.",
        "multilingualization", "spam", "1.\tfirst", "2.\tsecond",
    ]  # fmt: skip
    cells = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert cells == [
        ["Symbol", "WG-WSIS-14/7"], ["Source", "Russian Federation"], ["Member", "Answer"], ["Syria", "yes"],
    ]  # fmt: skip
    assert document.sections[0].header.paragraphs[0].text == "WG-WSIS-14/7"
    assert document.core_properties.title == "Report"


def test_headings_are_real_headings():
    document = opened(to_docx(BLOCKS, title="Report", language="en"))
    assert [p.style.name for p in document.paragraphs[:3] if p.text] == ["Title", "Heading 1"]


def test_the_same_blocks_give_the_same_bytes(monkeypatch):
    first = to_docx(BLOCKS, title="Report", language="en")
    monkeypatch.setattr("time.localtime", lambda *args: (2031, 5, 6, 7, 8, 9, 0, 0, 0))
    assert to_docx(BLOCKS, title="Report", language="en") == first


def test_no_date_and_no_author_is_written():
    content = to_docx(BLOCKS, title="Report", language="en")
    properties = zipfile.ZipFile(io.BytesIO(content)).read("docProps/core.xml")
    assert b"created" not in properties and b"modified" not in properties
    assert opened(content).core_properties.author == ""


@pytest.mark.parametrize("place", ["title", "text"])
def test_hostile_text_is_only_text(place):
    blocks = [Heading(2, HOSTILE), Paragraph(HOSTILE), Items([HOSTILE]), Table([[HOSTILE]])]
    content = to_docx(
        blocks if place == "text" else [], title=HOSTILE if place == "title" else "", language="en"
    )
    document = opened(content)
    printed = HOSTILE.replace("\x00", "").replace("\x1b", "")
    found = [p.text for p in document.paragraphs if p.text] + [
        c.text for t in document.tables for c in t._cells
    ]
    assert found and set(found) == {printed}
    assert not list(document.element.iter(qn("w:instrText")))


def test_arabic_runs_from_right_to_left():
    document = opened(to_docx([Paragraph("نص"), KeyValues([("أ", "ب")])], title="عنوان", language="ar"))
    paragraphs = [p for p in document.paragraphs if p.text]
    assert all(p._p.pPr.find(qn("w:bidi")) is not None for p in paragraphs)
    assert all(run._r.rPr.find(qn("w:rtl")) is not None for p in paragraphs for run in p.runs)
    assert document.tables[0]._tbl.tblPr.find(qn("w:bidiVisual")) is not None


def test_empty_blocks_print_nothing():
    document = opened(to_docx([Table([]), KeyValues([]), Items([])], title="", language="en"))
    assert not document.tables and not any(p.text for p in document.paragraphs)


def test_an_unknown_language_is_refused():
    with pytest.raises(KeyError):
        to_docx([], title="", language="it")
