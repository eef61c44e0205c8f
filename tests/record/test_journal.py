import tracemalloc
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.db import DatabaseError, transaction

from cwg.record import journal, replay
from cwg.record.models import GENESIS, JournalEntry, PortalJournal
from tests.tampering import as_owner, past_the_triggers

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def act(**facts) -> JournalEntry:
    with transaction.atomic():
        return journal.append(journal.portal(), "noted", at=AT, actor_id=3, facts=facts)


def test_the_canonical_form_is_sorted_unspaced_utf8():
    assert journal.canonical({"b": [1, None], "a": "ش"}) == '{"a":"ش","b":[1,null]}'.encode()


def test_an_instant_is_kept_in_utc_with_microseconds_whatever_zone_it_came_in():
    geneva = timezone(timedelta(hours=2))
    assert journal.plain(datetime(2026, 3, 2, 11, 0, tzinfo=geneva)) == "2026-03-02T09:00:00.000000Z"
    assert journal.plain(date(2026, 3, 2)) == "2026-03-02"


@pytest.mark.parametrize("value", [datetime(2026, 3, 2), 1.5, {1, 2}, b"bytes"])  # noqa: DTZ001
def test_what_has_no_one_form_is_refused(value):
    with pytest.raises(TypeError):
        journal.plain(value)


@pytest.mark.django_db
def test_each_entry_carries_the_hash_of_the_one_before():
    first, second = act(number=1), act(number=2)
    assert (first.position, first.previous) == (1, GENESIS)
    assert (second.position, second.previous) == (2, first.hash)
    assert PortalJournal.objects.get().chain_head == second.hash
    assert list(journal.faults(PortalJournal.objects.get())) == []


@pytest.mark.django_db(transaction=True)
def test_appending_outside_the_locking_transaction_is_refused():
    portal = PortalJournal.objects.create()
    with pytest.raises(journal.NotLocked):
        journal.append(portal, "noted", at=AT, actor_id=None, facts={})
    assert not JournalEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["UPDATE record_journalentry SET act = 'x'", "DELETE FROM record_journalentry"]
)
def test_the_database_itself_refuses_to_change_the_journal(statement):
    act(number=1)
    with pytest.raises(DatabaseError, match="never changed"), as_owner() as cursor:
        cursor.execute(statement)
    assert JournalEntry.objects.get().act == "noted"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE record_journalentry SET actor_id = 4 WHERE position = 2", "entry 2 was changed"),
        (
            "UPDATE record_journalentry SET facts = '{\"number\": 9}' WHERE position = 1",
            "entry 1 was changed",
        ),
        ("DELETE FROM record_journalentry WHERE position = 2", "entry 2 is missing"),
        ("DELETE FROM record_journalentry WHERE position = 3", "its head is not its last entry"),
    ],
)
def test_what_was_changed_past_the_triggers_is_found(statement, found):
    for number in range(3):
        act(number=number)
    past_the_triggers(statement)
    assert any(found in sentence for sentence in journal.faults(PortalJournal.objects.get()))


@pytest.mark.django_db
def test_a_withheld_entry_shows_its_place_and_what_its_hash_is_made_of_and_no_more():
    entry = act(party="state:7")
    shown = journal.withheld(entry)
    assert sorted(shown) == ["chain", "content", "hash", "position", "previous", "version"]
    place = {name: shown[name] for name in journal.PLACE}
    assert journal.digest({**place, "content": shown["content"]}) == entry.hash
    assert "state:7" not in str(shown) and entry.salt not in str(shown)


@pytest.mark.django_db
def test_two_equal_acts_are_not_equal_when_withheld():
    first, second = act(party="state:7"), act(party="state:7")
    assert journal.withheld(first)["content"] != journal.withheld(second)["content"]


def written_before_version_2(**facts) -> JournalEntry:
    """An entry as the portal wrote it before contents were committed to apart."""
    with transaction.atomic():
        portal = journal.portal()
        entry = JournalEntry(
            chain=portal.chain,
            position=portal.chain_length + 1,
            act="noted",
            at=AT,
            actor_id=3,
            facts=facts,
            version=1,
            previous=portal.chain_head,
        )
        entry.hash = journal.digest(
            {
                "version": 1,
                "chain": entry.chain,
                "position": entry.position,
                "act": "noted",
                "at": AT,
                "actor": 3,
                "facts": facts,
                "previous": entry.previous,
            }
        )
        entry.save(force_insert=True)
        journal.move_head(portal, entry.hash, entry.position)
        return entry


@pytest.mark.django_db
def test_a_chain_goes_on_from_entries_of_the_first_version_and_verifies():
    old = written_before_version_2(number=1)
    assert act(number=2).previous == old.hash
    assert list(journal.faults(PortalJournal.objects.get())) == []
    assert sorted(journal.withheld(old)) == ["chain", "hash", "position", "previous", "version"]
    past_the_triggers("UPDATE record_journalentry SET facts = '{\"number\": 9}' WHERE version = 1")
    assert list(journal.faults(PortalJournal.objects.get())) == [
        "chain of The portal: entry 1 was changed after it was written"
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["salt = repeat('0', 32)", "version = 3", "version = 1", "actor_id = 4"])
def test_a_change_of_what_the_hash_covers_is_found(change: str):
    act(number=1)
    past_the_triggers(f"UPDATE record_journalentry SET {change}")
    assert len(list(journal.faults(PortalJournal.objects.get()))) == 1


@pytest.mark.django_db
def test_what_a_restore_stood_on_is_held_to_it_beyond_the_gap():
    first, lost, _ = (act(number=number) for number in range(3))
    past_the_triggers(f"DELETE FROM record_journalentry WHERE position = {lost.position}")
    told = {"chain": first.chain, "unknown": [[2, 2]], "stands_on": [(first.position, first.hash)]}
    with transaction.atomic():
        journal.append(journal.portal(), journal.RESTORED, at=AT, actor_id=None, facts=told)
    assert list(journal.faults(PortalJournal.objects.get())) == []
    first.actor_id = 4
    anew = journal.hash_of(journal.fields(first))
    past_the_triggers(f"UPDATE record_journalentry SET actor_id = 4, hash = '{anew}' WHERE position = 1")
    assert list(journal.faults(PortalJournal.objects.get())) == [
        "chain of The portal: entry 1 is not the one that the portal was restored on"
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(("last", "missing"), [(10_000_001, None), (10_000_000, 10_000_001)])
def test_a_gap_of_ten_million_positions_costs_neither_memory_nor_time(last, missing):
    """The portal went on far behind what any copy told of, and said so; or said so of all but one."""
    first = act(number=1)
    told = {"chain": first.chain, "first": 2, "last": last, "unknown": [[2, last]]}
    tracemalloc.start()
    try:
        with transaction.atomic():
            portal = journal.portal()
            journal.move_head(portal, portal.chain_head, 10_000_001)
            journal.append(portal, journal.RESTORED, at=AT, actor_id=None, facts=told)
        found = list(journal.faults(PortalJournal.objects.get()))
        lost = replay.positions_without_rows(first.chain)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert [1 in lost, 2 in lost, last in lost, last + 1 in lost] == [False, True, True, False]
    entry = f"chain of The portal: entry {missing} is missing (found 10000002)"
    assert found == ([entry] if missing else [])
