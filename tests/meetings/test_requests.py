"""Requests of the Group: recorded in session only; each opens one slot for each addressee, or has a date."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cwg.documents.models import Register, Slot
from cwg.documents.register import SlotNotOpen
from cwg.members.models import Role
from cwg.notices.models import Event
from cwg.record import journal
from cwg.record.models import JournalEntry
from cwg.record.reasons import ReasonMissing
from meetings import convening, planning, requests
from meetings.models import Addressee, Meeting, Request
from tests import drafts, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(held, dg) -> Meeting:
    """Opened an hour ago: the deadline passed yesterday."""
    return factories.make_meeting(dg, opens_at=held.at - timedelta(hours=1))


def ask(meeting, secretary, **fields) -> Request:
    values = {"addressees": [factories.make_state("SYR")], "item": "4", "wording": "A list of issues"}
    return requests.record(meeting, actor=secretary, **(values | fields))


def standings(request: Request, at) -> dict[str, str]:
    return {each.party.code: each.standing_at(at).value for each in request.addressees.shown()}


def as_it_stands() -> list:
    """Whatever a refusal may not change."""
    return [list(model.objects.order_by("pk").values()) for model in (Request, Addressee, Slot, Event)] + [
        JournalEntry.objects.count()
    ]


def test_a_request_opens_a_slot_and_tells_its_addressee(held, meeting, secretary):
    made = ask(meeting, secretary)
    one = made.addressees.get()
    assert (one.slot.state.iso3, one.slot.asked_in, one.slot.opened_at) == ("SYR", "Agenda item 4", held.at)
    assert made.recorded_by == secretary
    event = Event.objects.get(kind="request_recorded")
    assert event.facts == {"request": made.pk}
    entry = JournalEntry.objects.get(act="request")
    assert entry.facts["addressees"] == [{"party": f"state:{one.state_id}", "slot": one.slot_id}]
    assert list(journal.faults(Register.objects.get())) == []


def test_a_request_has_several_addressees_with_a_slot_each(held, meeting, secretary):
    syria, tsb = factories.make_state("SYR"), factories.make_office("bureau", code="TSB", name="TSB")
    made = ask(meeting, secretary, addressees=[tsb, syria, tsb])
    rows = list(made.addressees.shown())
    assert [row.who for row in rows] == [tsb, syria]
    assert [row.slot.addressee for row in rows] == [tsb, syria]
    assert len({row.slot_id for row in rows}) == 2
    assert JournalEntry.objects.filter(act="request").count() == 1
    assert Event.objects.filter(kind="request_recorded").count() == 1
    assert drafts.faults() == []


def test_a_late_document_that_answers_is_accepted_and_marked_and_the_slot_is_used_up(meeting, secretary):
    one = ask(meeting, secretary).addressees.get()
    syria = factories.accredit_once("focal.syr@test.example", meeting.register.group, Role.FOCAL_POINT, "SYR")
    document = factories.make_document(
        meeting.register, slot_id=one.slot_id, sources=(factories.state_source("SYR"),), actor=syria
    )
    assert document.original.verdict == "requested_in_session"
    with pytest.raises(SlotNotOpen):
        factories.make_document(
            meeting.register, slot_id=one.slot_id, sources=(factories.state_source("SYR"),), actor=syria
        )
    before = as_it_stands()
    with pytest.raises(requests.CannotWithdraw):
        requests.withdraw(one.request, actor=secretary, reason="Not needed")
    assert as_it_stands() == before


def test_an_addressee_stands_where_its_own_answer_is(held, dg, meeting, secretary):
    made = ask(meeting, secretary, addressees=[factories.make_state(code) for code in ("SYR", "SAU", "FRA")])
    syria, _saudi_arabia, france = made.addressees.shown()
    factories.make_document(
        meeting.register,
        slot_id=syria.slot_id,
        sources=(factories.state_source("SYR"),),
        actor=factories.accredit_once("focal.syr@test.example", dg, Role.FOCAL_POINT, "SYR"),
    )
    requests.withdraw(made, addressee=france, actor=secretary, reason="Answered orally")
    assert standings(made, held.at) == {"SYR": "answered", "SAU": "awaited", "FRA": "withdrawn"}
    convening.close(meeting, actor=secretary)
    assert standings(made, held.at) == {"SYR": "answered", "SAU": "ended", "FRA": "withdrawn"}
    awaited = Addressee.objects.awaited()
    assert not awaited.exists()
    assert drafts.faults() == []


def test_a_request_with_a_later_due_date_opens_no_slot(meeting, secretary):
    office = factories.make_office("bureau", code="TSB", name="TSB")
    made = ask(meeting, secretary, addressees=[office], due_on=date(2026, 5, 15))
    one = made.addressees.get()
    assert (one.slot, one.office) == (None, office)
    assert not Slot.objects.exists()


def test_to_many_it_is_as_many_statements_as_to_few_and_each_keeps_its_history(held, meeting, secretary):
    """The register is locked for as long as it takes; all else at the meeting waits."""

    def statements(*codes: str, due_on: date | None = None) -> tuple[int, int]:
        asked = [factories.make_state(code) for code in codes]
        with CaptureQueriesContext(connection) as recorded:
            made = ask(meeting, secretary, addressees=asked, due_on=due_on, wording=f"{codes} {due_on}")
        with CaptureQueriesContext(connection) as withdrawn:
            requests.withdraw(made, actor=secretary, reason="Not needed")
        return len(recorded), len(withdrawn)

    for due_on in (None, date(2026, 5, 15)):
        few = statements("SYR", "SAU", due_on=due_on)
        assert statements("SYR", "SAU", "FRA", "LVA", "ITA", due_on=due_on) == few
    for one in Addressee.objects.all():
        kept = [
            (each.history_user, each.history_change_reason, each.withdrawn_at) for each in one.history.all()
        ]
        assert kept == [(secretary, "Not needed", held.at), (secretary, "recorded", None)]
    assert drafts.faults() == []


# --- Recorded twice -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("due_on", [None, date(2026, 5, 15)])
def test_the_same_request_sent_again_within_five_minutes_is_recorded_once(held, meeting, secretary, due_on):
    codes = ("SYR", "SAU")
    made = ask(meeting, secretary, addressees=[factories.make_state(each) for each in codes], due_on=due_on)
    before = as_it_stands()
    for at in (held.at, made.recorded_at + requests.REPEATED_WITHIN - timedelta(microseconds=1)):
        held.move_to(at)
        with pytest.raises(requests.RecordedAlready) as repeated:
            ask(
                meeting,
                secretary,
                addressees=[factories.make_state(each) for each in reversed(codes)],
                due_on=due_on,
                wording=" A list of issues ",
            )
        assert repeated.value.request == made
    assert as_it_stands() == before
    held.move_to(made.recorded_at + requests.REPEATED_WITHIN)
    assert (
        ask(meeting, secretary, addressees=[factories.make_state(each) for each in codes], due_on=due_on)
        != made
    )
    assert drafts.faults() == []


@pytest.mark.parametrize("differs", ["item", "wording", "addressees", "due_on", "sitting", "actor"])
def test_a_request_that_differs_in_anything_is_another(held, dg, meeting, secretary, differs):
    made = ask(meeting, secretary, due_on=date(2026, 5, 15))
    other = {
        "item": "5",
        "wording": "A list of answers",
        "addressees": [factories.make_state("SYR"), factories.make_state("SAU")],
        "due_on": date(2026, 5, 16),
        "sitting": meeting.sittings.create(number=1, starts_at=held.at),
        "actor": factories.accredit(
            "second@test.example", dg, Role.SECRETARIAT, office=factories.make_office("secretariat")
        ).person,
    }
    fields = {"due_on": date(2026, 5, 15), differs: other[differs]}
    actor = fields.pop("actor", secretary)
    assert ask(meeting, actor, **fields) != made


def test_a_request_that_was_withdrawn_is_recorded_again(meeting, secretary):
    made = ask(meeting, secretary)
    requests.withdraw(made, actor=secretary, reason="To the wrong State")
    assert ask(meeting, secretary) != made


@pytest.mark.django_db(transaction=True)
def test_of_two_that_are_sent_at_once_one_is_recorded(held, meeting, secretary):
    both = Barrier(2)

    def send() -> Request | None:
        try:
            both.wait(timeout=10)
            return ask(meeting, secretary)
        except requests.RecordedAlready as already:
            return already.request
        finally:
            connection.close()

    factories.make_state("SYR")
    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(send) for _ in range(2)]
        answers = [each.result(timeout=20) for each in sent]
    assert answers[0] == answers[1] == Request.objects.get()
    assert Slot.objects.count() == 1 and Event.objects.filter(kind="request_recorded").count() == 1


def test_a_date_lies_within_ten_years(held, meeting, secretary):
    """In the last year of the calendar there is no end of the day: no page of such a request could be shown."""
    furthest = held.at.date() + planning.FURTHEST
    for due_on in (furthest + timedelta(days=1), date.max):
        with pytest.raises(requests.CannotRecord) as refused:
            ask(meeting, secretary, due_on=due_on)
        assert refused.value.field == "due_on"
    assert not Request.objects.exists() and not JournalEntry.objects.filter(act="request").exists()
    assert ask(meeting, secretary, due_on=furthest).due_on == furthest


def test_a_dated_request_is_overdue_from_the_end_of_its_day_at_the_seat(held, meeting, secretary):
    made = ask(meeting, secretary, due_on=date(2026, 5, 15))
    end = datetime(2026, 5, 15, 22, tzinfo=UTC)  # midnight in Geneva
    assert standings(made, end - timedelta(microseconds=1)) == {"SYR": "awaited"}
    assert standings(made, end) == {"SYR": "overdue"}
    assert standings(made, end + timedelta(microseconds=1)) == {"SYR": "overdue"}
    convening.close(meeting, actor=secretary)
    assert standings(made, held.at) == {"SYR": "awaited"}
    assert Addressee.objects.awaited().get() == made.addressees.get()


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
    made = ask(factories.make_meeting(dg, opens_at=held.at, opened_at=held.at), secretary)
    assert made.addressees.get().slot is not None


def test_only_the_secretariat_records(meeting, chair, saudi_focal_point, auditor):
    for actor in (chair, saudi_focal_point, auditor):
        with pytest.raises(PermissionDenied):
            ask(meeting, actor)
    assert not Request.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"item": " "},
        {"item": "\u200b"},
        {"item": "7\u202e8"},
        {"item": "7\n8"},
        {"wording": ""},
        {"wording": "\u200b\u2060"},
        {"wording": "A \u202elist"},
        {"due_on": date(2026, 3, 1)},
        {"addressees": []},
    ],
)
def test_an_incomplete_request_is_refused_at_its_field(meeting, secretary, wrong):
    with pytest.raises(requests.CannotRecord) as refusal:
        ask(meeting, secretary, **wrong)
    assert [refusal.value.field] == list(wrong)
    assert not Request.objects.exists() and not Event.objects.exists()


def test_a_withdrawn_request_closes_its_slot(held, meeting, secretary):
    made = ask(meeting, secretary)
    with pytest.raises(ReasonMissing):
        requests.withdraw(made, actor=secretary, reason=" ")
    assert Slot.objects.get().withdrawn_at is None
    requests.withdraw(made, actor=secretary, reason="Answered orally")
    slot = Slot.objects.get()
    assert slot.withdrawn_at == held.at
    with pytest.raises(requests.CannotWithdraw):
        requests.withdraw(made, actor=secretary, reason="Again")
    with pytest.raises(SlotNotOpen):
        factories.make_document(meeting.register, slot_id=slot.pk, sources=(factories.state_source("SYR"),))


def test_withdrawing_takes_a_request_back_from_those_who_have_not_answered(held, dg, meeting, secretary):
    made = ask(meeting, secretary, addressees=[factories.make_state(code) for code in ("SYR", "SAU")])
    answered, waiting = made.addressees.shown()
    factories.make_document(
        meeting.register,
        slot_id=answered.slot_id,
        sources=(factories.state_source("SYR"),),
        actor=factories.accredit_once("focal.syr@test.example", dg, Role.FOCAL_POINT, "SYR"),
    )
    assert requests.withdraw(made, actor=secretary, reason="Answered orally") == [waiting]
    assert standings(made, held.at) == {"SYR": "answered", "SAU": "withdrawn"}
    facts = JournalEntry.objects.get(act="request_withdrawn").facts
    assert facts["addressees"] == [{"party": f"state:{waiting.state_id}", "slot": waiting.slot_id}]


@pytest.mark.parametrize("state", ["ended with the meeting", "of the archive", "another request's addressee"])
def test_what_awaits_no_answer_cannot_be_withdrawn(held, meeting, secretary, state):
    made, other = ask(meeting, secretary), ask(meeting, secretary, item="5")
    if state == "ended with the meeting":
        convening.close(meeting, actor=secretary)
    elif state == "of the archive":
        Register.objects.filter(pk=meeting.register_id).update(origin="archive")
        Addressee.objects.update(slot=None)
    before = as_it_stands()
    addressee = other.addressees.get() if state == "another request's addressee" else None
    with pytest.raises(requests.CannotWithdraw):
        requests.withdraw(made, addressee=addressee, actor=secretary, reason="Not needed")
    assert as_it_stands() == before


def test_only_the_secretariat_withdraws(meeting, secretary, chair, saudi_focal_point):
    made = ask(meeting, secretary)
    before = as_it_stands()
    for actor in (chair, saudi_focal_point):
        with pytest.raises(PermissionDenied):
            requests.withdraw(made, actor=actor, reason="Not needed")
    assert as_it_stands() == before
