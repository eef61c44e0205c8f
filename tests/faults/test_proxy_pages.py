"""What nginx answers by itself are pages of the portal, also when the portal is down (`manage.py make_proxy_pages`)."""

import http.client
import json
import re
import socket
import ssl

import html5lib
import pytest

from contributions.models import DraftFile
from cwg.operations import proxy_pages
from tests import drafts, factories
from tests.faults import crowd, proxy
from tests.faults.proxy import HOST, LIMIT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


@pytest.fixture
def reader(dg):
    return factories.accredit("focal.sau@test.example", dg, "focal_point", "SAU").person


@pytest.fixture
def draft(stored_there, dg, reader):
    return drafts.make_draft(dg, factories.make_register(dg), by=reader)


def raw(front, request: bytes, *, host: str = HOST) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Status, headers and page for these very bytes, which no client would send."""
    trusting = ssl.create_default_context(cafile=str(front.place / "certificate.pem"))
    trusting.check_hostname = False
    with (
        socket.create_connection(("127.0.0.1", front.ports["https"]), timeout=20) as wire,
        trusting.wrap_socket(wire, server_hostname=host) as line,
    ):
        line.sendall(request)
        answer = http.client.HTTPResponse(line)
        answer.begin()
        return answer.status, answer.headers, answer.read()


def is_ours(front, page: bytes, title: str, *, language: str = "en") -> None:
    """A valid page of the portal, all of whose parts are there without the portal."""
    text = page.decode()
    html5lib.HTMLParser(strict=True).parse(text)
    assert f"<h1>{title}</h1>" in text
    assert f'<html lang="{language}"' in text
    assert "nginx" not in text and "<style" not in text and " style=" not in text and "<script" not in text
    parts = re.findall(r'(?:href|src)="(/static/[^"]+)"', text)
    assert len(parts) > 4
    for part in parts:
        assert (front.place / part.removeprefix("/")).is_file(), part


PAGES = [
    ("GET / HTTP/1.1\r\nHost: {host}\r\nX: {long}\r\n\r\n", 400, "This request cannot be read"),
    ("GET /nul\x00 HTTP/1.1\r\nHost: {host}\r\n\r\n", 400, "This request cannot be read"),
    ("GET /?q={long} HTTP/1.1\r\nHost: {host}\r\n\r\n", 414, "This address is too long"),
    (
        "GET /static/css/gone.0123456789ab.css HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
        404,
        "This page was not found",
    ),
    (
        "GET /static/css/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
        403,
        "This page was not found",
    ),
    (
        "POST /meetings/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: 9000000\r\n\r\n",
        413,
        "Too large",
    ),
]


@pytest.mark.parametrize(
    ("request_", "status", "title"), PAGES, ids=[f"{p[1]}-{n}" for n, p in enumerate(PAGES)]
)
def test_what_nginx_refuses_is_told_on_a_page_of_ours(front, request_, status, title):
    sent = request_.replace("{host}", HOST).replace("{long}", "x" * 9_000)
    answered, headers, page = raw(front, sent.encode())
    assert answered == status
    assert headers["Content-Type"].lower() == "text/html; charset=utf-8"
    assert headers.get_all("Cache-Control") == ["no-store"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    is_ours(front, page, title)


def test_a_stranger_of_a_host_name_gets_a_page_too(front):
    status, headers, page = front.ask("GET", "/livez", host="evil.example")
    assert status == 400 and headers["Cache-Control"] == "no-store"
    is_ours(front, page, "This request cannot be read")


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        ({"Accept_Language": "ar-EG,ar;q=0.9"}, "ar"),
        ({"Accept_Language": "zh-CN"}, "zh-hans"),
        ({"Accept_Language": "fr", "Cookie": "theme=dark; language=ru"}, "ru"),
        ({"Accept_Language": "de"}, "en"),
    ],
)
def test_the_page_is_in_the_readers_language(front, headers, language):
    _, _, page = front.ask("GET", "/static/gone.css", **headers)
    is_ours(front, page, "This page was not found", language=language)


def test_a_404_under_static_is_not_kept(front):
    for path in ("/static/css/portal.0123456789ab.css", "/static/gone.js"):
        status, headers, _ = front.ask("GET", path)
        assert (status, headers.get_all("Cache-Control")) == (404, ["no-store"])


def test_nobody_reads_the_pages_under_their_own_address(front):
    assert front.ask("GET", "/_said/en/413.html")[0] == 404
    assert front.ask("GET", "/_said/../../files/")[0] in (400, 404)


def test_the_folder_has_every_page_that_nginx_names(front):
    named = set(
        re.findall(
            r"/_said/\$language_of_page/(\d+)\.\$form_of_page", (front.place / "portal.conf").read_text()
        )
    )
    assert named == set(proxy_pages.texts())


# --- What is too large ----------------------------------------------------------------------------------------------


def upload(front, draft, person, size: int, **headers):
    mark = "B"
    body = (
        f'--{mark}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{"c" * 32}\r\n'
        f'--{mark}\r\nContent-Disposition: form-data; name="language"\r\n\r\nen\r\n'
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    ).encode() + b"x" * size
    body += f"\r\n--{mark}--\r\n".encode()
    return front.ask(
        "POST",
        f"/contributions/{draft.pk}/files/",
        session=crowd.session_of(person),
        body=body,
        Content_Type=f"multipart/form-data; boundary={mark}",
        **headers,
    )


@pytest.mark.parametrize("size", [LIMIT + 1, LIMIT * 2, LIMIT * 4, LIMIT * 8])
def test_a_file_that_is_too_large_is_413_with_its_sentence_by_whoever_refuses_it(front, draft, reader, size):
    """Up to twice its limit by the portal, which keeps what was typed beside it; beyond by nginx."""
    before = list(DraftFile.objects.values_list("pk", flat=True))
    status, _, page = upload(front, draft, reader, size)
    assert status == 413
    assert re.search(r"larger than 1 MB|up to 1 MB", page.decode())
    status, headers, said = upload(front, draft, reader, size, Accept="application/json")
    assert status == 413 and headers["Content-Type"].startswith("application/json")
    assert re.search(r"larger than 1 MB|up to 1 MB", json.loads(said)["errors"][0])
    assert list(DraftFile.objects.values_list("pk", flat=True)) == before


def test_large_bodies_are_taken_only_where_files_are_sent(front, reader):
    session = crowd.session_of(reader)
    for path in ("/meetings/", "/accounts/login/", "/people/import/"):
        status, _, page = front.ask("POST", path, session=session, body=b"x" * (4 * LIMIT))
        assert status == 413, path
        is_ours(front, page, "Too large")


# --- While the portal is down ---------------------------------------------------------------------------------------


@pytest.fixture
def own_front(django_db_setup, django_db_blocker, transactional_db, tmp_path):
    """One that the test may end."""
    with proxy.portal(tmp_path) as front:
        yield front


def test_while_the_portal_is_down_a_page_says_so_and_machines_read_json(own_front):
    front = own_front
    front.server.process.terminate()
    front.server.process.wait(30)
    status, headers, page = front.ask("GET", "/meetings/")
    assert (status, headers["Retry-After"], headers["Cache-Control"]) == (502, "5", "no-store")
    is_ours(front, page, "The portal is not available for the moment")
    (number,) = re.findall(rb"<code[^>]*>([0-9a-f]{32})</code>", page)
    # What the page is made of is there.
    for part in re.findall(rb'href="(/static/[^"]+)"', page):
        assert front.ask("GET", part.decode())[0] == 200
    status, headers, said = front.ask("POST", "/contributions/x/files/", Accept="application/json")
    assert status == 502 and headers["Content-Type"].startswith("application/json")
    assert json.loads(said)["errors"]
    status, headers, said = front.ask("GET", "/readyz")
    assert status == 503 and headers["Content-Type"].startswith("application/json")
    assert json.loads(said) == proxy_pages.NOT_READY
    logged = [json.loads(line) for line in (front.place / "access.log").read_text().splitlines()]
    assert (number.decode(), 502) in [(line["request_id"], line["status"]) for line in logged]
