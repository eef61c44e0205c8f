"""A passkey is added, signs in, and is removed again, in a real browser with a passkey made of software."""

import pytest

from tests.browser import soundness
from tests.browser.visitor import PASSWORD, Visitor

pytestmark = pytest.mark.browser

SOFTWARE_KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
PERSON = "delegate.lva@demo.example"


@pytest.fixture
def somebody(portal, chromium):
    """Passkeys belong to a name: `localhost` is one, an address in numbers is none."""
    context = chromium.new_context(locale="en-GB")
    visitor = Visitor(context, portal.replace("127.0.0.1", "localhost"), "somebody")
    keys = context.new_cdp_session(visitor.page)
    keys.send("WebAuthn.enable")
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": SOFTWARE_KEY})
    yield visitor
    context.close()
    assert not visitor.faults, "\n".join(visitor.faults)


def sign_out(somebody):
    page = somebody.open("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")


def test_a_passkey_is_added_signs_in_and_is_removed(somebody):
    somebody.sign_in(PERSON)
    page = somebody.open("/accounts/2fa/passkeys/add/")
    page.get_by_label("Password").fill(PASSWORD)
    somebody.press("Continue")
    assert soundness.faults_of(somebody) == []
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/recovery-codes/")

    sign_out(somebody)
    page.get_by_role("button", name="Use a passkey instead").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)

    sign_out(somebody)
    page.get_by_label("E-mail address").fill(PERSON)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main form").first.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/2fa/authenticate/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)

    page = somebody.open("/accounts/2fa/passkeys/")
    with page.expect_navigation():
        page.get_by_role("link", name="Rename Laptop").click()
    if "reauthenticate" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        somebody.press("Continue")
    page.get_by_label("Name").fill("Laptop of the mission")
    assert soundness.faults_of(somebody) == []
    somebody.press("Save")
    somebody.open("/accounts/2fa/passkeys/reauthenticate/")
    assert soundness.faults_of(somebody) == []
    somebody.open("/accounts/2fa/passkeys/")
    page.get_by_role("link", name="Remove Laptop of the mission").click()
    page.wait_for_url("**/remove/")
    assert soundness.faults_of(somebody) == []
    somebody.press("Remove")
    page.get_by_text("No passkey yet").wait_for()


def test_the_pages_of_sign_in_are_sound(somebody):
    for path in ("/accounts/login/", "/accounts/sign-in-link/", "/accounts/sign-in-link/sent/"):
        somebody.open(path)
        assert soundness.faults_of(somebody) == [], path
    somebody.sign_in(PERSON)
    page = somebody.open("/me/address/")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main form").first.get_by_role("button").first.click()
    for path in (
        "/me/address/",
        "/me/sessions/",
        "/accounts/2fa/",
        "/accounts/2fa/passkeys/add/",
        "/accounts/2fa/passkeys/",
    ):
        somebody.open(path)
        assert soundness.faults_of(somebody) == [], path


def test_back_shows_nothing_after_sign_out(somebody):
    somebody.sign_in(PERSON)
    page = somebody.open("/me/")
    page.get_by_role("heading", name="My settings").wait_for()
    sign_out(somebody)
    for _step in range(2):
        page.go_back()
    assert page.get_by_role("heading", name="My settings").count() == 0
    assert "/accounts/login/" in page.url
