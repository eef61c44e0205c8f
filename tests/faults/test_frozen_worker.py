"""A web worker frozen (SIGSTOP) in mid-decision, with its queue: the register is free for others within seconds."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from django.db import connection, connections

from cwg.documents.models import Document
from tests import drafts, waiting
from tests.faults import crowd, web_server
from tests.faults.locked_register import OTHERS_GO_ON_WITHIN, watching

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

QUEUE = 8


def holders(register) -> list[int]:
    """Backends that hold the lock of the register's row, by who blocks a waiter."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT unnest(pg_blocking_pids(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return [pid for (pid,) in cursor.fetchall()]


def worker_of(backend: int, workers: list[int]) -> int:
    """The web worker whose connection that backend serves, by the port of its client."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT client_port FROM pg_stat_activity WHERE pid = %s", [backend])
        (port,) = cursor.fetchone()
    wanted = f":{port:04X}"
    for pid in workers:
        inodes = {
            os.readlink(f"/proc/{pid}/fd/{fd}")[8:-1]
            for fd in os.listdir(f"/proc/{pid}/fd")
            if os.path.exists(f"/proc/{pid}/fd/{fd}")
            and os.readlink(f"/proc/{pid}/fd/{fd}").startswith("socket:")
        }
        for table in ("tcp", "tcp6"):
            for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
                parts = line.split()
                if parts[1].endswith(wanted) and parts[9] in inodes:
                    return pid
    raise AssertionError("no worker has that connection")


def test_others_go_on_while_a_worker_with_a_full_queue_is_frozen(dg, tmp_path):
    register = crowd.make_meeting(dg)
    senders = crowd.make_senders(register, 60)
    sessions = {sender.person: crowd.session_of(sender.person) for sender in senders}
    in_queue, after = senders[:-1], senders[-1]
    connections.close_all()
    results, stop = {}, threading.Event()

    with web_server.running(tmp_path / "web.log", workers=2, threads=QUEUE) as server:

        def send(mine) -> None:
            for sender in mine:
                if stop.is_set():
                    return
                results[sender.draft] = server.submit(sender, sessions[sender.person])

        threads = [threading.Thread(target=send, args=(in_queue[n :: 2 * QUEUE],)) for n in range(2 * QUEUE)]
        for thread in threads:
            thread.start()
        frozen = _freeze_a_holder(server, register)
        stop.set()
        try:
            with watching(server, sessions[after.person], "/", "/livez") as watch:
                started = time.monotonic()
                kind, _path = server.submit(after, sessions[after.person])
                took = time.monotonic() - started
                waiting.until(lambda: len(watch.took.get("/", [])) > 5)
            assert kind == "receipt"
            assert took < OTHERS_GO_ON_WITHIN
            assert watch.goes_on("/"), watch
            assert watch.goes_on("/livez"), watch
            assert watch.goes_on("liveness"), watch
            # The master sees that it gives no sign, and ends it: whoever waited on it is answered by another one.
            for thread in threads:
                thread.join(60)
            assert not any(thread.is_alive() for thread in threads)
            assert frozen not in server.workers()
        finally:
            _thaw(frozen)
    assert {kind for kind, _ in results.values()} == {"receipt"}
    assert Document.objects.count() == len(results) + 1
    assert drafts.faults() == []


def _freeze_a_holder(server: web_server.Server, register) -> int:
    """Stop the worker that holds the register at this moment, once it really does: stopped, it holds on."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        for backend in holders(register):
            try:
                pid = worker_of(backend, server.workers())
            except (AssertionError, TypeError, OSError):
                continue
            os.kill(pid, signal.SIGSTOP)
            # It may have committed between look and stop.
            time.sleep(0.05)
            if backend in holders(register):
                return pid
            os.kill(pid, signal.SIGCONT)
    raise AssertionError("no worker was caught while it held the register")


def _thaw(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGCONT)
    except ProcessLookupError:
        return
