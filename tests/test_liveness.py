"""The responder beside the work of a web process."""

import socket
import time

import pytest

from cwg import liveness


@pytest.fixture
def address():
    listener = liveness.listen("127.0.0.1:0")
    liveness.answer_at(listener)
    yield listener.getsockname()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def ask(address, said: bytes) -> bytes:
    with socket.create_connection(address, timeout=10) as wire:
        wire.sendall(said)
        wire.shutdown(socket.SHUT_WR)
        answer = b""
        while part := wire.recv(1024):
            answer += part
        return answer


def test_it_says_that_the_process_lives(address):
    answer = ask(address, b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n") and answer.endswith(b"\r\n\r\nok\n")


def test_whoever_says_nothing_or_half_of_it_keeps_nobody_else_waiting(address):
    assert ask(address, b"") == b""
    assert ask(address, b"GET /livez HT") == b""
    with socket.create_connection(address, timeout=10):
        assert ask(address, b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 200")


def test_whoever_sends_a_byte_each_moment_has_as_long_for_all_of_them(address, monkeypatch):
    monkeypatch.setattr(liveness, "_PATIENCE", 0.5)
    with socket.create_connection(address, timeout=0.05) as slow:
        given_up, began = False, time.monotonic()
        for byte in b"GET /livez HTTP/1.1\r\n" * 20:
            try:
                slow.sendall(bytes([byte]))
                given_up = slow.recv(1) == b""
            except TimeoutError:
                continue  # it still listens
            except OSError:
                given_up = True
            if given_up:
                break
        assert given_up and time.monotonic() - began < 10
    assert ask(address, b"GET / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("address_said", ["", "127.0.0.1:many"])
def test_what_is_no_address_is_refused(address_said):
    with pytest.raises((ValueError, OSError)):
        liveness.listen(address_said).close()
