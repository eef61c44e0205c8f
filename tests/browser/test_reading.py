"""What every member reads: a document by its symbol, all of a meeting at once, the time that is left."""

import hashlib
import re
import zipfile
from datetime import datetime, timedelta

import pytest

from tests.browser import contributing
from tests.browser.contributing import IN_SESSION
from tests.browser.visitor import Visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("WG-WSIS-14/7", "/documents/wg-wsis-14/7/"),
        ("wg-wsis 14/7 rev 1", "/documents/wg-wsis-14/7/"),
        ("CWG-Internet 23/inf 1", "/documents/cwg-internet-23/inf/1/"),
    ],
)
def test_a_symbol_typed_in_any_spelling_opens_the_document(visit: Visit, typed: str, path: str):
    reader = visit("delegate.sau")
    reader.open("/")
    contributing.to_document(reader, typed)
    assert reader.path() == path
    assert ("has no Rev.1" in reader.words()) == ("rev" in typed)


def test_all_documents_of_a_meeting_come_as_one_archive_whose_checksums_hold(visit: Visit, folder):
    reader = visit("delegate.sau")
    reader.open(f"/meetings/{IN_SESSION}/")
    reader.page.locator("summary", has_text="Download all as ZIP").click()
    with reader.page.expect_download() as taken:
        reader.page.get_by_role("button", name="Download").click()
    taken.value.save_as(folder / "documents.zip")
    with zipfile.ZipFile(folder / "documents.zip") as archive:
        assert archive.testzip() is None
        top = {name.rsplit("/", 1)[-1]: name for name in archive.namelist()}
        index = archive.read(top["index.html"]).decode()
        sums = archive.read(top["SHA256SUMS"]).decode().splitlines()
        base = top["SHA256SUMS"].removesuffix("SHA256SUMS")
        documents = [line.split(maxsplit=1) for line in sums]
        assert len(documents) >= 7
        for digest, name in documents:
            assert hashlib.sha256(archive.read(base + name.lstrip("*"))).hexdigest() == digest
    assert "CWG-Internet-23/2" in index


LIST = f"/meetings/{IN_SESSION}/"
LONG = "Contribution_of_the_administration_on_international_Internet-related_public_policy_issues_FINAL_v12_clean.docx"


def test_a_document_takes_two_lines_so_that_twenty_fit_on_one_screen(visit: Visit):
    reader = visit("delegate.sau")
    reader.page.set_viewport_size({"width": 1280, "height": 1080})
    reader.open(LIST)
    heights = reader.page.evaluate(
        """() => [...document.querySelectorAll(".papers-table tbody tr")]
          .filter((row) => row.querySelector(".cell-kind").getClientRects().length && row.querySelector(".cell-title .cell-kind").clientHeight < 24)
          .map((row) => row.getBoundingClientRect().height)"""
    )
    assert len(heights) >= 6 and max(heights) <= 56, heights
    assert sorted(heights)[len(heights) // 2] * 20 <= 1080, heights


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_a_file_name_as_a_title_breaks_no_list_and_no_time_is_torn(visit: Visit, width: int):
    reader = visit("delegate.sau")
    reader.page.set_viewport_size({"width": width, "height": 900})
    for path in (LIST, "/documents/", "/"):
        reader.open(path)
        reader.page.evaluate(
            """(long) => document.querySelectorAll(".papers-table").forEach((table) => {
              table.querySelectorAll(".cell-title > a, .cell-source").forEach((one) => { one.textContent = long; });
            })""",
            LONG,
        )
        found = reader.page.evaluate(
            """() => ({
              titles: document.querySelectorAll(".papers-table .cell-title > a").length,
              over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
              torn: [...document.querySelectorAll(".papers-table .cell-time > .instant")].filter((one) => one.getClientRects().length > 1).length,
            })"""
        )
        assert found["titles"] and (found["over"], found["torn"]) == (0, 0), (path, found)


def test_on_a_phone_the_filters_are_folded_and_on_a_desktop_open_without_a_press(visit: Visit):
    reader = visit("delegate.sau")
    kind = reader.page.locator("#filter-kind")
    for width, seen in ((390, False), (1280, True)):
        reader.page.set_viewport_size({"width": width, "height": 844})
        reader.open(LIST)
        assert kind.is_visible() == seen
    reader.page.set_viewport_size({"width": 390, "height": 844})
    reader.page.get_by_text("Filter and order").click()
    assert kind.is_visible()


@pytest.mark.parametrize(("who", "path"), [("delegate.sau", "/documents/"), ("secretariat", "/people/")])
def test_on_a_phone_one_searches_by_words_without_unfolding_the_filters(visit: Visit, who: str, path: str):
    reader = visit(who)
    reader.page.set_viewport_size({"width": 390, "height": 844})
    reader.open(path)
    reader.page.locator("form[data-filters] [type=search]").fill("saudi")
    reader.page.locator("#show-filtered").click()
    reader.page.wait_for_url("**q=saudi**")
    assert reader.page.locator("#show-filtered").is_visible()
    assert reader.page.locator("form[data-filters]").get_by_role("link", name="Clear").is_visible()
    assert not reader.page.locator(".filters-fields").is_visible()


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_choice_of_a_zip_opens_within_the_page_and_escape_closes_it(visit: Visit, width: int):
    reader = visit("delegate.sau")
    reader.page.set_viewport_size({"width": width, "height": 844})
    reader.open(LIST)
    reader.page.locator(".pack > summary").click()
    panel, button = reader.page.locator(".pack-panel"), reader.page.locator(".pack-panel .btn")
    box = panel.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width, box
    assert button.evaluate("(one) => getComputedStyle(one).borderTopWidth") != "0px"
    reader.page.keyboard.press("Escape")
    assert not panel.is_visible()


@pytest.mark.parametrize("width", [768, 1280])
def test_a_time_of_another_zone_stays_in_its_column(visit: Visit, width: int):
    reader = visit("delegate.sau")
    reader.page.set_viewport_size({"width": width, "height": 900})
    reader.open("/documents/")
    over = reader.page.evaluate(
        """() => [...document.querySelectorAll(".papers-table .cell-time > .instant")].map((one) => {
          one.innerHTML = '2 Mar 2026, 12:30 <bdi class="instant-zone">UTC+03:00</bdi>';
          return one.getBoundingClientRect().right - one.parentElement.getBoundingClientRect().right;
        })"""
    )
    assert over and max(over) <= 0, over


def test_on_a_phone_the_right_file_is_two_taps_away(visit: Visit):
    reader = visit("delegate.sau")
    reader.page.set_viewport_size({"width": 390, "height": 844})
    reader.open(LIST)
    reader.page.locator(".papers-table").get_by_role("link", name="CWG-Internet-23/2").click()
    button = reader.page.get_by_role("link", name="Download English (Word)")
    assert button.bounding_box()["y"] < 844 / 2
    with reader.page.expect_download() as taken:
        button.click()
    assert taken.value.suggested_filename == "CWG-Internet-23-2_en.docx"


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_the_masthead_is_one_row_and_leads_everywhere(visit: Visit, width: int):
    reader = visit("secretariat")
    page = reader.page
    page.set_viewport_size({"width": width, "height": 844})
    reader.open("/")
    row, strip = page.locator(".masthead"), page.locator(".demo-strip")
    height = row.bounding_box()["height"] - (strip.bounding_box()["height"] if strip.count() else 0)
    assert height <= 60
    documents = page.get_by_role("navigation", name="Main").get_by_role("link", name="Documents")
    assert not documents.is_visible()
    page.locator("summary", has_text="Menu").click()
    documents.click()
    assert reader.path() == "/documents/"
    reader.open("/meetings/")
    contributing.to_document(reader, "CWG-Internet-23/2")
    assert reader.path() == "/documents/cwg-internet-23/2/"


def test_on_a_desktop_the_menu_is_open_and_reached_by_keyboard(visit: Visit):
    reader = visit("delegate.sau")
    reader.open("/")
    documents = reader.page.get_by_role("navigation", name="Main").get_by_role("link", name="Documents")
    assert documents.is_visible() and not reader.page.locator("summary", has_text="Menu").is_visible()
    documents.focus()
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**/documents/")


def test_a_list_on_paper_says_when_and_where_it_was_printed_and_counts_nothing_down(visit: Visit):
    reader = visit("delegate.sau")
    reader.open("/meetings/cwg-internet-24/")
    seen = " ".join(reader.page.locator("body").inner_text().split())
    assert re.search(r"\d+ (day|hour|minute)s? .*left", seen) and "As of" not in seen
    reader.page.emulate_media(media="print")
    paper = " ".join(reader.page.locator("body").inner_text().split())
    assert not re.search(r"\d+ (day|hour|minute)s? .*left", paper)
    assert "Deadline:" in paper and "As of" in paper and reader.page.url in paper


@pytest.mark.parametrize("device", ["1970-01-01T00:00:00Z", "2041-06-01T00:00:00Z"])
def test_the_time_left_is_the_servers_whatever_the_device_believes(visit: Visit, device: str):
    right, wrong = visit("delegate.sau"), visit("delegate.sau")
    wrong.context.add_init_script(
        f"""{{ const Right = Date, off = Right.parse("{device}") - Right.now();
        window.Date = class extends Right {{
          constructor(...given) {{ given.length ? super(...given) : super(Right.now() + off); }}
          static now() {{ return Right.now() + off; }}
        }}; }}"""
    )
    for each in (right, wrong):
        each.open("/")
    assert abs(wrong.page.evaluate("Date.now()") - datetime.fromisoformat(device).timestamp() * 1000) < 60_000
    left = [each.page.locator("[data-left-out]").first.inner_text() for each in (right, wrong)]
    assert left[0] == left[1] and re.search(r"\d+ (day|hour|minute)s? ", left[0]), left


def test_the_time_left_counts_on_without_a_page_load(visit: Visit):
    reader = visit("delegate.sau")
    # So near the deadline that the seconds are shown: the page's own answer, one hour of it left.
    reader.context.route(re.compile(r"/$"), _with_an_hour_less)
    reader.open("/")
    out = reader.page.locator("[data-left-out]").first
    first = out.inner_text()
    reader.page.evaluate("window.sameDocument = true")
    reader.page.wait_for_function(
        "(first) => document.querySelector('[data-left-out]').textContent !== first", arg=first
    )
    assert re.search(r"seconds? left", first) and out.inner_text() != first
    assert reader.page.evaluate("window.sameDocument")


def _with_an_hour_less(route) -> None:
    answer = route.fetch()
    body = answer.text()
    now = re.search(r'data-server-now="([^"]+)"', body).group(1)
    near = (datetime.fromisoformat(now) + timedelta(minutes=9, seconds=50)).isoformat()
    route.fulfill(response=answer, body=re.sub(r'data-deadline="[^"]+"', f'data-deadline="{near}"', body))
