"""The whole machine is lost, and the portal comes back on another one from what was copied off (docs/running.md)."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from cwg import clock
from cwg.documents import restore_gaps
from cwg.documents.models import Document, Register
from cwg.record import chain_copies, copy_mark, replay, signing
from cwg.record.models import JournalEntry
from tests import factories
from tests.operations.lost_database import lose_the_database, tables, verified

REASON = "The data centre burnt down; these are the receipts that delegations hold."


def sign() -> str:
    """The key that the portal signs with now."""
    with transaction.atomic():
        return signing.sign("test", {})["key"]


@pytest.fixture
def key(portal) -> str:
    """The one that the lost machine signed with."""
    return sign()


@pytest.fixture
def elsewhere(key, portal, storage, tmp_path) -> Path:
    """What was copied off: the backups of the night, the file storage of some minutes before the end: 3 is in it, 4 is not."""
    copied = tmp_path / "elsewhere"
    call_command("backup", str(tmp_path / "backups"))
    shutil.copytree(tmp_path / "backups", copied / "backups")
    factories.make_document(portal, "Three")
    # The mark before all others.
    (copied / "files" / chain_copies.FOLDER).mkdir(parents=True)
    shutil.copy2(storage / copy_mark.PATH, copied / "files" / copy_mark.PATH)
    shutil.copytree(storage, copied / "files", dirs_exist_ok=True, ignore=shutil.ignore_patterns("mark.json"))
    factories.make_document(portal, "Four")
    return copied


@pytest.fixture
def lost_at(elsewhere, storage, tmp_path, monkeypatch) -> str:
    """The machine is lost longer after the last copy than a mark may be old, and another one has what was copied."""
    # So that nobody waits two minutes here.
    monkeypatch.setattr(copy_mark, "FRESH_FOR", timedelta(0))
    at = clock.now()
    lose_the_database()
    shutil.rmtree(tmp_path / "backups")
    shutil.rmtree(storage)
    shutil.copytree(elsewhere / "files", storage)
    return at.isoformat()


def test_it_stops_at_the_end_of_the_copied_files_and_goes_on_with_the_receipts_of_delegations(
    elsewhere, lost_at, key, capsys
):
    backups = str(elsewhere / "backups")
    call_command("backup", backups, "--list")
    assert ": back to 20" in capsys.readouterr().out
    with pytest.raises(CommandError, match="known to be whole until"):
        call_command("restore", backups, "--lost-at", lost_at)
    assert tables() == 0, "nothing was changed"

    told = ["--issued", "WG-WSIS-14/4", "--accept-unknown", REASON]
    call_command("restore", backups, "--lost-at", lost_at, *told)

    register = Register.objects.get()
    assert sorted(Document.objects.values_list("number", flat=True)) == [1, 2]
    lost = JournalEntry.objects.get(chain=register.chain, act=replay.ACT).facts
    assert lost["symbols"] == ["WG-WSIS-14/3"], "of it the copied files told"
    on_paper = JournalEntry.objects.get(chain=register.chain, act=restore_gaps.TOLD).facts
    assert on_paper["symbols"] == ["WG-WSIS-14/4"]
    assert verified()["holds"] is True, "every file is there too"
    assert factories.make_document(register, "Five").number == 5
    assert sign() == key, "with the SECRET_KEY of the lost machine"


def test_without_the_secret_key_it_comes_back_and_signs_with_a_new_key(elsewhere, lost_at, key, settings):
    settings.SECRET_KEY = "another"
    call_command("restore", str(elsewhere / "backups"), "--lost-at", lost_at, "--accept-unknown", REASON)
    assert verified()["holds"] is True
    assert sign() != key
