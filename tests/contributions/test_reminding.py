"""Which mark counts: a pure question of instants."""

from datetime import UTC, datetime, timedelta

import pytest

from contributions.reminding import nearest_mark

DEADLINE = datetime(2026, 3, 28, 7, 0, tzinfo=UTC)
LONG_BEFORE = DEADLINE - timedelta(days=90)
HOURS = [336, 168, 48, 6]
MICROSECOND = timedelta(microseconds=1)


def mark(now, *, not_before=LONG_BEFORE, hours=HOURS):
    return nearest_mark(DEADLINE, hours, not_before=not_before, now=now)


@pytest.mark.parametrize(("hours", "before"), [(336, None), (168, 336), (48, 168), (6, 48)])
def test_a_mark_is_reached_at_its_very_instant(hours, before):
    at = DEADLINE - timedelta(hours=hours)
    assert (mark(at - MICROSECOND), mark(at), mark(at + MICROSECOND)) == (before, hours, hours)


def test_the_last_mark_counts_until_the_deadline_itself():
    assert mark(DEADLINE - MICROSECOND) == 6
    assert mark(DEADLINE) is None


def test_the_order_in_which_the_marks_are_set_does_not_matter():
    assert mark(DEADLINE - timedelta(hours=48), hours=[6, 336, 48, 168]) == 48


def test_a_mark_before_the_announcement_does_not_count():
    at = DEADLINE - timedelta(hours=48)
    assert mark(at, not_before=at) == 48
    assert mark(at + MICROSECOND, not_before=at + MICROSECOND) is None


def test_a_group_without_marks_is_not_reminded():
    assert mark(DEADLINE - timedelta(hours=1), hours=[]) is None
