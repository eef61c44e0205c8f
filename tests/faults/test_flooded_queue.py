"""A script has a whole line of wrong passwords checked, dearly as in production; somebody elsewhere signs in meanwhile."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from cwg.members import networks
from cwg.members.models import Person
from cwg.record.models import AccessEntry
from tests.faults import proxy
from tests.faults.proxy import CSRF

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.alone]

PASSWORD = "correct horse battery"
FLOOD = 24
# Each from a network of its own as guesses are counted, all of one block: nobody is refused for guessing.
SCRIPT, ELSEWHERE = "2001:db8:1:{:x}::7", "203.0.113.9"


@pytest.fixture
def front(django_db_setup, django_db_blocker, transactional_db, tmp_path, monkeypatch):
    """nginx behind one more proxy, so that a request may come from anywhere; one password is hashed at a time."""
    monkeypatch.setenv("PASSWORD_HASHES", "1")
    with proxy.portal(tmp_path, OUTER_PROXIES="127.0.0.1") as front:
        yield front


@pytest.fixture
def delegate(db) -> Person:
    hasher = Argon2PasswordHasher()
    password = hasher.encode(PASSWORD, hasher.salt())
    return Person.objects.create(email="delegate@test.example", name="Delegate", password=password)


def send(front, email: str, password: str, address: str) -> http.client.HTTPSConnection:
    return front.begin(
        "POST",
        "/accounts/login/",
        body=urlencode({"csrfmiddlewaretoken": CSRF, "login": email, "password": password}),
        patience=120,
        Content_Type="application/x-www-form-urlencoded",
        X_Forwarded_For=address,
    )


def test_a_flood_from_one_network_delays_somebody_of_another_by_two_turns_and_not_by_its_line(
    front, delegate
):
    flood = [
        send(front, f"nobody{number}@test.example", "wrong", SCRIPT.format(number)) for number in range(FLOOD)
    ]
    # nginx has passed them on in this order when it passes on what comes behind them.
    mine = send(front, delegate.email, PASSWORD, ELSEWHERE)
    before = AccessEntry.objects.filter(act="sign_in_failed").count()
    assert mine.getresponse().status == 302
    with ThreadPoolExecutor(FLOOD) as script:
        assert list(script.map(lambda wire: wire.getresponse().status, flood)) == [200] * FLOOD
    for wire in (*flood, mine):
        wire.close()
    tried = list(AccessEntry.objects.filter(act__in=["sign_in_failed", "signed_in"]).order_by("pk"))
    (turn,) = [place for place, entry in enumerate(tried) if entry.act == "signed_in"]
    assert {networks.block_of(entry.address) for entry in tried[:turn] + tried[turn + 1 :]} == {
        "2001:db8:1::"
    }
    print(f"{before} of {FLOOD} were checked when it was sent, {turn} when it got in")
    # Two of them had a thread, two were called before, and one may have been under way.
    most = before + 5
    assert most < FLOOD, "this machine checked the flood before anybody else could come"
    assert turn <= most
