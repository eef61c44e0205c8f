"""A web host that leaves takes everybody who is at its door, and nobody else comes."""

import logging
import socket
import subprocess
import sys

import pytest
from django.conf import settings

from cwg import leaving
from tests.programs import without_privileges

# The kernel sends a first packet again after a second.
SOON = 0.4


@pytest.fixture(params=[(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")], ids=["IPv4", "IPv6"])
def listener(request):
    family, host = request.param
    try:
        made = socket.create_server((host, 0), family=family)
    except OSError:
        pytest.skip("this machine has no such address")
    made.settimeout(5)
    with made:
        yield made


def address_of(listener):
    return listener.getsockname()[:2]


def test_a_connection_that_had_begun_is_accepted_and_works_both_ways(listener):
    with socket.create_connection(address_of(listener), timeout=5) as early:
        early.sendall(b"said before")
        leaving.shut_the_door(listener)
        early.sendall(b", and after")
        accepted, _ = listener.accept()
        with accepted:
            said = b""
            while len(said) < 22:
                said += accepted.recv(100)
            assert said == b"said before, and after"
            accepted.sendall(b"answered")
            assert early.recv(100) == b"answered"


def test_no_new_one_begins_and_it_is_refused_once_the_port_is_closed(listener):
    leaving.shut_the_door(listener)
    with pytest.raises(TimeoutError):
        socket.create_connection(address_of(listener), timeout=SOON)
    with pytest.raises(TimeoutError):
        listener.settimeout(0.05)
        listener.accept()
    where = address_of(listener)
    listener.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(where, timeout=5)


def test_one_that_had_half_begun_is_accepted_and_heard(listener):
    # Until something is said on it, the kernel keeps the connection half open.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)
    with socket.create_connection(address_of(listener), timeout=5) as early:
        leaving.shut_the_door(listener)
        early.sendall(b"first")
        accepted, _ = listener.accept()
        with accepted:
            accepted.settimeout(0.1)
            assert accepted.recv(100) == b"first"
            early.sendall(b"then")
            with pytest.raises(TimeoutError):
                accepted.recv(100)
            leaving.hear_again(accepted)
            accepted.settimeout(5)
            assert accepted.recv(100) == b"then"


TRIES = """
import socket
from cwg import leaving
with socket.create_server(("127.0.0.1", 0)) as listener:
    leaving.shut_the_door(listener)
    try:
        socket.create_connection(listener.getsockname(), timeout=0.4)
    except TimeoutError:
        print("shut")
"""


def test_it_is_shut_by_an_account_without_privileges():
    """As in the container, and under systemd."""
    command = [*without_privileges(), sys.executable, "-c", TRIES]
    said = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert (said.stdout, said.returncode) == ("shut\n", 0), said.stderr


def test_it_holds_for_every_process_that_has_the_socket(listener):
    with listener.dup() as of_another:
        leaving.shut_the_door(of_another)
        with pytest.raises(TimeoutError):
            socket.create_connection(address_of(listener), timeout=SOON)


class Arbiter:
    """As much of gunicorn's master as is asked."""

    def __init__(self, listener, **said):
        self.reexec_pid = self.master_pid = 0
        self.systemd, self.stopped = False, []
        self.log = logging.getLogger("gunicorn.error")
        self.cfg = type("Settings", (), {"reuse_port": False})
        self.LISTENERS = [type("Listener", (), {"sock": listener})]
        vars(self).update(said)

    def stop(self, graceful=True):
        self.stopped.append(graceful)


def test_a_master_that_ends_shuts_the_door_first(listener):
    master = Arbiter(listener)
    leaving.shut_the_door_at_the_end_of(master)
    socket.create_connection(address_of(listener), timeout=5).close()
    master.stop(False)
    assert master.stopped == [False]
    with pytest.raises(TimeoutError):
        socket.create_connection(address_of(listener), timeout=SOON)


@pytest.mark.parametrize("followed", [{"reexec_pid": 7}, {"master_pid": 7}, {"systemd": True}], ids=str)
def test_a_master_whose_socket_goes_on_without_it_leaves_the_door_open(listener, followed):
    master = Arbiter(listener, **followed)
    leaving.shut_the_door_at_the_end_of(master)
    master.stop()
    assert master.stopped == [True]
    socket.create_connection(address_of(listener), timeout=5).close()


def test_a_master_ends_in_order_where_the_door_cannot_be_shut(listener, monkeypatch, caplog):
    def not_here(_listener):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(leaving, "shut_the_door", not_here)
    master = Arbiter(listener)
    leaving.shut_the_door_at_the_end_of(master)
    master.stop()
    assert master.stopped == [True]
    assert "could not be held off" in caplog.text
