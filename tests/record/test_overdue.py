from datetime import timedelta

import pytest

from cwg import clock
from cwg.record import timeliness

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(("later", "late"), [(-TICK, False), (0 * TICK, False), (TICK, True)])
def test_what_was_done_is_late_after_its_time(held, later, late):
    done = held.at
    held.move_to(done + DAY + later)
    assert timeliness.is_late(done, DAY) is late


@pytest.mark.parametrize(("later", "late"), [(-TICK, False), (0 * TICK, False), (TICK, True)])
def test_what_was_never_done_counts_from_the_installation(held, later, late):
    installed = timeliness.installed_at()
    assert installed is not None and installed.tzinfo is not None
    with clock.held_at(installed + DAY + later):
        assert timeliness.is_late(None, DAY) is late


def test_where_nobody_asks_nothing_is_late(held):
    assert timeliness.is_late(None, timedelta(0)) is False
    assert timeliness.is_late(held.at - 1000 * DAY, timedelta(0)) is False
