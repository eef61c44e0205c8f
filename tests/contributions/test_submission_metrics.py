"""How each submission ended is counted once, with how long it took and how long it waited for its register."""

import uuid
from datetime import timedelta

import pytest

from contributions import submission
from cwg.record import metrics
from tests import drafts

pytestmark = pytest.mark.django_db


def counted(outcome: str) -> float:
    return metrics.REGISTRY.get_sample_value("cwg_submissions_total", {"outcome": outcome}) or 0.0


def observed(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(f"{name}_count", labels) or 0.0


def waits() -> list[float]:
    return [observed("cwg_register_lock_wait_seconds", queue=queue) for queue in ("process", "database")]


@pytest.fixture
def before():
    """What had been counted when the test began."""
    outcomes = ("registered", "again", "late", "token_unknown")
    return {outcome: counted(outcome) for outcome in outcomes}


def grown(before: dict) -> dict:
    return {outcome: counted(outcome) - held for outcome, held in before.items() if counted(outcome) != held}


def test_one_that_is_registered_and_the_same_sent_again(draft, saudi_focal_point, held, before):
    token = drafts.token_for(draft, saudi_focal_point)
    took, waited = observed("cwg_submission_seconds"), waits()
    submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    assert grown(before) == {"registered": 1}
    assert observed("cwg_submission_seconds") == took + 1
    assert waits() == [number + 1 for number in waited]
    submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    assert grown(before) == {"registered": 1, "again": 1}


def test_one_that_is_late(draft, deadline, saudi_focal_point, held, before):
    held.move_to(deadline + timedelta(microseconds=1))
    drafts.late(draft, saudi_focal_point)
    assert grown(before) == {"late": 1}


def test_one_that_is_refused_counts_by_why(draft, saudi_focal_point, held, before):
    with pytest.raises(submission.TokenUnknown):
        submission.submit(uuid.uuid4(), person=saudi_focal_point, arrived_at=held.at)
    assert grown(before) == {"token_unknown": 1}
