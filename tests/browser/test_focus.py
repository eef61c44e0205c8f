"""After an act the focus is on one sentence that says what became of it, in view; nothing else moves or loses it."""

import pytest

from tests import waiting
from tests.browser.contributing import begin, upload, word_file
from tests.browser.visitor import Visit

pytestmark = pytest.mark.browser

# What has the focus, and whether the whole of it is in the window.
FOCUSED = """(() => {
  const held = document.activeElement;
  const box = held.getBoundingClientRect();
  return {
    tag: held.tagName, id: held.id, text: held.innerText || held.value || "",
    inside: box.top >= 0 && box.top < innerHeight, near: held.previousElementSibling?.tagName || "",
  };
})()"""


def focused(person) -> dict:
    return person.page.evaluate(FOCUSED)


def told(person) -> dict:
    """What has the focus, once the sentence of what was done has it and is in the window."""
    there = "document.activeElement.matches('.messages, [data-errors]')"
    waiting.until(lambda: person.page.evaluate(there) and focused(person)["inside"], within=15)
    return focused(person)


@pytest.fixture
def delegate(visit: Visit):
    return visit("delegate.fra", viewport={"width": 1280, "height": 600})


def test_the_sentence_stands_in_the_section_where_the_act_was(delegate):
    begin(delegate, "Where the sentence stands")
    upload(delegate, word_file("focus.docx"))
    delegate.page.locator("#files").get_by_role("button", name="Remove focus.docx").click()
    delegate.page.locator(".messages", has_text="was removed").wait_for()
    held = told(delegate)
    assert "The file was removed from the draft." in held["text"]
    assert held["near"] == "H2"
    assert delegate.page.get_by_text("The file was removed from the draft.").count() == 1


def test_a_sentence_at_the_head_of_a_page_has_the_focus(delegate):
    begin(delegate, "At the head")
    held = told(delegate)
    assert "Draft saved." in held["text"]


def test_what_is_missing_is_told_by_the_page_and_not_by_a_bubble(delegate):
    delegate.expects(422)
    delegate.open("/contributions/new/?meeting=cwg-internet-24")
    for box in delegate.page.get_by_role("checkbox").all():
        box.set_checked(False)
    delegate.press("Save draft and add files")
    assert "need your attention" in told(delegate)["text"]
    # The link to a group of boxes leads to the first of them.
    delegate.page.get_by_role("alert").get_by_role("link", name="Original language").click()
    assert focused(delegate)["id"] == "id_original_languages_0"


def test_a_row_that_is_dismissed_leaves_the_focus_where_files_are_chosen(delegate):
    delegate.expects(422)
    begin(delegate, "Dismissed")
    page = delegate.page
    page.set_input_files("#files-input", [{"name": "a.docx", "mimeType": "text/plain", "buffer": b"text"}])
    page.get_by_role("button", name="Dismiss a.docx").focus()
    page.keyboard.press("Enter")
    assert focused(delegate)["id"] == "files-input"


def test_arrow_keys_in_a_filter_lead_nowhere_and_enter_shows_the_result(visit: Visit):
    reader = visit("delegate.fra")
    reader.open("/documents/")
    choice = reader.page.locator("form[data-filters] select").first
    name = choice.get_attribute("id")
    choice.focus()
    before = reader.page.url
    reader.page.keyboard.press("ArrowDown")
    reader.page.keyboard.press("ArrowDown")
    assert (reader.page.url, focused(reader)["id"]) == (before, name)
    with reader.page.expect_navigation():
        reader.page.keyboard.press("Enter")
    assert reader.page.url != before
    assert focused(reader)["id"] == name


def test_what_renews_itself_waits_for_who_reads_in_it_and_for_who_paused_it(visit: Visit):
    secretary = visit("secretariat")
    secretary.open("/today/")
    page = secretary.page
    renew = "htmx.trigger(document.getElementById('submissions'), 'renewed')"
    asked: list[str] = []
    page.on("request", lambda request: "/submissions/" in request.url and asked.append(request.url))
    page.evaluate("document.getElementById('submissions').setAttribute('data-hx-trigger', 'renewed')")
    page.evaluate("htmx.process(document.getElementById('submissions'))")
    page.locator("#submissions a").first.focus()
    page.evaluate(renew)
    assert focused(secretary)["tag"] == "A"
    pause = page.get_by_role("button", name="Pause updates")
    pause.click()
    page.evaluate(renew)
    pause.click()
    with page.expect_response(lambda response: response.url.endswith("/today/submissions/")):
        page.evaluate(renew)
    assert len(asked) == 1
