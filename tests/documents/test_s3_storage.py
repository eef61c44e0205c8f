"""The S3 store as the portal asks it: over HTTP, against a real server, in whole and in parts, and when it is away."""

import copy
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from cwg import clock
from cwg.documents import blobs, s3_storage, stored
from cwg.documents.storage import StorageFailed, documents
from tests import factories, object_store
from tests.programs import make_certificate

CONTENT = bytes(range(256)) * 4096  # 1 MiB


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with object_store.running(tmp_path_factory.mktemp("s3") / "log") as store:
        yield store


@pytest.fixture
def s3(server, settings, storage, monkeypatch):
    monkeypatch.setattr(s3_storage, "ANSWER_WITHIN", 1)
    settings.STORAGES = copy.deepcopy(settings.STORAGES) | {"documents": server.storage}
    return documents()


def read(reading) -> bytes:
    pieces = []
    while piece := reading.read():
        pieces.append(piece)
    reading.close()
    return b"".join(pieces)


def test_a_file_is_kept_and_read_whole_and_in_parts(s3):
    s3.save("sha256/a", ContentFile(CONTENT))
    for start, stop in ((0, None), (0, 10), (1000, 1001), (len(CONTENT) - 5, len(CONTENT)), (7, None)):
        found = s3.reading("sha256/a", start, stop)
        assert found.size == len(CONTENT)
        assert read(found) == CONTENT[start:stop]
    assert s3.size("sha256/a") == len(CONTENT)
    with s3.open("sha256/a", "rb") as opened:
        assert opened.read() == CONTENT


def test_beyond_the_end_there_is_nothing_and_the_size_is_still_told(s3):
    s3.save("sha256/short", ContentFile(b"short"))
    found = s3.reading("sha256/short", 100, 200)
    assert (found.size, read(found)) == (5, b"")


def test_what_is_not_there_is_said_as_of_a_folder(s3):
    assert not s3.exists("sha256/none")
    for ask in (s3.size, s3.open, s3.reading, s3.version):
        with pytest.raises(FileNotFoundError):
            ask("sha256/none")
    s3.delete("sha256/none")


def test_reading_fetches_no_more_than_is_read(s3, server):
    """A client that goes away after the first piece has not cost the whole file."""
    s3.save("sha256/large", ContentFile(CONTENT * 32))
    found = s3.reading("sha256/large")
    assert found.read(10) == CONTENT[:10]
    # The rest is still on the wire.
    assert found.source.body.tell() == 10
    found.close()


def test_files_are_listed_with_when_they_were_written(s3):
    for name in ("sha256/x/2", "sha256/x/1", "other/1"):
        s3.save(name, ContentFile(b"x"))
    found = list(s3.kept_below("sha256/x"))
    assert [kept.name for kept in found] == ["sha256/x/1", "sha256/x/2"]
    assert all(kept.written_at.tzinfo for kept in found)


@pytest.mark.django_db
def test_bytes_are_taken_in_and_verified_there(s3):
    content = factories.pdf_bytes("In a bucket")
    blob = blobs.take_in([content], name="a.pdf", at=clock.now())
    assert blobs.hash_of_stored(blob) == blob.sha256
    assert read(s3.reading(blob.path)) == content


@pytest.fixture
def fetched(s3, monkeypatch) -> list[str]:
    """What is asked of the store from here on: "whole" or "part" for each file that is fetched."""
    asked: list[str] = []
    reading = type(s3).reading

    def noted(self, name, start=0, stop=None):
        asked.append("whole" if (start, stop) == (0, None) else "part")
        return reading(self, name, start, stop)

    monkeypatch.setattr(type(s3), "reading", noted)
    return asked


@pytest.fixture
def blob(s3, db):
    return blobs.keep_own(CONTENT, media_type=factories.PDF, at=clock.now())


def test_a_part_goes_out_of_what_was_hashed_and_that_is_done_once(blob, fetched):
    for start, stop in ((5, 9), (1000, len(CONTENT)), (0, 1)):
        assert b"".join(stored.bytes_of(blob, start, stop)) == CONTENT[start:stop]
    assert fetched == ["whole", "part", "part", "part"]


def test_whoever_goes_on_with_a_whole_download_has_nothing_hashed_again(blob, fetched):
    assert b"".join(stored.bytes_of(blob)) == CONTENT
    assert b"".join(stored.bytes_of(blob, 700_000)) == CONTENT[700_000:]
    assert fetched == ["whole", "part"]


@pytest.mark.parametrize("whole_before", [True, False])
def test_no_part_goes_out_of_other_bytes_of_the_same_size(s3, blob, fetched, whole_before):
    """A download that broke off would go on in them, and be taken for whole."""
    if whole_before:
        assert b"".join(stored.bytes_of(blob)) == CONTENT
    s3.delete(blob.path)
    s3.save(blob.path, ContentFile(CONTENT[:-1] + b"?"))
    for start, stop in ((5, 9), (len(CONTENT) - 1, len(CONTENT))):
        with pytest.raises(stored.Damaged):
            stored.bytes_of(blob, start, stop)
    blob.refresh_from_db()
    assert blob.damage == stored.Damage.ALTERED
    assert "part" not in fetched
    s3.delete(blob.path)
    s3.save(blob.path, ContentFile(CONTENT))
    assert b"".join(stored.bytes_of(blob, 5, 9)) == CONTENT[5:9]
    blob.refresh_from_db()
    assert blob.damage == ""


def test_no_part_goes_out_of_an_object_replaced_after_it_was_judged(s3, blob, monkeypatch):
    assert b"".join(stored.bytes_of(blob)) == CONTENT
    version = type(s3).version

    def then_replaced(self, name):
        seen = version(self, name)
        monkeypatch.setattr(type(s3), "version", version)
        s3.delete(name)
        s3.save(name, ContentFile(b"?" + CONTENT[1:]))
        return seen

    monkeypatch.setattr(type(s3), "version", then_replaced)
    with pytest.raises(stored.Damaged):
        stored.bytes_of(blob, 0, 3)
    blob.refresh_from_db()
    assert blob.damage == stored.Damage.ALTERED


def test_no_part_goes_out_of_what_is_known_to_be_damaged(blob, fetched):
    """The store lost it without a trace, and the rolling look has found that."""
    assert b"".join(stored.bytes_of(blob, 5, 9)) == CONTENT[5:9]
    stored.note(blob, stored.Damage.ALTERED, clock.now())
    documents().delete(blob.path)
    documents().save(blob.path, ContentFile(CONTENT[:-1] + b"?"))
    with pytest.raises(stored.Damaged):
        stored.bytes_of(blob, 5, 9)


def every_call(s3):
    return {
        "exists": lambda: s3.exists("sha256/a"),
        "size": lambda: s3.size("sha256/a"),
        "open": lambda: s3.open("sha256/a"),
        "save": lambda: s3.save("sha256/b", ContentFile(b"b")),
        "delete": lambda: s3.delete("sha256/a"),
        "listdir": lambda: s3.listdir("sha256"),
        "reading": lambda: s3.reading("sha256/a"),
        "version": lambda: s3.version("sha256/a"),
        "kept_below": lambda: list(s3.kept_below("sha256")),
    }


@pytest.mark.parametrize("kind", list(every_call(None)))
def test_a_store_that_is_gone_is_one_error_whatever_is_asked(s3, settings, server, kind):
    gone = copy.deepcopy(server.storage)
    gone["OPTIONS"]["endpoint_url"] = "http://127.0.0.1:1"
    settings.STORAGES = settings.STORAGES | {"documents": gone}
    with pytest.raises(StorageFailed):
        every_call(documents())[kind]()


def test_a_store_that_hangs_is_given_up_in_time_and_then_left_alone_for_seconds(s3, server, monkeypatch):
    s3.save("sha256/a", ContentFile(b"a"))
    server.hang()
    try:
        began = time.monotonic()
        with pytest.raises(StorageFailed):
            s3.size("sha256/a")
        assert time.monotonic() - began < 6
        # The next does not wait at all.
        began = time.monotonic()
        with pytest.raises(StorageFailed):
            s3.reading("sha256/a")
        assert time.monotonic() - began < 0.5
    finally:
        server.go_on()
    monkeypatch.setattr(s3, "_left_alone_until", 0.0)
    assert s3.size("sha256/a") == 1


def test_a_bucket_that_is_not_there_is_a_fault_of_the_store_and_no_missing_file(s3, settings, server):
    wrong = copy.deepcopy(server.storage)
    wrong["OPTIONS"]["bucket_name"] = "no-such-bucket"
    settings.STORAGES = settings.STORAGES | {"documents": wrong}
    with pytest.raises(StorageFailed):
        documents().reading("sha256/a")
    with pytest.raises(StorageFailed):
        documents().save("sha256/a", ContentFile(b"a"))


def test_a_store_with_a_certificate_of_an_own_authority_is_trusted_only_by_that(tmp_path, settings):
    certificate = tmp_path / "store.pem"
    make_certificate("store", certificate, certificate, "-addext", "subjectAltName=IP:127.0.0.1")
    with object_store.running(tmp_path / "log", certificate) as store:
        plain, trusting = store.storage, store.storage
        trusting["OPTIONS"]["verify"] = str(certificate)  # as the settings pass CA_FILE on
        settings.STORAGES = {**settings.STORAGES, "plain": plain, "trusting": trusting}
        with pytest.raises(StorageFailed, match="CERTIFICATE_VERIFY_FAILED"):
            storages["plain"].save("one", ContentFile(b"bytes"))
        assert not storages["trusting"].exists("one")
        storages["trusting"].save("one", ContentFile(b"bytes"))
        assert storages["trusting"].reading("one").read() == b"bytes"
