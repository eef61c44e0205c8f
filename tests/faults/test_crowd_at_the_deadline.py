"""Two hundred submissions across the deadline's second, on real connections to a real PostgreSQL."""

import queue
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from contributions import submission
from contributions.models import Contribution
from cwg import clock
from cwg.documents.models import Document, Receipt
from cwg.record.models import JournalEntry
from tests import drafts
from tests.faults import crowd, web_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.alone]

THREADS = 24


def all_at_once(work, meanwhile=lambda outcomes: None) -> list:
    """Submit every (sender, token) of `work` from 24 threads, each with a connection of its own.

    `meanwhile` is called with the list that the outcomes go into.
    """
    waiting, outcomes, together = queue.SimpleQueue(), [], threading.Barrier(THREADS)
    for item in work:
        waiting.put(item)

    def send():
        try:
            together.wait(timeout=30)
            while True:
                try:
                    sender, token = waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    done = submission.submit(token, person=sender.person, arrived_at=clock.now())
                except Exception as error:
                    done = error
                outcomes.append((sender, done))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    meanwhile(outcomes)
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def test_none_is_late_and_in_none_is_lost_and_the_order_is_kept(dg):
    register = crowd.make_meeting(dg)
    senders = crowd.make_senders(register, 200)
    doors = []

    def close_the_door(outcomes):
        doors.append(crowd.close_door_among(register, outcomes, 60, timedelta(milliseconds=300)))

    outcomes = all_at_once([(sender, sender.token) for sender in senders], close_the_door)
    (deadline,) = doors
    assert [done for _, done in outcomes if isinstance(done, Exception)] == []
    accepted = {sender.draft: done for sender, done in outcomes if done.receipt is not None}
    refused = {sender.draft: done for sender, done in outcomes if done.receipt is None}
    assert accepted and refused, "the deadline did not fall among them"
    assert len(accepted) + len(refused) == 200
    assert all(done.at > deadline for done in refused.values())

    receipts = crowd.check_register(register, deadline)
    assert {r.revision.contribution.pk: r.code for r in receipts} == {
        draft: done.receipt.code for draft, done in accepted.items()
    }
    assert JournalEntry.objects.filter(chain=register.chain, act="late").count() == len(refused)
    assert Contribution.objects.open().count() == len(refused)
    assert drafts.faults() == []


def test_each_sent_four_times_at_once_gives_one_document_one_number_one_receipt(dg):
    register = crowd.make_meeting(dg)
    deadline = crowd.close_door_in(register, timedelta(days=1))
    senders = crowd.make_senders(register, 25)
    second_tab = [(sender, crowd.token_of(sender.draft, sender.person)) for sender in senders]
    first_tab = [(sender, sender.token) for sender in senders]
    work = [item for pair in zip(first_tab, second_tab, strict=True) for item in pair * 2]
    outcomes = all_at_once(work)
    assert len(outcomes) == 100
    codes = {}
    for sender, done in outcomes:
        codes.setdefault(sender.draft, set()).add(done.receipt.code)
    assert all(len(of_draft) == 1 for of_draft in codes.values())
    assert Counter(done.again for _, done in outcomes) == {False: 25, True: 75}
    assert Document.objects.count() == Receipt.objects.count() == 25
    crowd.check_register(register, deadline)
    assert drafts.faults() == []


def test_the_clock_is_read_after_the_wait_for_the_lock(dg):
    """Who waits at the door while it closes is late, however early the request came."""
    register = crowd.make_meeting(dg)
    (sender,) = crowd.make_senders(register, 1)
    deadline = crowd.close_door_in(register, timedelta(milliseconds=700))
    locked, outcomes = threading.Event(), []

    def send():
        try:
            locked.wait(timeout=10)
            outcomes.append(submission.submit(sender.token, person=sender.person, arrived_at=clock.now()))
        finally:
            connections.close_all()

    thread = threading.Thread(target=send)
    thread.start()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM documents_register WHERE id = %s FOR UPDATE", [register.pk])
            locked.set()
            cursor.execute("SELECT pg_sleep(1.2)")
    thread.join(timeout=20)
    (done,) = outcomes
    assert done.receipt is None
    assert done.arrived_at < deadline < done.at
    assert done.waited > timedelta(milliseconds=500)
    assert not Document.objects.exists()


def test_nobody_is_refused_while_the_queue_moves(dg, tmp_path):
    """200 through two web processes of eight threads, of which six may wait for a register that is shut: all are served."""
    register = crowd.make_meeting(dg)
    senders = crowd.make_senders(register, 200)
    sessions = {sender.person: crowd.session_of(sender.person) for sender in senders}
    connections.close_all()
    waiting, answers, together = queue.SimpleQueue(), [], threading.Barrier(48)
    for sender in senders:
        waiting.put(sender)

    with web_server.running(tmp_path / "web.log", workers=2, threads=8) as server:

        def send():
            together.wait(timeout=60)
            while True:
                try:
                    sender = waiting.get_nowait()
                except queue.Empty:
                    return
                path, form = f"/contributions/{sender.draft}/submit/", {"token": str(sender.token)}
                session = sessions[sender.person]
                answers.append(server.request("POST", path, session=session, form=form, timeout=60)[0])

        threads = [threading.Thread(target=send) for _ in range(48)]
        for thread in threads:
            thread.start()
        deadline = crowd.close_door_among(register, answers, 120, timedelta(milliseconds=300))
        for thread in threads:
            thread.join(120)
    assert Counter(answers).keys() == {302, 409}, Counter(answers)
    assert len(answers) == 200
    assert len(crowd.check_register(register, deadline)) == Counter(answers)[302]
    assert drafts.faults() == []
