"""What a connection knows of a request's writes, and that a pool outlives a restart. Real sessions, really ended."""

import contextlib
import copy
import socket
import threading
import time

import environ
import psycopg
import pytest
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.backends.postgresql import base as djangos

from cwg.postgres import base
from cwg.postgres.base import DatabaseWrapper
from cwg.record import heartbeat
from cwg.record.models import Heartbeat
from tests import tampering
from tests.faults import web_server
from tests.ports import free_port

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_yet(transactional_db):
    connection.may_have_saved = False
    yield
    connection.close()


def end_sessions(pids: list[int]) -> None:
    with psycopg.connect(web_server.administrator_url(), autocommit=True) as other:
        for pid in pids:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def end_ours() -> None:
    end_sessions([connection.connection.info.backend_pid])


# --- What may have been saved ---------------------------------------------------------------------------------


def test_reading_saves_nothing():
    assert heartbeat.last() is None
    with transaction.atomic():
        list(Heartbeat.objects.select_for_update())
    assert not connection.may_have_saved


def test_a_write_of_its_own_and_a_committed_transaction_have_saved():
    Heartbeat.objects.create(name="one", at="2009-02-11T08:00Z")
    assert connection.may_have_saved
    connection.may_have_saved = False
    with transaction.atomic():
        Heartbeat.objects.update(name="two")
        assert not connection.may_have_saved
    assert connection.may_have_saved


def test_what_is_rolled_back_or_refused_has_saved_nothing():
    class OnSecondThoughts(Exception):
        pass

    with pytest.raises(OnSecondThoughts), transaction.atomic():
        Heartbeat.objects.create(name="one", at="2009-02-11T08:00Z")
        raise OnSecondThoughts
    with connection.cursor() as cursor, pytest.raises(DatabaseError):
        cursor.execute("INSERT INTO record_heartbeat (name) VALUES ('no instant')")
    with transaction.atomic():
        list(Heartbeat.objects.all())
    assert not connection.may_have_saved
    assert not Heartbeat.objects.exists()


def test_a_transaction_refused_at_its_end_has_saved_nothing():
    with tampering.as_administrator() as cursor:
        cursor.execute("CREATE TEMP TABLE t (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        cursor.execute("GRANT INSERT ON t TO PUBLIC")
    with connection.cursor() as cursor:
        connection.may_have_saved = False
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("INSERT INTO t VALUES (1), (1)")
    assert not connection.may_have_saved


def test_a_session_that_ends_before_the_commit_has_saved_nothing():
    with pytest.raises((DatabaseError, InterfaceError)), transaction.atomic():
        Heartbeat.objects.create(name="one", at="2009-02-11T08:00Z")
        end_ours()
        Heartbeat.objects.count()
    assert not connection.may_have_saved
    assert not Heartbeat.objects.exists()


@pytest.mark.parametrize("committed", [False, True])
def test_of_a_session_that_ends_during_the_commit_it_is_not_known(monkeypatch, committed):
    commit = djangos.DatabaseWrapper._commit

    def cut(self):
        if committed:
            commit(self)
        end_ours()
        commit(self)
        self.connection.execute("SELECT 1")  # as a server does that answers no more

    monkeypatch.setattr(djangos.DatabaseWrapper, "_commit", cut)
    with pytest.raises((DatabaseError, InterfaceError, psycopg.Error)), transaction.atomic():
        Heartbeat.objects.create(name="one", at="2009-02-11T08:00Z")
    monkeypatch.undo()
    assert connection.may_have_saved
    connection.close()
    assert Heartbeat.objects.exists() is committed


# --- The pool -----------------------------------------------------------------------------------------------------


@pytest.fixture
def pooled():
    """A connection of the portal's kind with a pool of eight, all of them made and idle."""
    settings = copy.deepcopy(connection.settings_dict) | environ.Env.db_url_config(web_server.database_url())
    settings["OPTIONS"] = {"pool": {"min_size": 8, "max_size": 8, "timeout": 6}}
    settings["CONN_HEALTH_CHECKS"] = True
    wrapper = DatabaseWrapper(settings)
    wrapper.pool.open(wait=True, timeout=20)
    try:
        yield wrapper
    finally:
        wrapper.close()
        wrapper.close_pool()


@pytest.fixture
def comes_back(pooled):
    """The server is away, and comes back where it was when this is called."""
    before, port = pids_of(pooled), pooled.pool.kwargs["port"]
    pooled.pool.kwargs["port"] = free_port()
    end_sessions(before)
    return lambda: pooled.pool.kwargs.update(port=port)


def pids_of(pooled) -> list[int]:
    held = [pooled.pool.getconn() for _ in range(8)]
    try:
        return [one.info.backend_pid for one in held]
    finally:
        for one in held:
            pooled.pool.putconn(one)


def answer(pooled) -> int:
    with pooled.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def test_no_connection_is_given_out_that_a_restart_has_ended(pooled):
    before = pids_of(pooled)
    end_sessions(before)
    began = time.monotonic()
    assert answer(pooled) not in before
    # All are dropped at once; one by one, with psycopg's pauses between them, it would not get through in time.
    assert time.monotonic() - began < 4
    pooled.close()
    assert not set(pids_of(pooled)) & set(before)


class Line:
    """Carries bytes between the pool and its server. `cut()`: what is carried so far is carried no more, and nobody hangs up."""

    def __init__(self, host: str, port: int):
        self.server, self.ends, self.dead = (host, port), [], threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._take, daemon=True).start()

    def _take(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near = self.listening.accept()[0]
                far = socket.create_connection(self.server)
                self.ends += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(
                        target=self._carry, args=(source, target, self.dead), daemon=True
                    ).start()

    def _carry(self, source, target, dead) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                if dead.is_set():
                    return
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)

    def cut(self) -> None:
        self.dead.set()
        self.dead = threading.Event()

    def close(self) -> None:
        for end in (self.listening, *self.ends):
            end.close()


def test_a_connection_to_a_machine_that_has_gone_keeps_nobody_for_long(pooled, monkeypatch):
    """What is sent is never answered, and nobody hangs up; a new connection leads to the machine that took over."""
    monkeypatch.setattr(base, "_ANSWERS_WITHIN", 0.5)
    with contextlib.closing(Line(pooled.pool.kwargs["host"], int(pooled.pool.kwargs["port"]))) as line:
        pooled.pool.kwargs |= {"host": "127.0.0.1", "port": line.port}
        pooled.pool.drain()
        before = pids_of(pooled)
        line.cut()
        began = time.monotonic()
        assert answer(pooled) not in before
        assert time.monotonic() - began < 4
        pooled.close()


def test_a_connection_that_was_asked_whether_it_answers_is_given_out_as_it_was(pooled):
    before = pids_of(pooled)
    assert answer(pooled) in before
    pooled.close()
    assert sorted(pids_of(pooled)) == sorted(before)


def test_a_pool_that_cannot_connect_says_so_and_keeps_nobody_waiting(pooled, comes_back):
    """The server is away: nobody listens where it was."""
    with pytest.raises(DatabaseError):
        answer(pooled)
    assert pooled.is_given_up
    began = time.monotonic()
    with pytest.raises(DatabaseError):
        answer(pooled)
    assert time.monotonic() - began < 2
    comes_back()
    ends = time.monotonic() + 10
    while pooled.is_given_up:
        assert time.monotonic() < ends
        with contextlib.suppress(DatabaseError):
            answer(pooled)
    assert answer(pooled)


@pytest.mark.parametrize("away", [0.3, 2.2, 3.7])
def test_whoever_waits_has_a_connection_within_a_second_of_the_servers_return(pooled, comes_back, away):
    """Also at a moment when psycopg's own attempts would pause for seconds, or have ended."""
    back = []
    timer = threading.Timer(away, lambda: back.append((comes_back(), time.monotonic())))
    timer.start()
    began = time.monotonic()
    assert answer(pooled)
    ends = time.monotonic()
    timer.join()
    assert ends - began >= away, "it was not away at all"
    assert ends - back[0][1] < 1.5
    assert not pooled.is_given_up


def test_one_refusal_long_ago_does_not_give_the_server_up(pooled, monkeypatch):
    pooled.pool._refused(pooled.pool)
    later = time.monotonic() + 3600
    monkeypatch.setattr("cwg.postgres.base.time.monotonic", lambda: later)
    assert not pooled.is_given_up
