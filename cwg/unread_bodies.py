"""How an answer reaches whoever asked, although nobody read the body of the request.

Many an answer is given without a look at the body: to sign in first, too large, no such page. A socket that is closed with
unread bytes tells the other end that the connection broke, and the answer is lost with it: the proxy, still sending, would
say 502 in its place. gunicorn reads 64 KB of what is left; a form may be fifty times as long.

For the same reason a connection is closed only when the other end has closed it, or has had time to. gunicorn waits for
that in its main loop, two seconds for each connection, and meanwhile accepts nobody and gives no sign of life: when six
other ends are silent, a proxy that has just lost its power, the worker is killed with all that it is doing. Here the
loop goes on.
"""

import collections
import contextlib
import selectors
import socket
import sys
import time
from functools import partial

from cwg.leaving import LeavingWorker

# Seconds. The proxy has all of the body before it passes it on (docker-compose.yml), so the rest is there.
PATIENCE = 5.0
# Seconds in which the other end closes a connection that we have ended, and the bytes of which we discard meanwhile.
CLOSING, MOST_WHILE_CLOSING = 2.0, 64 * 1024


class ReadingWorker(LeavingWorker):
    """gunicorn's threaded worker, which reads and discards the rest of a body once it has answered."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Connections, by when they are closed at the latest.
        self._closing: collections.deque = collections.deque()

    def handle_request(self, req, conn):
        stays = super().handle_request(req, conn)
        whole = _read_away(conn)
        return stays and whole

    def finish_request(self, conn, fs):
        if fs.cancelled() or fs.exception() is not None or fs.result():
            super().finish_request(conn, fs)
            return
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._discard, conn))
        except (OSError, ValueError, KeyError):
            # It broke.
            self.nr_conns -= 1
            conn.close()
            return
        conn.timeout, conn.discarded = time.monotonic() + CLOSING, 0
        self._closing.append(conn)

    def murder_pending(self) -> None:
        super().murder_pending()
        now = time.monotonic()
        while self._closing and self._closing[0].timeout <= now:
            self._close(self._closing[0])

    def _discard(self, conn, sock: socket.socket) -> None:
        """The other end has closed, or sends on."""
        try:
            rest = sock.recv(MOST_WHILE_CLOSING)
        except BlockingIOError:
            return
        except OSError:
            rest = b""
        conn.discarded += len(rest)
        if not rest or conn.discarded >= MOST_WHILE_CLOSING:
            self._close(conn)

    def _close(self, conn) -> None:
        self._closing.remove(conn)
        with contextlib.suppress(KeyError, ValueError):
            self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()


def _read_away(conn) -> bool:
    """Whether the body is read to its end. However slowly its bytes come, it is over in time."""
    ends = time.monotonic() + PATIENCE
    unreader = conn.parser.unreader
    read = unreader.chunk

    def read_in_time(*args):
        # The parser says how long it waits before it reads a kilobyte, not before each byte of it.
        left = ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        unreader.sock.settimeout(left)
        return read(*args)

    unreader.chunk = read_in_time
    try:
        return conn.parser.finish_body(deadline=ends, max_bytes=sys.maxsize)
    finally:
        del unreader.chunk
