"""A person moves to another address: confirmed at both, the old one told; a borrowed session changes nothing."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client

from cwg.members import account_care, address_changes, refusals
from cwg.members.models import AddressChange, Person
from cwg.record.models import AccessEntry
from tests.factories import PASSWORD, make_person
from tests.members.door import sign_in, signed_in, text_of

pytestmark = pytest.mark.django_db
NEW = "Sara.New@Ministry.Example"
TICK = timedelta(microseconds=1)


@pytest.fixture
def change(held, saudi_delegate) -> AddressChange:
    return address_changes.ask(saudi_delegate, NEW, at=held.at, address=None)


def token(change, side):
    return address_changes.link(change, side).rstrip("/").rpartition("/")[2]


def confirm(change, side, at):
    return address_changes.confirm(token(change, side), at=at, address=None)


def email_of(person):
    return Person.objects.get(pk=person.pk).email


def test_a_person_asks_on_a_page_confirms_in_two_mails_and_signs_in_anew(
    client, held, saudi_delegate, mailoutbox, settings
):
    old = saudi_delegate.email
    sign_in(client, old)
    page = client.get("/me/address/")["Location"]
    assert page.startswith("/accounts/reauthenticate/"), "a borrowed session changes no address"
    client.post(page, {"password": PASSWORD})
    assert client.post("/me/address/", {"email": NEW}).status_code == 302
    call_command("sweep")
    assert {mail.to[0] for mail in mailoutbox} == {old, NEW}
    for mail in mailoutbox:
        assert email_of(saudi_delegate) == old, "one confirmation changes nothing"
        (link,) = {word for word in mail.body.split() if "/accounts/new-address/" in word}
        path = link.removeprefix(settings.PORTAL_URL)
        anybody = Client()
        assert anybody.get(path).status_code == 200
        assert anybody.post(path).status_code == 200
    assert email_of(saudi_delegate) == NEW
    mailoutbox.clear()
    call_command("sweep")
    assert {mail.to[0] for mail in mailoutbox} == {old, NEW}, "both are told"
    for address, opens in ((NEW.lower(), True), (old, False)):
        browser = Client()
        sign_in(browser, address)
        assert signed_in(browser) == opens
    entry = saudi_delegate.history.get(history_change_reason="own address, confirmed at both")
    assert (entry.history_user, entry.email) == (saudi_delegate, NEW)
    assert AccessEntry.objects.filter(act="address_changed", person_id=saudi_delegate.pk).count() == 1
    call_command("verify")


@pytest.mark.parametrize("order", [("old", "new"), ("new", "old")])
def test_it_takes_both_in_any_order(held, change, saudi_delegate, order):
    before = saudi_delegate.email
    confirm(change, order[0], held.at)
    confirm(change, order[0], held.at)
    assert email_of(saudi_delegate) == before
    assert confirm(change, order[1], held.at).done_at == held.at
    assert email_of(saudi_delegate) == NEW


def test_a_link_ends_with_its_three_days(held, change, saudi_delegate):
    confirm(change, "old", held.at)
    with pytest.raises(refusals.LinkGone):
        confirm(change, "new", change.expires_at)
    assert email_of(saudi_delegate) != NEW
    confirm(change, "new", change.expires_at - TICK)
    assert email_of(saudi_delegate) == NEW


def test_a_later_wish_drops_the_one_before(held, change, saudi_delegate):
    address_changes.ask(saudi_delegate, "other@x.example", at=held.at, address=None)
    with pytest.raises(refusals.LinkGone):
        confirm(change, "old", held.at)
    assert AddressChange.objects.filter(dropped_at=None).count() == 1


def test_only_the_wish_that_is_still_open_is_mailed(held, change, saudi_delegate, mailoutbox):
    held.forward(seconds=1)
    address_changes.ask(saudi_delegate, "other@x.example", at=held.at, address=None)
    call_command("sweep")
    assert sorted(mail.to[0] for mail in mailoutbox) == [saudi_delegate.email, "other@x.example"]


def test_an_address_given_by_the_secretariat_drops_the_wish(held, change, saudi_delegate, secretary):
    account_care.change_address(saudi_delegate, NEW, actor=secretary, at=held.at, reason="x")
    assert address_changes.open_of(saudi_delegate, held.at) is None
    for side in ("old", "new"):
        with pytest.raises(refusals.LinkGone):
            confirm(change, side, held.at)


def test_a_done_change_is_not_done_again(held, change):
    for side in ("old", "new"):
        confirm(change, side, held.at)
    for side in ("old", "new"):
        assert Client().post(f"/accounts/new-address/{token(change, side)}/").status_code == 410


def test_an_address_with_an_account_is_told_to_its_owner_only(held, saudi_delegate, syrian_delegate):
    taken = syrian_delegate.email.upper()
    change = address_changes.ask(saudi_delegate, taken, at=held.at, address=None)
    confirm(change, "old", held.at)
    answer = Client().post(f"/accounts/new-address/{token(change, 'new')}/")
    assert answer.status_code == 409
    assert "the secretariat joins the two accounts" in text_of(answer)
    assert email_of(saudi_delegate) != taken
    change.refresh_from_db()
    assert change.new_confirmed_at is None


def test_capitals_alone_may_change(held, saudi_delegate):
    change = address_changes.ask(saudi_delegate, saudi_delegate.email.upper(), at=held.at, address=None)
    for side in ("old", "new"):
        confirm(change, side, held.at)
    assert email_of(saudi_delegate) == saudi_delegate.email.upper()


@pytest.mark.parametrize("wrong", ["", "no address", "a@x.example\nBcc: b@x.example"])
def test_what_is_no_address_is_refused(held, saudi_delegate, wrong):
    with pytest.raises(refusals.AddressRefused):
        address_changes.ask(saudi_delegate, wrong, at=held.at, address=None)
    assert not AddressChange.objects.exists()


def test_the_present_address_is_no_change(held, saudi_delegate):
    with pytest.raises(refusals.AlreadySo):
        address_changes.ask(saudi_delegate, saudi_delegate.email, at=held.at, address=None)


def test_nobody_is_flooded(held, saudi_delegate):
    for number in range(5):
        address_changes.ask(saudi_delegate, f"a{number}@x.example", at=held.at, address=None)
    with pytest.raises(refusals.TooManyChanges):
        address_changes.ask(saudi_delegate, "b@x.example", at=held.at, address=None)
    assert AddressChange.objects.count() == 5
    held.forward(days=1)
    address_changes.ask(saudi_delegate, "b@x.example", at=held.at, address=None)


@pytest.mark.parametrize("forged", ["x", "a:b:c", "é"])
def test_a_link_we_did_not_make_confirms_nothing(change, forged):
    for method in ("get", "post"):
        assert getattr(Client(), method)(f"/accounts/new-address/{forged}/").status_code == 410


def test_a_closed_account_moves_nowhere(held, change, saudi_delegate):
    Person.objects.filter(pk=saudi_delegate.pk).update(is_active=False)
    with pytest.raises(refusals.LinkGone):
        confirm(change, "old", held.at)


def test_an_open_wish_is_shown_on_the_page(held, change, client_of, saudi_delegate):
    make_person(NEW + "x")
    client = client_of(saudi_delegate)
    page = client.get("/me/address/")["Location"]
    client.post(page, {"password": PASSWORD})
    text = text_of(client.get("/me/address/"))
    assert f"Waiting for confirmation: {NEW}" in text
