"""How gunicorn serves the portal: `gunicorn -c cwg/gunicorn.py cwg.wsgi`.

Everything that differs between a laptop and a server comes from the environment:
`CWG_BIND` (host:port, loopback by default, because only a proxy should be reached from outside),
`WEB_WORKERS` (processes), `WEB_THREADS` (threads in each; the settings size the database pool by it),
`LIVENESS_BIND` (host:port where `cwg/liveness.py` answers; empty: nowhere).
"""

import gc
import os
import sys
import threading

from django.conf import settings
from gunicorn import glogging

from cwg import connections, leaving, liveness
from cwg.record import metric_files
from cwg.record.log_lines import LineFormatter
from cwg.taking_up import NotingWorker

# Its log reads the settings before the portal is loaded.
connections.this_process_is(connections.Process.WEB)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cwg.settings")
# Before the portal is loaded: where its workers count.
metric_files.make_folder()


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
# Seconds after which a worker that gives no sign is killed. It gives one every second from its main thread, however long
# its requests take: only a frozen process is silent so long. What it held in the database is free before
# (`cwg/record/holding.py`); this frees the readers whose connections it had taken.
timeout = 10
# Seconds that whoever leaves gives the requests it has: a submission may lawfully wait for a connection and its register,
# and for its copy (tests/test_connections.py adds it up). Less than the supervisor waits (`stop_grace_period`).
graceful_timeout = 28
# Longer than nginx keeps an idle connection to us, so that nginx is never the one who is hung up on.
keepalive = 75
# Bytes. As long as nginx takes an address, so that what is too long is told of on a page.
limit_request_line = 8190
# A worker leaves after so many requests, before a slow leak in some library matters; not all at once.
max_requests = 20_000
max_requests_jitter = 2_000
# No field of a request says below which path the portal is: no proxy of ours sends one, and a sender's own would name
# another page than the path by which `cwg/sign_in_queue.py` and the proxy know the forms with a password.
forwarder_headers = ""
# Nobody steers this server through a socket in somebody's home directory.
control_socket_disable = True
accesslog = None
errorlog = "-"
logger_class = LineLogger


def when_ready(server) -> None:
    """Between loading and forking: open the port at which all workers say that they live, note that the host begins, and keep
    the garbage collector away from what they share. Without that the first full collection in each worker writes to every
    page and un-shares it.
    """
    from cwg.record import heartbeat  # with the portal that was loaded

    heartbeat.this_host_begins()
    leaving.shut_the_door_at_the_end_of(server)
    address = os.environ.get("LIVENESS_BIND", "")
    server.liveness = liveness.listen(address) if address else None
    gc.collect()
    gc.freeze()


def post_fork(server, worker) -> None:
    if server.liveness is not None:
        liveness.answer_at(server.liveness)


def post_worker_init(worker) -> None:
    """Let threads change places every half millisecond, not every five; and copy what a killed process could not.

    Whoever holds a register's lock asks the database some twenty short things in turn; after each answer its thread
    waits for its place among the others of the process. Ten times shorter, everybody's queue is.
    """
    sys.setswitchinterval(0.0005)
    from cwg.record import copying  # with the portal that was loaded before the fork

    threading.Thread(target=copying.catch_up_at_the_start, name="chain-copies", daemon=True).start()


def child_exit(server, worker) -> None:
    metric_files.worker_has_ended(worker.pid)


on_exit = metric_files.remove_folder
