"""Invariant I6: one notice per event and recipient; none overdue without being shown."""

from datetime import timedelta

import pytest

from cwg.notices import verification
from cwg.notices.models import Event, Notice
from cwg.record import checks
from tests import factories

pytestmark = pytest.mark.django_db


def make_notice(event, address="p@test.example", **fields) -> Notice:
    values = {"due_at": factories.NOW, "message_id": f"<{address}>"} | fields
    return Notice.objects.create(event=event, address=address, **values)


def findings() -> list[str]:
    return [line for name, lines in checks.run() if name.startswith("I6") for line in lines]


def test_a_good_outbox_gives_no_finding(event):
    Event.objects.update(expanded_at=event.happened_at)
    make_notice(event)
    make_notice(event, "q@test.example", status="sent", sent_at=factories.NOW)
    assert findings() == []


def test_two_notices_to_one_recipient_are_found(event):
    make_notice(event)
    make_notice(event, "P@test.example")
    assert list(verification.doubled()) == [f"event {event.pk}: 2 notices to one address"]


def test_two_notices_to_one_person_are_found(event):
    person = factories.make_person("p@test.example")
    make_notice(event, person=person)
    make_notice(event, "old@test.example", person=person)
    assert list(verification.doubled()) == [f"event {event.pk}: 2 notices to person {person.pk}"]


def test_a_notice_an_hour_overdue_is_found_and_a_failed_one_is_shown_elsewhere(event, held):
    make_notice(event)
    make_notice(event, "q@test.example", status="failed")
    held.move_to(factories.NOW + timedelta(hours=1))
    assert list(verification.overdue()) == []
    held.forward(microseconds=1)
    assert len(list(verification.overdue())) == 1


def test_an_event_that_no_sweep_expands_is_found(news, event, held):
    held.forward(minutes=10)
    assert list(verification.unexpanded()) == []
    held.forward(microseconds=1)
    assert ["no sweep expanded it" in line for line in verification.unexpanded()] == [True]


def test_a_mark_without_its_time_is_found(event):
    make_notice(event, status="sent")
    make_notice(event, "q@test.example", sent_at=factories.NOW)
    assert len(list(verification.marked_wrongly())) == 2
