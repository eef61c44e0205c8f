"""When a request reached us, as nginx stamps it, with the very configuration of docker-compose.yml."""

import http.client
import os
import signal
import ssl
import threading
import time
from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection

from cwg import clock
from cwg.documents.models import Receipt
from tests import drafts
from tests.faults import crowd
from tests.faults.proxy import CSRF, HOST

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.alone]


def submit(front, sender, **headers):
    return front.ask(
        "POST",
        f"/contributions/{sender.draft}/submit/",
        session=crowd.session_of(sender.person),
        body=urlencode({"csrfmiddlewaretoken": CSRF, "token": str(sender.token)}),
        Content_Type="application/x-www-form-urlencoded",
        **headers,
    )


@pytest.fixture
def sender(dg):
    register = crowd.make_meeting(dg)
    crowd.close_door_in(register, timedelta(days=1))
    return crowd.make_senders(register, 1)[0]


def arrival_told(sender) -> datetime:
    receipt = Receipt.objects.get(revision__contribution=sender.draft)
    return datetime.fromisoformat(receipt.statement["arrived_at"])


# nginx stamps in milliseconds, rounded down.
STAMPED = timedelta(milliseconds=20)


@pytest.mark.parametrize("claim", [-3600, -30, 3600])
def test_the_proxys_stamp_stands_over_whatever_a_client_sent(front, stored_there, sender, claim):
    before = clock.now()
    said = f"t={time.time() + claim:.3f}"
    status, _, body = submit(front, sender, X_Request_Start=said)
    assert status == 302, body[:500]
    assert before - STAMPED <= arrival_told(sender) <= clock.now()
    assert drafts.faults() == []


def test_a_wait_behind_the_proxy_counts_and_the_time_of_the_senders_line_does_not(
    front, stored_there, sender
):
    """The web process is frozen: even gunicorn takes the request up only when it thaws."""
    (worker,) = front.server.workers()
    answers = []
    os.kill(worker, signal.SIGSTOP)
    try:
        before = clock.now()
        sending = threading.Thread(target=lambda: answers.append(submit(front, sender)))
        sending.start()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(1.5)")  # the span is the matter
        thawed = clock.now()
    finally:
        os.kill(worker, signal.SIGCONT)
    sending.join(timeout=30)
    assert answers[0][0] == 302, answers
    assert before - STAMPED <= arrival_told(sender) < thawed - timedelta(seconds=1)
    assert Receipt.objects.get().issued_at > thawed


def test_who_begins_a_request_and_finishes_it_later_arrives_when_it_is_whole(front, stored_there, sender):
    body = urlencode({"csrfmiddlewaretoken": CSRF, "token": str(sender.token)})
    trusting = ssl.create_default_context(cafile=str(front.place / "certificate.pem"))
    trusting.check_hostname = False
    wire = http.client.HTTPSConnection("127.0.0.1", front.ports["https"], timeout=20, context=trusting)
    wire.putrequest("POST", f"/contributions/{sender.draft}/submit/", skip_host=True)
    for name, value in {
        "Host": HOST,
        "Origin": f"https://{HOST}",
        "Cookie": f"__Host-session={crowd.session_of(sender.person)}; __Host-csrf={CSRF}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": str(len(body)),
    }.items():
        wire.putheader(name, value)
    wire.endheaders(body[:-1].encode())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(1)")  # the span is the matter
    before = clock.now()
    wire.send(body[-1:].encode())
    assert wire.getresponse().status == 302
    wire.close()
    assert before - STAMPED <= arrival_told(sender) <= clock.now()
