"""Web workers killed at random while delegations submit: with its token, every sender gets one answer in the end."""

import os
import queue
import random
import signal
import threading
import time
from datetime import timedelta

import pytest
from django.db import connections

from contributions.models import Contribution
from cwg import clock
from cwg.documents.models import Document, Receipt
from tests import drafts
from tests.faults import crowd, web_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.alone]


def kill_at_random(
    server: web_server.Server, chance: random.Random, answers: dict, finished: threading.Event
) -> int:
    """kill -9 one of the workers every few tenths of a second until `finished`. Returns how many.

    Never twice without an answer in between: on a slow machine nobody would ever come through.
    """
    killed, answered = 0, -1
    while not finished.wait(chance.uniform(0.1, 0.5)):
        pids = server.workers()
        if not pids or len(answers) == answered:
            continue
        answered = len(answers)
        try:
            os.kill(chance.choice(sorted(pids)), signal.SIGKILL)
        except ProcessLookupError:
            continue
        killed += 1
    return killed


def storm(dg, log, *, seed: int, senders: int, clients: int, least_kills: int) -> None:
    """`clients` send `senders` drafts through a server whose workers are killed; checks all that must hold.

    The deadline falls a second after a third of them are answered; a quarter sends after it.
    """
    chance = random.Random(seed)
    register = crowd.make_meeting(dg)
    crowd_of_senders = crowd.make_senders(register, senders)
    sessions = {sender.person: crowd.session_of(sender.person) for sender in crowd_of_senders}
    connections.close_all()
    waiting, answers, errors = queue.SimpleQueue(), {}, []
    finished, killed = threading.Event(), []

    with web_server.running(log, workers=3) as server:

        def send():
            while True:
                try:
                    sender = waiting.get_nowait()
                except queue.Empty:
                    return
                try:
                    answers[sender.draft] = server.submit(sender, sessions[sender.person])
                except BaseException as error:
                    errors.append(error)

        # A quarter sends only once the deadline has passed: however quick the machine, it falls among them.
        held_back = crowd_of_senders[: senders // 4]
        for sender in crowd_of_senders[senders // 4 :]:
            waiting.put(sender)
        killer = threading.Thread(
            target=lambda: killed.append(kill_at_random(server, chance, answers, finished))
        )
        threads = [threading.Thread(target=send) for _ in range(clients)]
        for thread in [killer, *threads]:
            thread.start()
        deadline = crowd.close_door_among(register, answers, senders // 3, timedelta(seconds=1))
        while clock.now() <= deadline:
            time.sleep(0.02)
        for sender in held_back:
            waiting.put(sender)
        late_comers = [threading.Thread(target=send) for _ in range(clients // 2)]
        for thread in late_comers:
            thread.start()
        for thread in [*threads, *late_comers]:
            thread.join()
        finished.set()
        killer.join()

    assert errors == []
    assert killed[0] >= least_kills
    assert len(answers) == senders
    receipts = crowd.check_register(register, deadline)
    accepted = {draft: path for draft, (kind, path) in answers.items() if kind == "receipt"}
    refused = {draft for draft, (kind, _) in answers.items() if kind == "late"}
    assert {r.revision.contribution.pk: r.get_absolute_url() for r in receipts} == accepted
    assert set(Contribution.objects.open().values_list("pk", flat=True)) == refused
    assert Document.objects.count() == Receipt.objects.count() == len(accepted)
    assert accepted and refused, "the deadline did not fall among them"
    assert drafts.faults() == []


def test_every_sender_ends_with_one_receipt_or_a_late_page(dg, tmp_path):
    storm(dg, tmp_path / "web.log", seed=2009, senders=40, clients=10, least_kills=3)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(8))
def test_every_sender_ends_so_in_a_long_storm_too(dg, tmp_path, seed):
    storm(
        dg,
        tmp_path / "web.log",
        seed=seed,
        senders=400,
        clients=16,
        least_kills=20,
    )


def test_a_worker_killed_between_decision_and_answer_costs_no_second_document(dg, tmp_path):
    """All workers die as soon as the receipt is committed; the sender sends again and gets that receipt."""
    register = crowd.make_meeting(dg)
    (sender,) = crowd.make_senders(register, 1)
    session = crowd.session_of(sender.person)
    with web_server.running(tmp_path / "web.log", workers=2) as server:
        stop = threading.Event()

        def kill_on_commit():
            try:
                while not stop.is_set() and not Receipt.objects.exists():
                    time.sleep(0.001)
                for pid in server.workers():
                    os.kill(pid, signal.SIGKILL)
            finally:
                connections.close_all()

        killer = threading.Thread(target=kill_on_commit)
        killer.start()
        kind, path = server.submit(sender, session)
        stop.set()
        killer.join()
        # And once more, as somebody does who did not see the answer.
        assert server.submit(sender, session) == (kind, path)
    assert kind == "receipt"
    assert Receipt.objects.get().get_absolute_url() == path
    assert drafts.faults() == []
