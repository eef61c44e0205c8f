"""What is written to file storage with an answer, and what happens where the storage is away."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cwg import clock
from cwg.record import chain_copies, copy_mark, copy_states, copying, journal, patience, restore_guard
from cwg.record.models import ChainCopy, JournalEntry, PortalJournal
from tests.waiting import until

AT = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
committed = pytest.mark.django_db(transaction=True)


def act(name: str = "noted", **facts) -> JournalEntry:
    with transaction.atomic():
        return journal.append(journal.portal(), name, at=clock.now(), actor_id=3, facts=facts)


def copy_of(storage, entry: JournalEntry):
    return storage / chain_copies.path(entry.chain, entry.position)


@pytest.fixture
def away(storage):
    """The storage is away: a file stands where its folder was. `away()` takes it, `away.back()` gives it back."""

    class Away:
        def __call__(self):
            if storage.exists():
                storage.rename(storage.with_name("kept"))
            storage.touch()

        def back(self):
            storage.unlink()
            if storage.with_name("kept").exists():
                storage.with_name("kept").rename(storage)
            copying.store.forget()

    return Away()


# --- With the answer ----------------------------------------------------------------------------------------------
@committed
def test_the_copy_is_there_when_the_act_returns(storage):
    entry = act(title="é 学 ش")
    said = json.loads(copy_of(storage, entry).read_bytes())
    assert said.pop("hash") == entry.hash == journal.hash_of(said)
    assert ChainCopy.objects.get().copied == 1
    assert copying.catch_up() == 0, "nothing is left for the sweep"
    assert list(copying.faults()) == []


@committed
def test_it_is_not_there_before_the_commit_nor_after_a_rollback(storage):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        entry = journal.append(journal.portal(), "noted", at=AT, actor_id=3, facts={})
        assert not copy_of(storage, entry).exists()
        raise ZeroDivisionError
    assert not copy_of(storage, entry).exists()
    assert not JournalEntry.objects.exists()


@committed
def test_an_act_undone_within_its_transaction_leaves_no_copy(storage):
    with transaction.atomic():
        portal = journal.portal()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            journal.append(portal, "undone", at=AT, actor_id=3, facts={})
            raise ZeroDivisionError
        kept = journal.append(PortalJournal.objects.get(), "kept", at=AT, actor_id=3, facts={})
    assert json.loads(copy_of(storage, kept).read_bytes())["act"] == "kept"
    assert len(chain_copies.files(kept.chain)) == 1


@committed
def test_every_act_of_one_transaction_is_copied(storage):
    with transaction.atomic():
        portal = journal.portal()
        entries = [
            journal.append(portal, "noted", at=AT, actor_id=3, facts={"number": number})
            for number in range(3)
        ]
    assert all(copy_of(storage, entry).exists() for entry in entries)
    assert ChainCopy.objects.get().copied == 3


@committed
def test_no_lock_is_held_and_no_transaction_open_while_it_is_written(monkeypatch):
    seen = []

    def looks_around(place, wanted):
        # In the storage's own thread, with a connection of its own: it would wait for ever for a row that is locked.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1s'")
            seen.append(PortalJournal.objects.select_for_update().get().chain_length)
            ChainCopy.objects.select_for_update().first()
        connection.close()

    monkeypatch.setattr(chain_copies, "keep", looks_around)
    act()
    assert seen == [1]
    assert ChainCopy.objects.get().behind_since is None


@committed
def test_the_processs_turn_is_over_before_it_is_written(monkeypatch):
    """While the storage keeps one answer waiting, the next act of the same process is decided."""
    is_writing, let_go = threading.Event(), threading.Event()

    def waits(place, wanted):
        is_writing.set()
        let_go.wait(10)

    def acts():
        with journal.acting_on_portal() as portal:
            journal.append(portal, "noted", at=AT, actor_id=3, facts={})
        answered.append(portal.chain_length)

    def acts_in_a_thread():
        try:
            acts()
        finally:
            connection.close()

    answered = []
    monkeypatch.setattr(patience, "PATIENCE", 10.0)
    monkeypatch.setattr(chain_copies, "keep", waits)
    first, second = (threading.Thread(target=acts_in_a_thread) for _ in range(2))
    try:
        first.start()
        assert is_writing.wait(10)
        second.start()
        until(lambda: PortalJournal.objects.get().chain_length == 2)
        assert answered == [], "both wait for the storage, and neither for the other"
    finally:
        let_go.set()
        first.join()
        second.join()
    assert sorted(answered) == [1, 2]


@committed
def test_a_copy_costs_one_query(monkeypatch):
    act()
    act()
    entry = JournalEntry.objects.last()
    ChainCopy.objects.update(copied=entry.position - 1)
    monkeypatch.setattr(copy_mark, "EVERY", 1000.0)
    with CaptureQueriesContext(connection) as asked:
        copying.with_the_answer(entry)
    assert len(asked) == 1
    assert ChainCopy.objects.get().copied == entry.position


@committed
def test_an_act_makes_good_what_a_killed_process_before_it_could_not_write(storage, monkeypatch):
    act()
    with monkeypatch.context() as killed:
        killed.setattr(journal, "_on_committed", [])
        lost = [act(number=1), act(number=2)]
    assert not any(copy_of(storage, entry).exists() for entry in lost)
    act(number=3)
    assert all(copy_of(storage, entry).exists() for entry in lost)
    assert ChainCopy.objects.get().copied == 4


@committed
def test_an_answer_that_is_given_again_sees_to_the_copy_first(storage, monkeypatch):
    with monkeypatch.context() as killed:
        killed.setattr(journal, "_on_committed", [])
        lost = act()
    copying.make_sure(lost.chain)
    assert copy_of(storage, lost).exists()
    copying.make_sure(lost.chain)
    assert ChainCopy.objects.get().copied == 1


@committed
def test_answers_that_come_in_another_order_leave_no_gap_in_the_count(monkeypatch):
    """Twelve at once on one chain: whoever is the last to answer, all are counted and nobody waits for another's row."""
    act()
    failures, start = [], threading.Barrier(12)

    def acts():
        try:
            start.wait()
            act()
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=acts) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    row = ChainCopy.objects.get()
    assert (row.copied, row.behind_since) == (13, None), "before any sweep"
    assert list(copying.faults()) == []


@pytest.fixture
def owed(storage, monkeypatch) -> list[JournalEntry]:
    """Five acts whose process was killed before it copied them, after one that has its copy."""
    act()
    with monkeypatch.context() as killed:
        killed.setattr(journal, "_on_committed", [])
        return [act(number=number) for number in range(5)]


@committed
def test_an_answer_makes_good_only_as_much_as_its_time_allows(owed, storage, monkeypatch):
    """A store that takes long for each file keeps nobody waiting for those of others; the sweep has the rest."""
    keep, asked = chain_copies.keep, []

    def slowly(place, wanted):
        asked.append(place)
        time.sleep(0.2)
        keep(place, wanted)

    monkeypatch.setattr(copying, "FOR_AN_ANSWER", 0.5)
    monkeypatch.setattr(chain_copies, "keep", slowly)
    began = time.monotonic()
    last = act(number=9)
    assert time.monotonic() - began < 1
    assert copy_of(storage, last).exists(), "its own comes first"
    assert 1 < len(asked) < 6
    copying.store.ask(lambda: None)  # which says nothing against the store
    copying.catch_up()
    assert all(copy_of(storage, entry).exists() for entry in owed)
    assert copy_states.question() == {"ok": True, "missing": 0}


@committed
def test_an_entry_of_an_earlier_act_that_cannot_be_copied_is_told_as_that_one(owed, storage, caplog):
    other = storage / chain_copies.path(owed[0].chain, owed[0].position)
    other.mkdir(parents=True)  # no file can be written there
    last = act(number=9)
    assert copy_of(storage, last).exists()
    assert f"entry {owed[0].position} of chain {last.chain} still has no copy" in caplog.text
    assert "answered without its copy" not in caplog.text


@committed
def test_a_copy_that_could_not_be_counted_is_not_told_as_missing(monkeypatch, storage, caplog):
    act()

    def refused(entry):
        raise OperationalError("no room for the count")

    with monkeypatch.context() as patched:
        patched.setattr(copying, "_moved_by_one", refused)
        entry = act()
    assert copy_of(storage, entry).exists()
    assert "has its copy, which was not counted" in caplog.text and "without its copy" not in caplog.text
    assert ChainCopy.objects.get().behind_since is None
    assert copying.catch_up() == 1


@committed
def test_an_answer_does_not_write_what_its_neighbour_is_writing(monkeypatch):
    act()
    keep, asked, is_writing, let_go = chain_copies.keep, [], threading.Event(), threading.Event()

    def the_first_waits(place, wanted):
        asked.append(place)
        if len(asked) == 1:
            is_writing.set()
            assert let_go.wait(10)
        keep(place, wanted)

    def acts():
        try:
            act()
        finally:
            connection.close()

    monkeypatch.setattr(patience, "PATIENCE", 10.0)
    monkeypatch.setattr(copying, "FOR_AN_ANSWER", 10.0)
    monkeypatch.setattr(chain_copies, "keep", the_first_waits)
    neighbour = threading.Thread(target=acts)
    neighbour.start()
    try:
        assert is_writing.wait(10)
        later = act()
        assert len(asked) == len(set(asked)) == 2
        assert ChainCopy.objects.get().copied == 1, "the neighbour counts both when it is done"
    finally:
        let_go.set()
        neighbour.join()
    assert ChainCopy.objects.get().copied == later.position == 3
    assert len(asked) == 2


# --- The storage is away ------------------------------------------------------------------------------------------
@committed
def test_with_the_storage_away_the_act_is_done_and_everybody_is_told_at_once(away, caplog):
    act()
    away()
    began = clock.now()
    act()
    assert PortalJournal.objects.get().chain_length == 2
    assert "answered without its copy" in caplog.text
    found = copy_states.behind(clock.now())
    assert found.entries == 1
    assert began <= found.since <= clock.now()
    answer = copy_states.question()
    assert (answer["ok"], answer["missing"], answer["restore_is_complete"]) == (False, 1, False)


@committed
def test_the_sweep_heals_it(away, storage):
    act()
    away()
    lost = [act(number=1), act(number=2)]
    with pytest.raises((OSError, patience.StorageAway)):
        copying.catch_up()
    assert copy_states.question()["missing"] == 2
    away.back()
    assert copying.catch_up() == 2
    assert all(copy_of(storage, entry).exists() for entry in lost)
    assert copy_states.question() == {"ok": True, "missing": 0}


@committed
def test_the_next_act_heals_it_too(away, storage):
    away()
    lost = act(number=1)
    away.back()
    act(number=2)
    assert copy_of(storage, lost).exists()
    assert copy_states.question() == {"ok": True, "missing": 0}


@committed
def test_a_store_that_hangs_keeps_an_answer_some_seconds_and_the_next_one_not_at_all(monkeypatch):
    monkeypatch.setattr(patience, "PATIENCE", 0.3)
    let_go = threading.Event()
    monkeypatch.setattr(chain_copies, "keep", lambda place, wanted: let_go.wait())
    try:
        started = time.monotonic()
        act()
        first = time.monotonic() - started
        started = time.monotonic()
        for _ in range(5):
            act()
        others = time.monotonic() - started
    finally:
        let_go.set()
    assert 0.3 <= first < 2
    assert others < 1, "five waits would have taken one and a half seconds"
    assert copy_states.question()["missing"] == 6


@committed
@pytest.mark.parametrize(("after", "is_told"), [(-1, False), (0, False), (1, True)])
def test_a_copy_that_nobody_wrote_is_told_after_a_minute(monkeypatch, after, is_told):
    monkeypatch.setattr(journal, "_on_committed", [])
    entry = act()
    at = entry.at + copy_states.COPIED_WITHIN + timedelta(microseconds=after)
    found = copy_states.behind(at)
    assert (found is not None) == is_told
    if found:
        assert (found.entries, found.since) == (1, entry.at)


@committed
def test_another_history_in_the_storage_is_told_and_never_overwritten(storage):
    entry = act()
    other = storage / chain_copies.path(entry.chain, 2)
    said = {**journal.fields(entry), "position": 2, "previous": entry.hash}
    written = journal.canonical({**said, "hash": journal.hash_of(said)})
    other.write_bytes(written)
    act()
    assert other.read_bytes() == written
    assert restore_guard.of_two_histories() == {entry.chain: 2}
    with pytest.raises(chain_copies.CopyDiffers):
        copying.catch_up()
    assert restore_guard.of_two_histories() == {entry.chain: 2}
    # It says nothing against the store: the next chain is copied as always.
    copying.store.ask(lambda: None)


# --- The sweep ----------------------------------------------------------------------------------------------------
@pytest.fixture
def three_entries(db) -> PortalJournal:
    """Acts of a transaction that the test never commits, so that nothing is copied with the answer."""
    for number in range(3):
        act(number=number, title="é 学 ش")
    return PortalJournal.objects.get()


def test_the_sweep_copies_every_entry_once(three_entries, storage):
    assert copying.catch_up() == 3
    assert copying.catch_up() == 0
    assert ChainCopy.objects.get().copied == 3
    assert list(copying.faults()) == []


def test_what_is_copied_is_not_written_again(three_entries, storage):
    copying.catch_up()
    first = storage / chain_copies.path(three_entries.chain, 1)
    written = first.stat().st_mtime_ns
    act(number=3)
    assert copying.catch_up() == 1
    assert first.stat().st_mtime_ns == written


def test_copies_that_are_there_and_were_not_counted_are_counted(three_entries, storage):
    copying.catch_up()
    ChainCopy.objects.update(copied=0)
    assert copying.catch_up() == 3
    assert len(chain_copies.files(three_entries.chain)) == 3


def test_what_a_sweep_copied_before_the_storage_went_stays_counted(three_entries, monkeypatch):
    keep, kept = chain_copies.keep, []

    def fails_at_the_third(place, wanted):
        if len(kept) == 2:
            raise OSError("No space left on device")
        kept.append(place)
        keep(place, wanted)

    monkeypatch.setattr(chain_copies, "keep", fails_at_the_third)
    with pytest.raises(OSError, match="No space left"):
        copying.catch_up()
    assert ChainCopy.objects.get().copied == 2
    assert copy_states.behind(clock.now()).entries == 1


def test_half_a_file_from_a_crash_is_made_whole(three_entries, storage):
    copying.catch_up()
    path = storage / chain_copies.path(three_entries.chain, 2)
    whole = path.read_bytes()
    for half in (b"", whole[:40]):
        path.write_bytes(half)
        ChainCopy.objects.update(copied=1)
        copying.catch_up()
        assert path.read_bytes() == whole


def test_one_chain_of_two_histories_does_not_keep_the_others_waiting(three_entries, storage, dg):
    from tests import factories

    register = factories.make_register(dg, 2)
    for chain in (three_entries.chain, register.chain):
        assert JournalEntry.objects.filter(chain=chain).exists()
    path = storage / chain_copies.path(three_entries.chain, 1)
    path.parent.mkdir(parents=True)
    entry = JournalEntry.objects.get(chain=three_entries.chain, position=1)
    said = journal.fields(entry) | {"facts": {"of": "another history"}}
    written = journal.canonical({**said, "hash": journal.hash_of(said)})
    path.write_bytes(written)
    with pytest.raises(chain_copies.CopyDiffers):
        copying.catch_up()
    assert path.read_bytes() == written
    assert chain_copies.files(register.chain)
    assert ChainCopy.objects.get(chain=three_entries.chain).copied == 0


def test_verify_finds_a_copy_that_is_missing_or_changed(three_entries, storage):
    copying.catch_up()
    path = storage / chain_copies.path(three_entries.chain, 3)
    path.write_bytes(path.read_bytes().replace(b"noted", b"nothing"))
    assert list(copying.faults()) == [
        f"chain {three_entries.chain}: the copy of entry 3 differs from the journal"
    ]
    path.unlink()
    assert list(copying.faults()) == [
        f"chain {three_entries.chain}: the copy of entry 3 is missing from the storage"
    ]
