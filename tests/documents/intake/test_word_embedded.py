"""Files inside a Word file: Office documents without anything that acts are taken and told, the rest is refused."""

import pytest

from tests import hostile_files as files

BINARY = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
DRAWING = "application/vnd.ms-visio.drawing.main+xml"
MACRO_BOOK = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


DDE_LINK = '<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><ddeLink ddeService="cmd"/></externalLink>'
BINARY_LINK = "application/vnd.ms-excel.externalLink"


def codes(found):
    return [finding.code for finding in found]


def test_a_chart_may_carry_its_workbook_and_the_delegate_is_told(look):
    found = look(files.chart_with_workbook())
    assert found.accepted
    assert codes(found.findings) == ["chart_workbooks"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("sheet1.xlsx", files.workbook()),
        ("sheet1.xlsb", files.office_file(BINARY, "xl/workbook.bin")),
        ("sheet1.xlsm", files.office_file(MACRO_BOOK, "xl/workbook.xml")),
        ("slides.pptx", files.office_file(SLIDES, "ppt/presentation.xml")),
        ("drawing.vsdx", files.office_file(DRAWING, "visio/document.xml")),
        ("letter.docx", files.word_file("inside")),
        ("with_chart.docx", files.chart_with_workbook()),
    ],
)
def test_an_office_document_inside_is_taken_and_told(look, name, content):
    found = look(files.embedded(content, name))
    assert found.refusals == ()
    assert [(said.code, said.data) for said in found.findings] == [
        ("embedded_documents", {"count": 1, "names": [f"word/embeddings/{name}"]})
    ]


@pytest.mark.parametrize(
    "inside",
    [
        files.workbook({"xl/vbaProject.bin": files.compound_file("VBA")}),
        files.workbook({"xl/macrosheets/sheet1.xml": "<a/>"}),
        files.with_relation(
            files.workbook(), "xlMacrosheet", "s.xml", part="xl/_rels/workbook.xml.rels", external=False
        ),
        files.macros(),
        files.embedded(files.workbook({"xl/vbaProject.bin": files.compound_file("VBA")})),
    ],
    ids=["vba", "macro sheet", "macro sheet by relation", "document with vba", "vba two levels down"],
)
@pytest.mark.parametrize("put", [files.embedded, files.chart_with_workbook])
def test_macros_of_a_file_inside_are_macros(look, put, inside):
    assert codes(look(put(inside)).refusals) == ["docx_macros"]


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        (files.zip_called_docx(), "docx_ole"),
        (files.opendocument_text(), "docx_ole"),
        (files.ole_object(), "docx_ole"),
        (files.external_template(), "docx_external_template"),
        (files.word_file_with_body('<w:p><w:fldSimple w:instr="DDE excel"/></w:p>'), "docx_dde"),
        (files.with_relation(files.word_file(), "control", "x.xml", external=False), "docx_activex"),
        (files.with_relation(files.word_file(), "aFChunk", "x.html", external=False), "docx_foreign_chunk"),
        (files.workbook({"xl/externalLinks/externalLink1.xml": DDE_LINK}), "docx_dde"),
        (
            files.with_type(
                files.workbook(),
                "xl/externalLink1.bin",
                BINARY_LINK,
                **{"xl/externalLink1.bin": b"\xe8\x02\x0e\1\0"},
            ),
            "docx_dde",
        ),
        (files.word_file()[:-200], "docx_ole"),
        (files.lying_sizes(), "docx_ole"),
        (files.billion_laughs(), "docx_dtd"),
        (files.bomb(), "zip_ratio"),
        (files.many_bombs(), "zip_unpacked"),
    ],
)
def test_what_is_refused_outside_is_refused_inside(look, inside, code):
    found = look(files.embedded(inside, "letter.docx"), memory_bytes=200 * 1024 * 1024)
    assert codes(found.refusals) == [code]


def test_the_file_inside_is_named(look):
    found = look(files.embedded(files.macros(), "letter.docx"))
    assert found.refusals[0].data == {"part": "word/embeddings/letter.docx"}


def test_entries_and_bytes_are_counted_over_all_levels(look):
    inside = files.word_file()
    package = files.embedded(inside, "a.docx")
    entries = len(files.names(package)) + len(files.names(inside))
    assert look(package, zip_entries=entries).accepted
    assert codes(look(package, zip_entries=entries - 1).refusals) == ["zip_entries"]
    unpacked = files.unpacked(package) + files.unpacked(inside)
    assert look(package, unpacked_bytes=unpacked).accepted
    assert codes(look(package, unpacked_bytes=unpacked - 1).refusals) == ["zip_unpacked"]


def test_a_file_in_a_file_in_a_file_is_taken_and_one_deeper_is_not(look):
    package = files.word_file()
    for _level in range(3):
        package = files.embedded(package, "letter.docx")
    assert look(package).accepted
    assert codes(look(files.embedded(package, "letter.docx")).refusals) == ["docx_nesting"]


def test_a_file_inside_that_is_too_large_to_hold_is_refused(look):
    assert codes(look(files.embedded(files.workbook()), embedded_bytes=100).refusals) == ["zip_unpacked"]


@pytest.mark.parametrize("content", [b"{\\rtf1 text}", b"%PDF-1.7", b"#!/bin/sh"])
def test_an_object_of_an_unknown_kind_is_refused(look, content):
    assert codes(look(files.embedded(content, "object.bin", "oleObject")).refusals) == ["docx_ole"]
