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
