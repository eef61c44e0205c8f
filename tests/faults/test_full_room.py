"""A whole room signs in at once, by passwords that are hashed as dearly as in production."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from cwg.members.entry_models import EntryAttempt
from cwg.members.models import Person
from cwg.record.models import AccessEntry
from tests.faults import proxy
from tests.faults.proxy import CSRF

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.alone]

# More than there are threads; few enough for a machine that is busy with other things.
ROOM = 24
PASSWORD = "correct horse battery"
THREADS = 16
MB = 1024
# The process itself takes some 200 MB, each hash a hundred.
MOST = 450 * MB
A_PAGE_WITHIN = 5.0


@pytest.fixture
def front(django_db_setup, django_db_blocker, transactional_db, tmp_path):
    with proxy.portal(tmp_path, threads=THREADS) as front:
        yield front


@pytest.fixture
def people(db) -> list[Person]:
    hasher = Argon2PasswordHasher()
    password = hasher.encode(PASSWORD, hasher.salt())
    return Person.objects.bulk_create(
        Person(email=f"delegate{number}@test.example", name=f"Delegate {number}", password=password)
        for number in range(ROOM)
    )


def peak_of_a_process(front) -> int:
    """The most memory that one of gunicorn's processes ever had, in kilobytes."""
    master = front.server.process.pid
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    assert children
    return max(
        int(line.split()[1])
        for child in children
        for line in Path(f"/proc/{child}/status").read_text().splitlines()
        if line.startswith("VmHWM:")
    )


def sign_in(front, email: str) -> tuple[int, float]:
    began = time.monotonic()
    form = {"csrfmiddlewaretoken": CSRF, "login": email, "password": PASSWORD}
    status, _headers, _page = front.ask(
        "POST",
        "/accounts/login/",
        body=urlencode(form),
        Content_Type="application/x-www-form-urlencoded",
        patience=120,
    )
    return status, time.monotonic() - began


def test_all_get_in_others_go_on_and_the_process_stays_small(front, people):
    pages, done = [], threading.Event()

    def read() -> None:
        while not done.wait(0.2):
            began = time.monotonic()
            assert front.ask("GET", "/accounts/login/", patience=120)[0] == 200
            pages.append(time.monotonic() - began)

    reader = threading.Thread(target=read)
    with ThreadPoolExecutor(ROOM) as room:
        reader.start()
        try:
            answers = list(room.map(lambda person: sign_in(front, person.email), people))
        finally:
            done.set()
            reader.join(130)
    peak, last = peak_of_a_process(front), max(took for _, took in answers)
    print(
        f"{ROOM} people: the last after {last:.1f} s; {peak // MB} MB; "
        f"a page meanwhile {sorted(pages)[len(pages) // 2]:.2f} s, at most {max(pages):.2f} s ({len(pages)})"
    )
    assert [status for status, _ in answers] == [302] * ROOM
    assert AccessEntry.objects.filter(act="signed_in").count() == ROOM
    assert not EntryAttempt.objects.exists()
    assert peak < MOST
    assert max(pages) < A_PAGE_WITHIN
