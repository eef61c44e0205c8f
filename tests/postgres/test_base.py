"""What a connection knows of a request's writes, and that a pool outlives a restart. Real sessions, really ended."""

import copy
import threading
import time

import psycopg
import pytest
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.backends.postgresql import base as djangos

from cwg.postgres.base import DatabaseWrapper
from cwg.record import heartbeat
from cwg.record.models import Heartbeat
from tests.faults import web_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_yet(transactional_db):
    connection.may_have_saved = False
    yield
    connection.close()


def end_sessions(pids: list[int]) -> None:
    with psycopg.connect(web_server.database_url(), autocommit=True) as other:
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
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE t (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
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
    settings = copy.deepcopy(connection.settings_dict)
    settings["OPTIONS"]["pool"] = {"min_size": 8, "max_size": 8, "timeout": 5}
    settings["CONN_HEALTH_CHECKS"] = True
    wrapper = DatabaseWrapper(settings)
    wrapper.pool.open(wait=True, timeout=20)
    try:
        yield wrapper
    finally:
        wrapper.close()
        wrapper.close_pool()


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


def test_a_pool_that_cannot_connect_says_so_and_keeps_nobody_waiting(pooled):
    """The server is away: nobody listens where it was."""
    before, port = pids_of(pooled), pooled.pool.kwargs["port"]
    gone = threading.Event()
    pooled.pool._reconnect_failed, given_up = (
        (lambda pool: (given_up(pool), gone.set())),
        pooled.pool._reconnect_failed,
    )
    pooled.pool.kwargs["port"] = web_server._free_port()
    end_sessions(before)
    with pytest.raises(DatabaseError):
        answer(pooled)
    assert gone.wait(10)
    began = time.monotonic()
    with pytest.raises(DatabaseError):
        answer(pooled)
    assert time.monotonic() - began < 2
    pooled.pool.kwargs["port"] = port
    ends = time.monotonic() + 10
    while pooled.is_given_up:
        assert time.monotonic() < ends
        try:
            answer(pooled)
        except DatabaseError:
            continue
    assert answer(pooled) not in before
