"""A form of the secretariat that somebody has overtaken: the answer holds what was typed, and nothing is changed."""

from html import unescape

import pytest
from django.urls import reverse

from cwg.record.models import JournalEntry
from meetings import calling_off
from meetings.models import Meeting
from tests import factories

pytestmark = pytest.mark.django_db
REASON = ("Why it is so, in all the words that it took to agree on them in the corridor. " * 6).strip()


@pytest.fixture
def meeting(held, dg) -> Meeting:
    return factories.make_meeting(dg)


@pytest.mark.parametrize(
    ("verb", "why"),
    [
        ("edit", "A meeting that is closed or cancelled is not corrected."),
        ("move", "A meeting that is closed or cancelled is not moved."),
        (
            "deadlines",
            "The deadlines of a meeting that has opened, or is closed or cancelled, do not change.",
        ),
        ("cancel", "Only a meeting that has not opened, and is not cancelled yet, can be cancelled."),
        ("postpone", "Only an announced meeting that has not opened is postponed."),
        ("open-sitting", "Only an announced meeting that has a date is opened."),
    ],
)
def test_a_reason_typed_while_a_colleague_cancelled_the_meeting_is_in_the_answer(
    client_of, meeting, secretary, verb, why
):
    client, url = client_of(secretary), reverse(f"meetings:{verb}", args=[meeting.register.slug])
    page = client.get(url)
    assert page.status_code == 200 and why not in unescape(page.content.decode())
    calling_off.cancel(meeting, actor=secretary, reason="No quorum")
    before = JournalEntry.objects.count()
    answer = client.post(url, {"date": "2026-03-19", "time": "09:30", "reason": REASON})
    assert answer.status_code in (400, 409)
    said = unescape(answer.content.decode())
    assert REASON in said or verb == "open-sitting"  # which asks for no reason
    assert why in said
    assert JournalEntry.objects.count() == before
