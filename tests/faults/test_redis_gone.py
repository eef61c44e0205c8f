"""No web request needs Redis: gone, or taking the connection and never answering, it costs a submission nothing."""

import contextlib
import re
import socket
import time

import pytest

from cwg.documents.models import Receipt
from cwg.notices.models import Event
from tests import drafts
from tests.faults import crowd, web_server
from tests.ports import free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.alone]


@contextlib.contextmanager
def refused():
    """A port at which nobody listens."""
    yield free_port()


@contextlib.contextmanager
def silent():
    """A port that takes every connection and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield listener.getsockname()[1]


@pytest.mark.parametrize("redis", [refused, silent])
def test_a_submission_takes_no_longer_and_succeeds(dg, tmp_path, redis):
    register = crowd.make_meeting(dg)
    senders = crowd.make_senders(register, 3)
    with (
        redis() as port,
        web_server.running(
            tmp_path / "web.log", workers=1, REDIS_URL=f"redis://127.0.0.1:{port}/0"
        ) as server,
    ):
        for sender in senders:
            session = crowd.session_of(sender.person)
            # As a browser does: the preview first, with a token of its own.
            status, _, page = server.request("GET", f"/contributions/{sender.draft}/proof/", session=session)
            assert status == 200
            token = re.search(r'name="token" value="([0-9a-f-]{36})"', page).group(1)
            began = time.monotonic()
            status, headers, _ = server.request(
                "POST", f"/contributions/{sender.draft}/submit/", session=session, form={"token": token}
            )
            assert time.monotonic() - began < 1.5
            assert status == 302 and headers["Location"].startswith("/receipts/")
    assert Receipt.objects.count() == 3
    assert Event.objects.filter(kind="document_registered", expanded_at=None).count() == 3
    assert drafts.faults() == []
