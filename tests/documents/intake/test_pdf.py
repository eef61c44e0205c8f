import pytest

from cwg.documents import intake
from tests import hostile_files as files
from tests import pdf_files


def codes(found):
    return [finding.code for finding in found]


def test_an_ordinary_pdf_is_taken(look):
    found = look(files.pdf_file("Proposal", pages=3, title="Use of names"), "a.pdf")
    assert (found.format, found.media_type, found.refusals) == ("pdf", "application/pdf", ())
    assert (found.pages, found.pages_declared, found.title) == (3, False, "Use of names")
    assert found.text is None, "nobody waits for it"


def test_a_pdf_in_name_only_is_refused(look):
    content = b"%PDF-1.7\n" + b"nothing " * 50 + b"\nstartxref\n9\n%%EOF"
    assert codes(look(content, "a.pdf").refusals) in (["pdf_unreadable"], ["pdf_no_pages"])


def test_a_pdf_without_pages_is_refused(look):
    assert codes(look(files.pdf_without_pages(), "a.pdf").refusals) == ["pdf_no_pages"]


def test_notes_are_counted_and_their_authors_named(look):
    found = look(files.pdf_with_note("Zed"), "a.pdf")
    assert (found.comments, found.authors) == (1, ("Zed",))


def test_a_page_that_takes_for_ever_costs_its_text_and_not_the_file(look, read):
    content = files.pdf_with_endless_page()
    assert look(content, "a.pdf").accepted
    assert read(content, text_seconds=0.5) == intake.ReadText(whole=False)


def test_a_file_too_large_to_search_is_said_to_be(look):
    found = look(files.pdf_file("#lorem(50)", pages=60), "a.pdf", walk_seconds=0.001)
    assert found.accepted
    assert "pdf_not_fully_checked" in codes(found.findings)


def test_only_so_many_pages_are_read_for_their_text(read):
    content = files.pdf_file("x", pages=5)
    assert read(content) == intake.ReadText("x\fx\fx\fx\fx", whole=True)
    assert read(content, pdf_text_pages=2) == intake.ReadText("x\fx", whole=False)


@pytest.mark.parametrize("content", [b"%PDF- of no use", b"words", files.pdf_file()[:200]])
def test_what_does_not_open_has_no_text(read, content):
    assert read(content) == intake.ReadText(ended="unreadable")


def test_the_text_of_a_word_file_is_read_as_it_is_judged(look, read):
    content = files.word_file("One.")
    assert look(content).text == "One."
    assert read(content) == intake.ReadText("One.", whole=True)
    assert read(content, text_chars=2) == intake.ReadText("On", whole=False)


def test_the_child_can_read_what_is_enciphered_without_a_password(look, read):
    content = pdf_files.enciphered("AES-256", "")
    found = look(content, "a.pdf")
    assert (found.accepted, codes(found.findings)[0]) == (True, "pdf_owner_password")
    assert read(content) == intake.ReadText("Proposal", whole=True)
