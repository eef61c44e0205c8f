"""What the Group asked for in session is let in late, once, from whom it was asked; a closed meeting takes nothing new."""

from datetime import timedelta

import pytest

from contributions import answering, previewing, readiness, submission
from contributions.models import Contribution
from cwg.documents import register as the_register
from cwg.documents import rulebook
from cwg.documents.deadlines import DECISION_556
from cwg.documents.kinds import Kind
from cwg.documents.models import Register
from cwg.members.rights import rights_of
from tests import drafts, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_session(register, held):
    held.move_to(register.opens_at + timedelta(hours=2))
    return register


def test_what_the_group_requested_in_session_is_let_in_and_marked(dg, in_session, saudi_focal_point):
    slot = drafts.make_slot(in_session)
    draft = drafts.make_draft(dg, in_session, by=saudi_focal_point, slot=slot)
    receipt = drafts.submit(draft, saudi_focal_point).receipt
    assert receipt.revision.verdict == "requested_in_session"
    assert receipt.revision.slot == slot
    assert receipt.statement["requested_in_session"] == slot.wording
    slot.refresh_from_db()
    assert slot.document == receipt.revision.document
    assert drafts.faults() == []


def test_a_request_is_used_up_by_one_document(dg, in_session, saudi_focal_point):
    slot = drafts.make_slot(in_session)
    first = drafts.make_draft(dg, in_session, by=saudi_focal_point, slot=slot)
    second = drafts.make_draft(dg, in_session, by=saudi_focal_point, title="A second", slot=slot)
    token = drafts.token_for(second, saudi_focal_point)
    drafts.submit(first, saudi_focal_point)
    with drafts.nothing_changes(second), pytest.raises(the_register.SlotNotOpen):
        submission.submit(token, person=saudi_focal_point, arrived_at=in_session.opens_at)
    # Previewed again it is what it is without the request: late.
    drafts.late(second, saudi_focal_point)


def test_another_delegations_request_excuses_nobody(dg, in_session, saudi_focal_point):
    theirs = drafts.make_slot(in_session, "SYR")
    draft = drafts.make_draft(dg, in_session, by=saudi_focal_point)
    with drafts.nothing_changes(draft), pytest.raises(the_register.SlotNotOpen):
        answering.use_slot(draft.pk, theirs, rights=rights_of(saudi_focal_point), at=in_session.opens_at)
    before = Contribution.objects.count()
    with pytest.raises(the_register.SlotNotOpen):
        drafts.make_draft(dg, in_session, by=saudi_focal_point, slot=theirs)
    assert Contribution.objects.count() == before
    # Nor where the row says so.
    Contribution.objects.filter(pk=draft.pk).update(slot=theirs)
    drafts.late(draft, saudi_focal_point)


def test_a_request_of_another_group_does_not_carry_a_draft_there(dg, in_session, saudi_focal_point):
    elsewhere = factories.make_register(
        factories.make_group("CWG-INTERNET"), 11, opens_at=in_session.opens_at
    )
    slot = drafts.make_slot(elsewhere)
    draft = drafts.make_draft(dg, in_session, by=saudi_focal_point)
    with drafts.nothing_changes(draft), pytest.raises(the_register.SlotNotOpen):
        answering.use_slot(draft.pk, slot, rights=rights_of(saudi_focal_point), at=in_session.opens_at)


def test_the_request_ends_when_the_meeting_closes(dg, in_session, saudi_focal_point, held):
    slot = drafts.make_slot(in_session)
    draft = drafts.make_draft(dg, in_session, by=saudi_focal_point, slot=slot)
    token = drafts.token_for(draft, saudi_focal_point)
    Register.objects.filter(pk=in_session.pk).update(closed_at=held.forward(hours=1))
    with drafts.nothing_changes(draft), pytest.raises(the_register.SlotNotOpen):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    # Previewed again it is what it is without the request: for a meeting that has closed.
    assert previewing.preview(previewing.load(draft.pk), person=draft.created_by).problems == (
        readiness.CLOSED,
    )


@pytest.fixture
def flag_only(dg, secretary):
    """A group whose one rule lets late documents in and marks them."""
    return rulebook.row_of(DECISION_556[1], dg).save()


def test_a_delegation_sends_nothing_new_to_a_meeting_that_has_closed_though_no_deadline_would_refuse_it(
    flag_only, dg, held, saudi_focal_point, secretary
):
    register = factories.make_register(dg, with_rule=False)
    held.move_to(register.opens_at + timedelta(hours=9))
    draft, other = (drafts.make_draft(dg, register, by=saudi_focal_point, title=t) for t in ("One", "Two"))
    token = drafts.token_for(other, saudi_focal_point)
    document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    assert document.original.verdict == "late_flagged"
    Register.objects.filter(pk=register.pk).update(closed_at=held.at)
    with drafts.nothing_changes(other), pytest.raises(submission.NotReady) as refused:
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    assert refused.value.problems == (readiness.CLOSED,)
    # The report comes after the meeting; and what is registered may still be corrected.
    office = secretary.accreditations.get().office
    report = drafts.make_draft(dg, register, by=secretary, office=office, kind=Kind.REPORT)
    assert drafts.submit(report, secretary).receipt
    change = drafts.begin_change(document, "corr", saudi_focal_point, held.at)
    drafts.other_bytes(change, saudi_focal_point, held.at)
    assert drafts.submit(change, saudi_focal_point).receipt.revision.verdict == "late_flagged"


def test_a_meeting_that_closes_while_a_contribution_waits_does_not_take_it(
    flag_only, dg, held, saudi_focal_point, monkeypatch
):
    register = factories.make_register(dg, with_rule=False)
    held.move_to(register.opens_at + timedelta(hours=9))
    draft = drafts.make_draft(dg, register, by=saudi_focal_point)
    token = drafts.token_for(draft, saudi_focal_point)
    lock = the_register.lock

    def after_it_closed(register_id):
        Register.objects.filter(pk=register_id).update(closed_at=held.at)
        return lock(register_id)

    monkeypatch.setattr(the_register, "lock", after_it_closed)
    with drafts.nothing_changes(draft), pytest.raises(submission.NotReady):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)


def test_a_request_taken_back_lets_nobody_in(dg, in_session, saudi_focal_point, held):
    slot = drafts.make_slot(in_session)
    draft = drafts.make_draft(dg, in_session, by=saudi_focal_point, slot=slot)
    token = drafts.token_for(draft, saudi_focal_point)
    slot.withdrawn_at = held.at
    slot.save()
    with drafts.nothing_changes(draft), pytest.raises(the_register.SlotNotOpen):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)


def test_what_is_requested_and_in_time_all_the_same_is_in_time_and_answers_the_request(
    dg, register, saudi_focal_point
):
    slot = drafts.make_slot(register)
    draft = drafts.make_draft(dg, register, by=saudi_focal_point, slot=slot)
    revision = drafts.submit(draft, saudi_focal_point).receipt.revision
    slot.refresh_from_db()
    assert (revision.verdict, revision.slot, slot.document) == ("in_time", slot, revision.document)


def test_a_draft_may_answer_a_request_later_on(dg, in_session, saudi_focal_point, held):
    draft = drafts.make_draft(dg, in_session, by=saudi_focal_point)
    drafts.late(draft, saudi_focal_point)
    slot = drafts.make_slot(in_session)
    answering.use_slot(draft.pk, slot, rights=rights_of(saudi_focal_point), at=held.at)
    assert drafts.submit(draft, saudi_focal_point).receipt.revision.verdict == "requested_in_session"


def test_the_forecast_counts_a_request_only_while_it_is_open(dg, in_session, saudi_focal_point, held):
    slot = drafts.make_slot(in_session)
    draft = drafts.make_draft(dg, in_session, by=saudi_focal_point, slot=slot)
    assert previewing.forecast(
        previewing.preview(previewing.load(draft.pk), person=draft.created_by), at=held.at
    ).accepted
    slot.withdrawn_at = held.at
    slot.save()
    assert not previewing.forecast(
        previewing.preview(previewing.load(draft.pk), person=draft.created_by), at=held.at
    ).accepted
