"""The portal where scripts do not run: everything is a link or a form, and the answers mean the same."""

import re

import pytest

from tests.browser import contributing
from tests.browser.contributing import ANNOUNCED, IN_SESSION, word_file
from tests.browser.visitor import Visit

pytestmark = pytest.mark.browser


def test_a_contribution_is_written_uploaded_and_submitted(visit: Visit):
    person = visit("focal.syr", java_script_enabled=False)
    contributing.begin(person, "Fair prices for international links")
    page = person.page
    page.set_input_files(
        "#files-input", {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Only notes."}
    )
    person.expects(422)
    person.press("Upload")
    assert "This is a plain text." in person.words()
    page.set_input_files("#files-input", word_file("prices.docx"))
    person.press("Upload")
    assert "prices.docx is stored and checked." in person.words()
    contributing.to_preview(person)
    symbol = contributing.submit(person)
    assert "In time" in person.words()
    contributing.to_document(person, symbol)
    with page.expect_download() as taken:
        page.locator("main a[href^='/files/']").first.click()
    assert taken.value.suggested_filename.endswith(".docx")


@pytest.mark.parametrize("scripts", [True, False])
def test_no_button_of_a_drafts_page_loses_what_was_typed(visit: Visit, scripts):
    person = visit("focal.syr", java_script_enabled=scripts)
    contributing.begin(person, "Fair prices for transit")
    page = person.page
    summary = page.get_by_label("Summary")
    summary.fill("Typed before the upload.")
    page.set_input_files("#files-input", word_file("transit.docx"))
    if scripts:
        page.locator("#files .file-row").wait_for()
    else:
        person.press("Upload")
    assert summary.input_value() == "Typed before the upload."
    summary.fill("Typed before asking.")
    page.get_by_label("Member State", exact=True).select_option(label="Latvia")
    person.press("Ask to join")
    assert "Latvia" in page.locator("#sponsors-section .row-item").inner_text()
    assert summary.input_value() == "Typed before asking."
    summary.fill("Typed before the file was removed.")
    person.press("Remove transit.docx")
    assert page.locator("#files .file-row").count() == 0
    assert summary.input_value() == "Typed before the file was removed."
    title = page.get_by_label("Title", exact=True)
    title.fill("Fair prices for transit and peering")
    title.press("Enter")
    page.get_by_role("heading", level=1, name="Fair prices for transit and peering").wait_for()
    assert page.locator("#sponsors-section .row-item").count() == 1


def test_a_translation_is_uploaded_and_added(visit: Visit):
    person = visit("secretariat", java_script_enabled=False)
    page = person.page
    person.open(f"/meetings/{IN_SESSION}/")
    page.locator("td.cell-symbol a").first.click()
    document = person.path()
    person.follow("Add a translation")
    page.get_by_label("Language of the file").select_option("ru")
    notes = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Only notes."}
    page.set_input_files("#translation-input", notes)
    person.expects(422)
    person.press("Upload")
    assert "This is a plain text." in person.words()
    page.set_input_files("#translation-input", word_file("perevod.docx"))
    page.get_by_label("Language of the file").select_option("ru")
    person.press("Upload")
    assert "perevod.docx is stored and checked." in person.words()
    person.press("Add the Russian translation")
    assert person.path() == document and "translation, added" in person.words()


def test_lists_are_filtered_and_ordered(visit: Visit):
    person = visit("delegate.syr", java_script_enabled=False)
    person.open(f"/meetings/{IN_SESSION}/")
    rows = person.page.locator(".papers-table tbody tr")
    everything = rows.count()
    person.page.get_by_label("Kind").select_option(label="Information document")
    person.press("Show")
    assert 0 < rows.count() < everything
    assert all("Information document" in row for row in rows.all_inner_texts())
    person.follow("Clear")
    assert rows.count() == everything
    person.open("/documents/")
    everything = rows.count()
    person.page.locator("main input[name=q]").fill("capacity building")
    person.press("Show")
    found = rows.all_inner_texts()
    assert 0 < len(found) < everything and any("Capacity building for" in row for row in found)


def test_the_deadline_menus_and_languages_work(visit: Visit):
    person = visit("delegate.syr", java_script_enabled=False)
    person.open(f"/meetings/{ANNOUNCED}/")
    deadline = person.page.locator(".deadline").first.inner_text()
    assert re.search(r"\d+ (days?|hours?|minutes?).* left", deadline) and "UTC" in deadline
    person.page.locator(".masthead details[data-menu] > summary").first.click()
    with person.page.expect_navigation():
        person.page.locator("button[name=language][value=fr]").click()
    assert person.page.locator("html").get_attribute("lang") == "fr"
    person.page.locator(".masthead details[data-menu] > summary").first.click()
    with person.page.expect_navigation():
        person.page.locator("button[name=language][value=en]").click()
    assert person.path() == f"/meetings/{ANNOUNCED}/"
