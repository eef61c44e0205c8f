"""Where people who send a password wait while those of others are checked: at the door, without a thread.

A process hashes few passwords at a time (`cwg/members/hashing.py`), and a whole room may sign in at once. In threads they
would soon have all of them, and nobody would get a page meanwhile. So only as many as keep the hashing busy have a
thread; each of the others stays a connection that nobody has read from, in the order in which they came. Whoever has
waited for `PATIENCE`, or finds half of the process's connections waiting, is told that so many people are signing in
(`limits.BusyMiddleware`), before anything is counted or checked.
"""

import collections
import contextlib
import re
import select
import socket
import threading
import time
from collections.abc import Callable
from urllib.parse import unquote

from django.conf import settings
from gunicorn.util import split_request_uri
from gunicorn.workers import gthread

from cwg.members.arrival import TURNED_AWAY
from cwg.unread_bodies import ReadingWorker

# Seconds. More than a room of two hundred needs on two cores; with the hashing, less than the proxy waits for an answer.
PATIENCE = 50.0
# Seconds that a worker that leaves lets them go on waiting: the rest of its time is for those who have a thread.
PATIENCE_OF_A_LEAVER = 15.0
# One more than are hashed has a thread: the next one, up to its hashing.
NEXT = 1

_LONGEST_LINE = 8190
_TAKES_A_PASSWORD = re.compile(
    r"/(accounts/(login|reauthenticate|password/(change|reset/key/.+))|invitation/[^/]+)/"
)
_QUEUED = object()


def takes_a_password(begins: bytes) -> bool:
    """Whether a request that begins so sends one of the forms with a password."""
    method, _, rest = begins.split(b"\r\n", 1)[0].decode("latin-1").partition(" ")
    try:
        # As gunicorn will: neither what is asked nor a fragment, which a browser never sends, is part of the path.
        path = split_request_uri(rest.partition(" ")[0]).path
    except ValueError:
        return False
    return method == "POST" and _TAKES_A_PASSWORD.fullmatch(unquote(path)) is not None


class QueueingWorker(ReadingWorker):
    """gunicorn's threaded worker, in which those who send a password wait without a thread."""

    wsgi: Callable

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.at_once = settings.PASSWORD_HASHES + NEXT
        # A worker that has all of its connections accepts nobody else.
        self.most_waiting = self.worker_connections // 2
        self._guard = threading.Lock()
        self._inside = 0
        self._waiting: collections.deque = collections.deque()  # of (when it came, connection)
        self._leaves_since: float | None = None
        self._looks_again = 0.0

    def handle(self, conn):
        if getattr(conn, "turned_away", None) is not None:
            return super().handle(conn)
        if not conn.initialized and not conn.wait_for_data(gthread.DEFAULT_WORKER_DATA_TIMEOUT):
            return gthread._DEFER  # as the worker itself does, which would wait once more
        called, conn.called = getattr(conn, "called", False), False
        if not called:
            if not takes_a_password(_begins(conn)):
                return super().handle(conn)
            with self._guard:
                has_room = self._inside < self.at_once
                if has_room:
                    self._inside += 1
                elif len(self._waiting) < self.most_waiting:
                    self._waiting.append((time.monotonic(), conn))
                    return _QUEUED
            if not has_room:
                conn.turned_away = 0.0
                return super().handle(conn)
        try:
            return super().handle(conn)
        finally:
            self.method_queue.defer(self._call_the_next)

    def finish_request(self, conn, fs):
        if not fs.cancelled() and fs.exception() is None and fs.result() is _QUEUED:
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
        """Called each second, or more often: who has waited long enough is told so."""
        super().murder_pending()
        now = time.monotonic()
        if now >= self._looks_again:
            self._looks_again = now + 1
            self._forget_who_hung_up()
        if not self.alive and self._leaves_since is None:
            self._leaves_since = now
        is_over = self._leaves_since is not None and now - self._leaves_since >= PATIENCE_OF_A_LEAVER
        with self._guard:
            late = []
            while self._waiting and (is_over or now - self._waiting[0][0] >= PATIENCE):
                late.append(self._waiting.popleft())
        for came, conn in late:
            conn.turned_away = now - came
            super().enqueue_req(conn)

    def _forget_who_hung_up(self) -> None:
        """They take the places of those who wait, and a script that never stays for an answer would have them all."""
        with self._guard:
            gone = [one for one in self._waiting if _hung_up(one[1].sock)]
            for one in gone:
                self._waiting.remove(one)
        for _came, conn in gone:
            self._drop(conn)

    def _drop(self, conn) -> None:
        self.nr_conns -= 1
        conn.close()

    def _call_the_next(self) -> None:
        """Somebody gave a thread back; the first in the queue who has not hung up gets it."""
        while True:
            with self._guard:
                if not self._waiting:
                    self._inside -= 1
                    return
                _came, conn = self._waiting.popleft()
            if not _hung_up(conn.sock):
                break
            self._drop(conn)
        conn.called = True
        super().enqueue_req(conn)


_request = threading.local()


def _begins(conn: gthread.TConn) -> bytes:
    """What has come, which stays to be read: behind the request before, it may have been read already."""
    ahead = conn.parser.unreader.buf.getvalue() if conn.initialized else b""
    with contextlib.suppress(OSError):
        return ahead + conn.sock.recv(_LONGEST_LINE, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    return ahead


def _hung_up(line: socket.socket) -> bool:
    """Whether the other end waits for no answer any more."""
    poll = select.poll()
    poll.register(line, select.POLLRDHUP)
    return bool(poll.poll(0))
