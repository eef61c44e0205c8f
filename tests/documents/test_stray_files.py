"""What lies in the storage without a row goes in time; what anybody may still want stays."""

import os
import threading
from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.files.base import ContentFile
from django.db import connections, transaction

from cwg import clock
from cwg.documents import blobs, restore_gaps, storage, stray_files, unused_files
from cwg.documents.models import Blob
from cwg.documents.storage import StorageFailed, documents
from cwg.record import chain_copies, copy_mark, copying, jobs, journal, replay
from cwg.record.models import JournalEntry
from tests import factories
from tests.tampering import past_the_triggers

DAY = timedelta(days=1)
CONTENT = b"%PDF-1.4 nobody's"
DIGEST = sha256(CONTENT).hexdigest()
PLACE = f"sha256/{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"


def lay(folder, name: str, age: timedelta, content: bytes = CONTENT):
    """A file in the storage that was last written so long ago."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    then = (clock.now() - age).timestamp()
    os.utime(path, (then, then))
    return path


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "goes"), [(-1, False), (1, True)])
@pytest.mark.parametrize(
    ("name", "age"),
    [
        (PLACE, unused_files.KEPT),
        (f"{PLACE}.0123456789ab.unfinished", DAY),
        ("journal/x/0001.json.0123456789ab.unfinished", DAY),
        ("probe/1234", DAY),
    ],
)
def test_what_nothing_names_goes_when_it_is_old_enough(held, storage, name, age, seconds, goes):
    path = lay(storage, name, age + timedelta(seconds=seconds))
    assert jobs.run("stray-files") == int(goes)
    assert path.exists() is not goes


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["journal/x/0001.json", "sha256/readme", "other/file", f"copy/{PLACE}"])
def test_what_is_not_its_business_stays_however_old(held, storage, name):
    path = lay(storage, name, 400 * DAY)
    assert jobs.run("stray-files") == 0 and path.exists()


@pytest.mark.django_db
def test_what_a_row_names_stays_and_is_unused_files_business(held, storage):
    blob = blobs.keep_own(CONTENT, media_type=factories.PDF, at=held.at)
    path = lay(storage, blob.path, 400 * DAY)
    assert blob.path == PLACE
    assert jobs.run("stray-files") == 0 and path.exists()
    Blob.objects.filter(pk=blob.pk).delete()
    assert jobs.run("stray-files") == 1 and not path.exists()


@pytest.mark.django_db
def test_what_the_journal_tells_of_stays_for_whoever_restores(held, dg, storage):
    factories.make_document(factories.make_register(dg))
    entry = JournalEntry.objects.get(act="registered")
    told = Blob.objects.get()
    assert told.pk == entry.facts["files"][0]["sha256"]
    path = lay(storage, told.path, 400 * DAY, (storage / told.path).read_bytes())
    # As after a restore: the row is lost, the journal came back with its copies.
    past_the_triggers("DELETE FROM documents_blob")
    assert stray_files.remove() == 0 and path.exists()
    # It is the journal that kept it.
    past_the_triggers("DELETE FROM record_journalentry")
    assert stray_files.remove() == 1 and not path.exists()


def lose_the_rows() -> None:
    """The volume of the database is lost; what `migrate` makes is there, and no restore was run."""
    past_the_triggers(
        *(
            f"DELETE FROM {table}"
            for table in ("documents_blob", "documents_register", "record_journalentry", "record_chaincopy")
        ),
        "DELETE FROM record_portaljournal",
    )
    copy_mark.forget()


@pytest.fixture
def survived(dg, storage):
    """An old file of a document, copies of its chain, and a database that knows nothing of either."""
    with clock.held_at(clock.now() - 400 * DAY):
        document = factories.make_document(factories.make_register(dg))
        copying.catch_up()
    (path,) = (path for path in (storage / "sha256").rglob("*") if path.is_file())
    lay(storage, str(path.relative_to(storage)), 400 * DAY, path.read_bytes())
    chain = document.register.chain
    lose_the_rows()
    return chain, path


@pytest.mark.django_db
@pytest.mark.parametrize("mark_is_there", [True, False])
@pytest.mark.parametrize("job", ["stray-files", "unused-files"])
def test_a_database_that_is_empty_removes_nothing_of_what_survived_it(
    survived, storage, caplog, mark_is_there, job
):
    _chain, path = survived
    if not mark_is_there:
        (storage / copy_mark.PATH).unlink()
    stray = lay(storage, PLACE, 400 * DAY)
    if job == "unused-files":
        Blob.objects.create(
            sha256=DIGEST,
            size=len(CONTENT),
            media_type=factories.PDF,
            stored_at=clock.now() - 400 * DAY,
            sent_at=clock.now() - 400 * DAY,
        )
    assert jobs.run(job) == 0
    assert path.exists() and stray.exists()
    assert "removed" in caplog.text


@pytest.mark.django_db
def test_a_database_that_is_older_than_the_storage_removes_nothing(dg, storage):
    register = factories.make_register(dg)
    factories.make_document(register)
    copying.catch_up()
    stray = lay(storage, PLACE, 400 * DAY)
    past_the_triggers("UPDATE documents_register SET chain_length = chain_length - 1")
    copy_mark.forget()
    assert jobs.run("stray-files") == 0 and stray.exists()
    past_the_triggers("UPDATE documents_register SET chain_length = chain_length + 1")
    assert jobs.run("stray-files") == 1 and not stray.exists()


@pytest.mark.django_db
def test_once_a_restore_has_said_what_is_lost_strays_go_and_the_lost_documents_bytes_stay(survived, storage):
    chain, path = survived
    stray = lay(storage, PLACE, 400 * DAY)
    with transaction.atomic():
        portal = journal.portal()
        for lost in chain_copies.chains():
            loss = restore_gaps.of_survey(chain_copies.survey(lost))
            journal.append(portal, replay.ACT, at=clock.now(), actor_id=None, facts=loss.facts())
    assert chain in replay.settled()
    copy_mark.forget()
    assert jobs.run("stray-files") == 1
    assert path.exists() and not stray.exists()


@pytest.mark.django_db(transaction=True)
def test_bytes_that_get_their_row_this_moment_stay(storage):
    """The upload found them lying there; its row is being written while the sweep comes by."""
    path = lay(storage, PLACE, 400 * DAY)
    swept: list[int] = []

    def sweep() -> None:
        try:
            swept.append(stray_files.remove())
        finally:
            connections.close_all()

    with transaction.atomic():
        stray_files.hold(DIGEST)
        thread = threading.Thread(target=sweep)
        thread.start()
        thread.join(1)
        assert thread.is_alive(), "it waits for the row"
        now = clock.now()
        Blob.objects.create(
            sha256=DIGEST, size=len(CONTENT), media_type=factories.PDF, stored_at=now, sent_at=now
        )
    thread.join(20)
    assert swept == [0] and path.exists()


@pytest.mark.django_db(transaction=True)
def test_bytes_that_were_removed_before_their_row_was_written_are_kept_anew(storage, monkeypatch):
    lay(storage, PLACE, 400 * DAY)
    hold = stray_files.hold
    removed: list[int] = []

    def too_late(digest: str) -> None:
        if not removed:
            removed.append(0)
            removed[0] = stray_files.remove()
        hold(digest)

    monkeypatch.setattr(stray_files, "hold", too_late)
    blob = blobs.keep_own(CONTENT, media_type=factories.PDF, at=clock.now())
    assert removed == [1]
    assert blobs.hash_of_stored(blob) == blob.pk == DIGEST


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_a_row", [False, True])
def test_whoever_sends_bytes_that_are_long_in_being_removed_is_told_of_the_storage(
    storage, monkeypatch, has_a_row
):
    """The storage is slow to delete them, stray or unused, and what keeps them from being named is held until it has."""
    lay(storage, PLACE, 400 * DAY)
    if has_a_row:
        blobs.keep_own(CONTENT, media_type=factories.PDF, at=clock.now() - 400 * DAY)
    is_deleting, let_go = threading.Event(), threading.Event()
    delete = documents().delete

    def slowly(name):
        is_deleting.set()
        assert let_go.wait(30)
        delete(name)

    def sweep():
        try:
            removed.append(unused_files.forget_unused() if has_a_row else stray_files.remove())
        finally:
            connections.close_all()

    removed: list[int] = []
    monkeypatch.setattr(documents(), "delete", slowly)
    sweeping = threading.Thread(target=sweep)
    sweeping.start()
    try:
        assert is_deleting.wait(10)
        with connections["default"].cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        with pytest.raises(StorageFailed):
            blobs.keep_own(CONTENT, media_type=factories.PDF, at=clock.now())
    finally:
        let_go.set()
        sweeping.join()
        connections.close_all()
    assert removed == [1] and not Blob.objects.exists()
    assert blobs.hash_of_stored(blobs.keep_own(CONTENT, media_type=factories.PDF, at=clock.now())) == DIGEST


@pytest.mark.django_db
def test_a_storage_that_fails_in_the_middle_of_writing_leaves_nothing(db, monkeypatch):
    place = storage.documents()

    def full(path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "_sync", full)
    with pytest.raises(storage.StorageFull):
        place.save(PLACE, ContentFile(CONTENT))
    assert list(place.kept_below("")) == []
