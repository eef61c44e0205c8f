"""Asks a virus scanner (clamd, command INSTREAM) about a file, where one is configured.

The answer never decides anything here: callers show what was not scanned, and why, as what it is.
Protocol: clamd(8), INSTREAM: `zINSTREAM\\0`, then chunks with their length in four bytes, then a zero length.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

CLEAN = "clean"
INFECTED = "infected"
NOT_SCANNED = "not_scanned"
FAILED = "failed"
TOO_LARGE = "too_large"

DEFAULT_PORT = 3310
_CHUNK = 64 * 1024
_LONGEST_REPLY = 4096


@dataclass(frozen=True)
class ScanResult:
    """`state` is clean, infected, not_scanned (no scanner configured), too_large (for the scanner's own limit, its
    `StreamMaxLength`) or failed (no usable answer).

    `detail` is the signature's name when infected, a short technical reason when failed, else empty. `reached` is False
    where no scanner was there to say anything.
    """

    state: str
    detail: str = ""
    reached: bool = True


# It had the file, or a part of it, and did not answer in time.
TIMED_OUT = ScanResult(FAILED, "timeout")


def scan(
    source: str | os.PathLike[str] | BinaryIO | Iterable[bytes], address: str | None, timeout: float = 20.0
) -> ScanResult:
    """Streams a file (path, open binary file from its start, or its pieces) to the scanner at `address`.

    `address`: `tcp://host:port`, `host:port`, `host`, `unix:///path` or `/path`; empty means not configured.
    `timeout` bounds the whole exchange in seconds, however slowly the scanner answers. Never raises for the
    scanner's faults; OSError if the file itself cannot be read, and whatever the pieces raise.
    """
    if not address:
        return ScanResult(NOT_SCANNED)
    deadline = time.monotonic() + timeout
    with _pieces(source) as pieces:
        try:
            connection = _connect(address, deadline)
        except (TimeoutError, _Unreachable) as error:
            return ScanResult(FAILED, str(error) or "timeout", reached=False)
        try:
            with connection:
                _send(connection, pieces, deadline)
                return _read_verdict(_receive(connection, deadline))
        except TimeoutError:
            return TIMED_OUT
        except _Unreachable as error:
            return ScanResult(FAILED, str(error))


def answers(address: str, timeout: float = 5.0) -> bool:
    """Whether the scanner at `address` is there and takes orders: PING, PONG."""
    deadline = time.monotonic() + timeout
    try:
        with _connect(address, deadline) as connection:
            return _send_all(connection, b"zPING\0", deadline) and _receive(connection, deadline) == b"PONG\0"
    except (TimeoutError, _Unreachable):
        return False


class _Unreachable(Exception):
    """The scanner could not be reached or hung up."""


@contextmanager
def _pieces(source) -> Iterator[Iterable[bytes]]:
    if hasattr(source, "read"):
        source.seek(0)
        yield iter(partial(source.read, _CHUNK), b"")
    elif isinstance(source, str | os.PathLike):
        with open(source, "rb") as file:
            yield iter(partial(file.read, _CHUNK), b"")
    else:
        yield source


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _connect(address: str, deadline: float) -> socket.socket:
    try:
        if address.startswith("unix://") or address.startswith("/"):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.settimeout(_left(deadline))
                connection.connect(address.removeprefix("unix://"))
            except BaseException:
                connection.close()
                raise
            return connection
        host, colon, port = address.removeprefix("tcp://").rstrip("/").rpartition(":")
        if not colon or port.endswith("]"):
            host, port = address.removeprefix("tcp://").rstrip("/"), str(DEFAULT_PORT)
        return socket.create_connection((host.strip("[]"), int(port)), timeout=_left(deadline))
    except TimeoutError:
        raise
    except (OSError, ValueError) as error:
        raise _Unreachable(f"no connection: {type(error).__name__}") from None


def _send(connection: socket.socket, pieces: Iterable[bytes], deadline: float) -> None:
    _send_all(connection, b"zINSTREAM\0", deadline)
    for chunk in pieces:
        if not _send_all(connection, struct.pack("!L", len(chunk)) + chunk, deadline):
            # The scanner stopped listening, mostly at its own size limit: its reply says why.
            return
    _send_all(connection, struct.pack("!L", 0), deadline)


def _send_all(connection: socket.socket, data: bytes, deadline: float) -> bool:
    """False where the other side has hung up. Piece by piece, so that a trickle cannot outlast the deadline."""
    view = memoryview(data)
    while view:
        connection.settimeout(_left(deadline))
        try:
            view = view[connection.send(view) :]
        except TimeoutError:
            raise
        except OSError:
            return False
    return True


def _receive(connection: socket.socket, deadline: float) -> bytes:
    reply = b""
    while b"\0" not in reply and len(reply) < _LONGEST_REPLY:
        connection.settimeout(_left(deadline))
        try:
            part = connection.recv(_LONGEST_REPLY)
        except TimeoutError:
            raise
        except OSError:
            raise _Unreachable("connection lost") from None
        if not part:
            break
        reply += part
    return reply


def _read_verdict(reply: bytes) -> ScanResult:
    answer = reply.partition(b"\0")[0].decode("utf-8", "replace").strip()
    verdict = answer.removeprefix("stream: ")
    if verdict == "OK":
        return ScanResult(CLEAN)
    if verdict.endswith(" FOUND"):
        return ScanResult(INFECTED, verdict.removesuffix(" FOUND")[:200])
    if verdict.startswith("INSTREAM size limit exceeded"):
        return ScanResult(TOO_LARGE)
    # Anything else, an empty or a cut answer included, is no statement about the file.
    return ScanResult(FAILED, verdict[:200] or "no answer")
