"""Requests of the Group: recorded in session only, each opens one slot for one addressee."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from cwg.documents.models import Register, Slot
from cwg.documents.register import SlotNotOpen
from cwg.members.models import Role
from cwg.notices.models import Event
from cwg.record import journal
from cwg.record.models import JournalEntry
from cwg.record.reasons import ReasonMissing
from meetings import convening, requests
from meetings.models import Meeting, Request
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(held, dg) -> Meeting:
    """Opened an hour ago: the deadline passed yesterday."""
    return factories.make_meeting(dg, opens_at=held.at - timedelta(hours=1))


def ask(meeting, secretary, **fields) -> Request:
    values = {"addressee": factories.make_state("SYR"), "item": "4", "wording": "A list of issues"}
    return requests.record(meeting, actor=secretary, **(values | fields))


def test_a_request_opens_a_slot_and_tells_its_addressee(held, meeting, secretary):
    made = ask(meeting, secretary)
    assert (made.slot.state.iso3, made.slot.asked_in, made.slot.opened_at) == ("SYR", "4", held.at)
    assert made.recorded_by == secretary
    event = Event.objects.get(kind="request_recorded")
    assert event.facts == {"request": made.pk}
    entry = JournalEntry.objects.get(act="request")
    assert entry.facts["addressee"] == f"state:{made.state_id}"
    assert list(journal.faults(Register.objects.get())) == []


def test_a_late_document_that_answers_is_accepted_and_marked_and_the_slot_is_used_up(meeting, secretary):
    made = ask(meeting, secretary)
    syria = factories.accredit_once("focal.syr@test.example", meeting.register.group, Role.FOCAL_POINT, "SYR")
    document = factories.make_document(
        meeting.register, slot_id=made.slot_id, sources=(factories.state_source("SYR"),), actor=syria
    )
    assert document.original.verdict == "requested_in_session"
    assert requests.pages_of_slots([made.slot_id]) == {made.slot_id: made.get_absolute_url()}
    with pytest.raises(SlotNotOpen):
        factories.make_document(
            meeting.register, slot_id=made.slot_id, sources=(factories.state_source("SYR"),), actor=syria
        )
    with pytest.raises(requests.CannotWithdraw):
        requests.withdraw(made, actor=secretary, reason="Not needed")
    assert Request.objects.get().withdrawn_at is None


def test_a_request_with_a_later_due_date_opens_no_slot(meeting, secretary):
    office = factories.make_office("bureau", code="TSB", name="TSB")
    made = ask(meeting, secretary, addressee=office, due_on=date(2026, 5, 15))
    assert (made.slot, made.office) == (None, office)
    assert not Slot.objects.exists()


@pytest.mark.parametrize("state", ["not opened", "closed", "not announced"])
def test_requests_are_recorded_in_session_only(held, dg, secretary, state):
    opened = {"opened_at": None} if state == "not opened" else {}
    meeting = factories.make_meeting(dg, opens_at=held.at, announced=state != "not announced", **opened)
    if state == "closed":
        convening.close(meeting, actor=secretary)
    with pytest.raises(requests.NotInSession):
        ask(meeting, secretary)
    assert not Request.objects.exists() and not Slot.objects.exists() and not Event.objects.exists()


def test_the_instant_at_which_the_session_opens_is_in_session(held, dg, secretary):
    assert ask(factories.make_meeting(dg, opens_at=held.at, opened_at=held.at), secretary).slot is not None


def test_only_the_secretariat_records(meeting, chair, saudi_focal_point, auditor):
    for actor in (chair, saudi_focal_point, auditor):
        with pytest.raises(PermissionDenied):
            ask(meeting, actor)
    assert not Request.objects.exists()


@pytest.mark.parametrize("wrong", [{"item": " "}, {"wording": ""}, {"due_on": date(2026, 3, 1)}])
def test_an_incomplete_request_is_refused(meeting, secretary, wrong):
    with pytest.raises(requests.CannotRecord):
        ask(meeting, secretary, **wrong)
    assert not Request.objects.exists() and not Event.objects.exists()


def test_a_withdrawn_request_closes_its_slot(held, meeting, secretary):
    made = ask(meeting, secretary)
    with pytest.raises(ReasonMissing):
        requests.withdraw(made, actor=secretary, reason=" ")
    assert Slot.objects.get().withdrawn_at is None
    requests.withdraw(made, actor=secretary, reason="Answered orally")
    assert Slot.objects.get().withdrawn_at == held.at
    with pytest.raises(requests.CannotWithdraw):
        requests.withdraw(made, actor=secretary, reason="Again")
    with pytest.raises(SlotNotOpen):
        factories.make_document(
            meeting.register, slot_id=made.slot_id, sources=(factories.state_source("SYR"),)
        )
