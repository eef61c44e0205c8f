"""Submitting is publishing: the instant decides, one document comes of one draft, a refusal changes nothing."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contributions import previewing, submission
from contributions.models import Contribution, SubmitToken
from cwg import clock
from cwg.documents.models import Deadline, Document, Receipt
from cwg.members.models import Accreditation, Role
from cwg.members.parties import NotEntitled
from cwg.members.rights import rights_of
from cwg.notices.models import Event
from cwg.record.models import JournalEntry
from tests import drafts, factories

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)

# What a register is held for: more of them, and everybody behind waits longer. Lower it where you can.
STATEMENTS_UNDER_THE_LOCK = 24


def under_the_lock(draft: Contribution, person) -> list[str]:
    """The statements of a submission from the one that locks its register to the last."""
    token = drafts.token_for(draft, person)
    with CaptureQueriesContext(connection) as asked:
        submission.submit(token, person=person, arrived_at=clock.now())
    said = [query["sql"] for query in asked]
    lock = next(
        number
        for number, sql in enumerate(said)
        if '"documents_register"' in sql and "FOR NO KEY UPDATE" in sql
    )
    return said[lock:]


def test_a_submission_holds_its_register_for_few_statements(dg, register, draft, saudi_focal_point):
    """Everybody else waits meanwhile. A file more in the draft costs those behind it nothing."""
    assert (
        len(under_the_lock(draft, saudi_focal_point)) <= STATEMENTS_UNDER_THE_LOCK
    )  # the first of its series
    one = drafts.make_draft(dg, register, by=saudi_focal_point, title="In one language")
    few = under_the_lock(one, saudi_focal_point)
    many = drafts.make_draft(dg, register, by=saudi_focal_point, title="In three languages")
    for language in ("fr", "ar"):
        drafts.put_file(many, saudi_focal_point, language=language, text=f"The text in {language}.")
    assert len(under_the_lock(many, saudi_focal_point)) == len(few)


# --- The instant -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [MICROSECOND, timedelta()])
def test_at_the_deadline_and_a_microsecond_before_a_submission_is_in_time(
    draft, deadline, saudi_focal_point, held, before
):
    held.move_to(deadline - before)
    outcome = drafts.submit(draft, saudi_focal_point)
    revision = outcome.receipt.revision
    assert revision.verdict == "in_time"
    assert revision.available_at == revision.measured_at == deadline - before
    assert revision.deadline_at == deadline
    assert revision.document.symbol == "DG-2/1"
    draft.refresh_from_db()
    assert draft.status == Contribution.Status.SUBMITTED
    assert draft.revision == revision
    assert drafts.faults() == []


def test_a_microsecond_after_the_deadline_it_is_late_and_the_draft_is_kept(
    draft, deadline, register, saudi_focal_point, held
):
    held.move_to(deadline + MICROSECOND)
    outcome = drafts.late(draft, saudi_focal_point)
    assert outcome.decision.late_by == MICROSECOND
    entry = JournalEntry.objects.get(act="late")
    assert entry.chain == register.chain
    assert entry.facts["late_by_microseconds"] == 1
    assert entry.facts["party"] == f"state:{draft.state_id}"
    assert draft.title not in str(entry.facts)
    assert drafts.faults() == []


def test_a_request_that_waited_across_the_line_is_late_and_both_instants_are_kept(
    draft, deadline, saudi_focal_point, held
):
    token = drafts.token_for(draft, saudi_focal_point)
    arrived = deadline - timedelta(seconds=2)
    held.move_to(deadline + timedelta(seconds=1))
    with drafts.nothing_changes(draft, at_most=["late"]):
        outcome = submission.submit(token, person=saudi_focal_point, arrived_at=arrived)
    assert outcome.receipt is None
    assert outcome.waited == timedelta(seconds=3)
    entry = JournalEntry.objects.get(act="late")
    assert (entry.facts["arrived_at"], entry.at) == (arrived.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), outcome.at)


def test_the_day_after_a_late_attempt_another_one_is_as_late(draft, deadline, saudi_focal_point, held):
    held.move_to(deadline + MICROSECOND)
    drafts.late(draft, saudi_focal_point)
    held.forward(hours=20)
    drafts.late(draft, saudi_focal_point)


# --- What is registered ------------------------------------------------------------------------------------------------


def test_the_receipt_tells_what_the_register_holds(draft, saudi_focal_point, register, held):
    outcome = drafts.submit(draft, saudi_focal_point)
    said, revision = outcome.receipt.statement, outcome.receipt.revision
    file = revision.versions.get().files.get()
    assert said["symbol"] == "DG-2/1"
    assert said["sources"] == ["Saudi Arabia"]
    assert said["verdict"] == "in_time"
    assert said["files"] == [
        {"language": "en", "name": "en.pdf", "size": file.blob.size, "sha256": file.blob_id}
    ]
    assert drafts.acts(register) == ["deadline", "registered"]
    event = Event.objects.get(kind="document_registered")
    assert event.facts == {"revision": revision.pk}


def test_the_document_is_visible_to_every_member_at_that_instant(draft, saudi_focal_point, syrian_delegate):
    assert not Document.objects.visible_to(rights_of(syrian_delegate)).exists()
    document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    assert document in Document.objects.visible_to(rights_of(syrian_delegate))


def test_numbers_run_in_the_order_of_the_decisions(dg, register, saudi_focal_point, held):
    symbols = []
    for title in ("One", "Two", "Three"):
        held.forward(seconds=1)
        draft = drafts.make_draft(dg, register, by=saudi_focal_point, title=title)
        symbols.append(drafts.submit(draft, saudi_focal_point).receipt.revision.symbol)
    assert symbols == ["DG-2/1", "DG-2/2", "DG-2/3"]
    assert drafts.faults() == []


# --- Once --------------------------------------------------------------------------------------------------------------


def test_a_token_sent_twice_gives_one_document_and_the_same_receipt(draft, saudi_focal_point, held):
    token = drafts.token_for(draft, saudi_focal_point)
    first = submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    before = drafts.registered()
    held.forward(days=30)  # a replay after the deadline is no submission
    again = submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    assert again.again and again.receipt == first.receipt
    assert drafts.registered() == before
    assert Receipt.objects.count() == Document.objects.count() == 1


def test_two_tabs_give_one_document(draft, saudi_focal_point, held):
    tabs = [drafts.token_for(draft, saudi_focal_point) for _ in range(2)]
    receipts = {
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at).receipt.pk for token in tabs
    }
    assert len(receipts) == Document.objects.count() == 1


def test_two_focal_points_give_one_document_and_the_receipt_names_the_first(
    dg, draft, saudi_focal_point, held
):
    other = factories.accredit("second.focal.sau@test.example", dg, Role.FOCAL_POINT, "SAU").person
    mine, theirs = drafts.token_for(draft, saudi_focal_point), drafts.token_for(draft, other)
    first = submission.submit(mine, person=saudi_focal_point, arrived_at=held.at)
    second = submission.submit(theirs, person=other, arrived_at=held.at)
    assert second.again and second.receipt == first.receipt
    assert Document.objects.count() == 1
    assert first.receipt.statement["submitted_by"] == saudi_focal_point.name


def test_another_persons_token_is_refused(dg, draft, saudi_focal_point, held):
    other = factories.accredit("second.focal.sau@test.example", dg, Role.FOCAL_POINT, "SAU").person
    token = drafts.token_for(draft, saudi_focal_point)
    with drafts.nothing_changes(draft), pytest.raises(submission.TokenUnknown):
        submission.submit(token, person=other, arrived_at=held.at)


def test_a_token_nobody_gave_out_is_refused(draft, saudi_focal_point, held):
    with drafts.nothing_changes(draft), pytest.raises(submission.TokenUnknown):
        submission.submit(uuid.uuid4(), person=saudi_focal_point, arrived_at=held.at)


def test_a_token_of_one_draft_does_not_submit_another(dg, register, draft, saudi_focal_point, held):
    other = drafts.make_draft(dg, register, by=saudi_focal_point, title="Another")
    token = drafts.token_for(other, saudi_focal_point)
    with drafts.nothing_changes(other), drafts.nothing_changes(draft), pytest.raises(submission.TokenUnknown):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at, of=draft.pk)


def test_preview_tokens_nobody_used_are_forgotten_after_thirty_days_and_used_drafts_keep_their_receipt(
    draft, saudi_focal_point, held
):
    token = drafts.token_for(draft, saudi_focal_point)
    held.forward(days=30)
    assert previewing.forget_old_tokens() == 0
    held.forward(microseconds=1)
    assert previewing.forget_old_tokens() == 1
    assert not SubmitToken.objects.filter(token=token).exists()


def test_tokens_and_deadlines_stay_what_they_were(draft, saudi_focal_point):
    """A submission uses its token by what it registers; nothing has to be deleted for it to be used once."""
    drafts.submit(draft, saudi_focal_point)
    assert SubmitToken.objects.count() == 1
    assert Deadline.objects.filter(superseded_at__isnull=False).count() == 0


# --- Who ---------------------------------------------------------------------------------------------------------------


def test_a_delegate_who_is_no_focal_point_does_not_submit(draft, saudi_delegate, held):
    token = drafts.token_for(draft, saudi_delegate)
    with drafts.nothing_changes(draft), pytest.raises(NotEntitled):
        submission.submit(token, person=saudi_delegate, arrived_at=held.at)


def test_rights_that_ended_between_preview_and_submission_are_gone(draft, saudi_focal_point, held):
    token = drafts.token_for(draft, saudi_focal_point)
    Accreditation.objects.filter(person=saudi_focal_point).update(until=held.forward(seconds=1))
    held.forward(seconds=1)
    with drafts.nothing_changes(draft), pytest.raises(NotEntitled):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
