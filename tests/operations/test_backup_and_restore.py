"""A real dump, a real loss, a real restore: into a database of its own, made from the migrated test database."""

import json
import threading
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection
from django.test import Client

from cwg import clock
from cwg.documents import blobs, unused_files
from cwg.documents import register as deciding
from cwg.documents.models import Blob, Document, Register, Series
from cwg.documents.storage import DurableFileSystemStorage, Unreadable
from cwg.look.templatetags.portal import filesize
from cwg.members import sessions
from cwg.members.models import Role, Session
from cwg.notices.models import Event, Notice
from cwg.operations import backup
from cwg.record import chain_copies, copy_mark, copying, journal, replay, signing
from cwg.record.models import AccessSeal, JournalEntry, SigningKey
from tests import factories
from tests.operations.lost_database import lose_the_database, revise, tables, verified
from tests.tampering import as_owner


def test_a_restore_of_an_older_dump_goes_on_after_what_was_issued(portal, tmp_path, capsys):
    folder = tmp_path / "backups"
    call_command("backup", str(folder))

    lost = [factories.make_document(portal, title) for title in ("Three", "Four")]
    lost_receipt = lost[0].original.receipt.get_absolute_url()
    lost_revision = revise(Document.objects.get(number=2))
    deciding.withdraw(Document.objects.get(number=1), actor=lost_revision.filed_by, reason="sent by mistake")
    copying.catch_up()
    length = Register.objects.get(pk=portal.pk).chain_length
    whole_until = copy_mark.read().whole_until
    lose_the_database()

    call_command("restore", str(folder))

    out = capsys.readouterr().out
    assert f"known to be whole until {whole_until:%Y-%m-%d %H:%M:%S} UTC" in out
    assert "WG-WSIS-14/3, WG-WSIS-14/4, WG-WSIS-14/2(Rev.2)" in out
    assert "to be done again: withdrawn WG-WSIS-14/1, sent by mistake" in out
    assert verified()["holds"] is True
    register = Register.objects.get(pk=portal.pk)
    assert register.chain_length == length + 1
    entry = JournalEntry.objects.get(chain=register.chain, act=replay.ACT)
    assert entry.facts["symbols"] == ["WG-WSIS-14/3", "WG-WSIS-14/4", "WG-WSIS-14/2(Rev.2)"]
    assert sorted(Document.objects.values_list("number", flat=True)) == [1, 2]
    # Whoever holds a receipt is told what became of it.
    reader = Client()
    reader.force_login(factories.accredit_once("d@lva.example", register.group, Role.DELEGATE, "LVA"))
    gone = reader.get("/documents/wg-wsis-14/3/")
    assert gone.status_code == 410
    assert "WG-WSIS-14/3 was registered, and was lost" in gone.content.decode()
    assert "WG-WSIS-14/2(Rev.2) was registered" in reader.get("/documents/wg-wsis-14/2/").content.decode()
    unknown = reader.get(lost_receipt)
    assert unknown.status_code == 404
    assert "WG-WSIS-14/4 was registered, and was lost" in unknown.content.decode()
    # Numbers, numbers of revisions, and the ids that the record names: none is used twice.
    following = factories.make_document(register, "Five")
    assert (following.symbol, following.path) == ("WG-WSIS-14/5", "wg-wsis-14/5")
    assert following.pk > max(document.pk for document in lost)
    assert revise(Document.objects.get(number=2)).symbol == "WG-WSIS-14/2(Rev.3)"
    assert copying.catch_up() == 0, "each act was copied with its answer"
    assert verified()["holds"] is True


def test_no_old_mail_is_sent_again_and_everybody_signs_in_anew(portal, tmp_path):
    call_command("backup", str(tmp_path / "backups"))
    lose_the_database()
    call_command("restore", str(tmp_path / "backups"))
    assert set(Notice.objects.values_list("status", flat=True)) == {Notice.Status.DROPPED}
    assert not Event.objects.filter(expanded_at__isnull=True).exists()
    assert not Session.objects.exists()
    call_command("sweep")
    assert Notice.objects.count() == 1


def test_a_restore_of_all_that_there_was_records_no_loss(portal, tmp_path):
    call_command("backup", str(tmp_path / "backups"))
    before = list(JournalEntry.objects.values_list("hash", flat=True))
    lose_the_database()
    call_command("restore", str(tmp_path / "backups"))
    assert list(JournalEntry.objects.values_list("hash", flat=True)) == before
    assert factories.make_document(Register.objects.get(), "Three").number == 3


def test_the_triggers_and_constraints_come_back_too(portal, tmp_path):
    call_command("backup", str(tmp_path / "backups"))
    lose_the_database()
    call_command("restore", str(tmp_path / "backups"))
    with pytest.raises(IntegrityError, match="never changed"), as_owner() as cursor:
        cursor.execute("DELETE FROM record_journalentry")
    with pytest.raises(ProgrammingError, match="permission denied"):
        JournalEntry.objects.all().delete()
    assert JournalEntry.objects.exists()


def test_files_that_the_storage_lost_come_back_and_those_it_has_stay(portal, tmp_path, storage):
    call_command("backup", str(tmp_path / "backups"))
    gone, kept = sorted(path for path in (storage / "sha256").rglob("*") if path.is_file())[:2]
    content = gone.read_bytes()
    gone.unlink()
    touched = kept.stat().st_mtime_ns
    lose_the_database()
    call_command("restore", str(tmp_path / "backups"))
    assert gone.read_bytes() == content
    assert kept.stat().st_mtime_ns == touched


def test_a_database_that_was_taken_back_gets_the_files_that_it_names_and_no_other(portal, tmp_path, storage):
    """As `rewind` leaves it: what was removed from the storage since is in the backups."""
    folder = tmp_path / "backups"
    call_command("backup", str(folder))
    gone = next(path for path in (storage / "sha256").rglob("*") if path.is_file())
    content = gone.read_bytes()
    gone.unlink()
    stranger = folder / backup.FILES / "sha256" / "00" / "11" / f"0011{'0' * 60}"
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(b"of a deleted draft")
    call_command("restore", str(folder), "--already-loaded")
    assert gone.read_bytes() == content
    assert not (storage / "sha256" / "00" / "11" / stranger.name).exists()
    assert verified()["holds"] is True


def test_a_meeting_made_after_the_dump_keeps_its_numbers_used_once_it_is_made_again(portal, tmp_path, capsys):
    folder = tmp_path / "backups"
    call_command("backup", str(folder))
    fifteenth = factories.make_register(portal.group, 15)
    for title in ("One", "Two"):
        factories.make_document(fifteenth, title)
    copying.catch_up()
    lose_the_database()
    call_command("restore", str(folder))
    assert "A meeting made after the backup is lost (WG-WSIS-15)" in capsys.readouterr().out
    made_again = factories.make_register(Register.objects.get().group, 15)
    sessions.made_for(factories.make_person("at.work@test.example"))
    for _ in range(2):
        call_command("restore", str(folder), "--numbers-only")
        assert Series.objects.get(register=made_again, code="").last_number == 2
    assert JournalEntry.objects.filter(chain=made_again.chain, act=replay.ACT).count() == 1
    assert factories.make_document(made_again, "Three").symbol == "WG-WSIS-15/3"
    assert Session.objects.count() == 1, "nobody who works again already is signed out"
    assert verified()["holds"] is True


def test_days_sealed_after_the_dump_are_known_to_be_lost_and_sealed_again(portal, tmp_path):
    from cwg.record import access, seals

    at = clock.now() - timedelta(days=3)
    access.note("signed-in", at=at, person_id=1)
    call_command("backup", str(tmp_path / "backups"))
    assert seals.seal() == 1
    copying.catch_up()
    lose_the_database()
    call_command("restore", str(tmp_path / "backups"))
    assert not AccessSeal.objects.exists()
    assert seals.seal() == 1
    assert verified()["holds"] is True


def test_what_keys_of_after_the_dump_signed_still_verifies(portal, tmp_path, capsys):
    before = signing.sign("cwg-test/1", {})
    copying.catch_up()
    call_command("backup", str(tmp_path / "backups"))
    signing.retire(reason="the yearly change")
    after = signing.sign("cwg-test/1", {})
    assert after["key"] != before["key"]
    copying.catch_up()
    lose_the_database()

    call_command("restore", str(tmp_path / "backups"))

    assert "signing_key" not in capsys.readouterr().out  # nothing that somebody has to do again
    for signed in (before, after):
        assert signing.fault(signed, "cwg-test/1") is None
    reasons = {key["key"]: key["reason"] for key in signing.published()["keys"]}
    assert reasons == {before["key"]: "the yearly change", after["key"]: signing.LOST}
    assert not SigningKey.objects.exclude(sealed_private_key="").exists()
    assert signing.sign("cwg-test/1", {})["key"] not in reasons
    copying.catch_up()
    assert verified()["holds"] is True


def test_a_database_that_is_not_empty_is_left_alone(portal, tmp_path):
    call_command("backup", str(tmp_path / "backups"))
    factories.make_document(portal, "Three")
    with pytest.raises(CommandError, match="is not empty"):
        call_command("restore", str(tmp_path / "backups"))
    assert Document.objects.count() == 3
    assert Notice.objects.get().status == Notice.Status.WAITING


def test_a_storage_of_another_history_is_refused_and_nothing_is_loaded(portal, tmp_path, storage):
    call_command("backup", str(tmp_path / "backups"))
    factories.make_document(portal, "Three")
    path = storage / chain_copies.path(portal.chain, Register.objects.get().chain_length)
    said = json.loads(path.read_bytes())
    said.pop("hash")
    said["previous"] = "f" * 64
    path.write_bytes(journal.canonical({**said, "hash": journal.hash_of(said)}))
    lose_the_database()
    with pytest.raises(CommandError, match="does not follow the entry before it"):
        call_command("restore", str(tmp_path / "backups"), "--accept-unknown", "whatever it is")
    assert tables() == 0


def test_a_second_backup_copies_only_what_is_new(portal, tmp_path, capsys):
    folder = tmp_path / "backups"
    call_command("backup", str(folder))
    size = sum(Blob.objects.values_list("size", flat=True))
    said = capsys.readouterr().out
    assert f": 2 files, {filesize(size)}, and a dump of " in said, said
    written = {path: path.stat().st_mtime_ns for path in (folder / "files").rglob("*") if path.is_file()}
    factories.make_document(portal, "Three")
    with clock.held_at(clock.now() + timedelta(seconds=2)):
        call_command("backup", str(folder))
    assert all(path.stat().st_mtime_ns == at for path, at in written.items())
    assert len(list((folder / "files" / "sha256").rglob("*/*/*"))) == 3
    assert len(list(folder.glob(f"*/{backup.MANIFEST}"))) == 2


def test_what_is_unused_since_the_dump_is_copied_before_it_is_removed(portal, tmp_path, monkeypatch):
    """Else the dump would name bytes that the backup lacks, and nobody would be told."""
    held = blobs.keep_own(b"%PDF-1.4 unused", media_type=factories.PDF, at=clock.now())
    run = backup.run

    def dumped_and_swept(name: str, *arguments: str) -> None:
        run(name, *arguments)
        in_another_session = threading.Thread(target=sweep)
        in_another_session.start()
        in_another_session.join(30)

    def sweep() -> None:
        try:
            unused_files.forget_unused_at(clock.now() + timedelta(days=31))
        finally:
            connection.close()

    monkeypatch.setattr(backup, "run", dumped_and_swept)
    made = backup.make(tmp_path / "backups")
    assert (tmp_path / "backups" / backup.FILES / held.path).exists()
    assert held.pk in backup.read_manifest(made)["blobs"]
    sweep()
    assert not Blob.objects.filter(pk=held.pk).exists() and verified()["holds"]


def test_a_file_missing_from_the_storage_fails_the_backup_by_name_but_keeps_the_dump(
    portal, tmp_path, storage
):
    gone = next(path for path in (storage / "sha256").rglob("*") if path.is_file())
    gone.unlink()
    with pytest.raises(CommandError, match=gone.name):
        call_command("backup", str(tmp_path / "backups"))
    assert backup.read_manifest(backup.latest(tmp_path / "backups"))["missing"]


@pytest.mark.parametrize("kind", ["altered", "unreadable"])
def test_a_file_that_is_damaged_or_cannot_be_read_is_named_and_holds_up_no_other(
    portal, tmp_path, storage, monkeypatch, kind
):
    bad, *others = sorted(path for path in (storage / "sha256").rglob("*") if path.is_file())
    reading = DurableFileSystemStorage.reading

    def rotten(self, name, start=0, stop=None):
        if kind == "unreadable" and name.endswith(bad.name):
            raise Unreadable(5, "Input/output error")
        return reading(self, name, start, stop)

    monkeypatch.setattr(DurableFileSystemStorage, "reading", rotten)
    if kind == "altered":
        bad.write_bytes(b"other bytes")
    with pytest.raises(CommandError, match=bad.name):
        call_command("backup", str(tmp_path / "backups"))
    copied = {
        path.name for path in (tmp_path / "backups" / backup.FILES / "sha256").rglob("*") if path.is_file()
    }
    assert copied == {path.name for path in others} and others


def test_a_damaged_dump_is_refused_before_anything_is_loaded(portal, tmp_path):
    folder = tmp_path / "backups"
    call_command("backup", str(folder))
    with (backup.latest(folder) / backup.DUMP).open("ab") as dump:
        dump.write(b" ")
    lose_the_database()
    with pytest.raises(CommandError, match="is not the dump that the manifest describes"):
        call_command("restore", str(folder))
    assert connection.introspection.table_names() == []


def test_a_backup_that_was_broken_off_is_not_taken_for_one(tmp_path):
    (tmp_path / "2026-03-02T090000Z").mkdir()
    with pytest.raises(backup.BackupFailed, match="no finished backup"):
        backup.latest(tmp_path)


def test_without_the_programs_of_postgresql_it_says_what_to_install(db, tmp_path, monkeypatch):
    monkeypatch.setenv("CWG_PG_BIN", str(tmp_path))
    with pytest.raises(backup.BackupFailed, match="CWG_PG_BIN"):
        backup.tool("pg_dump")


def test_a_program_older_than_the_server_is_refused(db, tmp_path, monkeypatch):
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    old.chmod(0o755)
    monkeypatch.setenv("CWG_PG_BIN", str(tmp_path))
    with pytest.raises(backup.BackupFailed, match="of version 9"):
        backup.tool("pg_dump")
