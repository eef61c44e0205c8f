"""When a dated request is reminded of: in the morning at the seat, seven days and one day before; the nearest mark only."""

from datetime import UTC, date, datetime, timedelta

import pytest

from meetings import request_reminding, requests
from meetings.models import Request
from tests import factories

pytestmark = pytest.mark.django_db

US = timedelta(microseconds=1)
WEEK = datetime(2026, 5, 8, 7, tzinfo=UTC)  # 09:00 in Geneva
DAY = datetime(2026, 5, 14, 7, tzinfo=UTC)
END = datetime(2026, 5, 15, 22, tzinfo=UTC)


def asked(dg, at: datetime, secretary, due_on: date | None = date(2026, 5, 15)) -> Request:
    meeting = factories.make_meeting(dg, 3, opens_at=at - timedelta(hours=1))
    return requests.record(
        meeting,
        addressees=[factories.make_state("SAU")],
        item="4",
        wording="A report",
        due_on=due_on,
        actor=secretary,
    )


@pytest.mark.parametrize(
    ("now", "mark"),
    [
        (WEEK - US, None),
        (WEEK, 7),
        (WEEK + US, 7),
        (DAY - US, 7),
        (DAY, 1),
        (DAY + US, 1),
        (END - US, 1),
        (END, None),
        (END + US, None),
    ],
)
def test_the_nearest_mark_counts_from_its_very_instant_to_the_end_of_the_day(held, dg, secretary, now, mark):
    request = asked(dg, held.at, secretary)
    assert request_reminding.mark_of(request, now) == mark
    assert [reminder.facts["days"] for reminder in request_reminding.due(now)] == ([mark] if mark else [])


@pytest.mark.parametrize(("recorded", "mark"), [(WEEK - US, 7), (WEEK, 7), (WEEK + US, None)])
def test_a_mark_before_the_request_counts_for_nothing(held, dg, secretary, recorded, mark):
    held.move_to(recorded)
    request = asked(dg, held.at, secretary)
    assert request_reminding.mark_of(request, WEEK + timedelta(days=1)) == mark
    assert request_reminding.mark_of(request, DAY) == 1


def test_a_request_without_a_date_is_not_reminded_of(held, dg, secretary):
    request = asked(dg, held.at, secretary, due_on=None)
    assert request_reminding.mark_of(request, WEEK) is None
    assert list(request_reminding.due(WEEK)) == []


def test_a_request_that_nobody_has_to_answer_any_more_is_not_reminded_of(held, dg, secretary):
    request = asked(dg, held.at, secretary)
    assert list(request_reminding.due(WEEK))
    requests.withdraw(request, actor=secretary, reason="Not needed")
    assert list(request_reminding.due(WEEK)) == []
