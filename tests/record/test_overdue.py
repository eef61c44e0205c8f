from datetime import timedelta

import pytest

from cwg import clock
from cwg.record import overdue

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(("later", "is_so"), [(-TICK, False), (0 * TICK, False), (TICK, True)])
def test_what_was_done_is_overdue_after_its_time(held, later, is_so):
    done = held.at
    held.move_to(done + DAY + later)
    assert overdue.is_overdue(done, DAY) is is_so


@pytest.mark.parametrize(("later", "is_so"), [(-TICK, False), (0 * TICK, False), (TICK, True)])
def test_what_was_never_done_counts_from_the_installation(held, later, is_so):
    installed = overdue.installed_at()
    assert installed is not None and installed.tzinfo is not None
    with clock.held_at(installed + DAY + later):
        assert overdue.is_overdue(None, DAY) is is_so


def test_where_nobody_asks_nothing_is_overdue(held):
    assert overdue.is_overdue(None, timedelta(0)) is False
    assert overdue.is_overdue(held.at - 1000 * DAY, timedelta(0)) is False
