"""The steps of a contribution as a person takes them, for stories that begin where a document or draft is there."""

from tests import factories
from tests.browser.visitor import Visitor

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ANNOUNCED = "cwg-internet-24"
IN_SESSION = "cwg-internet-23"


def word_file(name: str, text: str = "The text.") -> dict:
    """A .docx as Playwright takes it."""
    return {"name": name, "mimeType": WORD, "buffer": factories.docx_bytes(text)}


def begin(visitor: Visitor, title: str, *, meeting: str = ANNOUNCED) -> None:
    """A draft for the meeting, its words kept; the person is then on the draft's page."""
    visitor.open(f"/contributions/new/?meeting={meeting}")
    fill_words(visitor, title)
    visitor.press("Save draft and add files")


def fill_words(visitor: Visitor, title: str) -> None:
    page = visitor.page
    page.get_by_label("Title", exact=True).fill(title)
    english = page.get_by_role("checkbox", name="English")
    english.check()
    page.get_by_label("Summary").fill(f"What “{title}” is about.")
    page.get_by_label("Action required").fill("The Group is invited to consider this document.")
    page.get_by_label("References").fill("Council Resolution 1305")


def upload(visitor: Visitor, *files: dict) -> None:
    """Choose files on the draft's page and wait until each stands in the list."""
    visitor.page.set_input_files("#files-input", list(files))
    for each in files:
        visitor.page.locator("#files .file-row", has_text=each["name"]).wait_for()


def to_preview(visitor: Visitor) -> None:
    visitor.page.locator("#words").get_by_role("button", name="Save and preview").click()
    visitor.page.get_by_role("heading", name="Preview", exact=True).wait_for()


def submit(visitor: Visitor) -> str:
    """Press Submit on the preview; the person is then on the receipt. Returns the symbol that it shows."""
    visitor.press("Submit")
    assert visitor.path().startswith("/receipts/"), visitor.words()
    return visitor.page.locator(".receipt-symbol .symbol").first.inner_text().strip()


def submitted(visitor: Visitor, title: str, *, name: str = "text.docx") -> str:
    """A document of the announced meeting, all the way; returns its symbol. The person is on its receipt."""
    begin(visitor, title)
    upload(visitor, word_file(name, title))
    to_preview(visitor)
    return submit(visitor)


def to_document(visitor: Visitor, symbol: str) -> None:
    """As people do: type the symbol into the box of the page's head."""
    visitor.page.locator("#jump-q").fill(symbol)
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/documents/**")
