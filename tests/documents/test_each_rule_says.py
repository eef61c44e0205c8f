"""The migration that tells deadlines which were kept when their meeting moved from those the rules count to."""

import importlib
from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps

from cwg.documents.models import Deadline, Register
from tests import factories
from tests.tampering import as_owner, past_the_triggers

pytestmark = pytest.mark.django_db
step = importlib.import_module("cwg.documents.migrations.0010_each_rule_says")


def fill() -> None:
    """The migration's step as it ran: before the trigger came that fixes what it fills in."""
    with as_owner() as cursor:
        cursor.execute("ALTER TABLE documents_deadline DISABLE TRIGGER USER")
        step.tell_what_was_kept(apps, SimpleNamespace(execute=cursor.execute))
        cursor.execute("ALTER TABLE documents_deadline ENABLE TRIGGER USER")


def told(register: Register) -> list[tuple[str, datetime | None]]:
    return list(register.deadlines.order_by("pk").values_list("basis", "by_rule"))


def moved_by_hand(register: Register, opens_at: datetime) -> None:
    """As a meeting that moved while its deadline was kept, before deadlines said so."""
    Register.objects.filter(pk=register.pk).update(opens_at=opens_at)


def test_a_deadline_that_was_kept_says_what_its_rule_would_have_counted_to(dg, held):
    kept = factories.make_register(dg, 1, opens_at=datetime(2026, 3, 28, 9, tzinfo=UTC))
    stands = kept.deadlines.get().instant
    untouched = factories.make_register(dg, 2, opens_at=datetime(2026, 3, 28, 9, tzinfo=UTC))
    moved_by_hand(kept, datetime(2026, 3, 29, 8, tzinfo=UTC))
    fill()
    assert told(kept) == [("kept", datetime(2026, 3, 28, 8, tzinfo=UTC))]
    assert told(untouched) == [("rule", None)]
    assert kept.deadlines.get().instant == stands


def test_what_is_superseded_or_has_no_terms_stays_as_it_is(dg, held):
    old, bare = (
        factories.make_register(dg, ordinal, opens_at=datetime(2026, 3, 28, 9, tzinfo=UTC))
        for ordinal in (1, 2)
    )
    Deadline.objects.filter(register=old).update(superseded_at=held.at)
    past_the_triggers("UPDATE documents_deadline SET terms = '{}' WHERE register_id = %s", values=[bare.pk])
    for register in (old, bare):
        moved_by_hand(register, datetime(2026, 3, 30, 9, tzinfo=UTC))
    fill()
    assert told(old) == told(bare) == [("rule", None)]


@pytest.mark.parametrize(
    ("zone", "opens_at", "expected"),
    [
        # The 12th day before, to its last microsecond on the clock of the seat.
        ("Europe/Zurich", "2026-03-12T09:00+01:00", "2026-02-28T22:59:59.999999+00:00"),
        # In Beirut the clocks went over midnight on 29 March 2026; in Havana they fell back over it on 2 November 2025.
        ("Asia/Beirut", "2026-04-09T09:00+03:00", "2026-03-28T21:59:59.999999+00:00"),
        ("America/Havana", "2025-11-14T09:00-05:00", "2025-11-03T04:59:59.999999+00:00"),
    ],
)
def test_days_end_on_the_clock_of_the_seat(zone, opens_at, expected):
    terms = {"unit": "days", "offset": 12}
    found = step.counted(terms, datetime.fromisoformat(opens_at), ZoneInfo(zone))
    assert found == datetime.fromisoformat(expected)
