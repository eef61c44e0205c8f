"""A chain of which the storage knows more than the database, or other entries, does not go on before a restore."""

import json
from collections.abc import Callable

import pytest
from django.db import transaction

from cwg import clock
from cwg.record import chain_copies, copy_mark, copy_states, copying, journal, replay, restore_guard
from cwg.record.models import GENESIS, ChainCopy, JournalEntry, PortalJournal
from tests.tampering import past_the_triggers

pytestmark = pytest.mark.django_db(transaction=True)


def act(**facts) -> JournalEntry:
    with transaction.atomic():
        return journal.append(journal.portal(), "noted", at=clock.now(), actor_id=3, facts=facts)


def put_back(length: int) -> None:
    """The database as a backup had it that was made after so many acts; nobody ran `restore`."""
    past_the_triggers("DELETE FROM record_journalentry WHERE position > %s", values=[length])
    last = JournalEntry.objects.order_by("position").last()
    PortalJournal.objects.update(chain_length=length, chain_head=last.hash if last else GENESIS)
    ChainCopy.objects.update(copied=length)
    copy_mark.forget()


def starts() -> None:
    """What a process does first."""
    copy_mark.look(copying.store, closely=True)


def is_refused() -> bool:
    before = PortalJournal.objects.values().get(), JournalEntry.objects.count()
    with pytest.raises(restore_guard.RestoreNotFinished) as refusal:
        act(number="another")
    assert (PortalJournal.objects.values().get(), JournalEntry.objects.count()) == before
    return refusal.value.code == "restore-not-finished"


@pytest.fixture
def five_acts(storage) -> PortalJournal:
    for number in range(5):
        act(number=number)
    return PortalJournal.objects.get()


@pytest.fixture
def mark_of(storage, five_acts) -> Callable[[int], None]:
    """The last mark was written after so many acts."""

    def write(length: int) -> None:
        path = storage / copy_mark.PATH
        said = json.loads(path.read_bytes())
        said["lengths"][str(five_acts.chain)] = length
        path.write_text(json.dumps(said))

    return write


@pytest.mark.parametrize("length", [0, 2, 4])
def test_a_process_that_starts_on_an_older_database_lets_nothing_be_decided(five_acts, mark_of, length):
    mark_of(5)
    put_back(length)
    starts()
    assert is_refused()
    assert copy_mark.restore_is_finished(copying.store)["ok"] is False


def test_it_finds_so_by_the_next_copy_where_the_mark_is_some_seconds_older(five_acts, mark_of):
    mark_of(2)
    put_back(3)
    starts()
    assert is_refused()


def test_a_sweep_finds_it_by_the_mark(five_acts, mark_of):
    mark_of(5)
    put_back(4)
    copying.catch_up()
    assert is_refused()


def test_with_as_many_acts_as_the_storage_the_database_goes_on(five_acts, mark_of):
    mark_of(5)
    put_back(4)
    starts()
    assert is_refused()
    copied = chain_copies.survey(five_acts.chain, after=4).entries[0]
    with transaction.atomic():
        replay.go_on(journal.portal(), chain_copies.survey(five_acts.chain, after=4, head=copied.previous))
    copy_mark.forget()
    assert copy_mark.restore_is_finished(copying.store)["ok"] is True
    assert act(number=5).position == 6


def test_what_was_decided_before_anybody_knew_stops_the_next_and_the_alarm_stays(
    five_acts, mark_of, storage, caplog
):
    """The mark is old, and nobody has looked: position 5 is taken again. No number of acts makes that good."""
    mark_of(2)
    put_back(4)
    written = (storage / chain_copies.path(five_acts.chain, 5)).read_bytes()
    act(number="another")
    assert "holds another entry 5 of chain" in caplog.text
    assert "answered without its copy" not in caplog.text
    assert is_refused()
    assert (storage / chain_copies.path(five_acts.chain, 5)).read_bytes() == written
    with pytest.raises(chain_copies.CopyDiffers):
        copying.catch_up()
    copy_mark.forget()
    answer = copy_mark.restore_is_finished(copying.store)
    assert (answer["ok"], answer["chains_cut_short"], answer["chains_of_two_histories"]) == (False, 0, 1)
    assert copy_states.behind(clock.now()) is None, "it is no matter of waiting"
    with pytest.raises(chain_copies.CopyDiffers):
        copying.stop_at_another_history()


def test_once_the_copy_is_the_journals_it_goes_on(five_acts, mark_of, storage):
    mark_of(2)
    put_back(4)
    act(number="another")
    assert is_refused()
    (storage / chain_copies.path(five_acts.chain, 5)).unlink()
    copying.catch_up()
    assert restore_guard.of_two_histories() == {}
    assert act(number=6).position == 6


def test_two_processes_at_once_are_no_older_database(five_acts, monkeypatch):
    """An act of another process is committed and copied between the two looks at the database."""
    real, done = chain_copies.is_there, []

    def after_another_act(place: str) -> bool:
        if not done:
            done.append(act(number="meanwhile"))
        return real(place)

    monkeypatch.setattr(copying.store, "ask", lambda work, passes=(): work())
    monkeypatch.setattr(chain_copies, "is_there", after_another_act)
    assert copy_mark.look(copying.store, closely=True).beyond == {}
    assert done and act().position == 7


def test_a_storage_that_knows_a_chain_which_no_row_has_is_told(five_acts):
    copying.catch_up()
    assert copy_mark.restore_is_finished(copying.store)["ok"] is True
    past_the_triggers(
        "DELETE FROM record_chaincopy", "DELETE FROM record_journalentry", "DELETE FROM record_portaljournal"
    )
    copy_mark.forget()
    answer = copy_mark.restore_is_finished(copying.store)
    assert (answer["ok"], answer["chains_cut_short"]) == (False, 1)
    assert act().position == 1, "another chain: nothing on it was issued before"
