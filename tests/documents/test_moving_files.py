"""From the volume into a bucket of a real S3 server, and back (`manage.py copy_files`)."""

import hashlib
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from cwg.documents import moving_files
from cwg.documents.storage import StorageFailed
from cwg.record import copy_mark, copying
from tests import factories, object_store

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with object_store.running(tmp_path_factory.mktemp("s3") / "log") as store:
        yield store


@pytest.fixture
def bucket(server, settings, storage):
    """Empty, and beside the folder, where the portal's files still are."""
    client = server.client()
    for entry in client.list_objects_v2(Bucket=object_store.BUCKET).get("Contents", ()):
        client.delete_object(Bucket=object_store.BUCKET, Key=entry["Key"])
    folder = settings.STORAGES["documents"]
    settings.STORAGES = {**settings.STORAGES, "folder": folder, "bucket": server.storage}
    return server


@pytest.fixture
def document(dg, saudi_focal_point):
    """One that is registered, with its bytes, the copies of its chain and their mark."""
    made = factories.make_document(factories.make_register(dg), "A document", actor=saudi_focal_point)
    copying.catch_up()
    copy_mark.renew(copying.store)
    return made


def in_folder(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def in_bucket(server) -> dict[str, bytes]:
    client = server.client()
    listed = client.list_objects_v2(Bucket=object_store.BUCKET).get("Contents", ())
    return {
        entry["Key"]: client.get_object(Bucket=object_store.BUCKET, Key=entry["Key"])["Body"].read()
        for entry in listed
    }


def test_everything_is_in_the_bucket_byte_for_byte_and_comes_back(
    bucket, storage, document, tmp_path, capsys
):
    # What an upload that broke off and a look at the storage leave behind is not worth moving.
    (storage / "probe").mkdir()
    (storage / "probe" / "one").write_bytes(b"probe")
    (storage / "sha256" / "half.0123456789ab.unfinished").write_bytes(b"half")
    before = in_folder(storage)
    kept = {
        name: held
        for name, held in before.items()
        if not name.endswith(".unfinished") and not name.startswith("probe/")
    }
    assert any(name.startswith("sha256/") for name in kept)
    assert copy_mark.PATH in kept and sum(name.startswith("journal/") for name in kept) >= 2
    call_command("copy_files", "folder", "bucket")
    assert in_bucket(bucket) == kept
    assert in_folder(storage) == before
    for path in sorted(storage.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    call_command("copy_files", "bucket", "folder")
    assert in_folder(storage) == kept
    assert capsys.readouterr().out.count("There already: 0.") == 2


def test_begun_again_it_copies_what_came_meanwhile(bucket, storage, document):
    first = moving_files.copy(storages["folder"], storages["bucket"])
    assert first.copied > 2
    new = b"%PDF-1.4 new"
    name = f"sha256/aa/bb/{hashlib.sha256(new).hexdigest()}"
    (storage / name).parent.mkdir(parents=True)
    (storage / name).write_bytes(new)
    (storage / copy_mark.PATH).write_bytes(b'{"newer": true}')
    again = moving_files.copy(storages["folder"], storages["bucket"])
    assert (again.copied, again.there) == (1, first.copied)
    assert in_bucket(bucket) == in_folder(storage)


def test_broken_off_it_has_written_no_mark_and_goes_on(bucket, storage, document, monkeypatch):
    saved, save = [], storages["bucket"].save

    def breaks_off(name, content):
        if len(saved) == 2:
            raise StorageFailed("away")
        saved.append(name)
        return save(name, content)

    with monkeypatch.context() as patch:
        patch.setattr(storages["bucket"], "save", breaks_off)
        with pytest.raises(CommandError, match=r"^Broken off: away\. What was copied stays"):
            call_command("copy_files", "folder", "bucket")
    assert set(in_bucket(bucket)) == set(saved) and copy_mark.PATH not in saved
    call_command("copy_files", "folder", "bucket")
    assert in_bucket(bucket) == in_folder(storage)


def test_bytes_that_are_damaged_are_named_and_not_copied_and_the_mark_waits(bucket, storage, document):
    name = next(name for name in in_folder(storage) if name.startswith("sha256/"))
    whole = (storage / name).read_bytes()
    (storage / name).chmod(0o640)
    (storage / name).write_bytes(b"x" * len(whole))
    with pytest.raises(CommandError, match=f"Damaged in the folder, not copied: {name}"):
        call_command("copy_files", "folder", "bucket")
    held = in_bucket(bucket)
    assert name not in held and copy_mark.PATH not in held and held
    (storage / name).write_bytes(whole)
    call_command("copy_files", "folder", "bucket")
    assert in_bucket(bucket) == in_folder(storage)


def test_what_is_damaged_where_it_goes_is_found_by_reading_all_and_put_right(bucket, storage, document):
    moving_files.copy(storages["folder"], storages["bucket"])
    name = next(name for name in in_folder(storage) if name.startswith("sha256/"))
    size = (storage / name).stat().st_size
    bucket.client().put_object(Bucket=object_store.BUCKET, Key=name, Body=b"x" * size)
    assert moving_files.copy(storages["folder"], storages["bucket"]).copied == 0
    call_command("copy_files", "folder", "bucket", "--read-all")
    assert in_bucket(bucket) == in_folder(storage)


def test_the_journal_of_another_portal_is_never_written_over(bucket, storage, document):
    name = next(name for name in in_folder(storage) if name.startswith("journal/") and name != copy_mark.PATH)
    bucket.client().put_object(Bucket=object_store.BUCKET, Key=name, Body=b"{}")
    with pytest.raises(CommandError, match=f"Something else lies in the bucket, left as it is: {name}"):
        call_command("copy_files", "folder", "bucket")
    held = in_bucket(bucket)
    assert held[name] == b"{}" and copy_mark.PATH not in held


def test_without_a_bucket_or_with_one_place_twice_it_says_so(storage, settings):
    with pytest.raises(CommandError, match="S3_BUCKET is not set"):
        call_command("copy_files", "folder", "bucket")
    with pytest.raises(CommandError, match="FROM and TO are the same"):
        call_command("copy_files", "folder", "folder")
