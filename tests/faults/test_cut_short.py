"""kill -9 and cut connections at each step of a submission: nothing, or all of it, and the token tells which."""

import contextlib
import itertools
import os
import signal
import time

import psycopg
import pytest
from django.db import OperationalError, connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper

from contributions import submission
from contributions.models import Contribution
from cwg import clock
from cwg.documents import register as the_register
from cwg.documents.models import Document, Receipt
from cwg.record import holding
from cwg.record.models import JournalEntry
from tests import drafts
from tests.faults import crowd, web_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


@pytest.fixture
def register(dg):
    return crowd.make_meeting(dg)


@pytest.fixture
def sender(register):
    (one,) = crowd.make_senders(register, 1)
    return one


def send(sender) -> submission.Submitted:
    return submission.submit(sender.token, person=sender.person, arrived_at=clock.now())


def standing(sender) -> tuple:
    draft = Contribution.objects.get(pk=sender.draft)
    return drafts.registered(), drafts.as_it_stands(draft), list(JournalEntry.objects.values())


def once_and_whole(sender, receipt: Receipt) -> None:
    assert Receipt.objects.get() == receipt
    assert Document.objects.get().symbol == "DG-2/1"
    assert Contribution.objects.get(pk=sender.draft).revision == receipt.revision
    assert drafts.faults() == []


def in_a_process(act) -> int:
    """Run `act` in a child of its own; returns how it ended, as `os.waitpid` tells it: 0, or minus the signal."""
    connections.close_all()  # the child must not speak on our connection
    pid = os.fork()
    if pid == 0:
        try:
            act()
            os._exit(0)
        except BaseException:
            os._exit(3)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class AtStatement:
    """For `connection.execute_wrapper`: do `act` instead of the statement of that number, from 1."""

    def __init__(self, number: int, act):
        self.number, self.act, self.seen = number, act, 0

    def __call__(self, execute, sql, params, many, context):
        self.seen += 1
        if self.seen == self.number:
            self.act()
        return execute(sql, params, many, context)


def test_kill_9_before_any_statement_of_a_submission_leaves_nothing_of_it_or_all(sender):
    before, whole = standing(sender), None
    number = 0
    while True:
        number += 1

        def submit_and_die(at=number):
            with connection.execute_wrapper(AtStatement(at, die)):
                send(sender)

        ended = in_a_process(submit_and_die)
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        found = standing(sender)
        if found != before and whole is None:
            # Past COMMIT, before the chain's copy was counted.
            assert Receipt.objects.get().revision.document.symbol == "DG-2/1"
            whole = found
        assert found == (whole or before), f"killed before statement {number}"
    assert number > 15, "the submission was not walked through"
    again = send(sender)
    assert again.again
    once_and_whole(sender, again.receipt)


@pytest.mark.parametrize("committed", [False, True])
def test_kill_9_around_the_commit_is_told_apart_by_the_token(sender, monkeypatch, committed):
    commit = DatabaseWrapper._commit

    def dying(self):
        if committed:
            commit(self)
        die()

    monkeypatch.setattr(DatabaseWrapper, "_commit", dying)
    assert in_a_process(lambda: send(sender)) == -signal.SIGKILL
    monkeypatch.undo()
    done = send(sender)
    assert done.again is committed
    once_and_whole(sender, done.receipt)


def terminate_us() -> None:
    """End our own session at the server, from another connection, and wait until it is gone."""
    pid = connection.connection.info.backend_pid
    with psycopg.connect(web_server.administrator_url(), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
        for _ in range(200):
            gone = other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone() is None
            if gone:
                return
            time.sleep(0.01)
    raise AssertionError("the session did not end")


def test_a_session_ended_in_the_middle_changes_nothing_and_the_same_token_goes_on(sender):
    before = standing(sender)
    cut = 0
    for number in itertools.count(3, 4):
        wrapper = AtStatement(number, terminate_us)
        try:
            with connection.execute_wrapper(wrapper):
                done = send(sender)
        except (OperationalError, the_register.RegisterBusy) as error:
            assert getattr(error, "certain", True)
            cut += 1
            connection.close()
            assert standing(sender) == before, f"cut before statement {number}"
        else:
            break
    assert wrapper.seen < number, "a session was ended and nobody noticed"
    assert cut > 3, "the submission was not walked through"
    assert not done.again
    once_and_whole(sender, done.receipt)
    assert send(sender).receipt == done.receipt


@pytest.mark.parametrize("committed", [False, True])
def test_a_connection_cut_during_commit_leaves_one_document_after_the_retry(sender, monkeypatch, committed):
    """Before the server has read COMMIT, and after: the client cannot tell the two apart, the token can."""
    commit = DatabaseWrapper._commit

    def cut(self):
        if committed:
            commit(self)
            raise OperationalError("server closed the connection unexpectedly")
        terminate_us()
        commit(self)

    monkeypatch.setattr(DatabaseWrapper, "_commit", cut)
    with pytest.raises(the_register.RegisterBusy) as busy:
        send(sender)
    assert not busy.value.certain
    monkeypatch.undo()
    connection.close()
    done = send(sender)
    assert done.again is committed
    once_and_whole(sender, done.receipt)


@pytest.mark.parametrize("committed", [False, True])
def test_whoever_sent_it_is_told_that_it_is_not_known_and_the_same_button_tells(
    sender, client_of, monkeypatch, committed
):
    client = client_of(sender.person, raise_request_exception=False)
    path, entered = f"/contributions/{sender.draft}/submit/", {"token": str(sender.token)}
    commit = DatabaseWrapper._commit

    def cut(self):
        if committed:
            commit(self)
            raise OperationalError("server closed the connection unexpectedly")
        terminate_us()
        commit(self)

    monkeypatch.setattr(DatabaseWrapper, "_commit", cut)
    answer = client.post(path, entered)
    monkeypatch.undo()
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "not known" in page and "Nothing was changed" not in page
    assert str(sender.token) in page
    assert Receipt.objects.exists() is committed
    answer = client.post(path, entered)
    assert answer.status_code == 302
    once_and_whole(sender, Receipt.objects.get())


class OnceAt:
    """For `connection.execute_wrapper`: end our session before the first statement that says `words`."""

    def __init__(self, words: str):
        self.words, self.ended = words, False

    def __call__(self, execute, sql, params, many, context):
        if self.words in sql and not self.ended:
            self.ended = True
            terminate_us()
        return execute(sql, params, many, context)


def test_the_page_tells_of_a_session_that_was_ended_and_sends_it_again(sender, client_of):
    client, path, form = (
        client_of(sender.person),
        f"/contributions/{sender.draft}/submit/",
        {"token": str(sender.token)},
    )
    before = standing(sender)
    with connection.execute_wrapper(OnceAt('INSERT INTO "documents_revision"')):
        answer = client.post(path, form)
    assert answer.status_code == 503
    page = answer.content.decode()
    assert "The connection to the database ended" in page and "Nothing was changed." in page
    assert str(sender.token) in page
    assert standing(sender) == before
    assert client.post(path, form).status_code == 302
    once_and_whole(sender, Receipt.objects.get())


@contextlib.contextmanager
def held_by_somebody(register):
    """Another session holds the register's row."""
    with psycopg.connect(web_server.database_url()) as other:
        other.execute("SELECT 1 FROM documents_register WHERE id = %s FOR UPDATE", [register.pk])
        yield
        other.rollback()


def test_a_register_that_stays_locked_says_so_and_the_same_token_goes_on(
    register, sender, client_of, monkeypatch
):
    monkeypatch.setattr(holding, "PATIENCE", 0.2)
    client = client_of(sender.person)
    before = standing(sender)
    path = f"/contributions/{sender.draft}/submit/"
    with held_by_somebody(register):
        answer = client.post(path, {"token": str(sender.token)})
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        page = answer.content.decode()
        assert "Nothing was changed" in page and str(sender.token) in page
        assert standing(sender) == before
    answer = client.post(path, {"token": str(sender.token)})
    assert answer.status_code == 302
    once_and_whole(sender, Receipt.objects.get())


def test_a_withdrawal_of_a_register_that_stays_locked_changes_nothing(register, sender, monkeypatch):
    document = send(sender).receipt.revision.document
    monkeypatch.setattr(holding, "PATIENCE", 0.2)
    before = standing(sender)
    with held_by_somebody(register), pytest.raises(the_register.RegisterBusy):
        the_register.withdraw(document, actor=sender.person, reason="no")
    assert standing(sender) == before
