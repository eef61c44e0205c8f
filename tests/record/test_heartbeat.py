import pytest

from cwg.record import heartbeat
from cwg.record.models import Heartbeat

pytestmark = pytest.mark.django_db


def test_nobody_was_seen_before_the_first_beat():
    assert heartbeat.last() is None


def test_a_beat_moves_one_row_on(held):
    heartbeat.note()
    assert heartbeat.last() == held.at
    later = held.forward(seconds=15)
    heartbeat.note()
    assert heartbeat.last() == later
    assert Heartbeat.objects.count() == 1


def test_each_process_has_its_own(held):
    heartbeat.beat("beat")
    assert heartbeat.last() is None
    assert heartbeat.last("beat") == held.at
