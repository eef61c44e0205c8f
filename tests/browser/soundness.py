"""What must hold of every page, whoever sees it: WCAG 2.2 AA as far as axe can tell, valid HTML, no missing picture,
nothing wider than the window.
"""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import html5lib
from axe_playwright_python.sync_playwright import Axe
from lxml import html
from playwright.sync_api import Page

PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 800}
_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}
_REFERRING = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "list", "form")
_SPRITE = Path(__file__).resolve().parents[2] / "static/vendor/bootstrap-icons/sprite.svg"


def barriers(page: Page) -> list[str]:
    """What axe finds, one line for each kind of barrier with the first places."""
    found = Axe().run(page, options=_OPTIONS).response["violations"]
    return [
        f"{each['id']} ({each['help']}): " + " | ".join(node["html"][:160] for node in each["nodes"][:3])
        for each in found
    ]


def mistakes(source: str) -> list[str]:
    """What is wrong with a page's HTML as it was sent."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    parser.parse(source)
    lines = source.splitlines() or [""]
    found = [
        f"{code} {facts or ''} in line {line}: {lines[min(line, len(lines)) - 1].strip()[:160]}"
        for (line, _column), code, facts in parser.errors
    ]
    tree = html.document_fromstring(source)
    ids = Counter(tree.xpath("//@id"))
    found += [f"id “{name}” stands {count} times" for name, count in ids.items() if count > 1]
    for attribute in _REFERRING:
        for value in tree.xpath(f"//@{attribute}"):
            found += [f"{attribute}=“{value}” names nothing" for name in value.split() if name not in ids]
    for address in tree.xpath("//*[local-name()='use']/@href"):
        if address.partition("#")[2] not in _icons():
            found.append(f"there is no icon {address}")
    if not (tree.findtext(".//title") or "").strip():
        found.append("no title")
    if len(tree.xpath("//h1")) != 1:
        found.append(f"{len(tree.xpath('//h1'))} headings of the first level")
    return found


@cache
def _icons() -> set[str]:
    return set(re.findall(r'id="([^"]+)"', _SPRITE.read_text()))


def faults_of(visitor) -> list[str]:
    """All of them, for the page on which the visitor of a story is. Without scripts axe would never come to its end."""
    seen = barriers(visitor.page) if visitor.scripts else []
    return [*seen, *mistakes(visitor.page.content()), *overflow(visitor.page, 320)]


def overflow(page: Page, width: int) -> list[str]:
    """What sticks out of a window of that width, as seen without waiting for anything."""
    before = page.viewport_size
    page.set_viewport_size({"width": width, "height": 640})
    excess = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    culprits = page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter((one) => {
              const box = one.getBoundingClientRect();
              return one.checkVisibility() && box.width && (box.right > innerWidth + 1 || box.left < -1) && !one.closest(".visually-hidden");
           }).slice(-3).map((one) => one.outerHTML.slice(0, 140))"""
        if excess > 0
        else "[]"
    )
    page.set_viewport_size(before)
    return [f"{excess} px too wide at {width} px: {' | '.join(culprits)}"] if excess > 0 else []


def astray(page: Page) -> list[str]:
    """Titles and lines of another direction than the page's that begin at its other edge, away from their neighbours.

    What is quoted or typed runs as it is written.
    """
    return page.evaluate(
        """() => {
             const edge = (one) => {
               const { textAlign, direction } = getComputedStyle(one);
               return textAlign === "start" ? (direction === "rtl" ? "right" : "left") : textAlign;
             };
             const start = document.documentElement.dir === "rtl" ? "right" : "left";
             return [...document.querySelectorAll("main [dir]")].filter((one) =>
               one.checkVisibility() && getComputedStyle(one).display !== "inline"
               && !one.matches("blockquote, pre, code, input, textarea, select")
               && ["left", "right"].includes(edge(one)) && edge(one) !== start
             ).map((one) => `at the other edge: ${one.outerHTML.slice(0, 140)}`);
           }"""
    )
