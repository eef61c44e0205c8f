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

from cwg import sign_in_queue
from cwg.members import hashing
from cwg.members.arrival import TURNED_AWAY
from tests import processes
from tests.compose_file import ROOT
from tests.ports import free_port
from tests.waiting import until

THREADS = 4
INSIDE = 2
LOGIN = "/accounts/login/"

APPLICATION = """
import pathlib, time
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
            while not (HERE / "go").exists():
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

    def __init__(self, place: Path, patience: float = 50, connections: int = 1000):
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

    def ask(self, method: str, path: str) -> str:
        wire = self.begin(method, path)
        try:
            return wire.getresponse().read().decode()
        finally:
            wire.close()

    def begin(self, method: str, path: str) -> http.client.HTTPConnection:
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        wire.request(method, path, body=b"a=1" if method == "POST" else None)
        return wire

    def send(self, name: str, path: str = LOGIN) -> Future[str]:
        return self.room.submit(self.ask, "POST", f"{path}?{name}")

    def came(self) -> list[str]:
        file = self.place / "came"
        return file.read_text().splitlines() if file.exists() else []

    def fill(self) -> list[Future[str]]:
        inside = []
        for number in range(INSIDE):
            inside.append(self.send(f"inside{number}"))
            until(lambda number=number: len(self.came()) == number + 1)
        return inside

    def let_go(self) -> None:
        (self.place / "go").touch()

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
    for name in names:
        wire = door.begin("POST", f"{LOGIN}?{name}")
        sent.append(door.room.submit(lambda wire=wire: wire.getresponse().read().decode()))
        time.sleep(0.1)  # nobody sees from outside that it waits
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


def test_a_server_that_leaves_takes_those_who_wait(door):
    sent = [*door.fill(), *(door.send(f"waits{number}") for number in range(4))]
    time.sleep(0.3)  # they are at the door
    door.process.send_signal(signal.SIGTERM)
    door.let_go()
    assert {one.result(30) for one in sent} == {"ok"}
    assert door.process.wait(30) == 0


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


def test_nobody_waits_longer_than_the_proxy_and_whoever_leaves():
    compose = (ROOT / "docker-compose.yml").read_text()
    gunicorn = (ROOT / "cwg" / "gunicorn.py").read_text()
    assert "proxy_read_timeout 75s;" in compose and "graceful_timeout = 28\n" in gunicorn
    assert sign_in_queue.PATIENCE + hashing.PATIENCE < 75
    assert sign_in_queue.PATIENCE_OF_A_LEAVER + hashing.PATIENCE < 28
