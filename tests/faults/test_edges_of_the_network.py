"""Another port, another proxy in front, and what browsers are told of https: one setting each, nginx and portal alike."""

import json
import re
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from cwg.documents.models import File
from cwg.record.models import AccessEntry
from tests import factories, mailroom
from tests.faults import crowd, proxy
from tests.faults.proxy import CSRF, HOST

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def front(place, django_db_setup, django_db_blocker):
    said = {
        "OUTER_PROXIES": "127.0.0.1 10.0.0.0/8",
        "SECURE_HSTS_SECONDS": "600",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": "True",
    }
    with django_db_blocker.unblock(), proxy.portal(place, odd_port=True, **said) as front:
        yield front


@pytest.fixture
def reader(dg):
    person = factories.accredit("focal.sau@test.example", dg, "focal_point", "SAU").person
    # As the portal under production settings keeps it.
    person.password = Argon2PasswordHasher().encode(PASSWORD, "a-salt-of-the-tests")
    person.save()
    return person


@pytest.fixture
def file(stored_there, dg, reader) -> File:
    document = factories.make_document(factories.make_register(dg), "A document", actor=reader)
    return File.objects.get(version__revision__document=document)


def send(front, path: str, form: dict[str, str], **headers):
    body = urlencode({"csrfmiddlewaretoken": CSRF} | form)
    return front.ask(
        "POST", path, body=body, **{"Content_Type": "application/x-www-form-urlencoded"} | headers
    )


def test_forms_work_on_another_port_and_none_comes_from_elsewhere(front, reader):
    assert front.origin.endswith(f":{front.ports['https']}")
    known = {"login": reader.email, "password": PASSWORD}
    for stranger in (f"https://{HOST}", f"https://{HOST}:1", "https://evil.example"):
        status, headers, _ = send(front, "/accounts/login/", known, Origin=stranger)
        assert status == 403 and not re.search(r"__Host-session=\w", str(headers.get_all("Set-Cookie"))), (
            stranger
        )
    status, headers, _ = send(front, "/accounts/login/", known)
    assert (status, headers["Location"]) == (302, "/")
    (session,) = re.findall(r"__Host-session=(\w+)", str(headers.get_all("Set-Cookie")))
    status, _, page = front.ask("GET", "/", session=session)
    assert status == 200 and b"/accounts/logout/" in page


def test_http_is_sent_to_the_port_that_people_use(front):
    status, headers = front.plain("/meetings/?page=2")
    assert (status, headers["Location"]) == (301, f"{front.origin}/meetings/?page=2")


def test_nginx_names_no_port_of_its_own(front):
    status, headers, _ = front.ask("GET", "/static/css")
    assert (status, headers["Location"]) == (301, "/static/css/")


def test_the_link_of_a_mail_leads_to_the_port_that_people_use(front, reader):
    status, _, _ = send(front, "/accounts/password/reset/", {"email": reader.email})
    assert status == 302
    room = mailroom.Mailroom()
    with mailroom.serving(room) as port:
        front.manage("sweep", "notices", EMAIL_HOST="127.0.0.1", EMAIL_PORT=str(port))
    (mail,) = room.to(reader.email)
    text = mailroom.text_of(mail)
    (link,) = re.findall(rf"{re.escape(front.origin)}(/accounts/password/reset/key/\S+)", text)
    status, _, page = front.ask("GET", link)
    assert status == 302 or b"password" in page
    assert f"https://{HOST}/" not in text


def test_the_visitors_address_comes_through_an_outer_proxy_and_nobody_forges_it(front, file, reader):
    session = crowd.session_of(reader)
    cases = [
        # (who connects, what it says of where the request came from, whom we take it for)
        ("127.0.0.1", "198.51.100.7", "198.51.100.7"),
        # The visitor claimed to be 203.0.113.9; the proxy added whom it saw.
        ("127.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.7, 10.1.2.3", "198.51.100.7"),
        # Nobody of ours.
        ("127.0.0.2", "203.0.113.9", "127.0.0.2"),
        ("127.0.0.1", None, "127.0.0.1"),
    ]
    for sender, claimed, address in cases:
        headers = {"X_Forwarded_For": claimed} if claimed else {}
        status, _, _ = front.ask(
            "GET", f"/files/{file.pk}/", session=session, sender=sender, X_Real_IP="203.0.113.9", **headers
        )
        assert status == 200
        assert AccessEntry.objects.filter(act="downloaded").latest("pk").address == address, claimed
        front.ask("GET", "/livez")  # written after it
        lines = [json.loads(line) for line in (front.place / "access.log").read_text().splitlines()]
        downloads = [line for line in lines if line["request"].startswith("GET /files/")]
        assert downloads[-1]["remote_addr"] == address


def test_wrong_passwords_count_against_the_visitor_and_not_against_the_proxy(front, reader):
    wrong = {"login": "nobody@test.example", "password": "x"}
    send(front, "/accounts/login/", wrong, X_Forwarded_For="203.0.113.1, 198.51.100.8")
    assert AccessEntry.objects.filter(act="sign_in_failed").latest("pk").address == "198.51.100.8"


def test_an_outer_proxy_does_not_say_whether_it_was_https(front):
    """It speaks https to us, or is sent to where we do."""
    status, headers, _ = front.ask("GET", "/accounts/login/", X_Forwarded_Proto="http")
    assert status == 200 and "__Host-csrf" in str(headers.get_all("Set-Cookie"))


def test_nginx_and_the_portal_tell_browsers_alike_to_insist_on_https(front, file, reader):
    session = crowd.session_of(reader)
    for path, expected in (
        ("/meetings/", 200),
        ("/static/css/portal.css", 200),
        ("/static/gone.css", 404),
        (f"/files/{file.pk}/", 200),
    ):
        status, headers, _ = front.ask("GET", path, session=session)
        assert (status, headers.get_all("Strict-Transport-Security")) == (
            expected,
            ["max-age=600; includeSubDomains"],
        ), path
