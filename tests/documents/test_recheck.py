"""The rolling look: every stored file is read again within its time, the oldest look first, so much a round."""

from datetime import timedelta

import pytest

from cwg.documents import blobs, recheck, storage
from cwg.documents.models import Blob
from cwg.record import jobs
from tests import factories

from . import harm

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


def keep(held, word: bytes) -> Blob:
    return blobs.keep_own(word, media_type=factories.PDF, at=held.at)


def state(blob: Blob) -> tuple[object, object, str]:
    blob.refresh_from_db()
    return blob.whole_at, blob.looked_at, blob.damage


@pytest.mark.parametrize(("moment", "looked"), [(-1, 0), (0, 1), (1, 1)])
def test_a_whole_file_is_looked_at_again_after_a_week(held, moment, looked):
    blob = keep(held, b"one")
    then = held.at
    held.move_to(then + recheck.WHOLE_AGAIN_AFTER + moment * MICROSECOND)
    assert jobs.run("stored-files") == looked
    assert state(blob) == (held.at if looked else then, held.at if looked else then, "")


@pytest.mark.parametrize("kind", harm.KINDS)
@pytest.mark.parametrize(("moment", "looked"), [(-1, 0), (0, 1), (1, 1)])
def test_a_damaged_one_is_looked_at_every_hour_and_found_whole_when_it_is_put_back(
    held, kind, moment, looked
):
    blob = keep(held, b"one")
    stored_at = held.at
    content = harm.do(blob, kind)
    found_at = held.move_to(held.at + recheck.WHOLE_AGAIN_AFTER) or held.at
    assert jobs.run("stored-files") == 1
    assert state(blob) == (stored_at, held.at, kind) and blob.damaged_at == held.at == found_at
    harm.mend(blob, content)
    held.move_to(held.at + recheck.DAMAGED_AGAIN_AFTER + moment * MICROSECOND)
    assert jobs.run("stored-files") == looked
    assert state(blob)[2] == ("" if looked else kind)


def test_what_a_disk_changed_without_a_trace_is_found(held):
    blob = keep(held, b"one")
    harm.silently(blob)
    held.move_to(held.at + recheck.WHOLE_AGAIN_AFTER)
    jobs.run("stored-files")
    assert state(blob)[2] == "altered"


def test_a_round_reads_so_much_and_begins_with_what_waited_longest(held, monkeypatch):
    monkeypatch.setattr(recheck, "BYTES_A_ROUND", 10)
    kept = []
    for word in (b"first", b"secon", b"third", b"much larger than a round"):
        kept.append(keep(held, word))
        held.forward(seconds=1)
    held.move_to(held.at + recheck.WHOLE_AGAIN_AFTER)
    assert jobs.run("stored-files") == 2
    assert [state(blob)[1] == held.at for blob in kept] == [True, True, False, False]
    assert jobs.run("stored-files") == 1
    # A file larger than a round is read all the same.
    assert jobs.run("stored-files") == 1
    assert jobs.run("stored-files") == 0


def test_one_file_that_cannot_be_asked_for_does_not_stop_the_others(held, monkeypatch):
    stuck, other = keep(held, b"stuck"), keep(held, b"other")
    reading = storage.DurableFileSystemStorage.reading

    def partly(self, name, start=0, stop=None):
        if name == stuck.path:
            raise storage.StorageFailed("not now")
        return reading(self, name, start, stop)

    monkeypatch.setattr(storage.DurableFileSystemStorage, "reading", partly)
    stored_at = held.at
    held.move_to(held.at + recheck.WHOLE_AGAIN_AFTER)
    assert jobs.run("stored-files") == 2
    assert state(stuck) == (stored_at, held.at, "") and state(other)[0] == held.at


def test_a_storage_that_is_away_ends_the_round_and_harms_no_name(held, monkeypatch):
    kept = [keep(held, b"%d" % number) for number in range(5)]

    def away(self, name, start=0, stop=None):
        raise storage.StorageFailed("away")

    monkeypatch.setattr(storage.DurableFileSystemStorage, "reading", away)
    held.move_to(held.at + recheck.WHOLE_AGAIN_AFTER)
    with pytest.raises(storage.StorageFailed):
        jobs.run("stored-files")
    assert {state(blob)[2] for blob in kept} == {""}


def said(**more: object) -> dict[str, object]:
    return {"ok": True, "damaged": 0, "oldest_check_seconds": 0, **more}


def test_readiness_tells_of_damage_and_of_the_oldest_look(held):
    assert recheck.answer() == said(going_round_for_seconds=None)
    jobs.run("stored-files")
    blob = keep(held, b"one")
    held.move_to(held.at + recheck.FOUND_WHOLE_WITHIN)
    two_weeks = 14 * 86400
    assert recheck.answer() == said(oldest_check_seconds=two_weeks, going_round_for_seconds=two_weeks)
    held.forward(microseconds=1)
    assert recheck.answer()["ok"] is False
    jobs.run("stored-files")
    assert recheck.answer() == said(going_round_for_seconds=0)
    harm.do(blob, "missing")
    held.move_to(held.at + recheck.WHOLE_AGAIN_AFTER)
    jobs.run("stored-files")
    assert recheck.answer() == said(ok=False, damaged=1, going_round_for_seconds=7 * 86400)


@pytest.fixture
def unread(held, monkeypatch) -> Blob:
    """A file stored long ago that no round comes to look at."""
    blob = keep(held, b"one")
    monkeypatch.setattr(recheck, "look_at_stored_at", lambda at: 0)
    held.move_to(held.at + timedelta(days=400))
    return blob


@pytest.mark.parametrize(("moment", "ok"), [(-1, True), (0, False), (1, False)])
def test_after_an_upgrade_every_file_has_two_weeks_from_the_first_round(held, unread, moment, ok):
    assert recheck.answer()["ok"], "nothing has gone round yet"
    jobs.run("stored-files")
    assert recheck.answer() == said(oldest_check_seconds=400 * 86400, going_round_for_seconds=0)
    begun = held.at
    for day in range(1, 14):
        held.move_to(begun + timedelta(days=day))
        jobs.run("stored-files")
    held.move_to(begun + recheck.FOUND_WHOLE_WITHIN + moment * MICROSECOND)
    assert recheck.answer()["ok"] is ok


@pytest.mark.parametrize(("moment", "begins_anew"), [(-1, False), (0, False), (1, True)])
def test_after_a_standstill_the_two_weeks_begin_anew(held, unread, moment, begins_anew):
    jobs.run("stored-files")
    begun = held.at
    held.move_to(begun + recheck.STOOD_STILL_AFTER + moment * MICROSECOND)
    jobs.run("stored-files")
    held.move_to(begun + recheck.FOUND_WHOLE_WITHIN)
    assert recheck.answer()["ok"] is begins_anew


def test_what_is_known_to_be_damaged_has_no_time_of_grace(held, unread):
    Blob.objects.update(damage="altered", damaged_at=held.at)
    assert recheck.answer()["ok"] is False
