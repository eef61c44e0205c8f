"""Where people who send a password wait while those of others are checked: at the door, without a thread.

A process hashes few passwords at a time (`cwg/members/hashing.py`), and a whole room may sign in at once. In threads they
would soon have all of them, and nobody would get a page meanwhile. So only as many as keep the hashing busy have a
thread; each of the others stays a connection that nobody has read from. They stand in a fair line (`fair_line.py`): a
script with hundreds of connections delays its own network, and one in many networks not all of a room. Whoever
has waited for `PATIENCE`, or has no place among the half of the process's connections that may wait, is told that so many
people are signing in (`limits.BusyMiddleware`), before anything is counted or checked.
"""

import contextlib
import re
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest
from gunicorn.util import split_request_uri
from gunicorn.workers import gthread

from cwg.fair_line import FairLine
from cwg.members import networks
from cwg.members.arrival import TURNED_AWAY
from cwg.unread_bodies import ReadingWorker

# Seconds. More than a room of two hundred needs on two cores; with the hashing, less than the proxy waits for an answer.
PATIENCE = 50.0
# Seconds that a worker that leaves lets them go on waiting: the rest of its time is for those who have a thread.
PATIENCE_OF_A_LEAVER = 15.0
# One more than are hashed has a thread: the next one, up to its hashing.
NEXT = 1

# Bytes. nginx takes 32 KB from a client, and sets less than one before them.
_LONGEST_HEAD = 40 * 1024
# Seconds in which all of a head is there. The proxy has it, and sends it at once, but it may take several packets, and one of
# them twice.
_HEAD_COMES_WITHIN = 1.0
_TAKES_A_PASSWORD = re.compile(
    r"/(accounts/(login|reauthenticate|password/(change|reset/key/.+))|invitation/[^/]+)/"
)
# What `handle` returns of a connection that waits at the door.
QUEUED = object()


def takes_a_password(begins: bytes) -> bool:
    """Whether a request that begins so sends one of the forms with a password."""
    return _TAKES_A_PASSWORD.fullmatch(path_of_post(begins)) is not None


def path_of_post(begins: bytes) -> str:
    """Where a request that begins so sends something; "" where it sends nothing, or does not say yet."""
    line, _, _ = _past_an_empty_line(begins).partition(b"\r\n")
    method, _, rest = line.decode("latin-1").partition(" ")
    try:
        # As gunicorn will: neither what is asked nor a fragment, which a browser never sends, is part of the path.
        path = split_request_uri(rest.partition(" ")[0]).path
    except ValueError:
        return ""
    return unquote(path) if method == "POST" else ""


def is_cut_off(begins: bytes) -> bool:
    """Whether nothing can be said yet of a request that begins so: its first line goes on, and may be a form's."""
    line = _past_an_empty_line(begins)
    return 0 < len(begins) < _LONGEST_HEAD and b"\r\n" not in line and _may_be_a_form(line)


def _may_be_a_form(line: bytes) -> bool:
    """Also of what is still to come."""
    return line[:5] == b"POST "[: len(line)]


def _past_an_empty_line(begins: bytes) -> bytes:
    """gunicorn passes over one, or over what may become one, before a request."""
    return begins[2:] if b"\r\n".startswith(begins[:2]) else begins


def network_of(begins: bytes, peer: tuple | str) -> str:
    """The network that a request comes from which begins so, on a connection from `peer`: what takes turns with others.

    Told as everywhere in the portal, by what the proxy wrote where there is one. What a head that is not all here says may be
    its sender's, and the proxy's still to come: such a one counts as the peer's, and so does one longer than any of nginx.
    """
    from cwg.members.accounts import address_of  # with the portal, which the worker has loaded

    request = HttpRequest()
    request.META["REMOTE_ADDR"] = peer if isinstance(peer, str) else peer[0]
    head, ends, _ = _past_an_empty_line(begins).partition(b"\r\n\r\n")
    if ends:
        fields = [line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:]]
        # As gunicorn joins them.
        said = [value.strip(" \t") for name, _, value in fields if name.lower() == "x-forwarded-for"]
        request.META["HTTP_X_FORWARDED_FOR"] = ",".join(said)
    return networks.block_of(address_of(request))


class _Waiting(NamedTuple):
    since: float
    conn: gthread.TConn


class QueueingWorker(ReadingWorker):
    """gunicorn's threaded worker, in which those who send a password wait without a thread."""

    wsgi: Callable

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.at_once = settings.PASSWORD_HASHES + NEXT
        self._guard = threading.Lock()
        self._inside = 0
        # Half: a worker that has all of its connections accepts nobody else.
        self._waiting: FairLine[_Waiting] = FairLine(self.worker_connections // 2)
        self._leaves_since: float | None = None
        self._looks_again = 0.0

    def handle(self, conn):
        if getattr(conn, "turned_away", None) is not None:
            return super().handle(conn)
        if not conn.initialized and not conn.wait_for_data(gthread.DEFAULT_WORKER_DATA_TIMEOUT):
            return gthread._DEFER  # as the worker itself does, which would wait once more
        called, conn.called = getattr(conn, "called", False), False
        if not called:
            begins = begins_of(conn)
            if not takes_a_password(begins):
                if is_cut_off(begins):
                    # No proxy of ours sends so. Were it let in, it could be a form with a password all the same.
                    conn.turned_away = 0.0
                return super().handle(conn)
            waits, away = _Waiting(time.monotonic(), conn), None
            network = network_of(begins, conn.client)
            with self._guard:
                has_thread = self._inside < self.at_once
                if has_thread:
                    self._inside += 1
                else:
                    away = self._waiting.join(network, waits)
            if away is waits:
                conn.turned_away = 0.0
                return super().handle(conn)
            if away is not None:
                self.method_queue.defer(self._turn_away, away)
            if not has_thread:
                return QUEUED
        try:
            return super().handle(conn)
        finally:
            self.method_queue.defer(self._call_the_next)

    def finish_request(self, conn, fs):
        if not fs.cancelled() and fs.exception() is None and fs.result() is QUEUED:
            return
        super().finish_request(conn, fs)

    def handle_request(self, req, conn):
        _request.notes = self.notes(conn)
        return super().handle_request(req, conn)

    def notes(self, conn) -> dict[str, float]:
        """What the portal is told of a request besides what its sender says: goes into `environ`."""
        turned_away, conn.turned_away = getattr(conn, "turned_away", None), None
        return {} if turned_away is None else {TURNED_AWAY: turned_away}

    def load_wsgi(self) -> None:
        super().load_wsgi()
        portal = self.wsgi

        def noting(environ, start_response):
            environ.update(_request.notes)
            return portal(environ, start_response)

        self.wsgi = noting

    def murder_pending(self) -> None:
        """Called each second, or more often: who has waited long enough is told so, and who hung up is forgotten.

        The latter take the places of those who wait, and a script that never stays for an answer would have them all.
        """
        super().murder_pending()
        now = time.monotonic()
        if not self.alive and self._leaves_since is None:
            self._leaves_since = now
        if now < self._looks_again:
            return
        self._looks_again = now + 1
        is_over = self._leaves_since is not None and now - self._leaves_since >= PATIENCE_OF_A_LEAVER
        with self._guard:
            gone = self._waiting.leave(lambda one: hung_up(one.conn.sock))
            late = self._waiting.leave(lambda one: is_over or now - one.since >= PATIENCE)
        for one in gone:
            self._drop(one.conn)
        for one in late:
            self._turn_away(one)

    def _turn_away(self, one: _Waiting) -> None:
        one.conn.turned_away = time.monotonic() - one.since
        super().enqueue_req(one.conn)

    def _drop(self, conn) -> None:
        self.nr_conns -= 1
        conn.close()

    def _call_the_next(self) -> None:
        """Somebody gave a thread back; the next in turn who has not hung up gets it."""
        while True:
            with self._guard:
                one = self._waiting.next()
                if one is None:
                    self._inside -= 1
                    return
            if not hung_up(one.conn.sock):
                break
            self._drop(one.conn)
        one.conn.called = True
        super().enqueue_req(one.conn)


_request = threading.local()


def begins_of(conn: gthread.TConn) -> bytes:
    """What has come, which stays to be read: all of the head of a form where it comes in time.

    Behind the request before, it may have been read already.
    """
    ahead = conn.parser.unreader.buf.getvalue() if conn.initialized else b""
    ends = time.monotonic() + _HEAD_COMES_WITHIN
    seen = -1
    while True:
        come = b""
        with contextlib.suppress(OSError):
            come = conn.sock.recv(_LONGEST_HEAD, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        begins = ahead + come
        line = _past_an_empty_line(begins)
        is_whole = not _may_be_a_form(line) or b"\r\n\r\n" in line or len(begins) >= _LONGEST_HEAD
        left = ends - time.monotonic()
        if is_whole or len(come) <= seen or left <= 0 or not _more_comes(conn.sock, len(come), left):
            return begins
        seen = len(come)


def _more_comes(line: socket.socket, than: int, within: float) -> bool:
    """Whether more bytes than those are there to be read, or the other end hangs up, within so many seconds."""
    with contextlib.suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, than + 1)
        try:
            poll = select.poll()
            poll.register(line, select.POLLIN)
            return bool(poll.poll(within * 1000))
        finally:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
    return False


def hung_up(line: socket.socket) -> bool:
    """Whether the other end waits for no answer any more."""
    poll = select.poll()
    poll.register(line, select.POLLRDHUP)
    return bool(poll.poll(0))
