import pytest

from tests import hostile_files as files


def said(inspection):
    return [(finding.code, finding.data.get("found")) for finding in inspection.refusals]


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (files.HTML, "contribution.pdf", ("mislabelled", "html")),
        (files.HTML, "contribution.html", ("not_docx_or_pdf", "html")),
        (b"  \n<HTML><body>", "a.docx", ("mislabelled", "html")),
        (b"{\\rtf1 hello}", "a.docx", ("mislabelled", "rtf")),
        (b"{\\rtf1 hello}", "a.rtf", ("not_docx_or_pdf", "rtf")),
        (files.word_97_file(), "a.doc", ("not_docx_or_pdf", "doc")),
        (files.word_97_file(), "a.docx", ("mislabelled", "doc")),
        (files.opendocument_text(), "a.odt", ("not_docx_or_pdf", "odt")),
        (files.workbook(), "a.xlsx", ("not_docx_or_pdf", "xlsx")),
        (files.zip_called_docx(), "a.docx", ("docx_not_word", "zip")),
        (files.zip_called_docx(), "a.pdf", ("mislabelled", "zip")),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "scan.png", ("not_docx_or_pdf", "image")),
        (b"MZ" + bytes(100), "setup.pdf", ("mislabelled", "program")),
        ("Мы предлагаем".encode(), "a.txt", ("not_docx_or_pdf", "text")),
        (bytes(range(256)), "a", ("not_docx_or_pdf", "unknown")),
        (b"<?xml version='1.0'?><package/>", "a.docx", ("mislabelled", "xml")),
    ],
)
def test_the_type_is_told_by_content_and_not_by_name(look, content, name, expected):
    assert said(look(content, name)) == [expected]


@pytest.mark.parametrize(
    ("content", "name", "format_"),
    [
        (files.word_file(), "a.pdf", "docx"),
        (files.pdf_file(), "a.docx", "pdf"),
        (files.word_file(), "a.doc", "docx"),
        (files.pdf_file(), "a.txt", "pdf"),
    ],
)
def test_a_word_file_called_pdf_and_the_like_are_taken_as_what_they_are(look, content, name, format_):
    inspection = look(content, name)
    assert inspection.accepted
    assert inspection.format == format_


@pytest.mark.parametrize("name", ["a.docx", "A.DOCX", "a", "", "WSIS-14.7", "عقد.docx", ".docx"])
def test_a_name_that_promises_nothing_else_is_no_reason_to_refuse(look, name):
    assert look(files.word_file(), name).accepted


def test_a_compound_file_of_which_only_the_head_is_there_is_refused(look):
    head = files.COMPOUND_HEADER + bytes(504)
    assert said(look(head, "a.docx")) == [("docx_encrypted", None)]
    assert said(look(head, "a.bin")) == [("not_docx_or_pdf", "ole")]


def test_a_pdf_hidden_behind_a_web_page_is_a_web_page(look):
    assert said(look(files.HTML + files.pdf_file(), "a.pdf")) == [("mislabelled", "html")]
