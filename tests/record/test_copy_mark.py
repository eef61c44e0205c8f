import json
from datetime import timedelta

import pytest
from django.db import transaction

from cwg import clock
from cwg.record import copy_mark, copying, journal
from cwg.record.models import JournalEntry, PortalJournal

pytestmark = pytest.mark.django_db
WELL = {"ok": True, "chains_cut_short": 0, "chains_of_two_histories": 0}


def act() -> JournalEntry:
    with transaction.atomic():
        return journal.append(journal.portal(), "noted", at=clock.now(), actor_id=3, facts={})


def renewed() -> copy_mark.Mark | None:
    copy_mark.forget()
    copy_mark.renew(copying.store)
    return copy_mark.read()


@pytest.mark.django_db(transaction=True)
def test_an_act_renews_it_with_its_copy():
    before = clock.now()
    entry = act()
    mark = copy_mark.read()
    assert before <= mark.whole_until <= clock.now()
    assert mark.lengths == {entry.chain: 1}


def test_the_sweep_renews_it(now):
    act()
    copying.catch_up()
    mark = copy_mark.read()
    assert (mark.whole_until, mark.lengths) == (now, {PortalJournal.objects.get().chain: 1})


def test_it_is_renewed_every_few_seconds_and_no_oftener(held, monkeypatch):
    act()
    copying.catch_up()
    first = copy_mark.read()
    held.forward(seconds=1)
    copying.catch_up()
    assert copy_mark.read() == first
    monkeypatch.setattr(copy_mark, "EVERY", 0.0)
    copying.catch_up()
    assert copy_mark.read().whole_until == held.at


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("seconds", "renewed"), [(29, False), (30, True)])
def test_an_answer_leaves_it_to_the_sweep_until_it_has_grown_old(held, seconds, renewed):
    act()
    first = copy_mark.read()
    assert first.whole_until == held.at
    copy_mark.forget()  # another process, which answers for the first time
    held.forward(seconds=seconds)
    act()
    assert (copy_mark.read().whole_until == held.at) is renewed
    assert (copy_mark.read() != first) is renewed


def test_it_says_whole_only_until_the_first_act_without_a_copy(held):
    act()
    copying.catch_up()
    lost = held.forward(minutes=1)
    act()  # a transaction that no test commits: it has no copy
    held.forward(minutes=5)
    act()
    assert renewed().whole_until == lost
    copying.catch_up()
    assert renewed().whole_until == held.at


def test_a_register_that_is_lost_stays_known(dg, storage):
    from tests import factories

    register = factories.make_register(dg, 2)
    copying.catch_up()
    path = storage / copy_mark.PATH
    said = json.loads(path.read_bytes())
    other = "7a9d1c1e-0000-4000-8000-000000000001"
    said["lengths"][other] = 7
    path.write_text(json.dumps(said))
    lengths = {str(chain): length for chain, length in renewed().lengths.items()}
    assert lengths[other] == 7
    assert str(register.chain) in lengths


def test_a_database_older_than_its_storage_writes_none_and_says_so(storage, caplog):
    entry = act()
    copying.catch_up()
    assert copy_mark.restore_is_finished(copying.store) == WELL
    path = storage / copy_mark.PATH
    said = json.loads(path.read_bytes())
    said["lengths"][str(entry.chain)] = 2
    path.write_text(json.dumps(said))
    before = path.read_bytes()
    with clock.held_at(clock.now() + timedelta(hours=1)):
        renewed()
    assert copy_mark.restore_is_finished(copying.store) == {**WELL, "ok": False, "chains_cut_short": 1}
    assert path.read_bytes() == before
    assert "restored without `manage.py restore`" in caplog.text


@pytest.mark.parametrize("what", [b"", b"[]", b'{"whole_until":"yesterday","lengths":{}}', b'{"lengths":{}}'])
def test_a_damaged_mark_is_none_and_is_written_anew(storage, what):
    act()
    (storage / "journal").mkdir(parents=True)
    (storage / copy_mark.PATH).write_bytes(what)
    assert copy_mark.read() is None
    copying.catch_up()
    assert copy_mark.read() is not None


def test_without_a_storage_nobody_is_stopped(storage, caplog):
    act()
    storage.touch()  # a file where the folder should be
    copy_mark.forget()
    copy_mark.renew(copying.store)
    assert "the mark was not renewed" in caplog.text
    storage.unlink()
    assert copy_mark.read() is None
