"""Every page once: what each role reaches from Home by following links, and the main pages in every light and shape."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.urls import Resolver404, resolve

from tests.browser import soundness
from tests.browser.contributing import ANNOUNCED, IN_SESSION
from tests.browser.visitor import Visit, Visitor
from tests.test_matrix import UNNAMED, console_model_page, routes

# The first of those that look at every page waits for the walk through them all.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]

# Who walks, and from where beside Home: pages that no link of the portal's own leads to.
WALKS = {
    "focal.sau": [
        "/look/",
        "/go/?q=Doc.+7",
        "/go/?q=WG-WSIS-99/1",
        "/contributions/new/",
        "/documents/?q=nothing+of+the+kind",
        "/accounts/logout/",
        f"/documents/{IN_SESSION}/2/",
        "/accounts/reauthenticate/",
        "/accounts/2fa/passkeys/",
    ],
    "secretariat": ["/console/", "/today/", f"/meetings/{ANNOUNCED}/announce/"],
    "auditor": [],
    "": [
        "/accounts/login/",
        "/accounts/sign-in-link/sent/",
        "/accounts/inactive/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/1-abc/",
        "/accounts/password/reset/key/done/",
    ],
}
# How many pages of one address are looked at, where they differ by what they show.
EXAMPLES = {
    "documents:document": 4,
    "meetings:meeting": 4,
    "contributions:contribution": 2,
    "meetings:request": 3,
    "home:go": 3,
}
# Addresses that answer with a file or with data, or only take what a form sends.
NO_PAGES = {
    "clock",
    "console:documents_deadlinerule_csv",
    "console:documents_document_csv",
    "console:login",
    "console:members_accreditation_csv",
    "console:notices_demomail_html",
    "console:portal-chain",
    "contributions:answer-nothing",
    "contributions:answer-request",
    "contributions:answer-sponsorship",
    "contributions:ask-sponsor",
    "contributions:ask-to-submit",
    "contributions:discard",
    "contributions:draft-file",
    "contributions:draft-letter",
    "contributions:hold",
    "contributions:received",
    "contributions:remove-file",
    "contributions:move-file",
    "contributions:new-from-file",
    "contributions:replace-earlier",
    "contributions:remove-letter",
    "contributions:remove-sponsor",
    "contributions:submit",
    "contributions:take-back",
    "contributions:upload",
    "contributions:upload-letter",
    "contributions:use-slot",
    "documents:checker",
    "documents:cover",
    "documents:file",
    "documents:heads-json",
    "documents:heads-of-day",
    "documents:keys-json",
    "documents:letter",
    "documents:receipt-pdf",
    "documents:receipt-statement",
    "documents:translation-remove",
    "documents:translation-upload",
    "home:calendar-address",
    "home:language",
    "meetings:calendar",
    "meetings:chain",
    "meetings:feed",
    "meetings:pack",
    "members:import-template",
    "members:imported-csv",
    "members:signed-in",
    "mfa_download_recovery_codes",
    "operations:livez",
    "operations:metrics",
    "operations:readyz",
    "today:submissions",
}


@dataclass
class Seen:
    """A page as somebody saw it, with all that was wrong with it."""

    who: str
    path: str
    route: str
    status: int
    barriers: list[str] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)
    overflow: list[str] = field(default_factory=list)


def route_of(address: str) -> str:
    try:
        return resolve(urlsplit(address).path).view_name
    except Resolver404:
        return ""


def kind_of(address: str) -> tuple:
    """Two addresses of one kind show the same page about different things."""
    route = route_of(address)
    # The console's lists link every filter with every other.
    asked = {} if route.startswith("console:") else dict(parse_qsl(urlsplit(address).query))
    return route, tuple(sorted(asked))


def walk(visitor: Visitor, who: str, starts: list[str], console: Counter) -> Iterator[Seen]:
    """Breadth first. `console`: kinds of its pages that somebody before has looked at; they differ little by role."""
    queue = deque(["/", *starts])
    known, looked_at = set(queue), console.copy()
    while queue:
        address = queue.popleft()
        kind = kind_of(address)
        if looked_at[kind] >= EXAMPLES.get(kind[0], 1):
            continue
        looked_at[kind] += 1
        page = visitor.open(address)
        seen = Seen(who, address, route_of(page.url), visitor.answer.status)
        seen.mistakes = soundness.mistakes(visitor.answer.text())
        seen.barriers = soundness.barriers(page)
        seen.overflow = soundness.overflow(page, 320)
        yield seen
        links = page.eval_on_selector_all("a[href]", "all => all.map((one) => one.href)")
        if seen.route == "contributions:contribution":
            links.append(f"{page.url.partition('#')[0]}proof/")  # where a button leads
        for link in links:
            if not link.startswith(visitor.portal + "/"):
                continue
            found = link.removeprefix(visitor.portal).partition("#")[0]
            if found not in known and route_of(found) not in NO_PAGES:
                known.add(found)
                queue.append(found)


@pytest.fixture(scope="module")
def everything(newcomer: Visit) -> tuple[list[Seen], list[str]]:
    """All pages that were seen, and the faults behind them."""
    seen, faults = [], []
    for who, starts in WALKS.items():
        visitor = newcomer(who, viewport=soundness.DESK)
        console = Counter(kind_of(each.path) for each in seen if each.route.startswith("console:"))
        seen += walk(visitor, who, starts, console)
        faults += visitor.faults
        visitor.context.close()
    return seen, faults


def told(pages: list[Seen], what: str) -> list[str]:
    return [
        f"{each.who or 'somebody'} {each.path}: {fault}" for each in pages for fault in getattr(each, what)
    ]


def test_no_page_has_a_barrier_that_axe_can_find(everything):
    assert not told(everything[0], "barriers"), "\n".join(told(everything[0], "barriers"))


def test_every_page_is_valid_html_with_one_heading_and_all_its_icons(everything):
    assert not told(everything[0], "mistakes"), "\n".join(told(everything[0], "mistakes"))


def test_no_page_is_wider_than_320_pixels(everything):
    assert not told(everything[0], "overflow"), "\n".join(told(everything[0], "overflow"))


def test_nothing_goes_wrong_behind_any_page(everything):
    assert not everything[1], "\n".join(everything[1])


# Seen in the stories, where alone they exist: soundness is asserted there.
IN_STORIES = {
    "account_confirm_address",
    "account_use_sign_in_link",
    "documents:objection",
    "meetings:undo-opening",
    "members:imported",
    "members:invitation",
    "members:kept-words-list",
    "members:new-password",
    "members:own-address",
    "members:person-act",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
}


# Sent from forms only, or an old address that leads on: there is no page to look at.
SENT_OR_MOVED = {
    "console:today",
    "documents:rule-switch",
    "members:discard-kept-words",
    "members:kept-words",
    "members:end-all-sessions",
    "members:end-session",
    "members:invitation-again",
    "members:invitation-revoke",
    "mfa_login_webauthn",
}


def is_sometimes_shown(route: str) -> bool:
    """Pages of the console that the record may have no row for, or nobody may use: tests/test_matrix.py has them."""
    found = console_model_page(route)
    return route in UNNAMED or bool(found and found[1] != "changelist")


def test_every_address_that_shows_a_page_was_seen(everything):
    seen = {each.route for each in everything[0]}
    missing = set(routes()) - seen - NO_PAGES - IN_STORIES - SENT_OR_MOVED
    missing = sorted(route for route in missing if not is_sometimes_shown(route))
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("who", ["focal.sau", ""])
def test_the_page_of_what_does_not_exist_is_sound_too(visit: Visit, who: str):
    visitor = visit(who)
    visitor.expects(404)
    page = visitor.open("/nothing/of/the/kind/")
    assert visitor.answer.status == 404
    assert soundness.barriers(page) == []
    assert soundness.mistakes(visitor.answer.text()) == []
    assert soundness.overflow(page, 320) == []


# --- The main pages in every light and shape ------------------------------------------------------------------------

LOOKS = {
    "light": {"color_scheme": "light", "viewport": soundness.DESK},
    "dark": {"color_scheme": "dark", "viewport": soundness.DESK},
    "phone": {"viewport": soundness.PHONE, "has_touch": True, "is_mobile": True},
    "dark phone": {"viewport": soundness.PHONE, "color_scheme": "dark"},
    "right-to-left": {"viewport": soundness.DESK},
    "right-to-left phone": {"viewport": soundness.PHONE},
}


def main_pages(visitor: Visitor) -> dict[str, str]:
    """Name -> address of the pages a delegation lives in."""
    corrected = f"/documents/{IN_SESSION}/3/"  # and with it the longest symbol there is
    page = visitor.open(corrected)
    corrigendum = page.locator(".revision", has_text="(Corr.1)").locator("a[href^='/receipts/']").first
    corrigendum = corrigendum.get_attribute("href")
    visitor.open(f"/meetings/{IN_SESSION}/")
    document = page.locator("td.cell-symbol a").nth(1).get_attribute("href")
    visitor.open(document)
    receipt = page.locator("a[href^='/receipts/']").first.get_attribute("href")
    visitor.open("/")
    draft = page.locator("main a[href^='/contributions/']:not([href*='new'])").first.get_attribute("href")
    return {
        "Home": "/",
        "meeting": f"/meetings/{IN_SESSION}/",
        "next meeting": f"/meetings/{ANNOUNCED}/",
        "document": document,
        "receipt": receipt,
        "corrected document": corrected,
        "receipt of a corrigendum": corrigendum,
        "draft": draft,
        "submit": f"{draft}proof/",
    }


def choose_language(visitor: Visitor, code: str) -> None:
    visitor.open("/")
    visitor.page.locator(".masthead details[data-menu] > summary").first.click()
    with visitor.page.expect_navigation():
        visitor.page.locator(f"button[name=language][value={code}]").click()


def test_in_arabic_the_parts_of_a_line_follow_each_other_from_the_right(visit: Visit):
    person = visit("focal.sau", viewport=soundness.DESK)
    choose_language(person, "ar")
    try:
        page = person.open(f"/meetings/{IN_SESSION}/")
        lines = page.locator("dd li:has(time), .page-meta:has(bdi)")
        out_of_order = lines.evaluate_all(
            """(all) => all.filter((line) => {
                 const parts = [...line.children].map((part) => part.getBoundingClientRect());
                 return parts.some((box, i) => i && box.top < parts[i - 1].bottom - 2 && box.right > parts[i - 1].left + 1);
               }).map((line) => line.innerText)"""
        )
        assert lines.count() > 3 and "opened" in " ".join(lines.all_inner_texts())
        assert out_of_order == []
    finally:
        choose_language(person, "en")


def test_a_mark_of_the_legend_of_languages_stays_with_its_words(visit: Visit):
    person = visit("focal.sau", viewport={"width": 360, "height": 640})
    page = person.open(f"/meetings/{IN_SESSION}/")
    heights = page.locator(".language-legend > span").evaluate_all(
        "all => all.map((one) => one.offsetHeight)"
    )
    mark = page.locator(".language-legend .language-mark").first.evaluate("one => one.offsetHeight")
    assert len(heights) == 2 and max(heights) < 2 * mark


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_label_beside_its_cell_stays_within_its_row(visit: Visit, language: str):
    person = visit("secretariat", viewport=soundness.PHONE)
    choose_language(person, language)
    try:
        for address in ("/people/", "/console/record/heartbeat/"):
            cells = person.open(address).locator(".stack [data-label]")
            assert cells.count() > 9
            assert (
                cells.evaluate_all(
                    "all => all.filter((one) => one.scrollHeight > one.clientHeight + 1).map((one) => one.dataset.label)"
                )
                == []
            )
            # What a cell holds begins beside its label, whatever direction it is written in.
            assert (
                cells.locator(":scope > bdi, :scope > a").evaluate_all(
                    """all => all.filter((one) => {
                     const cell = one.parentElement.getBoundingClientRect(), box = one.getBoundingClientRect();
                     const before = document.dir === "rtl" ? cell.right - box.right : box.left - cell.left;
                     return box.width && Math.abs(before - 96) > 2;
                   }).map((one) => one.outerHTML.slice(0, 140))"""
                )
                == []
            )
    finally:
        choose_language(person, "en")


def test_a_symbol_is_copied_as_it_is_written(visit: Visit):
    page = visit("focal.sau", viewport=soundness.PHONE).open(f"/documents/{IN_SESSION}/3/")
    symbol = page.locator(".revision .symbol", has_text="(Corr.1)").first
    copied = symbol.evaluate(
        "one => { getSelection().selectAllChildren(one); return getSelection().toString(); }"
    )
    assert copied == symbol.text_content() and "/3(Corr.1)" in copied


@pytest.mark.parametrize("look", LOOKS)
def test_the_main_pages_are_sound_in_every_light_and_shape(visit: Visit, look: str):
    person = visit("focal.sau", **LOOKS[look])
    arabic = look.startswith("right-to-left")
    if arabic:
        choose_language(person, "ar")
    wrong = []
    try:
        for name, address in main_pages(person).items():
            page = person.open(address)
            found = [*soundness.barriers(page), *soundness.overflow(page, page.viewport_size["width"])]
            found += soundness.astray(page)
            wrong += [f"{name}: {each}" for each in found]
            html = page.locator("html")
            assert html.get_attribute("dir") == ("rtl" if arabic else "ltr")
            dark = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g)[0] < 128")
            assert dark == (LOOKS[look].get("color_scheme") == "dark"), name
    finally:
        if arabic:
            choose_language(person, "en")
    assert not wrong, "\n".join(wrong)
