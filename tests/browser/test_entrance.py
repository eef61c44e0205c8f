"""What leads in beside the password: a mailed link, a changed address, what the secretariat does to an account."""

import re

import pytest

from tests.browser import mails, soundness
from tests.browser.visitor import PASSWORD, Visit

pytestmark = pytest.mark.browser


def test_a_mailed_link_signs_in_once(visit: Visit):
    person, again = visit(), visit()
    person.open("/accounts/login/")
    person.follow("Sign in with a link by mail")
    person.page.get_by_label("E-mail address").fill("delegate.bra@demo.example")
    person.press("Mail the link")
    link = mails.link_of(visit("secretariat"), to="delegate.bra@demo.example", below="/sign-in-link/")

    person.open(link)
    assert "delegate.bra@demo.example" in person.words() and soundness.faults_of(person) == []
    person.press("Sign in")
    assert person.path() == "/"

    again.expects(410)
    again.open(link)
    assert again.answer.status == 410 and soundness.faults_of(again) == []


def test_an_address_changes_once_it_is_confirmed_at_both(visit: Visit):
    old, new = "delegate.usa@demo.example", "delegate.usa.new@demo.example"
    person, secretariat = visit("delegate.usa"), visit("secretariat")
    page = person.open("/me/address/")
    page.get_by_label("Password").fill(PASSWORD)
    person.press("Continue")
    assert soundness.faults_of(person) == []
    page.get_by_label("New e-mail address").fill(new)
    person.press("Send the two mails")
    assert f"Waiting for confirmation: {new}" in person.words() and soundness.faults_of(person) == []

    for address, said in ((old, "Confirmed here"), (new, "Your address is changed")):
        person.open(mails.link_of(secretariat, to=address, below="/new-address/"))
        assert old in person.words() and new in person.words() and soundness.faults_of(person) == []
        person.press("Confirm")
        assert said in person.words() and soundness.faults_of(person) == []

    elsewhere = visit()
    elsewhere.sign_in(new)
    assert elsewhere.path() == "/"


def test_every_act_on_an_account_has_a_sound_page(visit: Visit):
    secretariat = visit("secretariat")
    secretariat.open("/people/")
    secretariat.follow("Delegate of Syrian Arab Republic")
    of_person = secretariat.path()
    links = secretariat.page.locator(f"main a[href^='{of_person}']")
    paths = [link.get_attribute("href") for link in links.all()]
    assert len(paths) >= 5, paths
    for path in paths:
        secretariat.open(path)
        assert soundness.faults_of(secretariat) == [], path
        back = secretariat.page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link")
        assert re.search(r"Delegate of Syrian Arab Republic", " ".join(back.all_inner_texts())), path
