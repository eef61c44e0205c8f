"""A contribution that begins with its file, on a phone: chosen, proposed, corrected, submitted."""

import pytest

from tests import factories
from tests.browser import contributing, soundness
from tests.browser.visitor import Visit

pytestmark = pytest.mark.browser

PAPER = """Source: Syrian Arab Republic
Title: Fair prices from a telephone
Summary
This contribution proposes to study the prices of international connectivity.
Action required
The Group is invited to agree on a study.
References
Council Resolution 1305
The administration of the Syrian Arab Republic is of the view that the prices which are paid for the connectivity of
developing countries should be studied by the Group, and that the results of this study are to be reported to the Council.
"""


def test_file_first_on_a_phone(visit: Visit):
    person = visit("focal.syr", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = person.page
    person.open(f"/contributions/new/?meeting={contributing.ANNOUNCED}")
    assert person.opens_sideways() == 0 and soundness.faults_of(person) == []
    page.get_by_label("References").fill("What the person typed")
    # Refused: the page stays with its words, and says why.
    person.expects(422)
    page.set_input_files("#first-input", {"name": "a.pdf", "mimeType": factories.PDF, "buffer": b"no PDF"})
    page.locator(".transfer.is-wrong").wait_for()
    assert page.get_by_label("References").input_value() == "What the person typed"
    assert not page.evaluate("document.querySelector('#words').inert")
    with page.expect_navigation():
        page.set_input_files("#first-input", contributing.word_file("paper.docx", PAPER))
    page.get_by_text("paper.docx is stored and checked").wait_for()
    assert page.get_by_label("Title", exact=True).input_value() == "Fair prices from a telephone"
    assert page.get_by_role("checkbox", name="English").is_checked()
    assert "prices of international connectivity" in page.get_by_label("Summary").input_value()
    assert page.get_by_label("References").input_value() == "What the person typed"
    assert page.get_by_text("Proposed from the file; correct what is not right.").count() == 4
    assert person.opens_sideways() == 0 and soundness.faults_of(person) == []
    page.get_by_label("Title", exact=True).fill("Fair prices from a phone")
    assert "In time" in page.locator("#standing").inner_text()
    person.press("Check and submit")
    assert "Fair prices from a telephone" in page.locator(".file-begins").inner_text()
    assert person.opens_sideways() == 0 and soundness.faults_of(person) == []
    assert contributing.submit(person)
    assert "Fair prices from a phone" in person.words()
