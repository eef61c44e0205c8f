"""The S3 store killed and hung under a real gunicorn: a sentence and 503 within seconds, and nothing is lost or blamed."""

import contextlib
import copy
import http.client
import io
import json
import time
import zipfile

import pytest

from contributions.models import Contribution, DraftFile
from cwg.documents.models import Blob, File
from cwg.record.models import AccessEntry
from tests import drafts, factories, object_store
from tests.faults import crowd, web_server
from tests.faults.test_behind_nginx import multipart
from tests.faults.test_damaged_files import ask

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults, pytest.mark.alone]

# Seconds. A store that hangs is given two attempts of eight seconds.
GIVEN_UP_WITHIN = 30
LARGE = 40 * 1024**2


@pytest.fixture
def store(tmp_path, settings, storage):
    with object_store.running(tmp_path / "s3.log") as running:
        settings.STORAGES = copy.deepcopy(settings.STORAGES) | {"documents": running.storage}
        yield running


@pytest.fixture
def reader(dg):
    return factories.accredit("focal.sau@test.example", dg, "focal_point", "SAU").person


@pytest.fixture
def document(store, dg, reader):
    return factories.make_document(factories.make_meeting(dg).register, "A document", actor=reader)


@pytest.fixture
def server(store, tmp_path):
    with web_server.running(
        tmp_path / "web.log", workers=1, X_ACCEL_PREFIX="", **store.environment
    ) as running:
        yield running


def objects(store) -> dict[str, bytes]:
    """All that the store holds: what is killed has lost it."""
    client = store.client()
    keys = [each["Key"] for each in client.list_objects_v2(Bucket=object_store.BUCKET).get("Contents", ())]
    return {key: client.get_object(Bucket=object_store.BUCKET, Key=key)["Body"].read() for key in keys}


def start_again(store, held: dict[str, bytes]) -> None:
    store.start()
    for key, content in held.items():
        store.client().put_object(Bucket=object_store.BUCKET, Key=key, Body=content)


def until(condition, seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.2)


def upload(server, draft, session: str, content: bytes) -> tuple[int, str]:
    body, kind = multipart(content)
    wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    with contextlib.closing(wire):
        wire.request(
            "POST",
            f"/contributions/{draft.pk}/files/",
            body,
            {
                "Host": f"127.0.0.1:{server.port}",
                "Cookie": f"session={session}; csrf={web_server.CSRF}",
                "Content-Type": kind,
            },
        )
        answer = wire.getresponse()
        return answer.status, answer.read().decode()


def test_files_are_fetched_from_the_store_whole_and_in_parts(server, document, reader):
    file = File.objects.get(version__revision__document=document)
    session, url = crowd.session_of(reader), f"/files/{file.pk}/"
    status, headers, whole = ask(server.port, url, session)
    assert status == 200 and len(whole) == file.blob.size and headers["ETag"] == f'"{file.blob_id}"'
    assert headers["Last-Modified"] is None
    status, headers, body = ask(
        server.port, url, session, **{"Range": "bytes=10-19", "If-Range": f'"{file.blob_id}"'}
    )
    assert (status, body) == (206, whole[10:20])
    assert headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    status, headers, body = ask(server.port, url, session, "HEAD")
    assert (status, body, headers["Content-Length"]) == (200, b"", str(len(whole)))
    assert AccessEntry.objects.filter(act="downloaded").count() == 1


def test_a_store_that_was_killed_is_told_in_words_and_works_again_when_it_is_back(
    server, store, document, dg, reader
):
    file = File.objects.get(version__revision__document=document)
    draft = drafts.make_draft(dg, document.register, by=reader)
    session, url = crowd.session_of(reader), f"/files/{file.pk}/"
    pack = f"/meetings/{document.register.slug}/documents.zip"
    held = objects(store)
    files = list(DraftFile.objects.values_list("pk", flat=True))
    blobs = list(Blob.objects.order_by("pk").values_list("pk", flat=True))
    store.kill()
    for path in (url, pack):
        began = time.monotonic()
        status, headers, body = ask(server.port, path, session)
        assert time.monotonic() - began < GIVEN_UP_WITHIN
        assert status == 503 and headers["Retry-After"]
        assert "The file storage does not answer" in body.decode()
        assert str(store.port) not in body.decode()
    status, said = upload(server, draft, session, factories.pdf_bytes("New"))
    assert status == 503 and "storage does not answer" in said
    # What needs no file is there as ever, and the probe says what is wrong.
    assert ask(server.port, document.get_absolute_url(), session)[0] == 200
    status, _, body = ask(server.port, "/readyz", "")
    assert status == 503 and json.loads(body)["failed"] == ["storage"]
    # Nobody's file is blamed, and no row names what is not there.
    assert not Blob.objects.exclude(damage="").exists()
    assert list(DraftFile.objects.values_list("pk", flat=True)) == files
    assert list(Blob.objects.order_by("pk").values_list("pk", flat=True)) == blobs
    start_again(store, held)
    until(lambda: ask(server.port, url, session)[0] == 200)
    status, said = upload(server, draft, session, factories.pdf_bytes("New"))
    assert status in (200, 302), said[:300]
    assert DraftFile.objects.count() == len(files) + 1
    with zipfile.ZipFile(io.BytesIO(ask(server.port, pack, session)[2])) as archive:
        assert archive.testzip() is None
    assert drafts.faults() == []


def test_a_store_that_hangs_holds_up_nothing_else(server, store, document, reader):
    file = File.objects.get(version__revision__document=document)
    session, url = crowd.session_of(reader), f"/files/{file.pk}/"
    assert ask(server.port, url, session)[0] == 200
    store.hang()
    try:
        began = time.monotonic()
        wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=GIVEN_UP_WITHIN)
        wire.request("GET", url, headers={"Host": "127.0.0.1", "Cookie": f"session={session}"})
        # While that request waits for the store:
        asked = time.monotonic()
        assert ask(server.port, document.get_absolute_url(), session)[0] == 200
        assert server.lives() == 200
        assert time.monotonic() - asked < 5
        answer = wire.getresponse()
        said = answer.read().decode()
        wire.close()
        assert answer.status == 503 and "does not answer" in said
        assert time.monotonic() - began < GIVEN_UP_WITHIN
        # The next are told at once: the store is left alone for some seconds.
        asked = time.monotonic()
        assert ask(server.port, url, session)[0] == 503
        assert time.monotonic() - asked < 3
    finally:
        store.go_on()
    until(lambda: ask(server.port, url, session)[0] == 200)
    assert drafts.faults() == []


@pytest.fixture
def large(store, document) -> File:
    content = b"%PDF-1.4 " + bytes(range(256)) * (LARGE // 256)
    file = File.objects.get(version__revision__document=document)
    blob = factories.blobs.keep_own(content, media_type=factories.PDF, at=document.available_at)
    return file.version.files.create(blob=blob, name="large.pdf", position=1)


def test_a_store_that_is_killed_in_mid_download_breaks_it_off_and_no_file_is_blamed(
    server, store, large, reader
):
    session = crowd.session_of(reader)
    wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=GIVEN_UP_WITHIN)
    with contextlib.closing(wire):
        wire.request(
            "GET", f"/files/{large.pk}/", headers={"Host": "127.0.0.1", "Cookie": f"session={session}"}
        )
        answer = wire.getresponse()
        assert answer.status == 200 and int(answer.headers["Content-Length"]) == large.blob.size
        answer.read(1024)
        store.kill()
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()
    assert Blob.objects.get(pk=large.blob_id).damage == ""


def test_bytes_of_the_store_that_turn_out_wrong_break_the_download_off_and_are_not_sent_again(
    server, store, large, reader
):
    session, blob = crowd.session_of(reader), large.blob
    content = objects(store)[blob.path]
    store.client().put_object(Bucket=object_store.BUCKET, Key=blob.path, Body=content[:-1] + b"\0")
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        ask(server.port, f"/files/{large.pk}/", session)
    assert Blob.objects.get(pk=blob.pk).damage == "altered"
    status, _, body = ask(server.port, f"/files/{large.pk}/", session)
    assert status == 503 and b"damaged or missing" in body
    # A shorter one is told before the first byte.
    Blob.objects.filter(pk=blob.pk).update(damage="", damaged_at=None)
    store.client().put_object(Bucket=object_store.BUCKET, Key=blob.path, Body=content[:-1])
    assert ask(server.port, f"/files/{large.pk}/", session)[0] == 503
    assert Blob.objects.get(pk=blob.pk).damage == "size"
    assert Contribution.objects.count() == 0
