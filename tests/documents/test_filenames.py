import email.message
import unicodedata

import pytest
from django.http import HttpResponse
from hypothesis import given
from hypothesis import strategies as st

from cwg.documents.filenames import MOST_CHARACTERS, content_disposition, display_name, named_for_content


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("contribution.docx", "contribution.docx"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\ann\Свод.docx", "Свод.docx"),
        ("/var/x.pdf", "x.pdf"),
        ("../", "document"),
        ("..", "document"),
        ("", "document"),
        (" . ", "document"),
        (".htaccess", "htaccess"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie: x=1.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("report\u202efdp.exe", "reportfdp.exe"),
        ("\u2066x\u2069.pdf", "x.pdf"),
        ("وثيقة المجموعة.docx", "وثيقة المجموعة.docx"),
        ("文件 14.docx", "文件 14.docx"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("a   b\t c.pdf", "a b c.pdf"),
        ("x\ud800y.pdf", "xy.pdf"),
        ("name.pdf. . ", "name.pdf"),
        ('quote".pdf', 'quote".pdf'),
    ],
)
def test_a_name_is_shown_as_its_sender_meant_it_and_no_more(raw, shown):
    assert display_name(raw) == shown


@pytest.mark.parametrize("letter", ["x", "文", "ع", "e\u0301", "😀"])
def test_a_long_name_keeps_its_ending(letter):
    shown = display_name(letter * 300 + ".docx")
    assert shown.endswith(".docx")
    assert len(shown) <= 150
    assert len(shown.encode()) <= 230


def test_a_long_name_is_not_cut_between_a_letter_and_its_mark():
    letter = "x\u0323\u0331"
    shown = display_name(letter * 200 + ".pdf")
    assert shown.removesuffix(".pdf").endswith(unicodedata.normalize("NFC", letter))


@pytest.mark.parametrize(
    ("name", "ending", "named"),
    [
        ("paper.docx", "docx", "paper.docx"),
        ("PAPER.DOCX", "docx", "PAPER.DOCX"),
        ("paper.pdf", "docx", "paper.docx"),
        ("paper.doc", "docx", "paper.docx"),
        ("paper.docx", "pdf", "paper.pdf"),
        ("paper.docx.pdf", "docx", "paper.docx"),
        ("وثيقة.pdf", "docx", "وثيقة.docx"),
        ("WSIS-14.7", "docx", "WSIS-14.7.docx"),
        ("Contribution of Latvia", "pdf", "Contribution of Latvia.pdf"),
        ("document", "pdf", "document.pdf"),
    ],
)
def test_a_name_ends_as_the_content_is(name, ending, named):
    assert named_for_content(name, ending) == named


def test_a_long_name_has_room_for_its_new_ending():
    named = named_for_content("x" * MOST_CHARACTERS, "docx")
    assert named.endswith("x.docx")
    assert len(named) == MOST_CHARACTERS


def filename_from(header):
    message = email.message.Message()
    message["Content-Disposition"] = header
    return message.get_filename()


def test_a_plain_name_stands_alone_in_the_header():
    assert content_disposition("S14-WSIS 14.docx") == 'attachment; filename="S14-WSIS 14.docx"'


@pytest.mark.parametrize(
    ("name", "fallback"),
    [
        ("وثيقة.docx", "document.docx"),
        ("文件.pdf", "document.pdf"),
        ("été 14.pdf", "ete 14.pdf"),
        ('a"b\\c%41;d.pdf', "c_41_d.pdf"),
        ("100%25.pdf", "100_25.pdf"),
    ],
)
def test_any_other_name_is_given_twice(name, fallback):
    header = content_disposition(name)
    assert header.startswith(f"attachment; filename=\"{fallback}\"; filename*=UTF-8''")
    message = email.message.Message()
    message["Content-Disposition"] = header.replace(f'filename="{fallback}"; ', "")
    charset, _language, quoted = message.get_param("filename", header="content-disposition")
    assert charset == "UTF-8"
    # The parser takes the bytes of the escapes for Latin-1, whatever the header says.
    assert quoted.encode("latin-1").decode(charset) == display_name(name)


@given(st.text(max_size=400))
def test_whatever_the_name_the_header_is_one_line_of_ascii(raw):
    header = content_disposition(raw)
    assert header.startswith("attachment; filename=")
    assert header.isascii() and header.isprintable()
    assert header.count('"') == 2
    response = HttpResponse(headers={"Content-Disposition": header})
    assert response["Content-Disposition"] == header


@given(st.text(alphabet=st.characters(), max_size=400))
def test_whatever_the_name_what_is_shown_is_short_clean_and_stable(raw):
    shown = display_name(raw)
    assert shown
    assert "/" not in shown and "\\" not in shown and "\x00" not in shown
    assert len(shown) <= 150 and len(shown.encode()) <= 230
    assert display_name(shown) == shown
