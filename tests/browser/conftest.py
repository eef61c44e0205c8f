"""A portal at work and a Chromium for the stories; whatever goes wrong behind a page fails the test."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import portal_at_work
from tests.browser.visitor import Visit, Visitor

sync_api = pytest.importorskip("playwright.sync_api")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="package")
def portal(tmp_path_factory) -> Iterator[str]:
    """The address of the demonstration, made anew for these tests; CWG_BROWSER_PORTAL names one that runs already."""
    if address := os.environ.get("CWG_BROWSER_PORTAL"):
        yield address.rstrip("/")
        return
    with portal_at_work.running(tmp_path_factory.mktemp("portal")) as address:
        yield address


# For this package only: Playwright's loop would keep the tests after it from their database.
@pytest.fixture(scope="package")
def chromium() -> Iterator[sync_api.Browser]:
    path = os.environ.get("CWG_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert path, "no Chromium on PATH and none in CWG_CHROMIUM"
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def newcomer(portal, chromium) -> Visit:
    """As `visit`, for a fixture that lives longer than a test: whoever calls it closes the context himself."""
    sessions: dict[str, dict] = {}

    def arriving(name: str = "", **options) -> Visitor:
        if name and name not in sessions:
            first = chromium.new_context()
            Visitor(first, portal, name).sign_in(f"{name}@demo.example")
            sessions[name] = first.storage_state()
            first.close()
        options = {"locale": "en-GB", "timezone_id": "Europe/Zurich", **options}
        context = chromium.new_context(storage_state=sessions.get(name), **options)
        return Visitor(context, portal, name or "somebody", scripts=options.get("java_script_enabled", True))

    return arriving


@pytest.fixture
def visit(request, newcomer, tmp_path) -> Iterator[Visit]:
    """`visit("focal.sau", **options)`: a browser of its own, signed in as that person of the demonstration.

    Without a name nobody is signed in. Options are those of Playwright's `new_context`.
    """
    visitors: list[Visitor] = []

    def visiting(name: str = "", **options) -> Visitor:
        visitors.append(newcomer(name, **options))
        return visitors[-1]

    yield visiting
    failed = getattr(request.node, "has_failed", False) or any(each.faults for each in visitors)
    for number, visitor in enumerate(visitors, 1):
        if failed:
            print(f"\nSeen by {visitor.name}, {visitor.page.url}: {visitor.picture(tmp_path, number)}")
        visitor.context.close()
    faults = [fault for each in visitors for fault in each.faults]
    assert not faults, "\n".join(faults)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        item.has_failed = True
    return report


@pytest.fixture
def folder(tmp_path) -> Path:
    """Where a story keeps the files it uploads and downloads."""
    return tmp_path
