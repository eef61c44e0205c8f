"""Where people who send files wait while those of others are judged: at the door, without a thread.

As many files are judged at once as there are processors (`cwg/documents/intake/places.py`). A hundred uploads at once would have
all threads of the process meanwhile, and nobody could submit. So half of the threads take uploads; each of the others
stays a connection that nobody has read from, in turn. Whoever has waited for `PATIENCE` gets one of a few threads more, in
case those of the half hang; a quarter takes no upload ever. Nobody is refused here: the proxy gives up after three minutes.
"""

import re
import threading
import time
from collections import deque
from typing import NamedTuple

from gunicorn.workers import gthread

from cwg.sign_in_queue import QUEUED, QueueingWorker, begins_of, hung_up, path_of_post

# Seconds.
PATIENCE = 45.0
# As nginx knows them (docker-compose.yml); the views say it of themselves (`uploads.takes_files`).
_TAKES_FILES = re.compile(
    r"/(contributions/(new|[0-9a-f-]+)/(files|letters)|documents/.+/translations/upload)/"
)


def takes_files(begins: bytes) -> bool:
    """Whether a request that begins so sends a file."""
    return _TAKES_FILES.fullmatch(path_of_post(begins)) is not None


class _Waiting(NamedTuple):
    since: float
    conn: gthread.TConn


class UploadQueueWorker(QueueingWorker):
    """gunicorn's threaded worker, in which most of those who send files wait without a thread, besides those who sign in."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.uploads_at_once = max(self.cfg.threads // 2, 1)
        self._with_those_who_are_late = max(self.cfg.threads * 3 // 4, self.uploads_at_once)
        self._uploads = threading.Lock()
        self._uploads_inside = 0
        self._uploads_waiting: deque[_Waiting] = deque()

    def handle(self, conn):
        if getattr(conn, "turned_away", None) is not None or getattr(conn, "called", False):
            return super().handle(conn)
        let_in, conn.let_in = getattr(conn, "let_in", False), False
        if not let_in:
            if not conn.initialized and not conn.wait_for_data(gthread.DEFAULT_WORKER_DATA_TIMEOUT):
                return gthread._DEFER  # as the worker itself does, which would wait once more
            if not takes_files(begins_of(conn)):
                return super().handle(conn)
            with self._uploads:
                if self._uploads_inside >= self.uploads_at_once:
                    self._uploads_waiting.append(_Waiting(time.monotonic(), conn))
                    return QUEUED
                self._uploads_inside += 1
        try:
            return super().handle(conn)
        finally:
            self.method_queue.defer(self._let_the_next_in)

    def murder_pending(self) -> None:
        """Called each second, or more often: who hung up is forgotten, and who has waited long enough, or whose worker leaves,
        is let in."""
        super().murder_pending()
        ends = time.monotonic() - PATIENCE if self.alive else float("inf")
        most = self._with_those_who_are_late if self.alive else float("inf")
        gone: list[_Waiting] = []
        late: list[_Waiting] = []
        stay: deque[_Waiting] = deque()
        with self._uploads:
            for one in self._uploads_waiting:
                is_late = one.since <= ends and self._uploads_inside + len(late) < most
                (gone if hung_up(one.conn.sock) else late if is_late else stay).append(one)
            self._uploads_waiting = stay
            self._uploads_inside += len(late)
        for one in gone:
            self._drop(one.conn)
        for one in late:
            self._let_in(one)

    def _let_the_next_in(self) -> None:
        while True:
            with self._uploads:
                if self._uploads_inside > self.uploads_at_once or not self._uploads_waiting:
                    self._uploads_inside -= 1
                    return
                one = self._uploads_waiting.popleft()
            if not hung_up(one.conn.sock):
                break
            self._drop(one.conn)
        self._let_in(one)

    def _let_in(self, one: _Waiting) -> None:
        one.conn.let_in = True
        super().enqueue_req(one.conn)
