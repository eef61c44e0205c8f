"""The portal behind a real nginx, with the very configuration of docker-compose.yml.

Adapted are addresses, ports, paths, and two words that an older nginx does not know (`resolve`, `http2 on`).
"""

import copy
import gzip
import http.client
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import pytest
import yaml
from django.conf import settings as portal_settings

from contributions.models import DraftFile
from cwg.documents.models import File
from cwg.record.models import AccessEntry
from tests import drafts, factories
from tests.faults import crowd, web_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

ROOT = Path(__file__).resolve().parents[2]
HOST = "portal.example"
LIMIT = 1024 * 1024
CSRF = "c" * 32


def program(name: str) -> str:
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    assert found, f"{name} is not installed; this test needs it (on Debian: apt install nginx-light openssl)."
    return found


def configuration(place: Path, ports: dict[str, int]) -> str:
    """What docker-compose.yml gives to nginx, with the places of this test."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    text = compose["configs"]["nginx"]["content"].replace("$$", "\0")
    text = text.replace("${PORTAL_HOST}", HOST).replace("${MAX_BODY_MB:-60}", "3").replace("\0", "$")
    assert "${" not in text
    for pattern, mine in (
        (r"resolver [^;]*;", ""),
        (r"server web:8000 resolve;", f"server 127.0.0.1:{ports['web']};"),
        (r"http2 on;", ""),
        (r"listen 80\b", f"listen 127.0.0.1:{ports['http']}"),
        (r"listen 443\b", f"listen 127.0.0.1:{ports['https']}"),
        (r"listen 127\.0\.0\.1:8080;", f"listen 127.0.0.1:{ports['health']};"),
        (r"/run/secrets/tls_certificate", f"{place}/certificate.pem"),
        (r"/run/secrets/tls_key", f"{place}/key.pem"),
        (r"/srv/files/", f"{place}/files/"),
        (r"/srv/static/", f"{place}/static/"),
        (r"/var/log/nginx/", f"{place}/"),
    ):
        text, count = re.subn(pattern, mine, text)
        assert count, f"docker-compose.yml does not say {pattern} any more"
    return text


@contextmanager
def nginx(place: Path, web_port: int):
    """nginx as the image starts it, its main file being as small; yields the ports by name."""
    ports = {name: web_server._free_port() for name in ("http", "https", "health")} | {"web": web_port}
    subprocess.run(
        f"{program('openssl')} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        f" -subj /CN={HOST} -keyout key.pem -out certificate.pem".split(),
        cwd=place,
        check=True,
        capture_output=True,
    )
    (place / "portal.conf").write_text(configuration(place, ports))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    scratch = "\n".join(f"{kind}_temp_path {place}/{kind};" for kind in kinds)
    (place / "nginx.conf").write_text(
        f"""{"user root root;" if os.geteuid() == 0 else ""}
        daemon off; worker_processes 1; pid {place}/nginx.pid; error_log {place}/error.log notice;
        events {{}}
        http {{
          types {{ text/css css; application/javascript js; image/svg+xml svg; }}
          default_type application/octet-stream; sendfile on; {scratch}
          include {place}/portal.conf;
        }}"""
    )
    process = subprocess.Popen(
        [program("nginx"), "-p", str(place), "-e", f"{place}/error.log", "-c", f"{place}/nginx.conf"],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        ends = time.monotonic() + 10
        while not (place / "nginx.pid").exists() or not (place / "nginx.pid").read_text().strip():
            assert process.poll() is None, f"nginx did not start: {process.stderr.read()}"
            assert time.monotonic() < ends, "nginx did not start"
            time.sleep(0.05)
        yield ports
    finally:
        process.send_signal(signal.SIGQUIT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Front:
    """What a browser sees at the door: https, one host name."""

    def __init__(self, place: Path, ports: dict[str, int]):
        self.place, self.ports = place, ports

    def ask(self, method: str, path: str, *, session="", body=None, host=HOST, **headers):
        """(status, headers, body)."""
        trusting = ssl.create_default_context(cafile=str(self.place / "certificate.pem"))
        trusting.check_hostname = False
        wire = http.client.HTTPSConnection("127.0.0.1", self.ports["https"], timeout=20, context=trusting)
        sent = {
            "Host": host,
            "Origin": f"https://{HOST}",
            "Cookie": f"__Host-session={session}; __Host-csrf={CSRF}",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            wire.request(method, path, body, sent)
            answer = wire.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            wire.close()

    def plain(self, path: str, host: str = HOST):
        wire = http.client.HTTPConnection("127.0.0.1", self.ports["http"], timeout=20)
        try:
            wire.request("GET", path, headers={"Host": host})
            answer = wire.getresponse()
            return answer.status, answer.headers
        finally:
            wire.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def front(place, django_db_setup, django_db_blocker):
    """The portal under production settings, nginx before it."""
    environment = {
        "CWG_MODE": "production",
        "SECRET_KEY": portal_settings.SECRET_KEY,  # the sessions are made here
        "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
        "CSRF_TRUSTED_ORIGINS": f"https://{HOST}",
        "CWG_STORAGE_DIR": str(place / "files"),
        "STATIC_ROOT": str(place / "static"),
        "X_ACCEL_PREFIX": "/_files/",
        "MAX_FILE_MB": "1",
        "LOG_LEVEL": "INFO",
    }
    with django_db_blocker.unblock():
        url = {"DATABASE_URL": web_server.database_url(), "DJANGO_SETTINGS_MODULE": "cwg.settings"}
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--no-input", "-v", "0"],
            cwd=ROOT,
            env=os.environ | url | environment,
            check=True,
        )
        with (
            web_server.running(place / "web.log", workers=1, **environment) as server,
            nginx(place, server.port) as ports,
        ):
            yield Front(place, ports)


@pytest.fixture
def stored_there(storage, settings, place):
    """The files of the test and those of the portal behind nginx are the same."""
    storages = copy.deepcopy(settings.STORAGES)
    for name in ("default", "documents"):
        storages[name]["OPTIONS"]["location"] = str(place / "files")
    storages["documents"]["OPTIONS"]["file_permissions_mode"] = 0o640
    settings.STORAGES = storages


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
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert headers["X-Accel-Redirect"] is None
    # nginx handed it out, not the portal.
    assert headers["ETag"]


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


def test_no_log_holds_the_secret_of_an_address(front):
    secret = uuid4().hex
    paths = [
        f"/invitation/{secret}:x/",
        f"/calendar/{secret}.ics",
        f"/accounts/password/reset/key/2b-{secret}/",
        f"/accounts/sign-in-link/{secret}:x/",
        f"/accounts/new-address/{secret}:x/",
        f"/accounts/login/?next={quote(f'/invitation/{secret}/', safe='')}",
    ]
    for path in paths:
        front.ask("GET", path, Referer=f"https://{HOST}/invitation/{secret}/")
        front.plain(path)
    front.ask("GET", "/livez")  # written after them
    for name in ("access.log", "error.log", "web.log"):
        assert secret not in (front.place / name).read_text(), name
    lines = (front.place / "access.log").read_text()
    # All but the last, whose query is not told at all.
    assert lines.count("/***") >= 2 * (len(paths) - 1)
    assert "GET /accounts/login/ HTTP/1.1" in lines and "next=" not in lines
    assert '"GET /livez HTTP/1.1","status":200' in lines


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
