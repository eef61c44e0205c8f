import json
from datetime import UTC, datetime

import pytest
from django.db import transaction

from cwg.record import chain_copies, journal
from cwg.record.models import ChainCopy, JournalEntry, PortalJournal

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)


def act(name: str = "noted", **facts) -> JournalEntry:
    with transaction.atomic():
        return journal.append(journal.portal(), name, at=AT, actor_id=3, facts=facts)


@pytest.fixture
def three_entries() -> PortalJournal:
    for number in range(3):
        act(number=number, title="é 学 ش")
    return PortalJournal.objects.get()


def test_every_entry_is_copied_once_as_the_bytes_its_hash_covers(three_entries, storage):
    assert chain_copies.copy() == 3
    assert chain_copies.copy() == 0
    entry = JournalEntry.objects.get(position=2)
    copied = json.loads((storage / chain_copies.path(entry.chain, 2)).read_bytes())
    assert copied.pop("hash") == entry.hash == journal.hash_of(copied)
    assert ChainCopy.objects.get().copied == 3
    assert list(chain_copies.faults()) == []


def test_new_entries_follow_and_what_is_copied_is_not_written_again(three_entries, storage):
    chain_copies.copy()
    first = storage / chain_copies.path(three_entries.chain, 1)
    written = first.stat().st_mtime_ns
    act(number=3)
    assert chain_copies.copy() == 1
    assert first.stat().st_mtime_ns == written


def test_a_copy_made_by_a_sweep_that_was_killed_before_it_counted_is_left_as_it_is(three_entries, storage):
    chain_copies.copy()
    ChainCopy.objects.update(copied=0)
    assert chain_copies.copy() == 3
    assert len(list((storage / "journal" / str(three_entries.chain)).iterdir())) == 3


def test_half_a_file_from_a_crash_is_made_whole(three_entries, storage):
    chain_copies.copy()
    path = storage / chain_copies.path(three_entries.chain, 2)
    whole = path.read_bytes()
    for half in (b"", whole[:40]):
        path.write_bytes(half)
        ChainCopy.objects.update(copied=1)
        chain_copies.copy()
        assert path.read_bytes() == whole


def test_another_history_in_the_storage_is_never_overwritten(three_entries, storage):
    path = storage / chain_copies.path(three_entries.chain, 1)
    path.parent.mkdir(parents=True)
    path.write_bytes(b'{"hash":"another"}')
    with pytest.raises(chain_copies.CopyDiffers), transaction.atomic():
        chain_copies.copy()
    assert path.read_bytes() == b'{"hash":"another"}'
    assert not ChainCopy.objects.exclude(copied=0).exists()


def test_reading_gives_the_entries_back_in_their_order(three_entries):
    chain_copies.copy()
    assert chain_copies.chains() == [three_entries.chain]
    assert [copied.position for copied in chain_copies.read(three_entries.chain, after=1)] == [2, 3]
    *_, last = chain_copies.read(three_entries.chain)
    assert last.hash == three_entries.chain_head
    assert last.content["facts"] == {"number": 2, "title": "é 学 ش"}


def test_no_storage_folder_yet_means_no_copies():
    assert chain_copies.chains() == []


def test_reading_stops_where_a_copy_is_missing(three_entries, storage):
    chain_copies.copy()
    (storage / chain_copies.path(three_entries.chain, 2)).unlink()
    assert [copied.position for copied in chain_copies.read(three_entries.chain)] == [1]


def test_a_changed_copy_is_refused_when_read(three_entries, storage):
    chain_copies.copy()
    path = storage / chain_copies.path(three_entries.chain, 2)
    path.write_bytes(path.read_bytes().replace(b"noted", b"nothing"))
    with pytest.raises(chain_copies.CopyDiffers):
        list(chain_copies.read(three_entries.chain))


def test_verify_finds_a_copy_that_is_missing_or_changed(three_entries, storage):
    chain_copies.copy()
    path = storage / chain_copies.path(three_entries.chain, 3)
    path.write_bytes(path.read_bytes().replace(b"noted", b"nothing"))
    assert list(chain_copies.faults()) == [
        f"chain {three_entries.chain}: the copy of entry 3 differs from the journal"
    ]
    path.unlink()
    assert list(chain_copies.faults()) == [
        f"chain {three_entries.chain}: the copy of entry 3 is missing from the storage"
    ]
