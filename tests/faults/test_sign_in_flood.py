"""How often one address may try to sign in before nginx says no: a room full of people may, a script may not."""

import http.server
import json
import threading
import time
from types import SimpleNamespace

import pytest

from tests.faults import proxy
from tests.ports import free_ports

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.alone]

IN_THE_ROOM = 200
A_SECOND = 10
# Of each a password, a second factor and one more try.
AT_ONCE = 3 * IN_THE_ROOM
ROOM, ANOTHER = "198.51.100.7", "198.51.100.8"


class Portal(http.server.BaseHTTPRequestHandler):
    """Stands for the portal: whatever comes through is answered, and counted."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_POST = do_GET

    def log_message(self, format, *args):
        pass


@pytest.fixture
def door(front, tmp_path):
    """nginx behind one more proxy, so that a request may come from anywhere; with the pages that the portal made for it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = SimpleNamespace(port=server.server_port, liveness_port=server.server_port)
    ports = free_ports("http", "https", "health")
    (tmp_path / "static").symlink_to(front.place / "static")
    given = {"PORTAL_HOST": proxy.HOST, "OUTER_PROXIES": "127.0.0.1"}
    with proxy.nginx(tmp_path, [host], ports, given):
        yield proxy.Front(tmp_path, ports, [host], f"https://{proxy.HOST}", {})
    server.shutdown()
    server.server_close()


def post(door, path: str, sender: str, **headers):
    return door.ask("POST", path, body="a=1", X_Forwarded_For=sender, **headers)


def refused(door, *senders: str, path: str = "/accounts/login/", **headers):
    """Tries from these addresses in turn until one is refused: how many went through before, and the refusal."""
    for went_through in range(3000):
        answer = post(door, path, senders[went_through % len(senders)], **headers)
        if answer[0] == 429:
            return went_through, *answer
    raise AssertionError("nobody is ever refused")


def test_everybody_in_a_room_signs_in_at_once_with_a_second_factor(door):
    answers = [
        post(door, path, ROOM)[0]
        for path in ["/accounts/login/"] * 2 * IN_THE_ROOM + ["/accounts/2fa/authenticate/"] * IN_THE_ROOM
    ]
    assert answers == [200] * AT_ONCE


def test_a_script_is_refused_with_our_sentence_and_nobody_else_is(door):
    began = time.monotonic()
    went_through, status, headers, page = refused(door, ROOM)
    assert AT_ONCE <= went_through <= AT_ONCE + 2 + A_SECOND * (time.monotonic() - began)
    assert (status, headers["Retry-After"], headers["Cache-Control"]) == (429, "10", "no-store")
    assert b"<h1>Too many tries</h1>" in page and b"Nothing was changed" in page
    _, status, headers, said = refused(door, ROOM, Accept="application/json")
    assert headers["Content-Type"] == "application/json"
    assert "Wait a few seconds" in str(json.loads(said))
    # Until it stops: it goes on far more often than ten times a second.
    began = time.monotonic()
    answers = [post(door, "/accounts/login/", ROOM)[0] for _ in range(100)]
    assert set(answers) <= {200, 429}
    assert answers.count(200) <= 1 + A_SECOND * (time.monotonic() - began)
    # Its own form is still shown, everything else is still taken, and others sign in.
    assert door.ask("GET", "/accounts/login/", X_Forwarded_For=ROOM)[0] == 200
    assert post(door, "/contributions/new/", ROOM)[0] == 200
    assert post(door, "/accounts/login/", ANOTHER)[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/password/reset/",
        "/accounts/sign-in-link/",
        "/invitation/a-secret/",
        "//accounts/./login/",
        "/accounts/%6Cogin/",
    ],
)
def test_they_count_together_wherever_somebody_may_guess_or_have_a_mail_sent(door, path):
    refused(door, ROOM)
    went_through, *_ = refused(door, ROOM, path=path)
    assert went_through < IN_THE_ROOM


def test_a_network_of_ipv6_is_one_sender_and_the_next_one_is_another(door):
    went_through, *_ = refused(door, *(f"2001:db8:0:1::{number:x}" for number in range(1, 250)))
    assert went_through < 2 * AT_ONCE
    assert post(door, "/accounts/login/", "2001:db8:0:2::1")[0] == 200


def test_an_address_of_ipv4_in_the_words_of_ipv6_is_that_address_alone(door):
    refused(door, f"::ffff:{ROOM}")
    assert post(door, "/accounts/login/", ROOM)[0] == 429
    assert post(door, "/accounts/login/", f"::ffff:{ANOTHER}")[0] == 200


@pytest.mark.parametrize(
    "headers",
    [{"Sec_Fetch_Site": "cross-site"}, {"Cookie": "language=en"}, {"Cookie": "not__Host-csrf=x; a=csrf=b"}],
)
@pytest.mark.parametrize("path", ["/accounts/login/", "/invitation/a-secret/", "/language/"])
def test_what_is_no_form_of_ours_is_refused_with_our_sentence(door, path, headers):
    status, sent, page = post(door, path, ROOM, **headers)
    assert (status, sent["Cache-Control"]) == (403, "no-store")
    assert b"<h1>This form is too old</h1>" in page


def test_what_pages_of_others_send_uses_up_nobodys_tries(door):
    """Or any page on the web would lock those at its reader's address out."""
    for _ in range(AT_ONCE + 50):
        assert post(door, "/accounts/login/", ROOM, Sec_Fetch_Site="cross-site")[0] == 403
    assert post(door, "/accounts/login/", ROOM)[0] == 200


def test_signing_out_and_addresses_that_are_none_use_up_nobodys_tries(door):
    for path in ("/accounts/logout/", "/accounts/no-such-page/"):
        assert {post(door, path, ROOM)[0] for _ in range(AT_ONCE + 50)} == {200}
    assert post(door, "/accounts/login/", ROOM)[0] == 200


@pytest.mark.parametrize("site", ["same-origin", "same-site", "none", None])
def test_a_form_of_ours_is_taken_whatever_the_browser_tells_of_where_it_was(door, site):
    said = {"Sec_Fetch_Site": site} if site else {}
    assert post(door, "/accounts/login/", ROOM, **said)[0] == 200
    for cookies in ("__Host-csrf=x", "a=b; __Host-csrf=x; c=d", "a=b;csrf=x"):
        assert post(door, "/accounts/login/", ROOM, Cookie=cookies, **said)[0] == 200


def test_what_is_sent_before_signing_in_is_short(door):
    for path in ("/accounts/login/", "/invitation/a-secret/", "/language/"):
        assert door.ask("POST", path, body="a" * 64 * 1024)[0] == 200
        assert door.ask("POST", path, body="a" * (64 * 1024 + 1))[0] == 413
