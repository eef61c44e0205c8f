"""A dated request is answered by the registered document that is linked to it; a wrong one is taken off again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event as Signal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

from cwg.documents.models import Document, Slot
from cwg.members.models import Office, Role
from cwg.members.rights import rights_of
from cwg.notices.models import Event
from cwg.record.models import JournalEntry
from cwg.record.reasons import ReasonMissing
from meetings import answers, requests
from meetings.models import Addressee, Meeting, Standing
from tests import drafts, factories, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(held, dg) -> Meeting:
    return factories.make_meeting(dg, 3, opens_at=held.at - timedelta(hours=1))


@pytest.fixture
def asked(meeting, secretary) -> Addressee:
    """Saudi Arabia, of three that were asked."""
    made = factories.ask_for_reports(meeting, secretary, factories.make_office(Office.Kind.BUREAU))
    return made.addressees.shown().get(state__iso3="SAU")


@pytest.fixture
def document(dg, asked) -> Document:
    """Of Saudi Arabia, for the next meeting."""
    return factories.make_document(factories.make_meeting(dg, 4).register, "A report")


def fresh(asked: Addressee) -> Addressee:
    return Addressee.objects.shown().get(pk=asked.pk)


def as_it_stands() -> list:
    return [
        list(Addressee.objects.order_by("pk").values()),
        list(Slot.objects.order_by("pk").values()),
        JournalEntry.objects.count(),
        Event.objects.count(),
        Addressee.history.count(),
    ]


def test_a_linked_document_answers_for_one_addressee(held, asked, document, secretary, meeting):
    answers.link(asked, document, actor=secretary)
    one = fresh(asked)
    assert (one.answer, one.linked_at, one.linked_by) == (document, held.at, secretary)
    assert one.standing_at(held.at + timedelta(days=365)) is Standing.ANSWERED
    others = asked.request.addressees.shown().exclude(pk=asked.pk)
    assert {each.standing_at(held.at) for each in others} == {Standing.AWAITED}
    entry = JournalEntry.objects.get(act="request_answered")
    assert entry.chain == meeting.register.chain
    assert entry.facts == {
        "request": asked.request_id,
        "meeting": "Dedicated Group, meeting 3",
        "addressee": asked.party.record,
        "document": document.pk,
        "symbol": "DG-4/1",
    }
    assert one.history.first().history_change_reason == "answered by DG-4/1"
    assert drafts.faults() == []


def test_one_document_may_answer_for_several(asked, document, secretary):
    for each in asked.request.addressees.all():
        answers.link(each, document, actor=secretary)
    (answered,) = answers.answered_by(Document.objects.all())[document.pk]
    assert (answered.url, answered.dated) == (asked.request.get_absolute_url(), True)
    assert drafts.faults() == []


def test_a_wrong_document_is_taken_off_and_the_record_keeps_both(held, asked, document, secretary):
    answers.link(asked, document, actor=secretary)
    with pytest.raises(ReasonMissing):
        answers.unlink(asked, document, actor=secretary, reason=" ")
    assert fresh(asked).answer == document
    assert answers.unlink(asked, document, actor=secretary, reason="It speaks of something else") == document
    one = fresh(asked)
    assert (one.answer, one.linked_at, one.linked_by) == (None, None, None)
    assert one.standing_at(held.at) is Standing.AWAITED
    entries = JournalEntry.objects.filter(act__in=["request_answered", "request_unlinked"])
    assert [entry.act for entry in entries.order_by("position")] == ["request_answered", "request_unlinked"]
    assert entries.get(act="request_unlinked").facts["reason"] == "It speaks of something else"
    answers.link(asked, document, actor=secretary)
    assert fresh(asked).answer == document
    assert drafts.faults() == []


@pytest.mark.parametrize("state", ["answered", "withdrawn", "with a slot", "of the archive"])
def test_nothing_is_linked_where_no_document_is_awaited(asked, document, secretary, meeting, state):
    if state == "answered":
        answers.link(asked, document, actor=secretary)
    elif state == "withdrawn":
        requests.withdraw(asked.request, addressee=asked, actor=secretary, reason="Not needed")
    elif state == "with a slot":
        saudi_arabia = factories.make_state("SAU")
        in_session = requests.record(
            meeting, addressees=[saudi_arabia], item="5", wording="A list", actor=secretary
        )
        asked = in_session.addressees.get()
    else:
        meeting.register.origin = "archive"
        meeting.register.save()
    before = as_it_stands()
    with pytest.raises(answers.CannotLink):
        answers.link(asked, document, actor=secretary)
    assert as_it_stands() == before


@pytest.mark.parametrize("fault", ["withdrawn", "of another group"])
def test_a_document_that_cannot_answer_is_refused(dg, asked, secretary, fault):
    place = factories.make_meeting(dg, 4).register
    if fault == "of another group":
        place = factories.make_meeting(factories.make_group("ELSEWHERE")).register
        office = factories.make_office(Office.Kind.SECRETARIAT)
        factories.accredit(secretary, place.group, Role.SECRETARIAT, office=office)
    document = factories.make_document(place, withdrawn=fault == "withdrawn")
    before = as_it_stands()
    with pytest.raises(answers.CannotLink):
        answers.link(asked, document, actor=secretary)
    assert as_it_stands() == before


def test_what_is_not_linked_is_not_taken_off(asked, document, secretary):
    before = as_it_stands()
    with pytest.raises(answers.CannotLink):
        answers.unlink(asked, document, actor=secretary, reason="Wrong")
    assert as_it_stands() == before


def test_who_comes_second_reads_what_was_linked_and_takes_nothing_off_that_was_not_shown(
    held, asked, document, secretary
):
    answers.link(asked, document, actor=secretary)
    other = factories.make_document(document.register, "Another report")
    before = as_it_stands()
    with pytest.raises(answers.CannotLink, match="DG-4/1 is already linked as the answer of Saudi Arabia"):
        answers.link(asked, other, actor=secretary)
    with pytest.raises(answers.CannotLink, match="DG-4/1 is linked here now, and not DG-4/2"):
        answers.unlink(asked, other, actor=secretary, reason="Wrong")
    assert as_it_stands() == before
    syria = asked.request.addressees.get(state__iso3="SYR")
    requests.withdraw(asked.request, addressee=syria, actor=secretary, reason="Not needed")
    before = as_it_stands()
    with pytest.raises(answers.CannotLink, match="request to the Syrian Arab Republic has been withdrawn"):
        answers.link(syria, other, actor=secretary)
    assert as_it_stands() == before


def test_only_the_secretariat_links_and_takes_off(asked, document, chair, syrian_focal_point, secretary):
    for actor in (chair, syrian_focal_point):
        before = as_it_stands()
        with pytest.raises(PermissionDenied):
            answers.link(asked, document, actor=actor)
        assert as_it_stands() == before
    answers.link(asked, document, actor=secretary)
    for actor in (chair, syrian_focal_point):
        before = as_it_stands()
        with pytest.raises(PermissionDenied):
            answers.unlink(asked, document, actor=actor, reason="Wrong")
        assert as_it_stands() == before


def test_the_addressees_own_documents_are_offered_newest_first(held, dg, asked, document, secretary):
    factories.make_document(
        document.register,
        "Of Syria",
        sources=(factories.state_source("SYR"),),
        actor=factories.accredit_once("focal.syr@test.example", dg, Role.FOCAL_POINT, "SYR"),
    )
    factories.make_document(document.register, "Gone", withdrawn=True)
    held.forward(minutes=1)
    later = factories.make_document(document.register, "A later report")
    assert list(answers.from_party(rights_of(secretary), asked.party)) == [later, document]


def test_verify_finds_what_does_not_hold(asked, document, secretary, held):
    answers.link(asked, document, actor=secretary)
    assert drafts.faults() == []
    other = factories.make_document(factories.make_meeting(factories.make_group("ELSEWHERE")).register)
    Addressee.objects.filter(pk=asked.pk).update(document=other)
    assert [fault for fault in drafts.faults() if "of another group" in fault]


def test_verify_finds_a_slot_that_is_not_its_requests(meeting, secretary, held):
    made = requests.record(
        meeting, addressees=[factories.make_state("SAU")], item="5", wording="A list", actor=secretary
    )
    assert drafts.faults() == []
    Slot.objects.update(withdrawn_at=held.at)
    assert [fault for fault in drafts.faults() if "and not both" in fault]
    Slot.objects.update(withdrawn_at=None, state=factories.make_state("SYR"))
    assert [fault for fault in drafts.faults() if "somebody else's" in fault]
    Slot.objects.update(state=factories.make_state("SAU"))
    type(made).objects.update(due_on=date(2026, 5, 15))
    assert [fault for fault in drafts.faults() if "opened a slot all the same" in fault]


# --- At the same moment -------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_what_is_answered_while_its_withdrawal_waits_stays_answered(held, asked, document, secretary):
    """The answer goes into the chain of its own register, so that it and the withdrawal meet at the addressee alone."""
    linked = Signal()

    def answering() -> bool:
        """Link it as its decision does, and commit as soon as the withdrawal waits for us."""
        try:
            with transaction.atomic():
                into = document.register
                done = answers.answer(asked.pk, document, actor=secretary, at=held.at, into=into)
                linked.set()
                waiting.until_somebody_waits()
                return done
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(answering)
        assert linked.wait(timeout=10)
        taken = requests.withdraw(asked.request, actor=secretary, reason="No longer needed")
        assert answer.result(timeout=10) is True
    assert asked.pk not in [each.pk for each in taken] and len(taken) == 2
    one = fresh(asked)
    assert (one.answer, one.withdrawn_at, one.standing_at(held.at)) == (document, None, Standing.ANSWERED)
