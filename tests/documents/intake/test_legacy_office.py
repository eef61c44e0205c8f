"""OLE containers inside a Word file: the honest ones of old Office programs, and everything else."""

import struct

import pytest

from tests import compound_files as ole
from tests import hostile_files as files

EXCEL, WORD, VISIO = ole.office_clsid(0x20820), ole.office_clsid(0x20906), ole.office_clsid(0x21A14)
SLIDE = bytes.fromhex("118d81649b4fcf1186ea00aa00b929e8")
OLD_EQUATION, MATHTYPE = ole.office_clsid(0x2CE02), ole.office_clsid(0x2CE03)
PACKAGER, LINK = ole.office_clsid(0x3000C), ole.office_clsid(0x300)
NOTES = {
    "\x01CompObj": b"x" * 100,
    "\x01Ole": struct.pack("<2L", 0x02000001, 0) + bytes(12),
    "\x03ObjInfo": b"123456",
}
SHEET = ole.record(0x0085, struct.pack("<L2B", 100, 0, 0) + b"\x06\x00Sheet1")
BOOK = ole.workbook_stream(SHEET)
SLIDES = ole.atom(1000, ole.atom(1001, bytes(8)) + ole.atom(0x03FF, ole.atom(0x0400, bytes(12)), 15), 15)


def embedded(look, content):
    return look(files.embedded(content, "oleObject1.bin", "oleObject"))


def codes(found):
    return [finding.code for finding in found]


@pytest.mark.parametrize(
    "content",
    [
        ole.compound({"Workbook": BOOK, **NOTES}, EXCEL),
        ole.compound({"Workbook": BOOK + bytes(9000)}, EXCEL),
        ole.compound({"Workbook": BOOK}),
        ole.compound({"Book": ole.workbook_stream()}, ole.office_clsid(0x20810)),
        ole.compound(
            {"Workbook": BOOK, "_SX_DB_CUR": {"0001": b"x"}, "MBD0018A23B": {"Workbook": BOOK}}, EXCEL
        ),
        ole.compound({"WordDocument": ole.document_stream("Text."), "1Table": b"x", "ObjectPool": {}}, WORD),
        ole.compound(
            {"WordDocument": ole.document_stream("\x13 PAGE \x141\x15"), **NOTES}, ole.office_clsid(0x20907)
        ),
        ole.compound(
            {"WordDocument": ole.document_stream(), "ObjectPool": {"_1234": {"Equation Native": b"x"}}},
            WORD,
            {"_1234": MATHTYPE},
        ),
        ole.compound({"PowerPoint Document": SLIDES, "Current User": b"x", "Pictures": bytes(5000)}, SLIDE),
        ole.compound({"VisioDocument": b"Visio", **NOTES}, VISIO),
        ole.compound({"Package": files.workbook(), **NOTES}, ole.office_clsid(0x20830)),
        ole.compound({"Package": files.word_file()}),
    ],
)
def test_a_document_of_old_office_is_taken_and_told(look, content):
    found = embedded(look, content)
    assert (found.refusals, codes(found.findings)) == ((), ["embedded_documents"])


def test_an_equation_of_mathtype_is_taken_without_a_word(look):
    found = embedded(look, ole.compound({"Equation Native": b"\x1c\0\0\0", **NOTES}, MATHTYPE))
    assert (found.refusals, found.findings) == ((), ())


@pytest.mark.parametrize(
    "content",
    [
        ole.compound({"Equation Native": b"\x1c\0\0\0", **NOTES}, OLD_EQUATION),
        ole.compound({"Equation Native": b"\x1c\0\0\0"}),
        ole.compound({"Workbook": BOOK}, OLD_EQUATION),
        ole.compound({"Workbook": BOOK, "Equation Native": b"x"}, EXCEL),
        ole.compound(
            {"WordDocument": ole.document_stream(), "ObjectPool": {"_1": {"Equation Native": b"x"}}},
            WORD,
            {"_1": OLD_EQUATION},
        ),
    ],
)
def test_an_equation_of_the_old_editor_is_refused(look, content):
    assert codes(embedded(look, content).refusals) == ["docx_old_equation"]


def test_an_object_that_names_the_old_editor_is_refused_whatever_it_is(look):
    body = '<w:p><w:r><w:object><o:OLEObject Type="Embed" ProgID="Equation.3"/></w:object></w:r></w:p>'
    assert codes(look(files.word_file_with_body(body)).refusals) == ["docx_old_equation"]


@pytest.mark.parametrize(
    "content",
    [
        ole.compound({"Workbook": BOOK, "_VBA_PROJECT_CUR": {"VBA": {"dir": b"x"}}}, EXCEL),
        ole.compound({"WordDocument": ole.document_stream(), "Macros": {"VBA": {}}}, WORD),
        ole.compound({"VisioDocument": b"x", "Other": {"VBA": {}}}, VISIO),
        ole.compound(
            {"Workbook": ole.workbook_stream(ole.record(0x0085, struct.pack("<L2B", 9, 0, 1)))}, EXCEL
        ),
        ole.compound({"Workbook": BOOK + ole.record(0x0809, struct.pack("<2H", 0x600, 0x40))}, EXCEL),
        ole.compound(
            {"PowerPoint Document": ole.atom(0x03FF, ole.atom(0x0400, struct.pack("<3L", 5, 1, 2)), 15)},
            SLIDE,
        ),
        ole.compound({"PowerPoint Document": ole.atom(0x0FF3, bytes(8) + b"\x01" + bytes(7))}, SLIDE),
        ole.compound({"Package": files.workbook({"xl/vbaProject.bin": b"x"})}, EXCEL),
        ole.compound({"Workbook": BOOK, "MBD0018A23B": {"Workbook": BOOK, "_VBA_PROJECT_CUR": {}}}, EXCEL),
    ],
)
def test_macros_of_old_office_are_macros(look, content):
    found = embedded(look, content)
    assert [(said.code, said.data) for said in found.refusals] == [
        ("docx_macros", {"part": "word/embeddings/oleObject1.bin"})
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (
            ole.compound({"WordDocument": ole.document_stream("a \x13 DDEAUTO cmd \x14x\x15")}, WORD),
            "docx_dde",
        ),
        (ole.compound({"WordDocument": ole.document_stream("\x13DDE cmd\x15", "latin-1")}, WORD), "docx_dde"),
        (
            ole.compound({"WordDocument": ole.document_stream("\x13" + " " * 3000 + "DDE cmd\x15")}, WORD),
            "docx_dde",
        ),
        (
            ole.compound(
                {"WordDocument": ole.document_stream('\x13 INCLUDETEXT "\\\\\\\\srv\\\\x\\\\y" \x14\x15')},
                WORD,
            ),
            "docx_external_field",
        ),
        (
            ole.compound(
                {"Workbook": ole.workbook_stream(ole.record(0x01AE, b"\0\0\x09\0\0cmd\x03 /k x"))}, EXCEL
            ),
            "docx_dde",
        ),
    ],
)
def test_what_acts_inside_a_document_of_old_office_is_refused(look, content, code):
    assert codes(embedded(look, content).refusals) == [code]


@pytest.mark.parametrize(
    "content",
    [
        ole.compound({"\x01Ole10Native": b"x", **NOTES}, PACKAGER),
        ole.compound({"Workbook": BOOK, "\x01Ole10Native": b"x"}, EXCEL),
        ole.compound({"Workbook": BOOK, "WordDocument": ole.document_stream()}, EXCEL),
        ole.compound({"Workbook": BOOK}, PACKAGER),
        ole.compound({"Workbook": BOOK}, LINK),
        ole.compound({"Workbook": BOOK, "\x01Ole": struct.pack("<2L", 0x02000001, 1)}, EXCEL),
        ole.compound({"Workbook": BOOK, "Ctls": b"x"}, EXCEL),
        ole.compound({"Workbook": BOOK, "Other": {"a": b"x"}}, EXCEL),
        ole.compound({"Workbook": BOOK, "MBD0018A23B": {"\x01Ole10Native": b"x"}}, EXCEL),
        ole.compound({"Workbook": ole.workbook_stream(ole.record(0x2F, bytes(6)))}, EXCEL),
        ole.compound({"Workbook": b"no records"}, EXCEL),
        ole.compound({"WordDocument": ole.document_stream()[:11] + b"\x01" + bytes(500)}, WORD),
        ole.compound(
            {"WordDocument": ole.document_stream(), "ObjectPool": {"_1": {"CONTENTS": b"%PDF-"}}}, WORD
        ),
        ole.compound({"PowerPoint Document": SLIDES + ole.atom(0x1011, b"packed")}, SLIDE),
        ole.compound({"Package": files.zip_called_docx()}, EXCEL),
        ole.compound({"EncryptedPackage": bytes(100), "EncryptionInfo": bytes(10)}),
        ole.compound({"CONTENTS": b"%PDF-1.7"}),
        ole.compound({}),
    ],
)
def test_a_container_that_nobody_can_judge_is_refused(look, content):
    assert codes(embedded(look, content).refusals) == ["docx_ole"]


def damaged(at, value):
    content = bytearray(ole.compound({"Workbook": BOOK + bytes(9000)}, EXCEL))
    struct.pack_into("<L", content, at, value)
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        damaged(48, 0x7FFFFFFF),
        damaged(68, 0),
        damaged(76, 0x7FFFFFFF),
        damaged(30, 0x00060020),
        ole.compound({"Workbook": BOOK + bytes(9000)}, EXCEL)[:3000],
        ole.compound({"Workbook": BOOK}, EXCEL)[:600],
        files.COMPOUND_HEADER,
    ],
)
def test_a_damaged_container_is_refused_and_ends_the_reading(look, content):
    assert codes(embedded(look, content).refusals) == ["docx_ole"]


def test_a_chain_that_leads_back_to_itself_is_refused(look):
    content = bytearray(ole.compound({"Workbook": BOOK + bytes(9000)}, EXCEL))
    table_at = (struct.unpack_from("<L", content, 76)[0] + 1) * 512
    struct.pack_into("<2L", content, table_at, 1, 0)
    assert codes(embedded(look, bytes(content)).refusals) == ["docx_ole"]
