import errno
import json
import os
from datetime import UTC, datetime

import pytest
from django.db import transaction

from cwg.documents.storage import StorageFailed
from cwg.record import chain_copies, copying, journal
from cwg.record.chain_copies import Span
from cwg.record.models import JournalEntry, PortalJournal

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)


def act(name: str = "noted", **facts) -> JournalEntry:
    with transaction.atomic():
        return journal.append(journal.portal(), name, at=AT, actor_id=3, facts=facts)


@pytest.fixture
def five_copies() -> PortalJournal:
    for number in range(5):
        act(number=number, title="é 学 ش")
    copying.catch_up()
    return PortalJournal.objects.get()


@pytest.fixture
def path_of(storage, five_copies):
    return lambda position: storage / chain_copies.path(five_copies.chain, position)


def positions(found: chain_copies.Survey) -> list[int]:
    return [copied.position for copied in found.entries]


def test_a_copy_is_the_bytes_that_its_hash_covers(five_copies, path_of):
    entry = JournalEntry.objects.get(position=2)
    copied = json.loads(path_of(2).read_bytes())
    assert copied.pop("hash") == entry.hash == journal.hash_of(copied)


def another(path) -> bytes:
    """Put another whole entry of the same place there."""
    said = json.loads(path.read_bytes())
    said.pop("hash")
    said["act"] = "another"
    path.write_bytes(journal.canonical({**said, "hash": journal.hash_of(said)}))
    return path.read_bytes()


def test_another_entry_is_never_overwritten(five_copies, path_of):
    found = another(path_of(1))
    entry = JournalEntry.objects.get(position=1)
    with pytest.raises(chain_copies.CopyDiffers):
        chain_copies.keep(chain_copies.path(entry.chain, 1), chain_copies.content(entry))
    assert path_of(1).read_bytes() == found


@pytest.mark.parametrize("what", [b"", b'{"act":', b"[]", b'{"hash":"another"}'])
def test_what_a_survey_calls_damaged_is_written_anew(five_copies, path_of, what):
    path_of(4).write_bytes(what)
    entry = JournalEntry.objects.get(position=4)
    chain_copies.keep(chain_copies.path(entry.chain, 4), chain_copies.content(entry))
    assert path_of(4).read_bytes() == chain_copies.content(entry)


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.EACCES])
def test_a_copy_that_cannot_be_looked_at_is_not_taken_for_absent(five_copies, path_of, monkeypatch, number):
    found = another(path_of(1))
    entry = JournalEntry.objects.get(position=1)

    def fails(path, **options):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as broken:
        broken.setattr(os, "lstat", fails)
        with pytest.raises(StorageFailed):
            chain_copies.keep(chain_copies.path(entry.chain, 1), chain_copies.content(entry))
        with pytest.raises(StorageFailed):
            chain_copies.survey(five_copies.chain)
    assert path_of(1).read_bytes() == found


def test_a_survey_gives_the_entries_back_in_their_order(five_copies):
    assert chain_copies.chains() == [five_copies.chain]
    found = chain_copies.survey(five_copies.chain, after=3)
    assert positions(found) == [4, 5]
    assert (found.unknown, found.length) == ([], 5)
    last = found.entries[-1]
    assert last.hash == five_copies.chain_head
    assert last.content["facts"] == {"number": 4, "title": "é 学 ش"}


def test_without_a_folder_there_are_no_copies():
    assert chain_copies.chains() == []
    found = chain_copies.survey(PortalJournal().chain)
    assert (found.entries, found.unknown, found.length) == ([], [], 0)


def test_a_gap_does_not_hide_what_lies_beyond_it(five_copies, path_of):
    path_of(2).unlink()
    path_of(3).unlink()
    found = chain_copies.survey(five_copies.chain)
    assert positions(found) == [1, 4, 5]
    assert found.unknown == [Span(2, 3)]


@pytest.mark.parametrize("what", [b"", b'{"act":', b"[]", b'{"hash":"another"}'])
def test_a_damaged_copy_is_one_that_nobody_knows(five_copies, path_of, what):
    path_of(4).write_bytes(what)
    found = chain_copies.survey(five_copies.chain)
    assert positions(found) == [1, 2, 3, 5]
    assert found.unknown == [Span(4, 4, damaged=True)]


def test_a_copy_that_was_changed_is_a_damaged_one(five_copies, path_of):
    path_of(5).write_bytes(path_of(5).read_bytes().replace(b"noted", b"nothing"))
    found = chain_copies.survey(five_copies.chain)
    assert positions(found) == [1, 2, 3, 4]
    assert (found.unknown, found.length) == ([Span(5, 5, damaged=True)], 5)


def test_what_the_chain_is_told_to_have_had_beyond_its_copies_is_unknown(five_copies, path_of):
    path_of(5).unlink()
    assert chain_copies.survey(five_copies.chain, told=4).unknown == []
    found = chain_copies.survey(five_copies.chain, told=7)
    assert positions(found) == [1, 2, 3, 4]
    assert (found.unknown, found.length) == ([Span(5, 7)], 7)


def test_a_survey_from_another_head_is_refused(five_copies):
    head = JournalEntry.objects.get(position=2).hash
    assert positions(chain_copies.survey(five_copies.chain, after=2, head=head)) == [3, 4, 5]
    with pytest.raises(chain_copies.CopyDiffers, match=r"3\.json does not follow"):
        chain_copies.survey(five_copies.chain, after=2, head="0" * 64)


def test_whole_copies_that_do_not_follow_one_another_are_refused(five_copies, path_of):
    said = json.loads(path_of(4).read_bytes())
    said.pop("hash")
    said["previous"] = "f" * 64
    path_of(4).write_bytes(journal.canonical({**said, "hash": journal.hash_of(said)}))
    with pytest.raises(chain_copies.CopyDiffers, match=r"4\.json does not follow"):
        chain_copies.survey(five_copies.chain)


def test_other_files_in_the_folder_are_passed_over(five_copies, path_of):
    path_of(5).with_name("9.json.abc.unfinished").write_bytes(b"half")
    assert chain_copies.survey(five_copies.chain).length == 5


def test_a_length_that_nobody_can_count_to_is_surveyed_at_once(five_copies, path_of):
    path_of(2).unlink()
    told = 10**18
    found = chain_copies.survey(five_copies.chain, told=told)
    assert positions(found) == [1, 3, 4, 5]
    assert (found.unknown, found.length) == ([Span(2, 2), Span(6, told)], told)


def test_gaps_beside_damaged_copies_are_one_span(five_copies, path_of):
    path_of(2).unlink()
    path_of(3).write_bytes(b"half")
    path_of(5).write_bytes(b"half")
    assert chain_copies.survey(five_copies.chain, told=6).unknown == [Span(2, 3, True), Span(5, 6, True)]


def test_a_survey_says_what_each_gap_stands_on(five_copies, path_of):
    hashes = dict(JournalEntry.objects.values_list("position", "hash"))
    path_of(2).unlink()
    path_of(4).unlink()
    assert chain_copies.survey(five_copies.chain).stands_on == [(1, hashes[1]), (3, hashes[3])]
    after = chain_copies.survey(five_copies.chain, after=1, head=hashes[1])
    assert after.stands_on == [(1, hashes[1]), (3, hashes[3])]
    assert chain_copies.survey(five_copies.chain, after=1).stands_on == [(3, hashes[3])]
    path_of(1).unlink()
    assert chain_copies.survey(five_copies.chain).stands_on == [(3, hashes[3])]
