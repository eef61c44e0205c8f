"""gunicorn whose one thread is busy: who waits for it is told when the request really came, and how long it waited."""

import http.client
import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction

from contributions.models import Contribution
from cwg import clock
from cwg.documents.models import Document, Receipt
from cwg.record.models import JournalEntry
from tests import drafts, factories, waiting
from tests.faults import crowd, web_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.alone]

# The host's clock and the database's are one here; this is what two readings of it may differ by.
READING = timedelta(milliseconds=20)
SOON = timedelta(seconds=1)


@pytest.fixture
def server(tmp_path, dg):
    with web_server.running(tmp_path / "web.log", workers=1, threads=1) as running:
        yield running


@contextmanager
def thread_kept_busy(server, register):
    """Within the block the one thread carries a submission to `register`, which this test holds locked."""
    (sender,) = crowd.make_senders(register, 1)
    crowd.close_door_in(register, timedelta(days=1))
    busy = threading.Thread(target=server.submit, args=(sender, crowd.session_of(sender.person)))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM documents_register WHERE id = %s FOR UPDATE", [register.pk])
        busy.start()
        waiting.until_somebody_waits()
        yield
    busy.join(timeout=30)
    assert not busy.is_alive()


def send_submission(wire: http.client.HTTPConnection, sender, session: str, **headers: str) -> None:
    """The whole request, at once; the answer is still to be read."""
    wire.request(
        "POST",
        f"/contributions/{sender.draft}/submit/",
        urlencode({"csrfmiddlewaretoken": web_server.CSRF, "token": str(sender.token)}),
        {
            "Cookie": f"session={session}; csrf={web_server.CSRF}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        | headers,
    )


def wait_for(instant) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(extract(epoch FROM %s - clock_timestamp()))", [instant])


@pytest.mark.parametrize("kept_alive", [False, True], ids=["new connection", "kept alive"])
def test_who_came_before_the_line_and_waited_for_a_thread_is_told_the_true_arrival(server, dg, kept_alive):
    register, other = crowd.make_meeting(dg), factories.make_register(dg, 3)
    (sender,) = crowd.make_senders(register, 1)
    session = crowd.session_of(sender.person)
    wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    if kept_alive:
        wire.request("GET", "/livez")
        assert wire.getresponse().read() == b"ok\n"
    with thread_kept_busy(server, other):
        deadline = crowd.close_door_in(register, 2 * SOON)
        sent = clock.now()
        # Whoever claims to have come an hour ago came when they came.
        send_submission(wire, sender, session, **{"X-Request-Start": f"t={time.time() - 3600:.3f}"})
        wait_for(deadline + timedelta(milliseconds=300))
    answer = wire.getresponse()
    page = answer.read().decode()
    wire.close()
    assert answer.status == 409, page[:500]
    entry = JournalEntry.objects.get(chain=register.chain, act="late")
    arrived = datetime.fromisoformat(entry.facts["arrived_at"])
    waited = f"waited {(entry.at - arrived).total_seconds():.3f} seconds for its turn"
    assert f"Your request reached us before the deadline, and {waited}" in page
    assert sent - READING <= arrived < sent + SOON
    assert arrived < deadline < entry.at
    assert Contribution.objects.get(pk=sender.draft).is_open
    assert not Document.objects.filter(register=register).exists()
    assert drafts.faults() == []


def test_a_connection_opened_ahead_of_need_has_not_arrived_before_its_request(server, dg):
    register = crowd.make_meeting(dg)
    crowd.close_door_in(register, timedelta(days=1))
    (sender,) = crowd.make_senders(register, 1)
    wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    wire.connect()
    wait_for(clock.now() + SOON)  # the span is the matter: a browser's idle connection
    sent = clock.now()
    send_submission(wire, sender, crowd.session_of(sender.person))
    answer = wire.getresponse()
    assert answer.status == 302, answer.read()[:500]
    wire.close()
    receipt = Receipt.objects.get()
    assert sent - READING <= datetime.fromisoformat(receipt.statement["arrived_at"]) <= receipt.issued_at
    assert drafts.faults() == []
