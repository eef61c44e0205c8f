"""An answer that needs no look at the body reaches its sender, although the body was sent whole."""

import http.client
from urllib.parse import urlencode

import pytest

from tests import factories
from tests.faults import crowd
from tests.faults.proxy import CSRF

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

# As long as nginx lets a form be, nearly.
LONG = 3_000_000
TRIES = 40


def counted(front, path: str, size: int, *, session: str = "") -> dict[tuple[int, str | None], int]:
    """How often each answer came: its status, and where it leads."""
    words = urlencode({"csrfmiddlewaretoken": CSRF, "text": ""})
    found: dict[tuple[int, str | None], int] = {}
    for _ in range(TRIES):
        status, headers, _page = front.ask(
            "POST",
            path,
            body=words + "x" * (size - len(words)),
            session=session,
            Content_Type="application/x-www-form-urlencoded",
        )
        answer = status, headers["Location"]
        found[answer] = found.get(answer, 0) + 1
    return found


@pytest.mark.parametrize("size", [70_000, LONG])
def test_whoever_was_signed_out_meanwhile_is_sent_to_sign_in(front, size):
    expected = {(302, "/accounts/login/?next=/contributions/new/"): TRIES}
    assert counted(front, "/contributions/new/", size) == expected


def test_words_past_every_limit_get_the_page_that_says_so(front, dg):
    reader = factories.accredit("focal.sau@test.example", dg, "focal_point", "SAU").person
    assert counted(front, "/contributions/new/", LONG, session=crowd.session_of(reader)) == {
        (413, None): TRIES
    }


def test_the_portal_reads_the_rest_although_its_sender_hears_the_answer_late(front):
    """Past the proxy: sent whole before the answer is looked at, as a client does that does nothing else meanwhile."""
    for _ in range(5):
        wire = http.client.HTTPConnection("127.0.0.1", front.server.port, timeout=20)
        try:
            wire.putrequest("POST", "/contributions/new/")
            for name, value in (
                ("Content-Length", str(LONG)),
                ("Content-Type", "application/x-www-form-urlencoded"),
                ("X-Forwarded-Proto", "https"),
                ("Connection", "close"),
            ):
                wire.putheader(name, value)
            wire.endheaders()
            for _ in range(LONG // 10_000):
                wire.send(b"x" * 10_000)
            assert wire.getresponse().status == 302
        finally:
            wire.close()
