"""After SECRET_KEY was changed: with the old one among SECRET_KEY_FALLBACKS all goes on, without it each link says that it ended."""

import html
from datetime import timedelta

import pytest
from django.test import Client

from cwg import clock
from cwg.members import accounts, address_changes, people, sign_in_links
from cwg.members.people import Wanted
from tests import factories

pytestmark = pytest.mark.django_db

ENDED = "the portal's keys"


@pytest.fixture
def person(dg):
    return factories.accredit("focal.sau@test.example", dg, "focal_point", "SAU").person


@pytest.fixture
def client(person) -> Client:
    """Signed in before any link is made: a sign-in ends the links to sign in."""
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def links(client, person, secretary, dg, settings) -> dict[str, str]:
    """Every kind of link that a mail carries, as paths."""
    wanted = Wanted("new@test.example", "New", "en", dg, "focal_point", factories.make_state("FRA"), None)
    invitation = people.invite_all([wanted], actor=secretary, at=clock.now())[0]
    change = address_changes.ask(person, "other@test.example", at=clock.now(), address=None)
    made = {
        "invitation": people.invitation_link(invitation),
        "password": accounts.reset_link(person),
        "sign-in": sign_in_links.link(person),
        "address": address_changes.link(change, address_changes.NEW),
    }
    return {kind: link.removeprefix(settings.PORTAL_URL) for kind, link in made.items()}


def page(path: str) -> tuple[int, str]:
    answer = Client().get(path, follow=True)
    return answer.status_code, html.unescape(answer.content.decode())


def change_the_key(settings, *, keep_old: bool) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if keep_old else []
    settings.SECRET_KEY = "another-key-" * 5


def test_links_and_sessions_go_on_under_the_old_key(client, person, links, settings):
    change_the_key(settings, keep_old=True)
    for kind, path in links.items():
        status, text = page(path)
        assert status == 200 and ENDED not in text, kind
    assert client.get("/").context["user"] == person
    # From then on under the new one.
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get("/").context["user"] == person


def test_without_the_old_key_each_link_says_that_it_ended_and_changes_nothing(
    client, person, links, settings
):
    assert {kind: page(path)[0] for kind, path in links.items()} == dict.fromkeys(links, 200)
    change_the_key(settings, keep_old=False)
    expected = {"invitation": 404, "password": 200, "sign-in": 410, "address": 410}
    for kind, path in links.items():
        status, text = page(path)
        assert (status, ENDED in text) == (expected[kind], True), kind
    assert client.get("/").status_code == 302
    person.refresh_from_db()
    assert person.email == "focal.sau@test.example"


def test_a_link_signs_in_once_also_under_the_old_key(person, settings, held):
    path = sign_in_links.link(person).removeprefix(settings.PORTAL_URL)
    change_the_key(settings, keep_old=True)
    assert Client().post(path).status_code == 302
    held.forward(seconds=1)
    assert Client().post(path).status_code == 410


def test_a_calendar_address_that_has_ended_says_so(person):
    person.calendar_secret = "s" * 43
    person.save()
    assert Client().get(f"/calendar/{'s' * 43}.ics")["Content-Type"].startswith("text/calendar")
    status, text = page(f"/calendar/{'t' * 43}.ics")
    assert status == 404 and "This calendar address does not work" in text


def test_links_still_end_with_time(held, links, settings):
    change_the_key(settings, keep_old=True)
    held.forward(days=settings.INVITATION_LIFETIME // timedelta(days=1))
    assert page(links["invitation"])[0] == 410
