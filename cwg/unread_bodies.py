"""How an answer reaches whoever asked, although nobody read the body of the request.

Many an answer is given without a look at the body: to sign in first, too large, no such page. A socket that is closed with
unread bytes tells the other end that the connection broke, and the answer is lost with it: the proxy, still sending, would
say 502 in its place. gunicorn reads 64 KB of what is left; a form may be fifty times as long.
"""

import sys
import time

from cwg.leaving import LeavingWorker

# Seconds. The proxy has all of the body before it passes it on (docker-compose.yml), so the rest is there.
PATIENCE = 5.0


class ReadingWorker(LeavingWorker):
    """gunicorn's threaded worker, which reads and discards the rest of a body once it has answered."""

    def handle_request(self, req, conn):
        stays = super().handle_request(req, conn)
        whole = conn.parser.finish_body(deadline=time.monotonic() + PATIENCE, max_bytes=sys.maxsize)
        return stays and whole
