"""Who sends a password waits without a thread: a real gunicorn with that worker, and an application that holds them."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from django.urls import reverse
from gunicorn.config import Config
from gunicorn.http.parser import RequestParser

from cwg import sign_in_queue
from cwg.members import accounts, hashing, networks
from cwg.members.arrival import TURNED_AWAY
from tests import processes
from tests.compose_file import ROOT
from tests.ports import free_port
from tests.waiting import until

THREADS = 4
INSIDE = 2
LOGIN = "/accounts/login/"
PEER = ("192.0.2.1", 40000)
# Its addresses are of one network; the other's are not.
SCRIPT, ROOM = "198.51.100.{}", "203.0.113.9"

APPLICATION = """
import pathlib, time
import django
django.setup()
import cwg.members.accounts  # as the portal has it when it is loaded
HERE = pathlib.Path({here!r})

def application(environ, start_response):
    path, name = environ["PATH_INFO"], environ["QUERY_STRING"]
    said = "ok"
    if environ["REQUEST_METHOD"] == "POST":
        turned_away = environ.get({turned_away!r})
        with (HERE / "came").open("a") as came:
            came.write(f"{{name}}{{'' if turned_away is None else ' turned away'}}\\n")
        if turned_away is not None:
            said = f"{{turned_away:.1f}}"
        else:
            while not (HERE / "go").exists() and not (HERE / f"go-{{name}}").exists():
                time.sleep(0.02)
    ends = [] if path == "/stays" else [("Connection", "close")]
    start_response("200 OK", [("Content-Length", str(len(said))), *ends])
    return [said.encode()]
"""

CONFIGURATION = """
from cwg import sign_in_queue
sign_in_queue.PATIENCE = {patience}
worker_class = sign_in_queue.QueueingWorker
workers, threads, bind, graceful_timeout, control_socket_disable = 1, {threads}, "127.0.0.1:{port}", 28, True
worker_connections = {connections}
"""


class Door:
    """gunicorn, those who came into the application, and those who are on their way."""

    def __init__(self, place: Path, patience: float = 50, connections: int = 1000, behind_proxy: bool = True):
        self.place, self.port = place, free_port()
        self.room = ThreadPoolExecutor(20)
        (place / "held.py").write_text(APPLICATION.format(here=str(place), turned_away=TURNED_AWAY))
        (place / "conf.py").write_text(
            CONFIGURATION.format(patience=patience, threads=THREADS, port=self.port, connections=connections)
        )
        environment = {
            "PYTHONPATH": f"{place}{os.pathsep}{ROOT}",
            "DJANGO_SETTINGS_MODULE": "cwg.settings",
            "CWG_MODE": "test",
            "BEHIND_PROXY": str(behind_proxy),
            "PASSWORD_HASHES": str(INSIDE - sign_in_queue.NEXT),
        }
        command = [sys.executable, "-m", "gunicorn", "-c", str(place / "conf.py"), "held:application"]
        self.process = subprocess.Popen(command, cwd=place, env=os.environ | environment)
        until(self.answers)

    def answers(self) -> bool:
        assert self.process.poll() is None
        try:
            return self.ask("GET", "/") == "ok"
        except OSError:
            return False

    def ask(self, method: str, path: str, **headers: str) -> str:
        wire = self.begin(method, path, **headers)
        try:
            return wire.getresponse().read().decode()
        finally:
            wire.close()

    def begin(self, method: str, path: str, **headers: str) -> http.client.HTTPConnection:
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        wire.request(method, path, body=b"a=1" if method == "POST" else None, headers=sent)
        return wire

    def send(self, name: str, path: str = LOGIN) -> Future[str]:
        return self.room.submit(self.ask, "POST", f"{path}?{name}")

    def line_up(self, *who: tuple[str, str], **headers: str) -> list[Future[str]]:
        """Each name from its address, one behind the other, as the proxy passes them on."""
        sent = []
        for name, address in who:
            wire = self.begin("POST", f"{LOGIN}?{name}", X_Forwarded_For=address, **headers)
            sent.append(self.room.submit(lambda wire=wire: wire.getresponse().read().decode()))
            time.sleep(0.1)  # nobody sees from outside that it waits
        return sent

    def came(self) -> list[str]:
        file = self.place / "came"
        return file.read_text().splitlines() if file.exists() else []

    def fill(self) -> list[Future[str]]:
        inside = []
        for number in range(INSIDE):
            inside.append(self.send(f"inside{number}"))
            until(lambda number=number: len(self.came()) == number + 1)
        return inside

    def let_go(self, name: str = "") -> None:
        """Everybody inside, now and later; or one."""
        (self.place / (f"go-{name}" if name else "go")).touch()

    def end(self) -> None:
        self.let_go()
        processes.end(self.process)
        self.room.shutdown()


@pytest.fixture
def door(tmp_path):
    made = Door(tmp_path)
    yield made
    made.end()


@pytest.fixture
def impatient_door(tmp_path):
    made = Door(tmp_path, patience=1)
    yield made
    made.end()


@pytest.fixture
def open_door(tmp_path):
    """No proxy is before it."""
    made = Door(tmp_path, behind_proxy=False)
    yield made
    made.end()


@pytest.fixture
def narrow_door(tmp_path):
    """Ten may wait at it."""
    made = Door(tmp_path, connections=20)
    yield made
    made.end()


def test_those_who_wait_have_no_thread_and_others_go_on(door):
    sent = [*door.fill(), *(door.send(f"waits{number}") for number in range(3 * THREADS))]
    for _ in range(5):
        assert door.ask("GET", "/") == "ok"
        # What holds no password is not kept waiting behind those that do.
        assert door.ask("GET", LOGIN) == "ok"
    assert len(door.came()) == INSIDE
    door.let_go()
    assert {one.result(30) for one in sent} == {"ok"}
    assert len(door.came()) == len(sent)


def test_they_come_in_the_order_in_which_they_came_to_the_door(door):
    sent = door.fill()
    names = [f"waits{number}" for number in range(4)]
    sent += door.line_up(*((name, ROOM) for name in names))
    door.let_go()
    assert {one.result(30) for one in sent} == {"ok"}
    came = door.came()[INSIDE:]
    # Two at a time, and whoever comes next may be quicker than one who has a thread already.
    assert sorted(came) == names
    assert all(abs(came.index(name) - names.index(name)) <= 1 for name in names), came


def test_who_has_waited_long_enough_is_turned_away_and_the_others_are_not(impatient_door):
    door = impatient_door
    inside = door.fill()
    waited = float(door.send("waits").result(30))
    assert 1 <= waited < 20
    assert door.came() == ["inside0", "inside1", "waits turned away"]
    assert not any(one.done() for one in inside)
    door.let_go()
    assert {one.result(30) for one in inside} == {"ok"}
    assert door.send("later").result(30) == "ok"


def test_where_half_of_the_connections_wait_no_more_do_and_others_go_on(narrow_door):
    door = narrow_door
    sent = [*door.fill(), *(door.send(f"waits{number}") for number in range(12))]
    until(lambda: sum(one.done() for one in sent) == 2)
    assert [one.result() for one in sent if one.done()] == ["0.0", "0.0"]
    assert door.ask("GET", "/") == "ok"
    door.let_go()
    assert sorted(one.result(30) for one in sent) == ["0.0", "0.0", *["ok"] * (INSIDE + 10)]
    assert door.send("later").result(30) == "ok"


def test_who_hung_up_is_not_asked_in(door):
    inside = door.fill()
    gone = door.begin("POST", f"{LOGIN}?gone")
    stays = door.send("stays")
    time.sleep(0.3)  # both are at the door; nobody sees that from outside
    gone.close()
    door.let_go()
    assert {one.result(30) for one in [*inside, stays]} == {"ok"}
    assert door.send("later").result(30) == "ok"
    assert "gone" not in door.came()


def test_who_hung_up_takes_no_place_of_those_who_wait(narrow_door):
    door = narrow_door
    inside = door.fill()
    gone = [door.begin("POST", f"{LOGIN}?gone{number}") for number in range(10)]
    time.sleep(0.3)  # all are at the door; nobody sees that from outside
    assert float(door.send("another").result(30)) == 0
    for one in gone:
        one.close()

    def has_room() -> bool:
        stays = door.send("stays")
        try:
            assert float(stays.result(1)) == 0
        except TimeoutError:
            inside.append(stays)
            return True
        return False

    until(has_room)
    door.let_go()
    assert {one.result(30) for one in inside} == {"ok"}
    assert not any(name.startswith("gone") for name in door.came())


def test_a_password_that_is_sent_right_behind_another_request_waits_too(door):
    inside = door.fill()
    ahead = []
    for number in range(2 * THREADS):
        wire = socket.create_connection(("127.0.0.1", door.port), timeout=30)
        wire.sendall(
            b"GET /stays HTTP/1.1\r\nHost: x\r\n\r\n"
            b"POST %b?ahead%d HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n" % (LOGIN.encode(), number)
        )
        ahead.append(wire)
        assert wire.recv(1000).startswith(b"HTTP/1.1 200")
    assert door.ask("GET", "/") == "ok"
    door.let_go()
    assert {one.result(30) for one in inside} == {"ok"}
    for wire in ahead:
        wire.close()


@pytest.mark.parametrize("before", [b"", b"\r\n"], ids=["", "an empty line before it"])
def test_a_head_that_comes_in_pieces_is_read_whole(door, before):
    """Of the script's network, so behind its line: what stands in the second piece is known."""
    inside = door.fill()
    script = door.line_up(*((f"script{number}", SCRIPT.format(number)) for number in range(LINE)))
    with socket.create_connection(("127.0.0.1", door.port), timeout=30) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire.sendall(before + b"POST %b?pieces HTTP/1.1\r\nHost: x\r\n" % LOGIN.encode())
        time.sleep(0.05)
        wire.sendall(b"X-Forwarded-For: %b\r\nContent-Length: 0\r\n\r\n" % SCRIPT.format(200).encode())
        until(lambda: door.ask("GET", "/") == "ok")
        time.sleep(0.3)  # nobody sees from outside that it waits
        assert len(door.came()) == INSIDE
        door.let_go()
        assert wire.recv(1000).startswith(b"HTTP/1.1 200")
    assert {one.result(30) for one in [*inside, *script]} == {"ok"}
    assert door.came()[INSIDE:].index("pieces") in LAST


@pytest.mark.parametrize(("first", "then"), [(b"PO", b"ST"), (b"\r\n", b"POST"), (b"\r", b"\nPOST")])
def test_a_line_that_may_become_a_form_with_a_password_gets_no_thread_to_become_it_in(door, first, then):
    inside = door.fill()
    with socket.create_connection(("127.0.0.1", door.port), timeout=30) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire.sendall(first)
        time.sleep(2 * sign_in_queue._HEAD_COMES_WITHIN)
        wire.sendall(b"%b %b?late HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n" % (then, LOGIN.encode()))
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        assert answer.read() == b"0.0"
    assert door.came()[INSIDE:] == ["late turned away"]
    door.let_go()
    assert {one.result(30) for one in inside} == {"ok"}


def test_a_server_that_leaves_takes_those_who_wait(door):
    sent = [*door.fill(), *(door.send(f"waits{number}") for number in range(4))]
    time.sleep(0.3)  # they are at the door
    door.process.send_signal(signal.SIGTERM)
    door.let_go()
    assert {one.result(30) for one in sent} == {"ok"}
    assert door.process.wait(30) == 0


# --- Networks take turns --------------------------------------------------------------------------------------------

LINE = 8


def place_of_another(door, addresses: list[str], another: str = ROOM, **headers: str) -> int:
    """How many of those who sent a password from these addresses, with these headers, come before one from `another`."""
    sent = door.fill()
    sent += door.line_up(
        *((f"script{number}", address) for number, address in enumerate(addresses)), **headers
    )
    sent += door.line_up(("another", another))
    door.let_go()
    assert {one.result(30) for one in sent} == {"ok"}
    came = door.came()[INSIDE:]
    assert len(came) == len(addresses) + 1
    return came.index("another")


# Two at a time, and whoever comes next may be quicker than one who has a thread already.
SOON, LAST = range(4), range(LINE - 1, LINE + 1)


@pytest.mark.parametrize("script", [SCRIPT, "2001:db8:0:{:x}::1", "::ffff:198.51.100.{}"])
def test_a_script_delays_another_network_by_two_turns(door, script):
    assert place_of_another(door, [script.format(number + 1) for number in range(LINE)]) in SOON


def test_a_network_is_one_however_many_addresses_it_has_and_who_is_in_it_waits_for_it(door):
    addresses = [SCRIPT.format(number) for number in range(LINE)]
    assert place_of_another(door, addresses, SCRIPT.format(200)) in LAST


def test_nobody_has_a_network_of_their_own_choosing_where_no_proxy_says_it(open_door):
    addresses = [f"192.0.{number}.1" for number in range(LINE)]
    assert place_of_another(open_door, addresses) in LAST


def test_of_a_head_that_is_too_long_nobody_knows_the_network(door):
    """All of them are the proxy's own: whoever sends such a head, to have many networks, has one."""
    long = {f"X_Long_{number}": "x" * 8000 for number in range(6)}
    assert place_of_another(door, [f"192.0.{number}.1" for number in range(LINE)], **long) in SOON


def test_a_script_that_has_all_places_gives_one_to_another_network(narrow_door):
    door = narrow_door
    inside = door.fill()
    script = door.line_up(*((f"script{number}", SCRIPT.format(number)) for number in range(10)))
    (another,) = door.line_up(("another", ROOM))
    # It had waited, and is told so.
    assert float(script.pop().result(30)) > 0
    assert not another.done()
    # The script itself has none to come by.
    (more,) = door.line_up(("more", SCRIPT.format(10)))
    assert float(more.result(30)) == 0
    assert door.ask("GET", "/") == "ok"
    door.let_go()
    assert {one.result(30) for one in [*inside, *script, another]} == {"ok"}
    assert door.came()[INSIDE : INSIDE + 2] == ["script9 turned away", "more turned away"]
    assert door.send("later").result(30) == "ok"


def head(*fields: str) -> bytes:
    return "\r\n".join([f"POST {LOGIN} HTTP/1.1", "Host: x", *fields, "", ""]).encode("latin-1")


@pytest.mark.parametrize(
    ("fields", "network"),
    [
        (["X-Forwarded-For: 198.51.100.7"], "198.51.100.0"),
        (["x-forwarded-for:2001:db8:1:2::7 "], "2001:db8:1::"),
        # Whatever its sender claimed stands before what the proxy saw.
        (["X-Forwarded-For: 203.0.113.9, 198.51.100.7"], "198.51.100.0"),
        (["X-Forwarded-For: 203.0.113.9", "X-Forwarded-For: 198.51.100.7"], "198.51.100.0"),
        (["X-Forwarded-For: 198.51.100.7", "X_Forwarded_For: 203.0.113.9"], "198.51.100.0"),
        (
            ["X-Forwarded-For: 198.51.100.7", "X-Real-IP: 203.0.113.9", "Forwarded: for=1.2.3.4"],
            "198.51.100.0",
        ),
        ([], "192.0.2.0"),
        (["X-Forwarded-For: unknown"], ""),
    ],
)
def test_the_network_is_that_of_the_address_that_the_proxy_wrote(settings, fields, network):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert sign_in_queue.network_of(head(*fields) + b"X-Forwarded-For: 1.2.3.4\r\n\r\n", PEER) == network


def test_it_is_the_same_that_the_portal_goes_by(settings, rf):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for said in (
        "198.51.100.7",
        "203.0.113.9, 198.51.100.7:1234",
        "[2001:db8::1]:443",
        "::ffff:198.51.100.7",
    ):
        asked = rf.post(LOGIN, HTTP_X_FORWARDED_FOR=said, REMOTE_ADDR=PEER[0])
        expected = networks.block_of(accounts.address_of(asked))
        assert expected and expected != networks.block_of(PEER[0])
        assert sign_in_queue.network_of(head(f"X-Forwarded-For: {said}"), PEER) == expected, said


def test_without_a_proxy_it_is_that_of_the_connection(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert sign_in_queue.network_of(head("X-Forwarded-For: 198.51.100.7"), PEER) == "192.0.2.0"
    assert sign_in_queue.network_of(head(), ("2001:db8:1:2::7", 40000, 0, 0)) == "2001:db8:1::"
    assert sign_in_queue.network_of(head(), "") == ""  # a socket of this machine's files


def test_of_a_head_that_is_not_whole_only_the_connection_is_believed(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    whole = head("X-Forwarded-For: 203.0.113.9", "X-Forwarded-For: 198.51.100.7")
    assert sign_in_queue.network_of(whole, PEER) == "198.51.100.0"
    for length in range(len(whole)):
        assert sign_in_queue.network_of(whole[:length], PEER) == "192.0.2.0"
    assert sign_in_queue.network_of(b"\r\n" + whole, PEER) == "198.51.100.0"


# --- Who is meant ---------------------------------------------------------------------------------------------------

WITH_A_PASSWORD = [
    reverse("account_login"),
    reverse("account_reauthenticate"),
    reverse("account_change_password"),
    reverse("account_reset_password_from_key", kwargs={"uidb36": "2b", "key": "set-password"}),
    reverse("members:invitation", args=["a-token:x"]),
]


@pytest.mark.parametrize("path", WITH_A_PASSWORD)
def test_a_form_with_a_password_waits(path):
    for written in (
        path,
        f"{path}?next=/meetings/",
        path.replace("i", "%69").replace("o", "%6F"),
        # No browser writes these. The proxy passes them on, and gunicorn reads the same path.
        f"{path}#x",
        f"{path}?#/x",
        f"http://portal.example{path}",
    ):
        assert sign_in_queue.takes_a_password(f"POST {written} HTTP/1.1\r\nHost: x".encode()), written
        assert sign_in_queue.takes_a_password(f"\r\nPOST {written} HTTP/1.1\r\nHost: x".encode()), written
    # So far one packet reaches, and what is asked goes on in the next.
    assert sign_in_queue.takes_a_password(f"POST {path}?next={'x' * 1400}".encode())
    assert not sign_in_queue.takes_a_password(f"GET {path} HTTP/1.1\r\n".encode())


@pytest.mark.parametrize(
    "name",
    ["account_logout", "account_reset_password", "account_sign_in_link", "mfa_authenticate", "home:home"],
)
def test_a_form_without_one_does_not(name):
    assert not sign_in_queue.takes_a_password(f"POST {reverse(name)} HTTP/1.1\r\n".encode())


@pytest.mark.parametrize(
    "begins", [b"", b"POST", b"POST /accounts/login", b"\xff\xfe\r\n", b"POST //[ HTTP/1.1"]
)
def test_what_is_no_request_does_not(begins):
    assert not sign_in_queue.takes_a_password(begins)


@pytest.mark.parametrize(
    ("begins", "is_one"),
    [
        (b"P", True),
        (b"\r", True),
        (b"\r\n", True),
        (b"\r\nPOST /acc", True),
        (b"\r\nGET /acc", False),
        (b"\r\nPOST / HTTP/1.1\r\n", False),
        (b"POST /accounts/lo", True),
        (b"POST /" + b"x" * 50_000, False),
        (b"", False),
        (b"GET /acc", False),
        (b"PUT", False),
        (b"POST / HTTP/1.1\r\nHo", False),
    ],
)
def test_a_first_line_that_goes_on_may_still_be_that_of_a_form(begins, is_one):
    assert sign_in_queue.is_cut_off(begins) is is_one


def test_no_sender_says_below_which_path_the_portal_is():
    assert 'forwarder_headers = ""\n' in (ROOT / "cwg" / "gunicorn.py").read_text()
    sent = f"POST /x{LOGIN} HTTP/1.1\r\nHost: x\r\nSCRIPT_NAME: /x\r\nContent-Length: 0\r\n\r\n".encode()

    def fields(forwarder_headers: str) -> list[str]:
        settings = Config()
        settings.set("forwarded_allow_ips", "*")
        settings.set("forwarder_headers", forwarder_headers)
        return [name for name, _ in next(RequestParser(settings, iter([sent]), PEER)).headers]

    assert "SCRIPT_NAME" in fields("SCRIPT_NAME,PATH_INFO"), "gunicorn's default"
    assert "SCRIPT_NAME" not in fields("")


def test_nobody_waits_longer_than_the_proxy_and_whoever_leaves():
    compose = (ROOT / "docker-compose.yml").read_text()
    gunicorn = (ROOT / "cwg" / "gunicorn.py").read_text()
    assert "proxy_read_timeout 75s;" in compose and "graceful_timeout = 28\n" in gunicorn
    assert sign_in_queue.PATIENCE + hashing.PATIENCE < 75
    assert sign_in_queue.PATIENCE_OF_A_LEAVER + hashing.PATIENCE < 28
