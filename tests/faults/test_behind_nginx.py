"""The portal behind a real nginx, with the very configuration of docker-compose.yml (`proxy.py`)."""

import gzip
import http.client
import json
import re
from urllib.parse import quote
from uuid import uuid4

import pytest

from contributions.models import DraftFile
from cwg.documents.models import File
from cwg.record.models import AccessEntry
from tests import drafts, factories
from tests.faults import crowd
from tests.faults.proxy import CSRF, HOST, LIMIT
from tests.waiting import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


@pytest.fixture
def reader(dg):
    return factories.accredit("focal.sau@test.example", dg, "focal_point", "SAU").person


@pytest.fixture
def file(stored_there, dg, reader) -> File:
    document = factories.make_document(factories.make_register(dg), "A document", actor=reader)
    return File.objects.get(version__revision__document=document)


PROMISED = (
    "Content-Type",
    "Content-Disposition",
    "Content-Length",
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Cache-Control",
)


def test_a_download_has_byte_for_byte_what_the_portal_promises(front, file, reader, client):
    status, headers, body = front.ask("GET", f"/files/{file.pk}/", session=crowd.session_of(reader))
    client.force_login(reader)
    direct = client.get(f"/files/{file.pk}/")
    assert status == 200
    assert body == b"".join(direct.streaming_content) == (front.place / "files" / file.blob.path).read_bytes()
    for name in PROMISED:
        assert headers.get_all(name) == [direct[name]], name
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "private, no-store"
    assert int(headers["Content-Length"]) == file.blob.size
    assert headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]
    assert headers["X-Accel-Redirect"] is None
    # nginx handed it out, not the portal.
    assert headers["ETag"] == f'"{file.blob_id}"'
    assert headers["Last-Modified"] is None


def test_a_download_can_be_continued_where_it_broke_off(front, file, reader):
    session, whole = crowd.session_of(reader), (front.place / "files" / file.blob.path).read_bytes()
    status, headers, body = front.ask("GET", f"/files/{file.pk}/", session=session, Range="bytes=10-")
    assert status == 206 and body == whole[10:]
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_the_access_log_keeps_the_readers_address_and_not_what_the_reader_claims(front, file, reader):
    session = crowd.session_of(reader)
    front.ask(
        "GET",
        f"/files/{file.pk}/",
        session=session,
        X_Forwarded_For="203.0.113.9",
        Forwarded="for=203.0.113.9",
    )
    assert AccessEntry.objects.get(act="downloaded").address == "127.0.0.1"


def test_nobody_reaches_a_file_past_the_portal(front, file):
    for path in (
        f"/_files/{file.blob.path}",
        f"/static/../_files/{file.blob.path}",
        f"/static..%2f_files/{file.blob.path}",
        f"/static/..%2f..%2ffiles/{file.blob.path}",
        f"/static../files/{file.blob.path}",
        f"/_files/../files/{file.blob.path}",
        f"//_files//{file.blob.path}",
        "/_files/../../etc/passwd",
        "/static/%2e%2e/%2e%2e/etc/passwd",
    ):
        status, _, body = front.ask("GET", path)
        assert status in (400, 404), path
        assert b"%PDF" not in body and b"root:" not in body
    status, headers, _ = front.ask("GET", f"/files/{file.pk}/")
    assert status == 302 and "/accounts/login/" in headers["Location"]


def multipart(content: bytes) -> tuple[bytes, str]:
    mark = uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in (("csrfmiddlewaretoken", CSRF), ("language", "en"))
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
    parts.append(head.encode() + b"Content-Type: application/pdf\r\n\r\n" + content + b"\r\n")
    return b"".join(parts) + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


def pdf_of(size: int) -> bytes:
    """A whole PDF of exactly so many bytes."""
    text = "x" * size
    while over := len(factories.pdf_bytes(text)) - size:
        text = "x" * (len(text) - over)
    content = factories.pdf_bytes(text)
    assert len(content) == size
    return content


def send(front, draft, person, content: bytes):
    body, kind = multipart(content)
    return front.ask(
        "POST",
        f"/contributions/{draft.pk}/files/",
        session=crowd.session_of(person),
        body=body,
        Content_Type=kind,
        Accept="application/json",
    )


def test_a_file_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(front, stored_there, dg, reader):
    draft = drafts.make_draft(dg, factories.make_register(dg), by=reader)
    status, _, body = send(front, draft, reader, pdf_of(LIMIT))
    assert status == 201, body
    assert DraftFile.objects.filter(contribution=draft, blob__size=LIMIT).count() == 1
    before = list(DraftFile.objects.values_list("pk", flat=True))
    status, _, body = send(front, draft, reader, pdf_of(LIMIT + 1))
    assert status == 413
    # In the portal's words, not in nginx's.
    assert "larger than 1 MB" in body.decode()
    assert list(DraftFile.objects.values_list("pk", flat=True)) == before


@pytest.mark.parametrize("session", ["", "of-nobody"])
def test_of_somebody_not_signed_in_no_file_is_taken_in(front, stored_there, dg, reader, session):
    """What nginx takes in lies on its disk until all of it is there. The answer comes before the file is sent."""
    draft = drafts.make_draft(dg, factories.make_register(dg), by=reader)
    address = f"/contributions/{draft.pk}/files/"
    status, headers, _ = front.ask(
        "POST",
        address,
        session=session,
        body=b"x",
        Content_Length=str(2 * LIMIT),
        Content_Type="multipart/form-data; boundary=x",
    )
    assert (status, headers["Location"]) == (302, f"/accounts/login/?next={address}")
    assert headers["Cache-Control"] == "no-store"
    assert not list((front.place / "client_body").iterdir())


def test_what_is_far_too_large_is_refused_before_it_travels(front, stored_there, dg, reader):
    status, _, _ = front.ask(
        "POST",
        "/contributions/new/",
        session=crowd.session_of(reader),
        body=b"",
        Content_Length=str(4 * LIMIT),
        Content_Type="multipart/form-data; boundary=x",
    )
    assert status == 413


def test_health_is_answered_through_nginx(front):
    status, _, body = front.ask("GET", "/livez")
    assert (status, body) == (200, b"ok\n")
    wire = http.client.HTTPConnection("127.0.0.1", front.ports["health"], timeout=20)
    wire.request("GET", "/readyz", headers={"Host": "127.0.0.1"})
    answer = wire.getresponse()
    assert answer.status == 200, answer.read()
    wire.close()


def test_style_sheets_are_kept_for_ever_and_pages_are_not(front):
    status, headers, page = front.ask("GET", "/accounts/login/", Accept_Encoding="identity")
    assert status == 200
    assert "immutable" not in headers.get("Cache-Control", "")
    (sheet,) = set(re.findall(rb'href="(/static/css/portal\.[0-9a-f]{12}\.css)"', page))
    status, headers, plain = front.ask("GET", sheet.decode())
    assert status == 200
    assert headers.get_all("Cache-Control") == ["public, max-age=31536000, immutable"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Type"] == "text/css"
    # The copy that was packed beforehand.
    _, headers, packed = front.ask("GET", sheet.decode(), Accept_Encoding="gzip")
    assert headers["Content-Encoding"] == "gzip" and gzip.decompress(packed) == plain
    _, headers, _ = front.ask("GET", "/static/css/portal.css")
    assert headers["Cache-Control"] == "public, max-age=3600"


def test_only_the_portals_own_name_and_only_https_are_answered(front):
    assert front.ask("GET", "/livez", host="evil.example")[0] == 400
    assert front.plain("/livez", host="evil.example")[0] == 400
    status, headers = front.plain("/meetings/?page=2")
    assert (status, headers["Location"]) == (301, f"https://{HOST}/meetings/?page=2")


def test_no_log_holds_the_secret_of_an_address(own_front):
    front = own_front
    secret = uuid4().hex
    paths = [
        f"/invitation/{secret}:x/",
        f"/calendar/{secret}.ics",
        f"/accounts/password/reset/key/2b-{secret}/",
        f"/accounts/sign-in-link/{secret}:x/",
        f"/accounts/new-address/{secret}:x/",
        # Letters may be escaped, and the link works.
        f"/accounts/sign%2Din-link/{secret}:x/",
        f"/%69nvitation/{secret}/",
        f"/accounts/login/?next={quote(f'/invitation/{secret}/', safe='')}",
    ]
    for path in paths:
        front.ask("GET", path, Referer=f"https://{HOST}/invitation/{secret}/")
        front.plain(path)
    # With the portal ended nginx has its own to say of each.
    fresh = {
        "/": "GET",
        f"/documents/?text={secret}": "GET",
        f"/static/gone.css?{secret}": "GET",
        f"/contributions/{uuid4()}/files/?{secret}": "POST",
        "/readyz": "GET",
        "/livez": "GET",
    }
    front.server.process.terminate()
    front.server.process.wait(30)
    for path, method in (dict.fromkeys(paths, "GET") | fresh).items():
        status, _, _ = front.ask(method, path, Referer=f"https://{HOST}/invitation/{secret}/")
        assert status == (404 if path.startswith("/static/") else 503 if path == "/readyz" else 502), path
    until(lambda: (front.place / "access.log").read_text().count('"status":502') >= len(paths) + 4)
    for name in ("access.log", "error.log", "web.log"):
        assert secret not in (front.place / name).read_text(), name
    lines = (front.place / "access.log").read_text()
    # All but the last, whose query is not told at all.
    assert lines.count("***") >= 3 * (len(paths) - 1)
    assert "GET /accounts/login/ HTTP/1.1" in lines and "next=" not in lines
    assert '"GET /livez HTTP/1.1","status":502' in lines


def test_one_number_is_in_the_answer_and_in_both_logs_and_never_the_clients(front):
    claimed = "f" * 32
    status, headers, _ = front.ask("GET", "/no-such-page/", X_Request_ID=claimed, User_Agent='a "b" \\ c')
    (number,) = headers.get_all("X-Request-ID")
    assert status == 404 and number != claimed
    front.ask("GET", "/livez")  # written after it
    for name, event in (("access.log", "request"), ("web.log", "request")):
        found = [json.loads(line) for line in (front.place / name).read_text().splitlines() if number in line]
        assert [line["event"] for line in found] == [event], name
        assert (found[0]["request_id"], found[0]["status"]) == (number, 404)
    assert claimed not in (front.place / "access.log").read_text()
    assert claimed not in (front.place / "web.log").read_text()


def test_the_public_name_has_no_metrics_without_the_token(front):
    for headers in (
        {},
        {"X_Forwarded_For": "127.0.0.1", "X_Forwarded_Proto": "http"},
        {"Authorization": "Bearer x"},
        {"Authorization": "Bearer "},
    ):
        status, _, body = front.ask("GET", "/metrics", **headers)
        assert status == 404 and b"cwg_" not in body, headers
    status, _, body = front.ask("GET", "/metrics", Authorization="Bearer a-token-of-the-tests")
    assert status == 200 and b"cwg_http_requests_total" in body
    # Past the proxy this machine needs none, by whatever name it asks.
    wire = http.client.HTTPConnection("127.0.0.1", front.server.port, timeout=20)
    wire.request("GET", "/metrics", headers={"Host": "172.18.0.5:8000"})
    answer = wire.getresponse()
    assert answer.status == 200 and b"cwg_ready_ok" in answer.read()
    wire.close()
