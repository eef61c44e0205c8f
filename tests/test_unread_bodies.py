"""What the other end does once it has its answer: a real gunicorn with that worker, and ends that are silent or slow."""

import os
import socket
import subprocess
import sys
import time

import pytest

from cwg import unread_bodies
from tests import processes
from tests.compose_file import ROOT
from tests.ports import free_port
from tests.waiting import until

SILENT = 12
AT_ONCE = 1.5

APPLICATION = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""

CONFIGURATION = """
from cwg import unread_bodies
unread_bodies.PATIENCE = 1.0
worker_class = unread_bodies.ReadingWorker
workers, threads, timeout, bind, control_socket_disable = 1, 1, 10, "127.0.0.1:{port}", True
"""


class Server:
    def __init__(self, place):
        self.port = free_port()
        (place / "answering.py").write_text(APPLICATION)
        (place / "conf.py").write_text(CONFIGURATION.format(port=self.port))
        environment = {"PYTHONPATH": f"{place}{os.pathsep}{ROOT}"}
        command = [sys.executable, "-m", "gunicorn", "-c", str(place / "conf.py"), "answering:application"]
        self.process = subprocess.Popen(command, cwd=place, env=os.environ | environment)
        until(self.answers)

    def begin(self, *lines: str) -> socket.socket:
        wire = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        wire.sendall("".join(f"{line}\r\n" for line in (*lines, "Host: x", "Connection: close", "")).encode())
        return wire

    def answers(self) -> bool:
        assert self.process.poll() is None
        try:
            self.seconds()
        except OSError:
            return False
        return True

    def seconds(self) -> float:
        """How long a page takes."""
        began = time.monotonic()
        with self.begin("GET / HTTP/1.1") as wire:
            assert wire.recv(100).startswith(b"HTTP/1.1 200")
        return time.monotonic() - began

    def descriptors(self) -> int:
        (worker,) = processes.children(self.process.pid)
        return len(os.listdir(f"/proc/{worker}/fd"))


@pytest.fixture
def server(tmp_path):
    made = Server(tmp_path)
    yield made
    processes.end(made.process)


def test_others_go_on_while_many_do_not_close_their_connections(server):
    server.seconds()
    workers, before = processes.children(server.process.pid), server.descriptors()
    silent = [server.begin("GET / HTTP/1.1") for _ in range(SILENT)]
    for wire in silent:
        assert wire.recv(100).startswith(b"HTTP/1.1 200")
    assert server.seconds() < AT_ONCE
    # They are closed for them, and nothing stays of them.
    until(lambda: server.descriptors() <= before)
    assert processes.children(server.process.pid) == workers
    for wire in silent:
        wire.close()


def test_who_sends_on_after_the_answer_is_hung_up_on(server):
    before = server.descriptors()
    with server.begin("GET / HTTP/1.1") as wire:
        assert wire.recv(100)
        with pytest.raises(OSError):
            while True:
                wire.sendall(b"x" * 10_000)
    assert server.seconds() < AT_ONCE
    until(lambda: server.descriptors() <= before)


@pytest.mark.parametrize(
    ("said", "piece"), [("Content-Length: 3000000", b"x"), ("Transfer-Encoding: chunked", b"1\r\nx\r\n")]
)
def test_a_body_that_trickles_is_not_read_to_its_end(server, said, piece):
    with server.begin("POST / HTTP/1.1", said) as slow:
        assert slow.recv(100).startswith(b"HTTP/1.1 200")
        began = time.monotonic()
        with pytest.raises(OSError):
            while time.monotonic() - began < 15:
                slow.sendall(piece)
                time.sleep(0.1)  # so slow is this sender
        # There is one thread.
        assert server.seconds() < AT_ONCE
    assert time.monotonic() - began < 1 + unread_bodies.CLOSING + 2 * AT_ONCE
