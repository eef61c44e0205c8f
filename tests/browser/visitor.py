"""One person at one browser, who notices everything that goes wrong behind a page."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, Response

PASSWORD = "geneva-2009"
# A violation is also written to the console; the event says which rule of the policy it was.
TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP violation: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile || ""}`));
"""


class Visitor:
    """`page` is Playwright's page; the other names are what stories are told with.

    Faults (a violated policy, an error in a script or on the console, a request that failed or left the portal, an
    answer of 400 or more that the story did not expect) are collected in `faults`. `scripts`: whether the browser runs any.
    """

    def __init__(self, context: BrowserContext, portal: str, name: str, *, scripts: bool = True):
        self.context, self.portal, self.name, self.scripts = context, portal, name, scripts
        self.faults: list[str] = []
        self.expected: set[int] = set()
        context.add_init_script(TELL_VIOLATIONS)
        context.on("weberror", lambda error: self._fault(f"error in a script: {error.error}"))
        context.on("console", self._console)
        context.on("response", self._response)
        context.on("requestfailed", self._failed)
        context.on("request", self._request)
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)

    # --- What is noticed ---------------------------------------------------------------------------------------

    def _fault(self, words: str) -> None:
        self.faults.append(f"{self.name} on {self.page.url}: {words}")

    def _console(self, message) -> None:
        # An answer of 400 and more is told a second time by the console; `_response` judges it.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self._fault(f"console {message.type}: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self._fault(f"{response.status} for {response.request.method} {response.url}")

    def _failed(self, request) -> None:
        # A page that is left ends what it was still fetching, and a download is no page.
        if "ERR_ABORTED" not in (request.failure or ""):
            self._fault(f"{request.failure} for {request.url}")

    def _request(self, request) -> None:
        if not request.url.startswith((self.portal + "/", "data:", "blob:")):
            self._fault(f"a request left the portal: {request.url}")

    def expects(self, *statuses: int) -> None:
        """Answers of 400 and more that the story is about."""
        self.expected.update(statuses)

    # --- What a person does -------------------------------------------------------------------------------------

    def open(self, path: str) -> Page:
        """Go to an address of the portal; a full address is taken as it is."""
        self.answer = self.page.goto(path if path.startswith("http") else self.portal + path)
        return self.page

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        self.open("/accounts/login/")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password").fill(password)
        main = self.page.locator("main form").first
        main.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)

    def follow(self, name: str, *, inside: str = "main", exact: bool = True) -> None:
        """Press the first link of that name in the content."""
        self.page.locator(inside).get_by_role("link", name=name, exact=exact).first.click()

    def press(self, name: str, *, inside: str = "main", exact: bool = True) -> None:
        """Press the first button of that name in the content, and wait for the page that it leads to."""
        with self.page.expect_navigation():
            self.page.locator(inside).get_by_role("button", name=name, exact=exact).first.click()

    def words(self) -> str:
        """The text of the content as it is seen, with single blanks."""
        return " ".join(self.page.locator("main").inner_text().split())

    def path(self) -> str:
        return urlsplit(self.page.url).path

    def opens_sideways(self) -> int:
        """By how many pixels the page is wider than the window."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    def picture(self, folder: Path, number: int) -> Path:
        name = re.sub(r"[^a-z0-9]+", "-", self.name.lower())
        path = folder / f"{number}-{name}.png"
        self.page.screenshot(path=path, full_page=True)
        return path


Visit = Callable[..., Visitor]
