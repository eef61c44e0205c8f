"""An operator's transaction, left open with the register's row locked: thrown out, and nobody else is kept waiting."""

import threading
import time

import psycopg
import pytest
from django.db import connections

from cwg import connections as limits
from cwg.documents.models import Document
from tests import drafts, waiting
from tests.faults import crowd, web_server
from tests.faults.locked_register import (
    OTHERS_GO_ON_WITHIN,
    transaction_left_open,
    watching,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.alone]


def test_the_transaction_is_ended_and_a_submission_goes_on(dg, tmp_path):
    register = crowd.make_meeting(dg)
    (sender,) = crowd.make_senders(register, 1)
    session = crowd.session_of(sender.person)
    with web_server.running(tmp_path / "web.log") as server, transaction_left_open(register) as left_open:
        started = time.monotonic()
        kind, _path = server.submit(sender, session)
        assert time.monotonic() - started < OTHERS_GO_ON_WITHIN
        assert kind == "receipt"
        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
            left_open.execute("SELECT 1")
    assert Document.objects.count() == 1
    assert drafts.faults() == []


def test_a_register_held_shut_fills_only_its_share_of_the_threads_and_the_rest_is_told_at_once(dg, tmp_path):
    """Held by somebody who has lifted the limit: pages and liveness go on, and the busy answer tells the truth."""
    register = crowd.make_meeting(dg)
    senders = crowd.make_senders(register, 8)
    sessions = {sender.person: crowd.session_of(sender.person) for sender in senders}
    connections.close_all()
    answers = []

    with web_server.running(tmp_path / "web.log", workers=1, threads=6, REGISTER_WAITERS="3") as server:

        def send(sender) -> None:
            started = time.monotonic()
            path = f"/contributions/{sender.draft}/submit/"
            form = {"token": str(sender.token)}
            status, headers, page = server.request(
                "POST", path, session=sessions[sender.person], form=form, timeout=30
            )
            answers.append((time.monotonic() - started, status, headers.get("Retry-After"), page))

        reader = sessions[senders[0].person]
        with transaction_left_open(register, by_the_rules=False):
            threads = [threading.Thread(target=send, args=(sender,)) for sender in senders]
            with watching(server, reader, "/", "/livez") as watch:
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join(40)
        assert len(answers) == len(senders)
        assert {(status, after) for _, status, after, _ in answers} == {(503, "5")}
        soon = [page for took, _, _, page in answers if took < 5]
        late = [page for took, _, _, page in answers if took >= 5]
        assert len(soon) == 5 and all("many requests wait for it already" in page for page in soon)
        assert len(late) == 3 and all("It waited for 10 seconds." in page for page in late)
        assert all("Nothing was changed." in page for page in soon + late)
        assert watch.goes_on("/"), watch
        assert watch.goes_on("/livez"), watch
        assert watch.goes_on("liveness"), watch
        assert not Document.objects.exists()
        # Free again: each goes through with the same token.
        assert {server.submit(sender, sessions[sender.person])[0] for sender in senders} == {"receipt"}
    assert drafts.faults() == []


def test_sessions_of_others_are_bound_by_the_database(db):
    with psycopg.connect(web_server.database_url()) as other:
        held = {
            name: other.execute("SELECT current_setting(%s)", [name]).fetchone()[0]
            for name in limits.OF_OTHERS.settings()
        }
    assert held == {
        "idle_in_transaction_session_timeout": "3s",
        "statement_timeout": "1min",
        "lock_timeout": "10s",
    }


def test_the_database_forgets_who_was_killed_in_the_queue(dg):
    """A session that waits for the lock is not granted it for a client that is gone."""
    register = crowd.make_meeting(dg)
    with transaction_left_open(register, by_the_rules=False):
        gone = psycopg.connect(web_server.database_url())
        pid = gone.info.backend_pid
        thread = threading.Thread(target=_ask_in_vain, args=(gone, register.pk))
        thread.start()
        with psycopg.connect(web_server.database_url(), autocommit=True) as look:

            def waits() -> bool:
                found = look.execute(
                    "SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s", [pid]
                ).fetchone()
                return found is not None and found[0] == "Lock"

            waiting.until(waits)
            _cut(gone)
            waiting.until(
                lambda: (
                    look.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone() is None
                )
            )
        thread.join(10)


def _ask_in_vain(gone: psycopg.Connection, pk: int) -> None:
    with pytest.raises(psycopg.OperationalError):
        gone.execute("SELECT 1 FROM documents_register WHERE id = %s FOR UPDATE", [pk])


def _cut(gone: psycopg.Connection) -> None:
    import socket

    with socket.socket(fileno=gone.pgconn.socket) as wire:
        wire.shutdown(socket.SHUT_RDWR)
        wire.detach()
