"""A paper that came by letter, told in a browser: the secretariat files it, the State's focal point objects."""

import pytest

from tests.browser import contributing, soundness
from tests.browser.contributing import ANNOUNCED, word_file
from tests.browser.visitor import Visit

pytestmark = pytest.mark.browser

TITLE = "Received by note verbale"
MARK = "Filed by the secretariat for: Saudi Arabia; received by letter of 20 November 2026"


def test_a_paper_that_came_by_letter_is_filed_and_its_state_objects(visit: Visit):
    secretary = visit("secretariat")
    page = secretary.page
    secretary.open(f"/meetings/{ANNOUNCED}/")
    secretary.follow("File a paper for others")
    assert soundness.faults_of(secretary) == []
    page.get_by_label("For whom").select_option("SAU")
    page.get_by_role("radio", name="Letter").check()
    page.get_by_label("Date of the letter").fill("2026-11-20")
    secretary.press("Save draft and add files")
    contributing.fill_words(secretary, TITLE)
    secretary.press("Save draft")
    contributing.upload(secretary, word_file("paper.docx", TITLE))
    contributing.to_preview(secretary)
    assert "The letter by which it came is missing." in secretary.words()
    secretary.follow("Back to the draft")
    page.set_input_files("#letters-input", [word_file("note.docx", "A note verbale.")])
    page.locator("#letters .file-row", has_text="note.docx").wait_for()
    assert soundness.faults_of(secretary) == []
    contributing.to_preview(secretary)
    assert MARK in page.locator(".paper").inner_text()
    assert "The focal points of Saudi Arabia are told at once." in secretary.words()
    symbol = contributing.submit(secretary)
    assert MARK in secretary.words() and "note.docx" not in secretary.words()

    focal_point = visit("focal.sau")
    focal_point.open("/")
    contributing.to_document(focal_point, symbol)
    assert "note.docx" in focal_point.words()
    focal_point.follow("Object to this document")
    assert soundness.faults_of(focal_point) == []
    focal_point.page.get_by_label("Reason").fill("Our administration sent no such paper.")
    focal_point.press("Object")
    assert soundness.faults_of(focal_point) == []

    reader = visit("delegate.syr")
    reader.open("/")
    contributing.to_document(reader, symbol)
    told = reader.words()
    assert "Saudi Arabia objects to this document being registered in its name" in told
    assert "note.docx" not in told
    reader.open("/documents/")
    line = reader.page.locator("tr", has_text=TITLE).inner_text()
    assert "Objection" in line and MARK in line

    contributing.to_document(focal_point, symbol)
    focal_point.follow("Take the objection back")
    assert soundness.faults_of(focal_point) == []
    focal_point.press("Take the objection back")
    reader.page.reload()
    assert "Objection" not in reader.page.locator("tr", has_text=TITLE).inner_text()

    secretary.page.reload()
    contributing.to_document(secretary, symbol)
    secretary.follow("File a revision received for Saudi Arabia")
    assert soundness.faults_of(secretary) == []
