"""A web worker frozen (SIGSTOP) in mid-decision, with its queue: the register is free for others within seconds."""

import contextlib
import os
import signal
import threading
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from cwg.documents.models import Document
from tests import drafts, waiting
from tests.faults import crowd, web_server
from tests.faults.locked_register import OTHERS_GO_ON_WITHIN, transaction_left_open, waiters, watching

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.alone]

QUEUE = 16


def clients_of(pid: int, port: int) -> int:
    """How many clients that worker has taken."""
    place = Path(f"/proc/{pid}")
    own = set()
    for descriptor in (place / "fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            own.add(os.readlink(descriptor))
    lines = [line.split() for line in (place / "net" / "tcp").read_text().splitlines()[1:]]
    established = [line for line in lines if line[1].endswith(f":{port:04X}") and line[3] == "01"]
    return sum(f"socket:[{line[9]}]" in own for line in established)


def until_nobody_moves(for_so_long: float = 0.7) -> None:
    """Until no session of the database but ours has begun a statement for so long: they all wait."""
    with psycopg.connect(web_server.database_url(), autocommit=True) as look:

        def last() -> object:
            return look.execute(
                "SELECT max(query_start) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchone()

        seen, since = last(), time.monotonic()
        while time.monotonic() - since < for_so_long:
            time.sleep(0.02)
            if (now := last()) != seen:
                seen, since = now, time.monotonic()


def test_others_go_on_while_a_worker_with_its_queue_is_frozen_in_mid_decision(dg, tmp_path):
    """It gets the lock as it is frozen: the database gives it to a client that says nothing any more."""
    register = crowd.make_meeting(dg)
    *in_queue, after = crowd.make_senders(register, QUEUE + 1)
    sessions = {sender.person: crowd.session_of(sender.person) for sender in (*in_queue, after)}
    connections.close_all()
    answers = {}
    setting = {"workers": 2, "threads": QUEUE + 4, "REGISTER_WAITERS": str(QUEUE)}

    with web_server.running(tmp_path / "web.log", **setting) as server:

        def send(sender) -> None:
            answers[sender.draft] = server.submit(sender, sessions[sender.person])

        threads = [threading.Thread(target=send, args=(sender,)) for sender in in_queue]
        with transaction_left_open(register, by_the_rules=False):
            for thread in threads:
                thread.start()
            waiting.until(lambda: waiters() > 0)
            until_nobody_moves()
            frozen = max(server.workers(), key=lambda pid: clients_of(pid, server.port))
            assert clients_of(frozen, server.port) >= QUEUE // 2
            os.kill(frozen, signal.SIGSTOP)
        try:
            with watching(server, sessions[after.person], "/", "/livez") as watch:
                started = time.monotonic()
                kind, _path = server.submit(after, sessions[after.person])
                took = time.monotonic() - started
                waiting.until(lambda: len(watch.took.get("/", [])) > 5)
            assert kind == "receipt"
            assert took < OTHERS_GO_ON_WITHIN
            for path in ("/", "/livez", "liveness"):
                assert watch.goes_on(path), (path, watch)
            # The master sees that it gives no sign, and ends it: its senders are answered by another one.
            for thread in threads:
                thread.join(60)
            assert frozen not in server.workers()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(frozen, signal.SIGCONT)
    assert {kind for kind, _ in answers.values()} == {"receipt"}
    assert len(answers) == QUEUE and Document.objects.count() == QUEUE + 1
    assert drafts.faults() == []
