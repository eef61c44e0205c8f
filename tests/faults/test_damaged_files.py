"""Stored files that are damaged, shortened or lost, on real servers: a page that says so, at once, and never wrong bytes."""

import http.client
import io
import json
import time
import zipfile

import pytest

from cwg.documents import storage as the_storage
from cwg.documents import stored
from cwg.documents.models import Blob, File
from tests import drafts, factories
from tests.documents import harm
from tests.faults import crowd, web_server

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]

AT_ONCE = 10  # seconds, on a busy machine; a client that is left hanging waits for 20


@pytest.fixture
def reader(dg):
    return factories.accredit("focal.sau@test.example", dg, "focal_point", "SAU").person


def ask(port: int, path: str, session: str, method="GET", **headers):
    """(status, headers, body) of one request; raises IncompleteRead where less came than was announced."""
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        wire.request(method, path, headers={"Host": "127.0.0.1", "Cookie": f"session={session}"} | headers)
        answer = wire.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        wire.close()


def faults_of(kind: str) -> str:
    return "missing from the storage" if kind == "missing" else "hash to something else"


def test_harmed_files_are_told_at_once_and_left_out_and_come_back_when_they_are_put_back(
    dg, reader, tmp_path
):
    register = factories.make_meeting(dg).register
    documents = {kind: factories.make_document(register, f"On {kind}", actor=reader) for kind in harm.KINDS}
    whole = factories.make_document(register, "Whole", actor=reader)
    files = {kind: File.objects.get(version__revision__document=d) for kind, d in documents.items()}
    session = crowd.session_of(reader)
    with web_server.running(tmp_path / "web.log") as server:
        for file in files.values():
            status, _, body = ask(server.port, f"/files/{file.pk}/", session)
            assert (status, len(body)) == (200, file.blob.size)
        contents = {kind: harm.do(file.blob, kind) for kind, file in files.items()}
        for kind, file in files.items():
            for method, headers in (("GET", {}), ("HEAD", {}), ("GET", {"Range": "bytes=1-"}), ("GET", {})):
                began = time.monotonic()
                status, answered, body = ask(server.port, f"/files/{file.pk}/", session, method, **headers)
                assert time.monotonic() - began < AT_ONCE
                assert status == 503 and answered.get_content_type() == "text/html"
                assert contents[kind][:100] not in body
            assert Blob.objects.get(pk=file.blob_id).damage == kind
        status, _, body = ask(server.port, f"/meetings/{register.slug}/documents.zip", session)
        assert status == 200
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            assert archive.testzip() is None
            names = [name for name in archive.namelist() if "/" in name]
            index = archive.read("index.html").decode()
        assert len(names) == 1
        assert index.count("damaged or missing") == 3
        assert all(d.symbol in index for d in (*documents.values(), whole))
        checks = json.loads(ask(server.port, "/readyz", "")[2])
        assert "files" in checks["degraded"] and checks["checks"]["files"]["damaged"] == 3
        found = drafts.faults()
        assert len(found) == 3
        for kind, file in files.items():
            assert any(file.blob_id in line and faults_of(kind) in line for line in found), kind
        assert "is damaged" in server.log.read_text()
        # Put back, they come out at once, and nothing is left to tell.
        for kind, file in files.items():
            harm.mend(file.blob, contents[kind])
            status, _, body = ask(server.port, f"/files/{file.pk}/", session)
            assert (status, body) == (200, contents[kind])
        assert "files" not in json.loads(ask(server.port, "/readyz", "")[2])["degraded"]
    assert drafts.faults() == []


def test_bytes_that_turn_out_wrong_at_the_end_break_the_download_off(dg, reader, tmp_path, monkeypatch):
    """In this process and over a socket: a store that says nothing of its files' times, as S3."""
    content = factories.pdf_bytes("x" * 2_000_000)
    document = factories.make_document(
        factories.make_register(dg),
        "Large",
        actor=reader,
        versions=(factories.version_line(text="x" * 2_000_000),),
    )
    blob = File.objects.get(version__revision__document=document).blob
    assert blob.size == len(content)
    monkeypatch.setattr(the_storage.DurableFileSystemStorage, "likeness", lambda self, name: None)
    harm.do(blob, "altered")
    sent = 0
    with pytest.raises(stored.Damaged):
        for piece in stored.bytes_of(blob):
            sent += len(piece)
    assert 0 < sent < blob.size
    assert Blob.objects.get(pk=blob.pk).damage == "altered"
    harm.mend(blob, content)
    assert stored.look(blob, document.register.opens_at) == ""
    assert drafts.faults() == []


# --- Behind nginx ------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(stored_there, dg, reader) -> File:
    document = factories.make_document(factories.make_register(dg), "A document", actor=reader)
    return File.objects.get(version__revision__document=document)


@pytest.mark.parametrize("kind", harm.KINDS)
def test_nginx_hands_out_no_harmed_file(front, file, reader, kind):
    session, url = crowd.session_of(reader), f"/files/{file.pk}/"
    assert front.ask("GET", url, session=session)[0] == 200
    content = harm.do(file.blob, kind)
    for headers in ({}, {"Range": "bytes=1-"}, {}):
        began = time.monotonic()
        status, answered, body = front.ask("GET", url, session=session, **headers)
        assert time.monotonic() - began < AT_ONCE
        assert status == 503 and answered.get_content_type() == "text/html"
        assert b"damaged or missing" in body
    assert len(drafts.faults()) == 1
    harm.mend(file.blob, content)
    status, _, body = front.ask("GET", url, session=session)
    assert (status, body) == (200, content)
    assert Blob.objects.get(pk=file.blob_id).damage == "" and drafts.faults() == []


def test_no_answer_of_nginx_tells_when_the_file_was_uploaded(front, file, reader):
    session, url = crowd.session_of(reader), f"/files/{file.pk}/"
    _, plain, whole = front.ask("GET", url, session=session)
    assert plain["Last-Modified"] is None and plain.get_all("ETag") == [f'"{file.blob_id}"']
    for headers in (
        {"If_Modified_Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"If_Unmodified_Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"If_Match": '"something"'},
        {"Range": "bytes=1-", "If_Range": "Fri, 01 Jan 2100 00:00:00 GMT"},
    ):
        status, answered, body = front.ask("GET", url, session=session, **headers)
        assert (status, body) == (200, whole), headers
        assert answered["Last-Modified"] is None


def test_nginx_continues_the_very_same_file_and_gives_several_parts_as_a_whole(front, file, reader):
    session, url = crowd.session_of(reader), f"/files/{file.pk}/"
    _, plain, whole = front.ask("GET", url, session=session)
    assert plain["Accept-Ranges"] == "bytes"
    status, answered, body = front.ask("GET", url, session=session, Range="bytes=10-", If_Range=plain["ETag"])
    assert (status, body) == (206, whole[10:])
    assert answered["Content-Range"] == f"bytes 10-{len(whole) - 1}/{len(whole)}"
    for headers in ({"Range": "bytes=10-", "If_Range": '"another"'}, {"Range": "bytes=0-1,5-6"}):
        status, _, body = front.ask("GET", url, session=session, **headers)
        assert (status, body) == (200, whole), headers
    status, answered, _ = front.ask("GET", url, session=session, Range="bytes=9999999-")
    assert status == 416 and answered["Content-Range"] == f"bytes */{len(whole)}"
    status, answered, body = front.ask("HEAD", url, session=session)
    assert (status, body, int(answered["Content-Length"])) == (200, b"", len(whole))
