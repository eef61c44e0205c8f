"""What nginx answers by itself are pages of the portal, also when the portal is down (`manage.py make_proxy_pages`)."""

import http.client
import json
import re
import socket
import ssl
from uuid import uuid4

import html5lib
import pytest
from django.urls import reverse

from contributions.models import DraftFile
from cwg.documents import uploads
from cwg.documents.models import File
from cwg.operations import proxy_pages, sending_again
from tests import drafts, factories
from tests.faults import crowd, proxy
from tests.faults.proxy import HOST, LIMIT
from tests.ports import free_ports
from tests.waiting import until

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
    (
        "POST /static/css/portal.css HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        405,
        "This cannot be done at this address",
    ),
    (
        "GET /static/css/portal.css HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nRange: bytes=99999999-\r\n\r\n",
        416,
        "There is no such part of this file",
    ),
    (
        "POST /meetings/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nTransfer-Encoding: gzip\r\n\r\n",
        501,
        "This request cannot be read",
    ),
    *(
        (
            f"GET {path} HTTP/1.1\r\nHost: {{host}}\r\nConnection: close\r\n\r\n",
            404,
            "This page was not found",
        )
        for path in (
            "/_files/ab/cd",
            "/_said/en/413.html",
            "/static/proxy/en/502.html",
            "/static/proxy/readyz.json",
        )
    ),
]


@pytest.mark.parametrize(
    ("request_", "status", "title"), PAGES, ids=[f"{p[1]}-{n}" for n, p in enumerate(PAGES)]
)
def test_what_nginx_refuses_is_told_on_a_page_of_ours(front, request_, status, title):
    sent = request_.replace("{host}", HOST).replace("{long}", "x" * 9_000)
    answered, headers, page = raw(front, sent.encode())
    assert answered == status
    # With a refused part nginx names no charset any more; the page says it itself.
    charset = "" if status == 416 else "; charset=utf-8"
    assert headers["Content-Type"].lower() == f"text/html{charset}"
    # The file's own address had spoken before its part was refused; no-store binds beside it.
    spoken = ["public, max-age=3600"] if status == 416 else []
    assert headers.get_all("Cache-Control") == [*spoken, "no-store"]
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
    configuration = (front.place / "portal.conf").read_text()
    named = re.findall(r"map \S+ \$page_of_(?:status|403|413) \{(.*?)\n *\}", configuration, re.DOTALL)
    assert len(named) == 3
    assert set(re.findall(r" (\d+(?:-[a-z]+)?);", "".join(named))) == set(proxy_pages.texts())


def test_the_page_of_what_is_too_large_goes_by_the_locations_that_have_a_limit(front):
    configuration = (front.place / "portal.conf").read_text()
    locations = re.findall(r"location ~ (\S+) \{\n *client_max_body_size (\S+);", configuration)
    (named,) = re.findall(r"map \$uri \$page_of_413 \{(.*?)\n *\}", configuration, re.DOTALL)
    pages = dict(re.findall(r'"~(\S+)" (\S+);', named))
    # What is no larger than any form, and has a file in it.
    assert re.search(
        next(pattern for pattern, page in pages.items() if page == "413-list"), reverse("members:import")
    )
    pages = {pattern: page for pattern, page in pages.items() if page != "413-list"}
    assert {pages[pattern]: limit for pattern, limit in locations} == {"413-files": "3m", "413-short": "64k"}
    assert len(pages) == len(locations)
    assert f"{uploads.BEFORE_SIGN_IN // 1024}k" == "64k"
    # Everywhere else: what a form may hold, and the words around it.
    assert "\nclient_max_body_size 3m;" in configuration


def test_no_location_forgets_an_answer_of_nginxs_own(front):
    """A list of pages in a location takes the place of the one above it: each is whole."""
    lists = re.findall(r"error_page ([\d\s]+)/_said/\$language", (front.place / "portal.conf").read_text())
    assert len(lists) == 2 and len({" ".join(each.split()) for each in lists}) == 1
    # 401 and 402 are nothing that nginx says by itself here.
    refusals = {"400", "403", "404", "405", "408", "411", "413", "414", "416"}
    assert refusals | {"500", "501", "502", "503", "504"} <= set(lists[0].split())


def test_every_answer_of_nginx_has_one_number(front):
    for path in ("/static/css/portal.css", "/static/gone.css", "/_files/ab/cd", "/_said/x", "/livez"):
        _, headers, _ = front.ask("GET", path)
        (number,) = headers.get_all("X-Request-ID")
        assert re.fullmatch("[0-9a-f]{32}", number), path
        until(lambda number=number: number in (front.place / "access.log").read_text())
    assert front.plain("/meetings/")[1]["X-Request-ID"]
    assert front.ask("GET", "/", host="evil.example")[1]["X-Request-ID"]


# --- What nginx cannot do itself --------------------------------------------------------------------------------------


def test_without_room_for_a_body_nginx_says_so_on_a_page_of_ours(front, draft, reader):
    before = list(DraftFile.objects.values_list("pk", flat=True))
    bodies = front.place / "client_body"
    bodies.rename(bodies.with_name("away"))
    try:
        bodies.write_text("a file stands where the folder should")
        status, headers, page = upload(front, draft, reader, LIMIT // 2)
        _, _, said = upload(front, draft, reader, LIMIT // 2, Accept="application/json")
    finally:
        bodies.unlink()
        bodies.with_name("away").rename(bodies)
    assert status == 500 and headers["Cache-Control"] == "no-store"
    is_ours(front, page, "Something went wrong here")
    assert headers["X-Request-ID"] in page.decode()
    assert "disk may be full" in json.loads(said)["errors"][0]
    assert list(DraftFile.objects.values_list("pk", flat=True)) == before


def test_a_file_that_is_gone_at_the_hand_over_is_told_on_a_page_of_ours(
    front, stored_there, dg, reader, tmp_path
):
    """The portal has it still; this nginx, before the same portal, does not."""
    document = factories.make_document(factories.make_register(dg), "A document", actor=reader)
    file = File.objects.get(version__revision__document=document)
    address, session = f"/files/{file.pk}/", crowd.session_of(reader)
    status, headers, _ = front.ask("GET", address, session=session)
    assert (status, headers["Content-Disposition"]) == (200, 'attachment; filename="DG-2-1_en.pdf"')
    (tmp_path / "static").symlink_to(front.place / "static")
    ports = free_ports("http", "https", "health")
    given = {"PORTAL_HOST": HOST, "MAX_FILE_MB": "1"}
    with proxy.nginx(tmp_path, front.servers, ports, given):
        without = proxy.Front(tmp_path, ports, front.servers, front.origin, front.environment)
        status, headers, page = without.ask("GET", address, session=session)
    assert status == 404 and headers["Content-Type"] == "text/html; charset=utf-8"
    assert len(headers.get_all("X-Request-ID")) == 1
    # A browser shows it, and does not save it under the name of the document.
    for name in ("Content-Disposition", "X-Accel-Disposition", "Accept-Ranges"):
        assert headers[name] is None
    assert headers["ETag"] != f'"{file.blob_id}"'
    is_ours(front, page, "This page was not found")


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
    for path, *most in (
        ("/meetings/", "2 MB"),
        ("/people/import/", "1 MB", "2 MB"),
        ("/accounts/login/", "64 KB"),
    ):
        status, _, page = front.ask("POST", path, session=session, body=b"x" * (4 * LIMIT))
        assert status == 413, path
        is_ours(front, page, "Too large")
        assert re.findall(r"\d+ [KM]B", page.decode()) == most, path


def test_before_signing_in_the_limit_that_is_told_is_the_one_that_holds(front):
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    for path in ("/accounts/login/", "/invitation/x/", "/language/"):
        for size, refused in ((64 * 1024, False), (64 * 1024 + 1, True)):
            status, _, page = front.ask("POST", path, body=b"x" * size, **form)
            assert (status == 413) == refused, (path, size)
        assert "larger than 64 KB, the most that may be sent to this address" in page.decode()
        _, headers, said = front.ask("POST", path, body=b"x" * size, Accept="application/json", **form)
        assert headers["Content-Type"].startswith("application/json")
        assert "64 KB" in json.loads(said)["errors"][0]


# --- While the portal is down ---------------------------------------------------------------------------------------


def test_while_the_portal_is_down_a_page_says_so_and_machines_read_json(own_front):
    front = own_front
    front.server.process.terminate()
    front.server.process.wait(30)
    status, headers, page = front.ask("GET", "/meetings/")
    assert (status, headers["Retry-After"], headers["Cache-Control"]) == (
        502,
        str(sending_again.RETRY_AFTER),
        "no-store",
    )
    is_ours(front, page, "The portal is not available for the moment")
    (number,) = re.findall(rb"<code[^>]*>([0-9a-f]{32})</code>", page)
    # What the page is made of is there.
    for part in re.findall(rb'href="(/static/[^"]+)"', page):
        assert front.ask("GET", part.decode())[0] == 200
    status, headers, said = front.ask("POST", "/contributions/x/files/", Accept="application/json")
    assert status == 502 and headers["Content-Type"].startswith("application/json")
    assert json.loads(said)["errors"]
    # Whether its sender is signed in nobody can say.
    status, _, page = front.ask("POST", f"/contributions/{uuid4()}/files/")
    assert status == 502
    is_ours(front, page, "The portal is not available for the moment")
    status, headers, said = front.ask("GET", "/readyz")
    assert status == 503 and headers["Content-Type"].startswith("application/json")
    assert json.loads(said) == proxy_pages.NOT_READY
    logged = [json.loads(line) for line in (front.place / "access.log").read_text().splitlines()]
    assert (number.decode(), 502) in [(line["request_id"], line["status"]) for line in logged]
