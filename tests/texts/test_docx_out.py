"""Word files open, say what the blocks say, count as the text counts, and come out the same byte for byte."""

import io
import re
import zipfile

import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given
from lxml import etree

from cwg.texts.docx_out import to_docx
from cwg.texts.references import itself
from cwg.texts.tree import (
    UNDETERMINED,
    Block,
    Kind,
    Run,
    Style,
    Text,
    heading,
    items,
    pair,
    paragraph,
    row,
    runs_of,
    title,
    words,
)
from tests.texts.strategies import texts

BLOCKS = (
    title("Report of the meeting"),
    pair("Symbol", "WG-WSIS-14/7"),
    pair("Source", "Russian Federation"),
    heading(1, "Introduction", numbered=True, id="intro"),
    paragraph("The Group met in Geneva.\nIt had sixty delegates.", level=2, numbered=True),
    paragraph("Inserted.", fixed="1 bis"),
    paragraph((Run("See "), Run(to="intro"), Run(note=(Run("A footnote."),)))),
    *items(["multilingualization", "spam"]),
    *items(["first", "second"], Style.COUNT),
    row("Member", "Answer", head=True),
    row("Syria", "yes"),
)
REPORT = Text("Report", "en", BLOCKS)
HOSTILE = '</w:t><w:instrText>DDEAUTO c:\\\\x</w:instrText> & "<script>" #eval("1") $x$ \x00\x1b {{7*7}}'


def opened(content):
    return Document(io.BytesIO(content))


def part(content, name):
    return etree.fromstring(zipfile.ZipFile(io.BytesIO(content)).read(name))


def of(*blocks, language="en", **more):
    return to_docx(Text("T", language, blocks), **more)


def counted(content) -> list[str]:
    """What Word prints before each numbered paragraph, by the rules of its numbering part."""
    numbering = part(content, "word/numbering.xml")
    abstracts = {each.get(qn("w:abstractNumId")): each for each in numbering.iter(qn("w:abstractNum"))}
    lists = {
        each.get(qn("w:numId")): abstracts[each.find(qn("w:abstractNumId")).get(qn("w:val"))]
        for each in numbering.iter(qn("w:num"))
    }
    counts: dict[str, list[int]] = {}
    shown = []
    for place in part(content, "word/document.xml").iter(qn("w:numPr")):
        key, at = place.find(qn("w:numId")).get(qn("w:val")), int(place.find(qn("w:ilvl")).get(qn("w:val")))
        levels = list(lists[key].iter(qn("w:lvl")))
        count = counts.setdefault(key, [0] * 9)
        count[at] += 1
        count[at + 1 :] = [0] * (8 - at)
        if levels[at].find(qn("w:numFmt")).get(qn("w:val")) == "lowerLetter":
            values = ["" if not n else chr(96 + n) for n in count]
        else:
            values = [str(n or 1) for n in count]
        mark = levels[at].find(qn("w:lvlText")).get(qn("w:val"))
        shown.append(re.sub(r"%(\d)", lambda found, values=values: values[int(found[1]) - 1], mark))
    return shown


def test_the_file_says_what_the_blocks_say():
    document = opened(to_docx(REPORT, header="WG-WSIS-14/7"))
    texts_ = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    assert texts_ == [
        "Report of the meeting", "Introduction", "The Group met in Geneva.\nIt had sixty delegates.", "Inserted.",
        "See 1", "multilingualization", "spam", "first", "second",
    ]  # fmt: skip
    cells = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert cells == [
        ["Symbol", "WG-WSIS-14/7"], ["Source", "Russian Federation"], ["Member", "Answer"], ["Syria", "yes"],
    ]  # fmt: skip
    assert document.sections[0].header.paragraphs[0].text == "WG-WSIS-14/7"
    assert document.core_properties.title == "Report"


def test_headings_are_real_headings():
    document = opened(to_docx(REPORT))
    assert [p.style.name for p in document.paragraphs if p.text][:3] == [
        "Title", "Heading 1", "Numbered paragraph",
    ]  # fmt: skip


def test_word_counts_to_the_numbers_of_the_text():
    assert counted(to_docx(REPORT)) == ["1", "1.1", "1 bis", "•", "•", "1.", "2."]


def test_a_number_that_word_would_not_count_to_stands_as_it_is():
    blocks = [
        heading(1, "a", fixed="8"), paragraph("b", fixed="8.4.3"), heading(1, "c", numbered=True),
        *items(["x"] * 28, Style.LETTER), paragraph("100%", fixed="5%1"),
    ]  # fmt: skip
    marks = counted(of(*blocks))
    assert marks[:3] == ["8", "8.4.3", "9"]
    assert marks[3:5] == ["a)", "b)"] and marks[-3:-1] == ["aa)", "ab)"] and "％" in marks[-1]


def test_each_annex_and_each_list_counts_anew():
    one, annex = heading(1, "x", numbered=True), Block(kind=Kind.ANNEX, runs=runs_of("A"))
    a = items(["x", "y"], Style.LETTER)
    assert counted(of(one, *a, one, *a, annex, one)) == [
        "1", "a)", "b)", "2", "a)", "b)", "Annex 1", "1",
    ]  # fmt: skip


def test_a_footnote_is_word_s_own():
    content = to_docx(REPORT)
    notes = part(content, "word/footnotes.xml")
    assert "A footnote." in "".join(notes.itertext())
    assert len(list(part(content, "word/document.xml").iter(qn("w:footnoteReference")))) == 1


def test_a_run_that_points_to_a_block_is_a_field_at_its_bookmark():
    document = part(to_docx(REPORT), "word/document.xml")
    names = [mark.get(qn("w:name")) for mark in document.iter(qn("w:bookmarkStart"))]
    assert names == ["_bintro"]
    assert [code.text.strip() for code in document.iter(qn("w:instrText"))] == ["REF _bintro \\r \\h"]


def test_a_reference_is_a_link_to_what_it_names():
    run = Run("WG-WSIS-14/7", reference="https://portal.example/?a=1&b=2")
    document = opened(of(paragraph(run), paragraph(run), address_of=itself))
    targets = [rel.target_ref for rel in document.part.rels.values() if rel.is_external]
    assert targets == [run.reference]
    assert not [r for r in opened(of(paragraph(run))).part.rels.values() if r.is_external]
    unsafe = opened(of(paragraph(Run("x", reference="file://share/x")), address_of=itself))
    assert not [rel for rel in unsafe.part.rels.values() if rel.is_external]


def test_the_same_text_gives_the_same_bytes(monkeypatch):
    first = to_docx(REPORT)
    monkeypatch.setattr("time.localtime", lambda *args: (2031, 5, 6, 7, 8, 9, 0, 0, 0))
    assert to_docx(REPORT) == first


def test_no_date_and_no_author_is_written():
    content = to_docx(REPORT)
    properties = zipfile.ZipFile(io.BytesIO(content)).read("docProps/core.xml")
    assert b"created" not in properties and b"modified" not in properties and b"creator" not in properties


def test_hostile_text_is_only_text():
    content = to_docx(
        Text(HOSTILE, "en", (
            heading(2, HOSTILE), paragraph(HOSTILE, fixed=HOSTILE), *items([HOSTILE]), row(HOSTILE),
            paragraph(Run(HOSTILE, reference=HOSTILE)), paragraph(Run(note=runs_of(HOSTILE))),
        )),
        header=HOSTILE,
        address_of=itself,
    )  # fmt: skip
    document = opened(content)
    printed = HOSTILE.replace("\x00", "").replace("\x1b", "")
    found = [p.text for p in document.paragraphs if p.text] + [
        c.text for t in document.tables for c in t._cells
    ]
    assert len(found) == 5 and set(found) == {printed}
    assert not list(document.element.iter(qn("w:instrText")))
    assert printed in "".join(part(content, "word/footnotes.xml").itertext())


def test_arabic_runs_from_right_to_left():
    document = opened(of(title("عنوان"), paragraph("نص"), pair("أ", "ب"), language="ar"))
    paragraphs = [p for p in document.paragraphs if p.text]
    assert len(paragraphs) == 2
    assert all(p._p.pPr.find(qn("w:bidi")) is not None for p in paragraphs)
    assert all(run._r.rPr.find(qn("w:rtl")) is not None for p in paragraphs for run in p.runs)
    assert document.tables[0]._tbl.tblPr.find(qn("w:bidiVisual")) is not None


def test_a_block_in_a_language_of_its_own_is_marked_so():
    document = opened(
        of(paragraph("نص", language="ar"), paragraph("نص", language=UNDETERMINED), paragraph("x"))
    )
    directions = [p._p.pPr.find(qn("w:bidi")) is not None for p in document.paragraphs]
    assert directions == [True, True, False]
    assert document.paragraphs[0].runs[0]._r.rPr.find(qn("w:lang")).get(qn("w:bidi")) == "ar-SA"


def test_marks_are_those_of_the_runs():
    run = opened(of(paragraph(Run("x", "biu")))).paragraphs[0].runs[0]
    assert run.bold and run.italic and run.underline


@given(texts())
def test_every_text_opens_and_says_all_its_words(text):
    content = to_docx(text, header="x", address_of=itself)
    opened(content)
    said = "".join(part(content, "word/document.xml").itertext())
    said += "".join(part(content, "word/footnotes.xml").itertext())
    for block in text.blocks:
        for runs in block.wordings:
            for line in words(runs).split("\n"):
                assert all(piece in said for piece in line.split("\t"))


@pytest.mark.parametrize("language", ["ar", "zh", "en", "fr", "ru", "es"])
def test_the_language_is_named_in_the_file(language):
    content = of(paragraph("WSIS"), language=language)
    assert opened(content).core_properties.language == language
    lang = next(part(content, "word/styles.xml").iter(qn("w:lang")))
    assert any(value.startswith(language) for value in lang.attrib.values())
