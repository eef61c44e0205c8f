import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest

from cwg import clock
from cwg.record import access, journal, seals
from cwg.record.models import AccessEntry, AccessSeal, JournalEntry, PortalJournal
from tests.tampering import as_owner, past_the_triggers

pytestmark = pytest.mark.django_db

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
SETTLED = MIDNIGHT + seals.SETTLED_AFTER


def note(at: datetime, act: str = "signed-in") -> None:
    access.note(act, at=at, person_id=7, subject="WG-WSIS-14/7", address="192.0.2.1")


@pytest.fixture
def sealed_day():
    note(MIDNIGHT - timedelta(hours=3))
    note(MIDNIGHT - timedelta(microseconds=1), "downloaded")
    with clock.held_at(SETTLED):
        assert seals.seal() == 1
    return AccessSeal.objects.get()


def test_a_full_day_is_sealed_into_the_chain_of_the_house(sealed_day):
    assert (sealed_day.day, sealed_day.count) == (date(2026, 3, 1), 2)
    entry = JournalEntry.objects.get()
    assert (entry.act, entry.position) == (seals.ACT, sealed_day.position)
    assert entry.facts["digest"] == sealed_day.digest
    assert list(journal.faults(PortalJournal.objects.get())) == []
    assert list(seals.faults()) == []


def test_a_line_without_a_group_is_sealed_as_it_was_before_lines_named_one(sealed_day):
    """The digest of a day sealed by an older release, over the same lines."""
    lines = [
        {
            "id": line.pk,
            "at": line.at,
            "person": 7,
            "act": line.act,
            "subject": "WG-WSIS-14/7",
            "address": "192.0.2.1",
        }
        for line in AccessEntry.objects.order_by("id")
    ]
    older = hashlib.sha256(b"".join(journal.canonical(line) + b"\n" for line in lines)).hexdigest()
    assert sealed_day.digest == older


def test_the_group_of_a_line_is_sealed_with_it(sealed_day):
    past_the_triggers("UPDATE record_accessentry SET group_id = 4 WHERE act = 'downloaded'")
    assert len(list(seals.faults())) == 1


def test_a_day_is_sealed_once_whoever_asks_again(sealed_day):
    with clock.held_at(SETTLED + timedelta(hours=5)):
        assert seals.seal() == 0
    assert AccessSeal.objects.count() == JournalEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("span", "days"), [(timedelta(microseconds=-1), 0), (timedelta(0), 1), (timedelta(microseconds=1), 1)]
)
def test_a_day_waits_until_its_last_requests_are_surely_written(span, days):
    note(MIDNIGHT - timedelta(hours=3))
    with clock.held_at(SETTLED + span):
        assert seals.seal() == days


def test_the_running_day_is_left_alone(sealed_day):
    note(MIDNIGHT)
    with clock.held_at(MIDNIGHT + timedelta(hours=23, minutes=59)):
        assert seals.seal() == 0


def test_missed_days_are_all_made_good_and_days_without_a_line_have_no_seal():
    for days in (5, 4, 2):
        note(MIDNIGHT - timedelta(days=days))
    with clock.held_at(SETTLED):
        assert seals.seal() == 3
    assert [seal.day.day for seal in AccessSeal.objects.order_by("day")] == [25, 26, 28]
    assert list(seals.faults()) == []


def test_a_line_added_after_the_seal_is_found(sealed_day):
    note(MIDNIGHT - timedelta(hours=2))
    assert list(seals.faults()) == ["access log of 2026-03-01: its lines are not those that were sealed"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record_accessentry SET subject = 'WG-WSIS-14/8'",
        "UPDATE record_accessentry SET address = '192.0.2.2'",
        "DELETE FROM record_accessentry WHERE act = 'downloaded'",
    ],
)
def test_a_line_changed_or_gone_after_the_seal_is_found(sealed_day, statement):
    past_the_triggers(statement)
    assert list(seals.faults()) == ["access log of 2026-03-01: its lines are not those that were sealed"]


def test_a_seal_made_anew_over_changed_lines_is_found(sealed_day):
    past_the_triggers("DELETE FROM record_accessentry WHERE act = 'downloaded'")
    found = seals.read(sealed_day.day)
    past_the_triggers(
        f"UPDATE record_accessseal SET digest = '{found.digest}', count = 1, last_id = {found.last_id}"
    )
    assert list(seals.faults()) == ["access log of 2026-03-01: its seal is not what entered the chain"]


def test_a_seal_that_is_gone_is_found(sealed_day):
    past_the_triggers("DELETE FROM record_accessseal")
    assert list(seals.faults()) == [
        f"access log: entry {sealed_day.position} of the portal's chain seals a day that has no seal"
    ]


def test_the_lines_themselves_are_never_changed(sealed_day):
    from django.db import IntegrityError

    for act in (lambda: AccessEntry.objects.update(subject=""), lambda: AccessEntry.objects.all().delete()):
        with pytest.raises(IntegrityError), as_owner():
            act()
    assert AccessEntry.objects.count() == 2
