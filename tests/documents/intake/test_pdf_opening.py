import io
import re

import pytest

from cwg.documents.intake import Limits
from cwg.documents.intake.pdf_text import read_pdf
from tests import pdf_files

HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: 2384\r\n\r\n"


def codes(found):
    return [finding.code for finding in found]


def text_of(content):
    return read_pdf(io.BytesIO(content), Limits())[0]


def taken(found, pages=3):
    return (found.refusals, found.pages) == ((), pages)


@pytest.mark.parametrize(
    "before",
    [
        b"\xef\xbb\xbf",
        b"\r\n\r\n",
        HTTP,
        b"junk header line\r\nX: y\r\n\r\n",
        b"\x00\x05\x01binary \xff\xfe",
        b"<br />\n<b>Warning</b>: Undefined variable in view.php\n",
        bytes(1000),
    ],
)
def test_what_stands_before_the_head_is_no_damage(look_here, before):
    assert taken(look_here(before + pdf_files.several_pages()))


def test_places_may_be_counted_from_the_first_byte_of_the_file_also_with_lines_before_the_head(look_here):
    objects = {1: "<< /Type /Catalog /Pages 2 0 R >>", 2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"}
    objects[3] = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    assert taken(look_here(HTTP + pdf_files.assembled(objects, origin=len(HTTP))), pages=1)


def test_a_head_further_away_than_readers_look_is_not_found(look_here):
    assert codes(look_here(b"\x01" * 1025 + pdf_files.several_pages()).refusals) == ["mislabelled"]


@pytest.mark.parametrize(
    "after",
    [
        b"",
        b"\n\n",
        bytes(8192),
        bytes(200_000),
        b"\r\n<html><script>stats()</script></html>",
        b"\r\n--boundary--\r\n",
        b" " * 5000,
        b"\x1a",
        b"\n%%EOF\n%%EOF\n",
    ],
)
def test_what_follows_the_end_is_no_damage(look_here, after):
    assert taken(look_here(pdf_files.several_pages() + after))


@pytest.mark.parametrize(
    "wrong",
    [
        b"startxref\n0\n",
        b"startxref\n99999999\n",
        b"startxref\n17\n",
        b"startxref\n\n",
        b"",
        b"startxref\n-5\n",
    ],
)
def test_a_table_of_contents_that_is_not_where_it_should_be_is_made_anew(look_here, wrong):
    content = re.sub(rb"startxref\s+\d+\s+", wrong, pdf_files.several_pages())
    assert taken(look_here(content))
    assert text_of(content).count("Use of names") == 3


def test_a_table_of_contents_that_counts_wrongly_is_made_anew(look_here):
    content = pdf_files.several_pages()
    moved = content.replace(b"%PDF-1.7\n", b"%PDF-1.7\n% one more line, added by hand\n")
    assert moved != content
    assert taken(look_here(moved))


@pytest.mark.parametrize("ending", [b"%%EOF", b"%%EO", b"", b"startxref\n"])
def test_a_file_without_its_last_words_is_whole(look_here, ending):
    content = pdf_files.several_pages()
    assert taken(look_here(content[: content.rindex(b"startxref")] + ending))


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.8, 0.95, 0.99])
def test_a_cut_pdf_is_refused_as_cut(look_here, share):
    content = pdf_files.several_pages()
    assert codes(look_here(content[: int(len(content) * share)]).refusals) == ["truncated"]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_cut_pdf_filled_up_with_zeros_is_refused_as_cut(look_here, share):
    content = pdf_files.several_pages()
    kept = int(len(content) * share)
    assert codes(look_here(content[:kept] + bytes(len(content) - kept)).refusals) == ["truncated"]


def test_a_pdf_with_a_hole_where_a_page_was_is_refused(look_here):
    content = pdf_files.pdf()
    start, end = content.index(b"4 0 obj"), content.index(b"5 0 obj")
    holed = content[:start] + bytes(end - start) + content[end:]
    assert codes(look_here(holed).refusals) == ["truncated"]


def test_a_pdf_cut_in_its_last_revision_is_refused_although_the_one_before_is_whole(look_here):
    whole = pdf_files.updated(pdf_files.pdf(), {10: "<< /Note (added later) >>", 11: "<< /More true >>"})
    assert taken(look_here(whole), pages=1)
    cut = whole[: whole.index(b"11 0 obj") + 12]
    assert codes(look_here(cut).refusals) == ["truncated"]


def test_the_last_revision_is_the_one_that_counts(look_here):
    launch = "<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /Launch /F (calc.exe) >> >>"
    assert codes(look_here(pdf_files.updated(pdf_files.pdf(), {1: launch})).refusals) == ["pdf_launch"]


def test_objects_packed_into_a_stream_are_found(look_here):
    assert taken(look_here(pdf_files.packed(pdf_files.parts())), pages=1)
    hidden = pdf_files.packed(pdf_files.parts(catalog=pdf_files.SCRIPT_ON_OPENING))
    assert b"JavaScript" not in hidden
    assert codes(look_here(hidden).refusals) == ["pdf_javascript_on_opening"]


def test_objects_packed_into_a_stream_are_found_without_the_table_of_contents(look_here):
    content = pdf_files.packed(pdf_files.parts())
    assert taken(look_here(re.sub(rb"startxref\s+\d+", b"startxref\n0", content)), pages=1)


def test_a_table_of_both_kinds_is_followed(look_here):
    content = pdf_files.updated(pdf_files.packed(pdf_files.parts()), {10: "<< /Note (added later) >>"})
    assert taken(look_here(content), pages=1)


def test_a_reference_to_nothing_is_nothing_where_the_table_of_contents_is_whole(look_here):
    found = look_here(pdf_files.pdf(page="/Thumb 33 0 R", catalog="/Metadata 44 0 R"))
    assert taken(found, pages=1)


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"])
def test_a_pdf_that_everybody_can_open_is_taken_whatever_its_owner_restricted(look_here, algorithm):
    content = pdf_files.enciphered(algorithm, "")
    found = look_here(content)
    assert taken(found, pages=1)
    assert codes(found.findings) == ["pdf_owner_password", "comments", "authors"]
    assert (found.comments, found.authors, text_of(content)) == (1, ("Zed",), "Proposal")


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"])
def test_a_pdf_that_asks_for_a_password_is_refused(look_here, algorithm):
    assert codes(look_here(pdf_files.enciphered(algorithm, "secret")).refusals) == ["pdf_encrypted"]


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_what_a_restricted_pdf_does_on_opening_is_seen_through_its_cipher(look_here, algorithm):
    found = look_here(pdf_files.enciphered(algorithm, "", catalog=pdf_files.SCRIPT_ON_OPENING))
    assert codes(found.refusals) == ["pdf_javascript_on_opening"]


def test_a_pdf_that_asks_for_a_password_only_to_open_what_it_carries_is_taken(look_here):
    protection = (
        "<< /Filter /Standard /V 4 /R 4 /Length 128 /P -3904 /O <{}> /U <{}> /StmF /Identity /StrF /Identity "
        "/EFF /StdCF /CF << /StdCF << /AuthEvent /EFOpen /CFM /AESV2 /Length 16 >> >> >>"
    ).format("11" * 32, "22" * 32)
    content = pdf_files.pdf(annotations=(pdf_files.NOTE,), objects={10: protection})
    content = content.replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 10 0 R /ID [<00> <00>]")
    found = look_here(content)
    assert taken(found, pages=1)
    assert codes(found.findings) == ["comments", "authors"]
    needed = content.replace(b"/StmF /Identity", b"/StmF /StdCF   ")
    assert codes(look_here(needed).refusals) == ["pdf_encrypted"]
