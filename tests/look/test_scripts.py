"""The scripts in a real browser: the style guide's page, answered without a server, its clock in the test's hand."""

import datetime as dt
import json
import mimetypes
import os
import re
from types import SimpleNamespace

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory

from cwg import clock
from cwg.look import instants, nav, samples

pytestmark = pytest.mark.browser

HOST = "http://portal.test"
NOW = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
WRONG_DEVICE_CLOCK = "Date.now = () => 0; Date.prototype.constructor = Date;"


@pytest.fixture(scope="module")
def chromium():
    """A browser that cannot reach anything: every request is answered by the test."""
    sync_api = pytest.importorskip("playwright.sync_api")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium" if os.path.exists("/usr/bin/chromium") else None,
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
        )
        yield browser
        browser.close()
    assert os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE") == before


class Portal:
    """What the browser believes to be the portal."""

    def __init__(self, settings):
        self.settings = settings
        self.now = NOW
        self.uploads: list[str] = []
        self.upload_answer = lambda name: (200, {"html": f"<li class='file-row'>{name} stored</li>"})

    def page(self) -> str:
        request = RequestFactory().get("/look/")
        request.user = SimpleNamespace(
            is_authenticated=True, email="a@demo.example", get_full_name="A. Delegate", time_zone=""
        )
        with clock.held_at(self.now):
            return render_to_string("look/guide.html", samples.context(), request)

    def answer(self, route):
        path = route.request.url.removeprefix(HOST).split("#")[0]
        if path.startswith(self.settings.STATIC_URL):
            file = finders.find(path.removeprefix(self.settings.STATIC_URL))
            kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
            route.fulfill(path=file, content_type="text/javascript" if file.endswith(".js") else kind)
        elif path == "/clock/":
            route.fulfill(json={"now": instants.iso_utc(self.now)})
        elif route.request.method == "POST":
            name = re.search(rb'filename="([^"]*)"', route.request.post_data_buffer or b"")[1].decode()
            self.uploads.append(name)
            answer = self.upload_answer(name)
            if answer is None:
                route.abort()
            else:
                route.fulfill(status=answer[0], body=json.dumps(answer[1]), content_type="application/json")
        else:
            route.fulfill(body=self.page(), content_type="text/html; charset=utf-8")


@pytest.fixture
def portal(settings, monkeypatch):
    # The menus belong to the apps above, whose conditions want a real person.
    monkeypatch.setattr(nav, "_MENUS", {"main": {}, "user": {}})
    return Portal(settings)


@pytest.fixture
def page(chromium, portal):
    context = chromium.new_context(timezone_id="Asia/Tokyo", locale="en")
    context.route("**/*", portal.answer)
    page = context.new_page()
    page.wrong = []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.add_init_script(WRONG_DEVICE_CLOCK)
    page.goto(f"{HOST}/look/")
    yield page
    assert page.wrong == []
    context.close()


def left(page, number):
    return page.locator("[data-left-out]").nth(number).inner_text()


def come_back(page):
    with page.expect_response("**/clock/"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(100)


def test_time_left_is_right_although_the_device_lives_in_1970(page):
    assert left(page, 0) == "2 days 3 hours left"
    assert re.fullmatch(r"9 minutes 4\d seconds left", left(page, 1))


def test_time_left_goes_down_without_a_page_load(page):
    first = left(page, 1)
    page.wait_for_timeout(2100)
    assert left(page, 1) != first


def test_coming_back_to_the_page_asks_the_server_and_says_the_last_minute_aloud(page, portal):
    portal.now = NOW + dt.timedelta(minutes=9, seconds=5)
    come_back(page)
    assert re.fullmatch(r"4\d seconds left", left(page, 1))
    assert page.locator("[data-left-status]").nth(1).inner_text() == "1 minute left"
    portal.now = NOW + dt.timedelta(minutes=9, seconds=55)
    come_back(page)
    assert left(page, 1) == "The deadline has passed"
    assert page.locator("[data-left-status]").nth(1).inner_text() == "The deadline has passed"


def test_the_devices_own_zone_is_added_when_no_line_has_it(page):
    face = page.locator("[data-local-face]").first
    assert face.is_visible()
    assert "Tuesday, 3 March 2026" in page.locator(".deadline-faces").first.inner_text()
    assert "Asia/Tokyo" in face.inner_text()
    assert "Wednesday, 4 March 2026, 00:12 UTC+09:00" in face.inner_text()


def choose(page, *names):
    page.set_input_files(
        "#files-input",
        [{"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.7"} for name in names],
    )


def test_files_go_one_after_the_other_and_join_the_list(page, portal):
    before = page.locator("#files > li").count()
    choose(page, "one.pdf", "two.pdf")
    page.locator("#files > li", has_text="two.pdf stored").wait_for()
    assert portal.uploads == ["one.pdf", "two.pdf"]
    assert page.locator("#files > li").count() == before + 2
    assert page.locator(".transfer").count() == 0


def test_a_refused_file_shows_the_reason_and_the_next_one_still_goes(page, portal):
    portal.upload_answer = lambda name: (
        (400, {"errors": ["The file is encrypted."]})
        if name == "bad.pdf"
        else (200, {"html": "<li>good stored</li>"})
    )
    choose(page, "bad.pdf", "good.pdf")
    page.locator("#files > li", has_text="good stored").wait_for()
    assert "The file is encrypted." in page.locator(".transfer").inner_text()
    assert page.get_by_role("button", name="Try again").count() == 0


def test_a_lost_connection_keeps_the_file_for_another_try(page, portal):
    good, portal.upload_answer = portal.upload_answer, lambda name: None
    choose(page, "one.pdf")
    again = page.get_by_role("button", name="Try again one.pdf")
    again.wait_for()
    assert "Nothing was stored" in page.locator(".transfer").inner_text()
    portal.upload_answer = good
    again.click()
    page.locator("#files > li", has_text="one.pdf stored").wait_for()
    assert portal.uploads == ["one.pdf", "one.pdf"]


def test_a_file_of_which_the_portal_said_nothing_is_not_called_unstored(page, portal):
    portal.upload_answer = lambda name: (500, {})
    choose(page, "one.pdf")
    page.get_by_role("button", name="Try again one.pdf").wait_for()
    told = page.locator(".transfer").inner_text()
    assert "Reload the page to see whether it was stored" in told and "Nothing was stored" not in told


def test_the_readers_theme_is_kept_for_the_server_to_read(page):
    page.locator(".masthead summary", has_text="A. Delegate").click()
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    assert "theme=dark" in page.evaluate("document.cookie")


def test_a_menu_closes_on_escape_and_gives_the_focus_back(page):
    summary = page.locator(".masthead summary", has_text="A. Delegate")
    summary.click()
    page.get_by_role("button", name="Dark").focus()
    page.keyboard.press("Escape")
    assert page.locator("details[data-menu][open]").count() == 0
    assert summary.evaluate("it => it === document.activeElement")


def test_a_double_click_sends_a_form_once(page):
    sent = page.evaluate(
        """() => {
          const form = document.createElement("form");
          form.setAttribute("data-submit-once", "");
          form.innerHTML = "<button type=submit>Go</button>";
          document.body.append(form);
          let sent = 0;
          // Bubbles up after the guard: what is not prevented by then would go out.
          window.addEventListener("submit", (event) => { if (!event.defaultPrevented) sent += 1; event.preventDefault(); });
          const button = form.querySelector("button");
          button.click();
          button.click();
          return sent;
        }"""
    )
    assert sent == 1
