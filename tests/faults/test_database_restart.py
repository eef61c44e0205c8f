"""The database is restarted, crashes, starts up, or takes no writes while people work: no page fails, nothing is done twice.

On a PostgreSQL of the test's own: the session's server is shared.
"""

import collections
import json
import queue
import random
import threading
import time
from uuid import UUID

import pytest
from django.db import connection

from cwg.documents.models import Document, Receipt
from cwg.members.models import Group
from cwg.postgres.base import PATIENCE
from tests import drafts, factories
from tests.faults import crowd, own_database, web_server
from tests.waiting import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.alone]

# How much sooner than a page's patience the server is back, in seconds, where no page may have given up.
MARGIN = 1.0
READ = ("/", "/meetings/", "/documents/", "/me/")


@pytest.fixture(scope="module")
def file_folder(tmp_path_factory):
    """As long as the database: its journal's copies are there."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def own_server(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock():
        database = own_database.Database(tmp_path_factory.mktemp("database"))
        try:
            with database.in_use():
                database.prepare()
            yield database
        finally:
            database.stop(own_database.AT_ONCE)


@pytest.fixture
def database(transactional_db, own_server):
    with own_server.in_use():
        yield own_server


@pytest.fixture
def register(database):
    """Of a group of its own: what the tests before registered stays."""
    code = "DG" + "ABCDEFGH"[Group.objects.count()]
    return crowd.make_meeting(factories.make_group(code, name=f"Group {code}"))


@pytest.fixture
def sender(register):
    (one,) = crowd.make_senders(register, 1)
    return one


class Work:
    """People who read and people who submit, until `end()`; what they were answered is in `read` and `sent`."""

    def __init__(self, server, senders, *, readers: int, clients: int, seed: int):
        self.server, self.chance = server, random.Random(seed)
        self.sessions = {sender.person: crowd.session_of(sender.person) for sender in senders}
        self.read: collections.Counter[int] = collections.Counter()
        self.unavailable: list[str] = []
        self.answers: dict[UUID, tuple[str, str]] = {}
        self.errors: list[BaseException] = []
        self._waiting: queue.SimpleQueue = queue.SimpleQueue()
        for sender in senders:
            self._waiting.put(sender)
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._kept, args=(self._read_on,)) for _ in range(readers)]
        self._threads += [threading.Thread(target=self._kept, args=(self._send_on,)) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Once everybody who submits has their answer."""
        for thread in self._threads[::-1]:
            self._ending.set() if self._waiting.empty() else None
            thread.join()

    def _kept(self, act) -> None:
        try:
            act()
        except BaseException as error:
            self.errors.append(error)

    def _read_on(self) -> None:
        people = list(self.sessions.values())
        while not self._ending.is_set():
            status, _, _ = self.server.request(
                "GET", self.chance.choice(READ), session=self.chance.choice(people)
            )
            self.read[status] += 1

    def _send_on(self) -> None:
        while True:
            try:
                sender = self._waiting.get_nowait()
            except queue.Empty:
                return
            self.answers[sender.draft] = self._submit(sender)

    def _submit(self, sender) -> tuple[str, str]:
        """As a person does who reads the page: the same button again, until there is a receipt."""
        for _ in range(20):
            status, headers, page = self.server.request(
                "POST",
                f"/contributions/{sender.draft}/submit/",
                session=self.sessions[sender.person],
                form={"token": str(sender.token)},
            )
            if status == 302:
                return "receipt", headers["Location"]
            assert status == 503, (status, page[:500])
            assert str(sender.token) in page
            assert "Nothing was changed" in page or "not known" in page
            assert headers["Retry-After"] == "5"
            self.unavailable.append(page)
        raise AssertionError("twenty times unavailable")


@pytest.mark.parametrize("how", [own_database.FAST, own_database.AT_ONCE])
def test_a_restart_under_load_fails_no_page_and_loses_no_submission(database, register, tmp_path, how):
    senders = crowd.make_senders(register, 60)
    with web_server.running(tmp_path / "web.log", workers=2, threads=4) as server:
        work = Work(server, senders, readers=4, clients=4, seed=18)
        until(lambda: len(work.answers) >= 15 and sum(work.read.values()) >= 15)
        read_before = sum(work.read.values())
        connection.close()
        gone = time.monotonic()
        database.stop(how)
        database.start()
        away = time.monotonic() - gone
        until(lambda: len(work.answers) >= 45 and sum(work.read.values()) >= read_before + 15)
        work.end()
    assert work.errors == []
    log = (tmp_path / "web.log").read_text()
    assert "error connecting in" in log, "nobody noticed"
    assert "Traceback" not in log and "status=500" not in log
    # Where the server needs longer than a page waits, the page says so, and how to go on. Only there.
    assert set(work.read) <= ({200} if away < PATIENCE - MARGIN else {200, 503}), (away, work.read)
    assert len(work.answers) == len(senders)
    receipts = list(Receipt.objects.filter(revision__document__register=register))
    assert {path for _, path in work.answers.values()} == {one.get_absolute_url() for one in receipts}
    numbers = Document.objects.filter(register=register).values_list("number", flat=True)
    assert sorted(numbers) == list(range(1, len(senders) + 1))
    assert len(receipts) == len(senders)
    assert drafts.faults() == []


def test_while_the_database_is_away_the_portal_says_so_and_it_is_back_with_it(
    database, register, sender, tmp_path
):
    session = crowd.session_of(sender.person)
    submit = f"/contributions/{sender.draft}/submit/", {"token": str(sender.token)}
    with web_server.running(tmp_path / "web.log", workers=1, threads=4) as server:
        assert server.request("GET", "/", session=session)[0] == 200
        connection.close()
        database.stop()
        try:
            status, headers, page = server.request("POST", submit[0], session=session, form=submit[1])
            assert (status, headers["Retry-After"]) == (503, "5")
            assert "Nothing was changed" in page and str(sender.token) in page
            # By now it is known to be away: nobody waits for long any more.
            began = time.monotonic()
            status, _, page = server.request("GET", "/meetings/", session=session)
            assert status == 503 and "does not answer" in page
            assert server.request("GET", "/readyz")[0] == 503
            assert server.request("GET", "/livez")[0] == 200
            assert time.monotonic() - began < 5
        finally:
            database.start()
        until(lambda: server.request("GET", "/", session=session)[0] == 200, within=10)
        assert Receipt.objects.filter(revision__document__register=register).count() == 0
        status, headers, _ = server.request("POST", submit[0], session=session, form=submit[1])
        assert status == 302 and headers["Location"].startswith("/receipts/")
    assert drafts.faults() == []


def test_while_the_database_hangs_the_probes_answer_a_browser_that_is_signed_in(database, sender, tmp_path):
    session = crowd.session_of(sender.person)
    with web_server.running(tmp_path / "web.log", workers=1, threads=4) as server:
        assert server.request("GET", "/", session=session)[0] == 200
        connection.close()
        with database.hanging():
            began = time.monotonic()
            status, _, said = server.request("GET", "/livez", session=session)
            assert (status, said) == (200, "ok\n")
            assert time.monotonic() - began < 2
            status, headers, said = server.request("GET", "/readyz", session=session, timeout=60)
            assert (status, headers["Content-Type"]) == (503, "application/json")
            assert json.loads(said)["failed"] == ["database"]
        until(lambda: server.request("GET", "/", session=session)[0] == 200, within=60)


def test_a_database_that_takes_no_writes_is_read_and_changes_nothing(database, register, sender, tmp_path):
    session = crowd.session_of(sender.person)
    submit = f"/contributions/{sender.draft}/submit/", {"token": str(sender.token)}
    with web_server.running(tmp_path / "web.log", workers=1, threads=4) as server:
        database.take_no_writes()
        try:
            assert server.request("GET", "/meetings/", session=session)[0] == 200
            status, _, page = server.request("POST", submit[0], session=session, form=submit[1])
            assert status == 503 and "Nothing was changed" in page
            until(lambda: server.request("GET", "/readyz")[0] == 503)
            assert json.loads(server.request("GET", "/readyz")[2])["failed"] == ["database"]
        finally:
            database.take_writes()
        assert Receipt.objects.filter(revision__document__register=register).count() == 0
        assert server.request("POST", submit[0], session=session, form=submit[1])[0] == 302
        until(lambda: server.request("GET", "/readyz")[0] == 200)
    assert drafts.faults() == []
