"""The portal by keyboard alone: every step is reached with Tab, and one always sees where one is."""

import pytest

from tests.browser.visitor import PASSWORD, Visit, Visitor

pytestmark = pytest.mark.browser

# What stands under the focus, and whether one sees that the focus is there.
FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const look = getComputedStyle(one), box = one.getBoundingClientRect();
  // The middle of that part of it which is in the window.
  const height = Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
  const top = document.elementFromPoint(box.left + box.width / 2, Math.max(box.top, 0) + height / 2);
  return {
    name: (one.getAttribute("aria-label") || one.labels?.[0]?.innerText || one.innerText || "").trim(),
    id: one.id, tag: one.tagName.toLowerCase(),
    ringed: (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2) || look.boxShadow !== "none",
    inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
    covered: !(top && (one.contains(top) || top.contains(one))),
  };
}"""


def tab_to(visitor: Visitor, name: str, *, tag: str = "", most: int = 80) -> None:
    """Press Tab until something of that name has the focus; every stop on the way must be seen."""
    passed = []
    for _step in range(most):
        visitor.page.keyboard.press("Tab")
        focus = visitor.page.evaluate(FOCUS)
        if focus is None:
            continue
        passed.append(focus["name"] or focus["id"])
        for _moment in range(10):  # what slides into sight may take its time, not more
            if focus["ringed"] and focus["inside"] and not focus["covered"]:
                break
            visitor.page.wait_for_timeout(100)
            focus = visitor.page.evaluate(FOCUS)
        else:
            raise AssertionError(f"the focus is not seen: {focus}")
        if focus["name"].split("\n")[0] == name and tag in ("", focus["tag"]):
            return
    raise AssertionError(f"{name!r} is not reached with Tab; passed: {passed}")


def write(visitor: Visitor, label: str, words: str) -> None:
    # A page with one thing to do begins in its first field.
    focus = visitor.page.evaluate(FOCUS)
    if not (focus and focus["name"].split("\n")[0] == label):
        tab_to(visitor, label)
    visitor.page.keyboard.type(words)


def enter(visitor: Visitor) -> None:
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")


def test_from_sign_in_to_a_draft_without_a_mouse(visit: Visit):
    person = visit()
    person.open("/accounts/login/")
    write(person, "E-mail address", "delegate.fra@demo.example")
    write(person, "Password", PASSWORD)
    enter(person)
    assert person.path() == "/"
    tab_to(person, "Start a contribution")
    enter(person)
    write(person, "Title", "Written without a mouse")
    tab_to(person, "English", tag="input")
    if not person.page.evaluate("document.activeElement.checked"):
        person.page.keyboard.press("Space")
    write(person, "Summary (optional)", "Every step was a key.")
    tab_to(person, "Save draft and add files")
    enter(person)
    assert "Draft saved." in person.words()
    tab_to(person, "Choose a file")


def test_the_first_tab_offers_the_way_past_the_head(visit: Visit):
    person = visit("delegate.fra")
    person.open("/")
    person.page.keyboard.press("Tab")
    focus = person.page.evaluate(FOCUS)
    assert focus["name"] == "Skip to the content" and focus["ringed"] and focus["inside"]
    person.page.keyboard.press("Enter")
    assert person.page.evaluate("document.activeElement.id") == "content"
    person.page.keyboard.press("Tab")
    assert person.page.evaluate("Boolean(document.activeElement.closest('main'))")


def test_the_menus_open_and_close_by_key(visit: Visit):
    person = visit("delegate.fra")
    person.open("/")
    tab_to(person, "Delegate of France", tag="summary")
    person.page.keyboard.press("Enter")
    tab_to(person, "My settings", tag="a")
    person.page.keyboard.press("Escape")
    assert person.page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert person.page.locator("details[data-menu][open]").count() == 0
