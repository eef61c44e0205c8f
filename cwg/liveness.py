"""Whether the web process lives, answered beside its work: on a port of its own, by a thread that does nothing else.

A full house of requests, a register that is held shut or a slow page never delay this answer. gunicorn's master opens the
port before it makes its workers (`cwg/gunicorn.py`), and one thread in each worker answers at it: where one worker is
frozen, another one answers.
"""

import contextlib
import socket
import threading
import time

# Seconds that a client has for all of it, from the first byte of what it wants to the last of the answer.
_PATIENCE = 1.0
_LONGEST_REQUEST = 8192
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n"
    b"Cache-Control: no-store\r\nConnection: close\r\n\r\nok\n"
)


def listen(address: str) -> socket.socket:
    """A socket that listens at "host:port". Raises OSError, and ValueError for what is no address."""
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host.strip("[]"), int(port)), family=family, backlog=64)


def answer_at(listener: socket.socket) -> threading.Thread:
    """Answer at it from now on, until the process ends."""
    thread = threading.Thread(target=_answer_all, args=(listener,), name="liveness", daemon=True)
    thread.start()
    return thread


def _answer_all(listener: socket.socket) -> None:
    while True:
        try:
            client, _address = listener.accept()
        except OSError:  # closed: the process is about to end
            return
        # Whatever one client does, the next one is answered.
        with client, contextlib.suppress(OSError):
            _answer(client)


def _answer(client: socket.socket) -> None:
    ends = time.monotonic() + _PATIENCE
    said = b""
    while b"\r\n\r\n" not in said and len(said) < _LONGEST_REQUEST:
        # Of the whole request: one byte each moment would hold the only thread for hours.
        left = ends - time.monotonic()
        if left <= 0:
            return
        client.settimeout(left)
        part = client.recv(1024)
        if not part:
            return
        said += part
    client.settimeout(max(ends - time.monotonic(), 0.01))
    client.sendall(_ANSWER)
