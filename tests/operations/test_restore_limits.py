"""A restore stops at what it cannot know, before it changes anything, and goes on only when told so with a reason."""

import json
import shutil
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cwg import clock
from cwg.documents import register as deciding
from cwg.documents import restore_gaps
from cwg.documents.models import Document, Register, Series
from cwg.notices.models import Notice
from cwg.operations import backup, restore_limits
from cwg.operations.management.commands.restore import instant
from cwg.record import (
    chain_copies,
    chain_export,
    copy_mark,
    copying,
    journal,
    replay,
    signing,
    verify_receipt,
)
from cwg.record.models import JournalEntry
from tests import factories
from tests.operations.lost_database import lose_the_database, stops, verified


def copy_of(storage, document: Document):
    entry = JournalEntry.objects.get(act="registered", facts__document=document.pk)
    return storage / chain_copies.path(entry.chain, entry.position)


def accepted() -> dict:
    (facts,) = JournalEntry.objects.filter(act=restore_gaps.ACCEPTED).values_list("facts", flat=True)
    return facts


# --- Where all is known -------------------------------------------------------------------------------------------
def test_numbers_go_on_without_a_worker_having_run(folder, issued_since):
    """No sweep: what was answered has its copy."""
    lose_the_database()
    call_command("restore", str(folder))
    assert factories.make_document(Register.objects.get(), "Six").number == 6
    assert not JournalEntry.objects.filter(act=restore_gaps.ACCEPTED).exists()
    assert verified()["holds"] is True


# --- A gap and damage ---------------------------------------------------------------------------------------------
def test_a_gap_stops_it_and_its_register_and_position_are_named(folder, issued_since, storage):
    gone = copy_of(storage, issued_since[1])
    gone.unlink()
    position = int(gone.stem)
    lose_the_database()
    said = stops(folder, "cannot know all that was issued")
    assert f"WG-WSIS, meeting 14: position {position} of the journal is not known, there is no copy" in said
    assert f"known to be whole until {copy_mark.read().whole_until:%Y-%m-%d %H:%M:%S} UTC" in said
    assert "--accept-unknown" in said


def test_a_damaged_copy_stops_it_too(folder, issued_since, storage):
    damaged = copy_of(storage, issued_since[2])
    damaged.write_bytes(damaged.read_bytes()[:50])
    lose_the_database()
    stops(folder, "its copy is damaged")


def test_told_to_go_on_it_gives_no_number_beyond_the_gap_again(folder, issued_since, storage, capsys):
    gone = copy_of(storage, issued_since[1])
    gone.unlink()
    position = int(gone.stem)
    lose_the_database()

    call_command(
        "restore", str(folder), "--accept-unknown", "The secretariat agreed: there is no other copy."
    )

    assert "Accepted as not known: WG-WSIS, meeting 14: position" in capsys.readouterr().out
    assert verified()["holds"] is True
    register = Register.objects.get()
    facts = JournalEntry.objects.get(chain=register.chain, act=replay.ACT).facts
    assert facts["unknown"] == [[position, position]]
    before = JournalEntry.objects.get(chain=register.chain, position=position - 1)
    assert facts["stands_on"] == [[before.position, before.hash]]
    assert facts["symbols"] == ["WG-WSIS-14/3", "WG-WSIS-14/5"]
    assert facts["numbers"] == {"": [3, 4, 5]}, "the number between was issued by the entry that is lost"
    assert not JournalEntry.objects.filter(chain=register.chain, position=position).exists()
    assert factories.make_document(register, "Six").number == 6
    assert accepted()["reason"] == "The secretariat agreed: there is no other copy."
    assert accepted()["unknown"] == [{"chain": str(register.chain), "first": position, "last": position}]
    assert copying.catch_up() == 0
    assert verified()["holds"] is True


def test_who_checks_the_chain_without_the_portal_reads_what_was_lost(
    folder, issued_since, storage, tmp_path, capsys
):
    gone = copy_of(storage, issued_since[1])
    gone.unlink()
    lose_the_database()
    call_command("restore", str(folder), "--accept-unknown", "There is no other copy.")
    register = Register.objects.get()
    chain, keys = tmp_path / "chain", tmp_path / "keys"
    chain.write_bytes(
        b"".join(chain_export.lines(register, lambda entry: True, portal="https://portal.example"))
    )
    keys.write_bytes(journal.canonical(signing.published()))
    capsys.readouterr()
    assert verify_receipt.main(["--keys", str(keys), "--chain", str(chain)]) == 0
    assert f"(Not in it: {gone.stem}. They were lost" in capsys.readouterr().out


def test_a_reason_of_blanks_is_none(folder, issued_since, storage):
    copy_of(storage, issued_since[0]).unlink()
    lose_the_database()
    stops(folder, "cannot know", "--accept-unknown", "  ")


# --- An end before its time ---------------------------------------------------------------------------------------
def test_copies_that_are_gone_from_the_end_are_missed_by_the_mark(folder, issued_since, storage, monkeypatch):
    copy_mark.forget()
    copying.catch_up()
    gone = copy_of(storage, issued_since[2])
    gone.unlink()
    lose_the_database()
    said = stops(folder, "cannot know")
    assert f"position {gone.stem} of the journal is not known" in said
    call_command("restore", str(folder), "--accept-unknown", "nobody holds a receipt")
    register = Register.objects.get()
    assert register.chain_length == int(gone.stem) + 1, "the chain goes on after it"
    assert verified()["holds"] is True


def test_a_storage_that_was_lost_stops_it(folder, issued_since, storage):
    shutil.rmtree(storage)
    lose_the_database()
    stops(folder, "no mark of when its copies were whole")


def test_a_storage_restored_with_the_database_stops_it(folder, issued_since, storage, tmp_path, monkeypatch):
    """Both are as old as the snapshot: the copies agree with the dump, and both end too early."""
    lost_at = clock.now() + timedelta(hours=3)
    lose_the_database()
    monkeypatch.setattr(clock, "now", lambda: lost_at + timedelta(minutes=20))
    said = stops(folder, "whole until", "--lost-at", lost_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    assert "any document number, Rev., Corr., Add. or edition of a translation" in said


@pytest.mark.parametrize(("after", "goes_on"), [(-1, True), (0, True), (1, False)])
def test_the_mark_may_be_two_minutes_older_than_the_loss(folder, monkeypatch, after, goes_on):
    whole_until = copy_mark.read().whole_until
    lost_at = whole_until + copy_mark.FRESH_FOR + timedelta(microseconds=after)
    lose_the_database()
    monkeypatch.setattr(clock, "now", lambda: lost_at + timedelta(days=1))
    said = lost_at.isoformat()
    if goes_on:
        call_command("restore", str(folder), "--lost-at", said)
        assert Document.objects.count() == 2
    else:
        stops(folder, "whole until", "--lost-at", said)


def test_acts_answered_without_their_copies_stop_it(folder, portal, storage):
    """The storage was away for the last acts before the loss: the mark tells that the copies stood still."""
    storage.rename(storage.with_name("kept"))
    storage.touch()
    one = Document.objects.get(number=1)
    lost = deciding.withdraw(one, actor=one.revisions.get().filed_by, reason="sent by mistake").withdrawn_at
    lost_at = lost + timedelta(hours=1)
    storage.unlink()
    storage.with_name("kept").rename(storage)
    lose_the_database()
    with clock.held_at(lost_at + timedelta(hours=1)):
        stops(folder, "whole until", "--lost-at", lost_at.isoformat())
        call_command(
            "restore", str(folder), "--lost-at", lost_at.isoformat(), "--accept-unknown", "no other way"
        )
    assert accepted()["unknown"] == []
    assert accepted()["lost_at"] == journal.plain(lost_at)
    assert accepted()["whole_until"] < journal.plain(lost)


def test_the_last_moments_before_the_loss_are_told_to_whoever_restores(folder, portal, storage, capsys):
    """The mark is fresh, so that nothing stops it; an act was answered while the storage was away, all the same."""
    copy_mark.forget()
    copying.catch_up()
    whole_until = copy_mark.read().whole_until
    copies = storage / chain_copies.FOLDER
    copies.rename(storage / "kept")
    copies.touch()
    number = factories.make_document(portal, "Answered without a copy").number
    copies.unlink()
    (storage / "kept").rename(copies)
    lost_at = whole_until + copy_mark.FRESH_FOR
    lose_the_database()
    with clock.held_at(lost_at + timedelta(hours=1)):
        call_command("restore", str(folder), "--lost-at", lost_at.isoformat())
    said = capsys.readouterr().out
    assert f"known to be whole until {whole_until:%Y-%m-%d %H:%M:%S} UTC" in said
    assert f"lost at {lost_at:%Y-%m-%d %H:%M:%S} UTC" in said and "--numbers-only and --issued" in said
    call_command("restore", "--numbers-only", "--issued", f"WG-WSIS-14/{number}")
    assert factories.make_document(Register.objects.get(), "The next").number == number + 1
    assert verified()["holds"] is True


@pytest.mark.parametrize(("seconds", "told"), [(0, False), (1, True)])
def test_nothing_is_left_open_where_the_mark_is_from_the_loss_itself(now, seconds, told):
    limits = restore_limits.Limits(now + timedelta(seconds=seconds), now)
    assert bool(limits.left_open()) is told and not limits.sentences()


def test_a_loss_in_the_future_is_refused(folder):
    lose_the_database()
    at = clock.now() + timedelta(hours=1)
    stops(folder, "lost in the future", "--lost-at", at.isoformat())


def test_a_later_backup_tells_of_entries_too(folder, issued_since, storage):
    with clock.held_at(clock.now() + timedelta(seconds=2)):
        call_command("backup", str(folder))
    first = sorted(path.name for path in folder.glob("*Z"))[0]
    (storage / copy_mark.PATH).unlink()
    for document in issued_since:
        path = copy_of(storage, document)
        path.unlink()
        (folder / "files" / path.relative_to(storage)).unlink()
    lose_the_database()
    said = stops(folder, "is not known, there is no copy", "--backup", first)
    assert "WG-WSIS, meeting 14: position" in said


@pytest.mark.parametrize("already_loaded", [False, True])
def test_what_a_later_backup_told_of_is_not_given_again_either(folder, issued_since, storage, already_loaded):
    """Neither its copies nor the mark are left: only its manifest says how long the chain had been."""
    with clock.held_at(clock.now() + timedelta(seconds=2)):
        call_command("backup", str(folder))
    first = sorted(path.name for path in folder.glob("*Z"))[0]
    (storage / copy_mark.PATH).unlink()
    for document in issued_since:
        path = copy_of(storage, document)
        path.unlink()
        (folder / "files" / path.relative_to(storage)).unlink()
    last = Register.objects.get().chain_length
    lose_the_database()
    reason = ("--accept-unknown", "The secretariat agreed.")
    if already_loaded:
        from cwg.operations import restoration
        from cwg.operations.ownership import as_owner

        with as_owner("to restore"):
            restoration.load(folder, folder / first)
        with pytest.raises(CommandError, match="is not known, there is no copy"):
            call_command("restore", str(folder), "--already-loaded")
        call_command("restore", str(folder), "--already-loaded", *reason)
    else:
        call_command("restore", str(folder), "--backup", first, *reason)
    register = Register.objects.get()
    # After what the later backup had, and what it says of numbers with it.
    said = JournalEntry.objects.filter(chain=register.chain, position__gt=last).order_by("position")
    assert [(entry.position, entry.act) for entry in said] == [
        (last + 1, replay.ACT),
        (last + 2, restore_gaps.TOLD),
    ]
    assert factories.make_document(register, "After").symbol == "WG-WSIS-14/6"
    assert accepted()["reason"] == "The secretariat agreed."
    assert accepted()["unknown"][0]["last"] == last
    assert verified()["holds"] is True


@pytest.mark.parametrize("said", ["{", "{}", "[]", '"a"', "[" * 100_000, '{"chains": {"x": 1}}', b"\xff"])
def test_a_backup_beside_it_that_cannot_be_read_is_passed_over_and_named(folder, portal, capsys, said):
    broken = folder / "2020-01-01T000000Z" / backup.MANIFEST
    broken.parent.mkdir()
    broken.write_bytes(said if isinstance(said, bytes) else said.encode())
    lose_the_database()
    call_command("restore", str(folder))
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "Passed over" in line]
    assert str(broken) in line
    assert verified()["holds"] is True


@pytest.mark.parametrize("beside", [False, True], ids=["the chosen", "one beside it"])
def test_a_manifest_that_tells_of_more_than_its_dump_can_hold_is_refused(folder, portal, beside):
    made = next(folder.glob("*Z"))
    if beside:
        made = Path(shutil.copytree(made, folder / "2020-01-01T000000Z"))
    manifest = json.loads((made / backup.MANIFEST).read_text())
    manifest["chains"][str(portal.chain)] = 10**18
    (made / backup.MANIFEST).write_text(json.dumps(manifest))
    lose_the_database()
    said = stops(folder, "cannot hold")
    assert str(made / backup.MANIFEST) in said


@pytest.mark.parametrize("member", ["last_given", "first_symbols"])
@pytest.mark.parametrize("said", [None, 7, [7], {}, {"a": 1}, "abc", ""])
def test_symbols_that_are_none_are_no_manifest(folder, member, said):
    path = next(folder.glob(f"*/{backup.MANIFEST}"))
    path.write_text(json.dumps({**json.loads(path.read_text()), member: said}))
    with pytest.raises(backup.BackupFailed, match="is not the manifest of a finished backup"):
        backup.read_manifest(path.parent)


@pytest.mark.parametrize("length", [-1, "7", 1.5, None, True])
def test_a_length_that_is_none_is_no_manifest(folder, portal, length):
    path = next(folder.glob(f"*/{backup.MANIFEST}"))
    manifest = json.loads(path.read_text())
    manifest["chains"][str(portal.chain)] = length
    path.write_text(json.dumps(manifest))
    with pytest.raises(backup.BackupFailed, match="is not the manifest of a finished backup"):
        backup.read_manifest(path.parent)


def test_what_the_backup_has_of_the_copies_is_put_back_before_it_is_judged(folder, issued_since, storage):
    with clock.held_at(clock.now() + timedelta(seconds=2)):
        call_command("backup", str(folder))
    first = sorted(path.name for path in folder.glob("*Z"))[0]
    copy_of(storage, issued_since[1]).unlink()
    lose_the_database()
    call_command("restore", str(folder), "--backup", first)
    assert factories.make_document(Register.objects.get(), "Six").number == 6


# --- Point in time ------------------------------------------------------------------------------------------------
def test_a_database_that_postgresql_restored_goes_on_in_the_same_way(folder, issued_since, storage):
    """Here by the dump's hand, without the rest of the command: as after a recovery to a point in time."""
    from cwg.operations import backup, restoration
    from cwg.operations.ownership import as_owner

    lose_the_database()
    with as_owner("to restore"):
        restoration.load(folder, backup.latest(folder))
    assert Series.objects.get(code="").last_number == 2
    call_command("restore", "--already-loaded")
    assert factories.make_document(Register.objects.get(), "Six").number == 6
    assert set(Notice.objects.values_list("status", flat=True)) == {Notice.Status.DROPPED}
    assert verified()["holds"] is True


def test_it_stops_there_too_and_changes_nothing(folder, issued_since, storage):
    from cwg.operations import backup, restoration
    from cwg.operations.ownership import as_owner

    copy_of(storage, issued_since[0]).unlink()
    lose_the_database()
    with as_owner("to restore"):
        restoration.load(folder, backup.latest(folder))
    before = JournalEntry.objects.count()
    with pytest.raises(CommandError, match="cannot know"):
        call_command("restore", "--already-loaded")
    assert JournalEntry.objects.count() == before
    assert Series.objects.get(code="").last_number == 2
    assert Notice.objects.filter(status=Notice.Status.WAITING).exists()


@pytest.mark.parametrize("text", ["2026-11-26T14:05", "2026-11-26 14:05:00Z", "2026-11-26T15:05+01:00"])
def test_the_instant_of_the_loss_is_read_in_utc(text):
    at = instant(text)
    assert (at.astimezone(UTC).hour, at.minute, at.utcoffset()) == (14, 5, timedelta())
