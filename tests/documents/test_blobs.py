"""Bytes: there whole or not at all, before any row names them."""

import hashlib
import threading

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.db import connections

from cwg import clock
from cwg.documents import blobs
from cwg.documents.models import Blob
from cwg.documents.storage import documents
from tests import factories

pytestmark = pytest.mark.django_db


def take_in(content: bytes, name="a.pdf") -> Blob:
    return blobs.take_in([content[:100], content[100:]], name=name, at=clock.now())


def kept(folder) -> list:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_bytes_are_kept_under_their_hash(storage):
    content = factories.pdf_bytes("Kept")
    blob = take_in(content)
    assert blob.sha256 == hashlib.sha256(content).hexdigest()
    assert [path.read_bytes() for path in kept(storage)] == [content]
    assert kept(storage)[0].relative_to(storage).as_posix() == blob.path
    assert blobs.hash_of_stored(blob) == blob.sha256
    assert (blob.reading, blob.text) == ("waiting", ""), "nobody waits for it"


def test_the_same_bytes_are_kept_once(storage):
    content = factories.pdf_bytes("Kept")
    assert take_in(content) == take_in(content, name="other.pdf")
    assert len(kept(storage)) == Blob.objects.count() == 1


def test_a_refused_file_leaves_nothing(storage):
    with pytest.raises(blobs.FileRefused) as refused:
        take_in(b"<html>no PDF</html>")
    assert refused.value.inspection.refusals
    assert kept(storage) == []
    assert not Blob.objects.exists()


@pytest.mark.parametrize("moment", ["write", "fsync", "replace"])
def test_a_disk_that_is_full_leaves_no_row_and_no_half_file(storage, monkeypatch, moment):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    target = {
        "write": "django.core.files.storage.FileSystemStorage._save",
        "fsync": "cwg.documents.storage.os.fsync",
        "replace": "cwg.documents.storage.os.replace",
    }[moment]
    with monkeypatch.context() as patch:
        patch.setattr(target, full)
        with pytest.raises(blobs.StorageFailed):
            take_in(factories.pdf_bytes("Too much"))
    assert kept(storage) == []
    assert not Blob.objects.exists()
    assert take_in(factories.pdf_bytes("Too much"))


def test_a_storage_that_gives_back_other_bytes_is_not_believed(storage, monkeypatch):
    monkeypatch.setattr(blobs, "hash_of_stored", lambda blob: "0" * 64)
    with pytest.raises(blobs.StorageFailed):
        take_in(factories.pdf_bytes("Kept"))
    assert not Blob.objects.exists()


def test_half_a_file_of_an_earlier_failure_is_made_whole(storage):
    content = factories.pdf_bytes("Kept")
    digest = hashlib.sha256(content).hexdigest()
    place = storage / Blob(sha256=digest).path
    place.parent.mkdir(parents=True)
    place.write_bytes(content[:50])
    assert blobs.hash_of_stored(take_in(content)) == digest


def test_bytes_that_went_missing_are_put_back_by_the_next_who_sends_them(storage):
    content = factories.pdf_bytes("Kept")
    blob = take_in(content)
    (storage / blob.path).unlink()
    assert blobs.hash_of_stored(blob) == ""
    assert blobs.hash_of_stored(take_in(content)) == blob.sha256


def test_a_virus_is_refused_and_nothing_kept(storage, settings, monkeypatch):
    from cwg.documents.scanner import ScanResult

    settings.CLAMD_ADDRESS = "clamd:3310"
    monkeypatch.setattr(blobs.scanner, "scan", lambda path, address, timeout: ScanResult("infected", "Eicar"))
    with pytest.raises(blobs.FileRefused) as refused:
        take_in(factories.pdf_bytes("Kept"))
    assert [finding.code for finding in refused.value.inspection.refusals] == ["infected"]
    assert kept(storage) == []


@pytest.mark.django_db(transaction=True)
def test_many_who_send_the_same_bytes_at_once_all_have_them(storage):
    content = b"%PDF- the same" * 100_000
    digest = hashlib.sha256(content).hexdigest()
    together, outcomes = threading.Barrier(8), []

    def send():
        try:
            together.wait(timeout=20)
            for _ in range(5):
                blob = blobs.keep_own(content, media_type=factories.PDF, at=clock.now())
                outcomes.append(blobs.hash_of_stored(blob))
        except Exception as error:
            outcomes.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [digest] * 40
    assert len(kept(storage)) == 1


def test_names_stay_within_the_folder():
    with pytest.raises(SuspiciousFileOperation):
        documents().save("../outside", ContentFile(b"x"))
