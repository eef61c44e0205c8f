"""Two web hosts behind nginx, restarted in turn while people read and submit: no request fails, none is done twice."""

import contextlib
import http.client
import http.server
import json
import os
import queue
import random
import signal
import socket
import threading
import time
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connections

from cwg import leaving
from cwg.documents.models import Receipt
from tests import drafts
from tests.faults import crowd, proxy, web_server
from tests.ports import free_ports
from tests.waiting import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.alone]

READ = ("/", "/meetings/", "/documents/", "/accounts/login/", "/livez")
READERS, CLIENTS = 4, 3
# Drafts that are there to be sent while one host restarts.
A_TURN = 200
# Seconds, at most, that somebody looks at a page before the next click.
THINKING = 0.2


@pytest.fixture(scope="module")
def two_hosts(django_db_setup, django_db_blocker, place):
    with django_db_blocker.unblock(), proxy.portal(place, hosts=2) as front:
        yield front


def submit(front: proxy.Front, sender: crowd.Sender, session: str):
    return front.ask(
        "POST",
        f"/contributions/{sender.draft}/submit/",
        session=session,
        body=f"csrfmiddlewaretoken={proxy.CSRF}&token={sender.token}",
        Content_Type="application/x-www-form-urlencoded",
    )


class Crowd:
    """Readers, and clients who send each draft's submission exactly once, until `end()`.

    Clients send what was handed out; where nothing is left of it they wait for more.
    """

    def __init__(self, front: proxy.Front, senders: list[crowd.Sender], *, seed: int):
        self.front, self.chance = front, random.Random(seed)
        self.sessions = {sender.person: crowd.session_of(sender.person) for sender in senders}
        connections.close_all()
        self.answers: Counter[tuple[str, object]] = Counter()
        self.receipts: list[str] = []
        self._not_handed_out = list(senders)
        self._senders: queue.SimpleQueue[crowd.Sender] = queue.SimpleQueue()
        self._ending = threading.Event()
        acts = [self._read] * READERS + [self._submit] * CLIENTS
        self._threads = [threading.Thread(target=self._go_on, args=(act,)) for act in acts]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    def hand_out(self, number: int) -> None:
        assert len(self._not_handed_out) >= number
        for _ in range(number):
            self._senders.put(self._not_handed_out.pop())

    def wait_for_answers(self, *, gets: int, posts: int) -> None:
        """So many more, from now on: both hosts are at work again."""
        gets, posts = self.answered("GET") + gets, self.answered("POST") + posts
        until(lambda: self.answered("GET") >= gets and self.answered("POST") >= posts)

    def answered(self, method: str) -> int:
        return sum(count for (asked, _), count in self.answers.copy().items() if asked == method)

    def _go_on(self, act) -> None:
        while not self._ending.is_set():
            time.sleep(self.chance.uniform(0, THINKING))
            try:
                act()
            except Exception as error:
                self.answers["broken", repr(error)] += 1

    def _read(self) -> None:
        session = self.chance.choice([*self.sessions.values()])
        status, _, _ = self.front.ask("GET", self.chance.choice(READ), session=session)
        self.answers["GET", status] += 1

    def _submit(self) -> None:
        try:
            sender = self._senders.get(timeout=THINKING)
        except queue.Empty:
            return
        status, headers, _ = submit(self.front, sender, self.sessions[sender.person])
        self.answers["POST", status] += 1
        if status == 302:
            self.receipts.append(headers["Location"])


def restarted_under_load(front: proxy.Front, dg, *, rounds: int, seed: int) -> None:
    register = crowd.make_meeting(dg)
    deadline = crowd.close_door_in(register, timedelta(days=1))
    turns = front.servers * rounds
    people = Crowd(front, crowd.make_senders(register, A_TURN * len(turns)), seed=seed)
    try:
        for host in turns:
            # Each turn has its own: on a slow machine those of the first would otherwise take all.
            people.hand_out(A_TURN)
            people.wait_for_answers(gets=20, posts=5)
            host.restart()
    finally:
        people.end()
    lines = (front.place / "access.log").read_text().splitlines()
    failed = [line for line in lines if json.loads(line)["status"] >= 400]
    assert set(people.answers) <= {("GET", 200), ("GET", 302), ("POST", 302)}, (people.answers, failed)
    registered = crowd.check_register(register, deadline)
    assert sorted(people.receipts) == sorted(receipt.get_absolute_url() for receipt in registered)
    assert len(registered) == Receipt.objects.count() == people.answered("POST")
    assert drafts.faults() == []


def test_two_hosts_restarted_in_turn_under_load_fail_no_request(two_hosts, stored_there, dg):
    restarted_under_load(two_hosts, dg, rounds=1, seed=36)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_the_same_again_and_again(two_hosts, stored_there, dg, seed):
    restarted_under_load(two_hosts, dg, rounds=5, seed=seed)


def test_with_one_host_gone_every_request_is_answered_by_the_other(two_hosts, stored_there, dg):
    register = crowd.make_meeting(dg)
    senders = crowd.make_senders(register, 6)
    two_hosts.servers[0].end()
    try:
        for sender in senders:
            session = crowd.session_of(sender.person)
            assert two_hosts.ask("GET", "/meetings/", session=session)[0] == 200
            assert submit(two_hosts, sender, session)[0] == 302
            assert two_hosts.ask("GET", "/livez")[0] == 200
    finally:
        two_hosts.servers[0].begin()
        web_server.wait_until_it_answers(two_hosts.servers[0])
    assert Receipt.objects.count() == len(senders)


def test_whoever_is_at_the_door_of_a_host_that_stops_is_answered_and_nobody_else_comes(dg, tmp_path):
    (sender,) = crowd.make_senders(crowd.make_meeting(dg), 1)
    session = crowd.session_of(sender.person)
    connections.close_all()
    with web_server.running(tmp_path / "web.log", workers=2) as server:
        workers = server.workers()
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)
        try:
            early = [http.client.HTTPConnection("127.0.0.1", server.port, timeout=20) for _ in range(20)]
            for wire in early:
                wire.request("GET", "/meetings/", headers={"Cookie": f"session={session}"})
            server.process.terminate()
            until(lambda: shut(server.port))
        finally:
            for pid in workers:
                os.kill(pid, signal.SIGCONT)
        for wire in early:
            answer = wire.getresponse()
            assert answer.status == 200 and b"</html>" in answer.read()
            wire.close()
        assert server.process.wait(30) == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port), timeout=5)


def shut(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.4).close()
    except TimeoutError:
        return True
    return False


class OneAnswerEach(http.server.BaseHTTPRequestHandler):
    """It offers to keep each connection, and closes it when the next request comes: a host that leaves at that instant."""

    protocol_version = "HTTP/1.1"

    def handle(self):
        self.asked = 0
        super().handle()

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked += 1
        if self.asked > 1:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")
        self.close_connection = False

    do_POST = do_GET

    def log_message(self, format, *args):
        pass


@contextlib.contextmanager
def before_a_stub(place, *dead_ports: int):
    """nginx before a host of one answer each, and before ports where nobody answers."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), OneAnswerEach)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    hosts = [SimpleNamespace(port=port, liveness_port=port) for port in (*dead_ports, server.server_port)]
    ports = free_ports("http", "https", "health")
    try:
        with proxy.nginx(place, hosts, ports, {"PORTAL_HOST": proxy.HOST}):
            yield proxy.Front(place, ports, hosts, f"https://{proxy.HOST}", {})
    finally:
        server.shutdown()
        server.server_close()


def test_what_changes_something_never_meets_a_connection_that_is_being_closed(tmp_path):
    with before_a_stub(tmp_path) as front:
        for _ in range(5):
            for method in ("GET", "POST", "POST"):
                status, _, body = front.ask(method, "/", body="a=1" if method == "POST" else None)
                assert (status, body) == (200, b"ok"), method


def test_a_host_whose_address_is_gone_costs_two_seconds_and_no_act(tmp_path):
    """As a container's is when it has ended: packets to it are lost."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        leaving.shut_the_door(nobody)
        with before_a_stub(tmp_path, nobody.getsockname()[1]) as front:
            for method in ("POST", "GET", "POST", "GET"):
                began = time.monotonic()
                status, _, body = front.ask(method, "/", body="a=1" if method == "POST" else None)
                assert (status, body) == (200, b"ok"), method
                assert time.monotonic() - began < 8
