"""The worker class of gunicorn: a threaded one, which notes when it took up each request.

Its main loop accepts connections, and finds those that were kept alive readable again, however busy the threads are;
each then queues for a thread. That queue is ours, not the sender's: who waits in it has arrived (`cwg/members/arrival.py`).
"""

import time

from cwg.members.arrival import TAKEN_UP
from cwg.upload_queue import UploadQueueWorker


class NotingWorker(UploadQueueWorker):
    """`environ["cwg.taken_up_at"]` is when the main loop took the request up, in seconds of `time.monotonic()`."""

    def enqueue_req(self, conn) -> None:
        # Accepted, kept alive and readable again, or sent ahead of the last answer: every way to a thread leads here.
        conn.taken_up_at = time.monotonic()
        super().enqueue_req(conn)

    def handle(self, conn):
        # Browsers open connections ahead of need: of an empty one the request is still to come, and a thread is waiting.
        if not conn.initialized and not conn.wait_for_data(0):
            conn.taken_up_at = None
        return super().handle(conn)

    def notes(self, conn) -> dict[str, float]:
        return super().notes(conn) | {TAKEN_UP: conn.taken_up_at or time.monotonic()}
