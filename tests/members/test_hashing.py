"""How many passwords are hashed at once, and what becomes of those that wait in vain."""

import os
import threading
import time

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from cwg.members import people
from cwg.members.arrival import TURNED_AWAY
from cwg.members.entry_models import EntryAttempt
from cwg.members.hashing import FewAtATimeHasher, Places
from cwg.members.models import Accreditation, Person
from cwg.record.holding import Busy, Why
from cwg.record.models import AccessEntry
from tests.test_settings import REAL, value_of
from tests.waiting import until

PASSWORD = "correct horse battery"


class TakenHasher(FewAtATimeHasher):
    """All of its places are taken, and nobody waits."""

    places = Places(1, patience=0)
    memory_cost = 64


class CheapHasher(Argon2PasswordHasher):
    memory_cost = 64


@pytest.fixture
def taken(settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.TakenHasher"]
    with TakenHasher.places.one():
        yield


@pytest.fixture
def known(db, saudi_delegate) -> Person:
    saudi_delegate.password = CheapHasher().encode(PASSWORD, CheapHasher().salt())
    saudi_delegate.save(update_fields=["password"])
    return saudi_delegate


def test_it_writes_and_reads_what_the_framework_does():
    mine, theirs = FewAtATimeHasher(), Argon2PasswordHasher()
    assert mine.encode(PASSWORD, "a-salt-of-the-tests") == theirs.encode(PASSWORD, "a-salt-of-the-tests")
    encoded = theirs.encode(PASSWORD, theirs.salt())
    assert mine.verify(PASSWORD, encoded) and not mine.verify("another", encoded)
    assert not mine.must_update(encoded)


def test_no_more_are_hashed_at_once_than_there_are_places():
    places, inside, most, go = Places(2, most_waiting=4), [], [], threading.Event()

    def take() -> None:
        with places.one():
            inside.append(1)
            most.append(len(inside))
            go.wait(20)
            inside.pop()

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    until(lambda: len(inside) == 2)
    go.set()
    for thread in threads:
        thread.join(20)
    assert len(most) == 6 and max(most) == 2


def test_who_waits_in_vain_is_told_and_a_place_comes_free_whatever_happened():
    places = Places(1, patience=0.01)
    with places.one(), pytest.raises(Busy) as told, places.one():
        pass
    assert (told.value.why, told.value.certain) == (Why.PASSWORDS, True)
    with pytest.raises(ValueError, match="in the middle"), places.one():
        raise ValueError("in the middle")
    with places.one():
        pass


def test_few_wait_in_threads_and_one_more_is_told_at_once():
    places, waiting, got = Places(1, patience=20, most_waiting=2), [], []

    def take() -> None:
        waiting.append(1)
        with places.one():
            got.append(1)

    threads = [threading.Thread(target=take) for _ in range(2)]
    began = time.monotonic()
    with places.one():
        for thread in threads:
            thread.start()
        until(lambda: len(waiting) == 2)
        time.sleep(0.2)  # both ask for a place by now; nobody sees that from outside
        with pytest.raises(Busy) as told, places.one():
            pass
        assert (told.value.why, told.value.certain, told.value.waited) == (Why.PASSWORDS, True, 0)
        assert got == []
    for thread in threads:
        thread.join(20)
    assert got == [1, 1]
    assert time.monotonic() - began < 10
    with places.one():
        pass


def test_how_many_at_once_follows_the_cores_unless_somebody_says_it():
    assert value_of("s.PASSWORD_HASHES", **REAL) == str(max(1, len(os.sched_getaffinity(0)) // 8))
    assert value_of("s.PASSWORD_HASHES", **REAL, PASSWORD_HASHES="3") == "3"
    assert value_of("s.PASSWORD_HASHERS[0]", **REAL) == "cwg.members.hashing.FewAtATimeHasher"


# --- What people are told -------------------------------------------------------------------------------------------


def is_told(answer) -> str:
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "5", "no-store")
    assert "<h1>Many people are signing in</h1>" in page
    assert "your password could not be checked" in page and "Nothing was changed." in page
    assert PASSWORD not in page
    return page


@pytest.mark.parametrize("email", ["delegate.sau@test.example", "nobody@x.example"])
def test_a_password_that_was_not_looked_at_is_none_that_was_tried(known, taken, email):
    client = Client()
    for _ in range(8):
        is_told(client.post("/accounts/login/", {"login": email, "password": PASSWORD}))
    assert not EntryAttempt.objects.exists()
    assert not AccessEntry.objects.exists()
    assert "_auth_user_id" not in client.session


def test_a_person_is_not_made_whose_password_was_not_hashed(invitation, settings, taken):
    before = Person.objects.count(), Accreditation.objects.count(), AccessEntry.objects.count()
    page = people.invitation_link(invitation).removeprefix(settings.PORTAL_URL)
    form = {"name": "Sara", "language": "fr", "password": PASSWORD, "password_again": PASSWORD}
    is_told(Client().post(page, form))
    assert (Person.objects.count(), Accreditation.objects.count(), AccessEntry.objects.count()) == before
    invitation.refresh_from_db()
    assert invitation.used_at is None


def test_who_was_turned_away_at_the_door_is_told_before_anything_is_counted(known):
    form = {"login": known.email, "password": PASSWORD}
    page = is_told(Client().post("/accounts/login/", form, **{TURNED_AWAY: 50.2}))
    assert "It waited for 50 seconds." in page
    assert not EntryAttempt.objects.exists()
    assert not AccessEntry.objects.exists()


def test_no_header_turns_anybody_away(known):
    answer = Client().get("/accounts/login/", headers={TURNED_AWAY: "50", "Cwg-Turned-Away-After": "50"})
    assert answer.status_code == 200
