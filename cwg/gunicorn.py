"""How gunicorn serves the portal: `gunicorn -c cwg/gunicorn.py cwg.wsgi`.

Everything that differs between a laptop and a server comes from the environment:
`CWG_BIND` (host:port, loopback by default, because only a proxy should be reached from outside),
`WEB_WORKERS` (processes), `WEB_THREADS` (threads in each; the settings size the database pool by it).
"""

import gc
import os
import sys

from django.conf import settings
from gunicorn import glogging

from cwg.record.log_lines import LineFormatter
from cwg.taking_up import NotingWorker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cwg.settings")


class LineLogger(glogging.Logger):
    """gunicorn's own log in the portal's lines: it names the address of a request that failed, which may carry a secret."""

    def setup(self, cfg) -> None:
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(LineFormatter(settings.LOG_FORMAT))


bind = os.environ.get("CWG_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_WORKERS", "2"))
worker_class = NotingWorker
threads = int(os.environ.get("WEB_THREADS", "8"))
# The portal is loaded once, before the fork: workers share its pages and answer at full speed at once.
preload_app = True
# Seconds. Every slow thing is a background task; only an upload or a ZIP may take long, and gthread keeps
# its heartbeat during those.
timeout = 60
graceful_timeout = 10
# Longer than nginx keeps an idle connection to us, so that nginx is never the one who is hung up on.
keepalive = 75
# A worker leaves after so many requests, before a slow leak in some library matters; not all at once.
max_requests = 20_000
max_requests_jitter = 2_000
# Nobody steers this server through a socket in somebody's home directory.
control_socket_disable = True
accesslog = None
errorlog = "-"
logger_class = LineLogger


def when_ready(server) -> None:
    """Between loading and forking: keep the garbage collector away from what all workers share.

    Without it the first full collection in each worker writes to every page and un-shares it.
    """
    gc.collect()
    gc.freeze()


def post_worker_init(worker) -> None:
    """Let threads change places every half millisecond, not every five.

    Whoever holds a register's lock asks the database some twenty short things in turn; after each answer its thread
    waits for its place among the others of the process. Ten times shorter, everybody's queue is.
    """
    sys.setswitchinterval(0.0005)
