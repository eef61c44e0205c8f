"""What is typed survives the end of a session, an old page and a second window, with script and without."""

import re

import pytest

from tests.browser import contributing, soundness
from tests.browser.visitor import Visit, Visitor

pytestmark = pytest.mark.browser


def state(person: Visitor):
    return person.page.locator("[data-autosave-state]")


def sign_in_elsewhere(person: Visitor, email: str) -> None:
    """In another window of the same browser."""
    other = person.context.new_page()
    other.goto(f"{person.portal}/accounts/login/")
    other.get_by_label("E-mail address").fill(email)
    other.get_by_label("Password").fill("geneva-2009")
    other.locator("main form").first.get_by_role("button", name="Sign in").click()
    other.wait_for_url(lambda url: "/accounts/login/" not in url)
    other.close()


def test_a_draft_is_saved_while_it_is_typed(visit: Visit):
    person = visit("focal.syr")
    contributing.begin(person, "Fair prices while typing")
    page = person.page
    page.get_by_label("Summary").fill("Saved by itself.")
    page.get_by_text(re.compile(r"^Saved \d\d:\d\d$")).first.wait_for()
    assert page.locator("[data-autosave-said]").inner_text().startswith("Saved")
    page.reload()  # and nobody is asked whether to leave
    assert page.get_by_label("Summary").input_value() == "Saved by itself."
    page.get_by_label("Summary").fill("Saved by itself, and by the button.")
    person.press("Save draft")
    assert page.get_by_label("Summary").input_value() == "Saved by itself, and by the button."


def test_signed_out_while_typing_the_words_are_saved_after_signing_in_elsewhere(visit: Visit):
    person = visit()
    person.sign_in("focal.syr@demo.example")
    contributing.begin(person, "Fair prices, signed out")
    page = person.page
    person.expects(401, 403)
    person.context.clear_cookies(name="session")
    page.get_by_label("Summary").fill("Typed after the session ended.")
    state(person).get_by_text("you are no longer signed in").wait_for()
    assert page.get_by_label("Summary").input_value() == "Typed after the session ended."
    sign_in_elsewhere(person, "focal.syr@demo.example")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    state(person).get_by_text(re.compile(r"^Saved \d\d:\d\d$")).wait_for()
    # The page goes on with the token that is good now.
    page.get_by_label("Summary").fill("And more.")
    person.press("Save draft")
    assert page.get_by_label("Summary").input_value() == "And more."


def test_two_windows_see_that_they_are_in_conflict_and_lose_nothing(visit: Visit):
    person = visit("focal.syr")
    contributing.begin(person, "Fair prices, twice")
    page, other = person.page, person.context.new_page()
    other.goto(page.url)
    page.get_by_label("Summary").fill("Of the first window.")
    state(person).get_by_text(re.compile(r"^Saved")).wait_for()
    person.expects(409)
    other.get_by_label("Summary").fill("Of the second window.")
    other.locator("[data-autosave-state]").get_by_text("press Save draft to see both").wait_for()
    other.get_by_role("button", name="Save draft").last.click()
    other.get_by_role("heading", name="This draft was changed while you were writing").wait_for()
    assert other.locator("del").first.inner_text().strip() == "first"
    assert other.get_by_label("Summary").input_value() == "Of the second window."


@pytest.mark.parametrize("scripts", [True, False])
def test_sent_after_the_session_ended_the_words_are_in_the_form_after_signing_in(visit: Visit, scripts):
    person = visit(java_script_enabled=scripts)
    person.sign_in("focal.syr@demo.example")
    contributing.begin(person, "Fair prices, sent too late")
    page = person.page
    address = person.path()
    person.expects(401)
    person.context.clear_cookies(name="session")
    page.get_by_label("Summary").fill("Sent after the session ended.")
    person.press("Save draft")
    assert person.path() == "/accounts/login/"
    assert "What you typed is kept for a day" in person.words()
    page.get_by_label("E-mail address").fill("focal.syr@demo.example")
    page.get_by_label("Password").fill("geneva-2009")
    page.locator("main form").first.get_by_role("button", name="Sign in").click()
    page.get_by_text("You were signed out before this could be saved.").wait_for()
    assert person.path() == address
    kept = re.search(r"kept=([0-9a-f-]+)", page.url)[1]
    back = page.url
    person.open(f"/kept/{kept}/words/")
    assert "Sent after the session ended." in person.words() and soundness.faults_of(person) == []
    person.open(back)
    assert page.get_by_label("Summary").input_value() == "Sent after the session ended."
    person.press("Save draft")
    assert page.get_by_label("Summary").input_value() == "Sent after the session ended."
