"""Submitting is publishing: the instant decides, one document comes of one draft, a refusal changes nothing."""

import uuid
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contributions import answering, drafting, readiness, sponsors, submission, withdrawing
from contributions.models import Contribution, SubmitToken
from cwg import clock
from cwg.documents import register as the_register
from cwg.documents import rulebook, rules
from cwg.documents.deadlines import DECISION_556, TWENTY_FOUR_HOURS, Effect, Measured, Unit, Verdict
from cwg.documents.issuing import STATEMENT_VERSION
from cwg.documents.kinds import Kind
from cwg.documents.models import Deadline, DeadlineRule, Document, PolicyIssue, Receipt, Register
from cwg.members.models import Accreditation, Office, Role
from cwg.members.parties import NotEntitled
from cwg.members.rights import rights_of
from cwg.notices.models import Event
from cwg.record.models import JournalEntry
from tests import drafts, factories

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)
# What a register is held for: more of them, and everybody behind waits longer. Lower it where you can.
STATEMENTS_UNDER_THE_LOCK = 24


@pytest.fixture
def register(dg, held) -> Register:
    return factories.make_register(dg)


@pytest.fixture
def deadline(register):
    return register.opens_at - timedelta(hours=24)


@pytest.fixture
def draft(dg, register, saudi_focal_point) -> Contribution:
    return drafts.make_draft(dg, register, by=saudi_focal_point)


@contextmanager
def nothing_changes(draft, *, at_most=()):
    """No document, number, receipt, mail; the draft as before. `at_most`: acts that the journal may gain."""
    before = drafts.registered(), drafts.as_it_stands(draft)
    entries = JournalEntry.objects.count()
    yield
    assert (drafts.registered(), drafts.as_it_stands(draft)) == before
    gained = list(JournalEntry.objects.order_by("pk").values_list("act", flat=True))[entries:]
    assert gained == list(at_most)


def under_the_lock(draft: Contribution, person) -> list[str]:
    """The statements of a submission from the one that locks its register to the last."""
    token = drafts.token_for(draft, person)
    with CaptureQueriesContext(connection) as asked:
        submission.submit(token, person=person, arrived_at=clock.now())
    said = [query["sql"] for query in asked]
    lock = next(
        number for number, sql in enumerate(said) if '"documents_register"' in sql and "FOR UPDATE" in sql
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


def late(draft, person):
    with nothing_changes(draft, at_most=["late"]):
        outcome = drafts.submit(draft, person)
    assert outcome.receipt is None
    assert outcome.decision.verdict == Verdict.LATE_KEPT
    return outcome


# --- The instant --------------------------------------------------------------------------------------------------


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
    outcome = late(draft, saudi_focal_point)
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
    with nothing_changes(draft, at_most=["late"]):
        outcome = submission.submit(token, person=saudi_focal_point, arrived_at=arrived)
    assert outcome.receipt is None
    assert outcome.waited == timedelta(seconds=3)
    entry = JournalEntry.objects.get(act="late")
    assert (entry.facts["arrived_at"], entry.at) == (arrived.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), outcome.at)


def test_the_day_after_a_late_attempt_another_one_is_as_late(draft, deadline, saudi_focal_point, held):
    held.move_to(deadline + MICROSECOND)
    late(draft, saudi_focal_point)
    held.forward(hours=20)
    late(draft, saudi_focal_point)


# --- What is registered -------------------------------------------------------------------------------------------


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


# --- Several rules ------------------------------------------------------------------------------------------------


def another_rule(register, **fields):
    values = {
        "name": "Posted 7 days before",
        "kinds": [],
        "exempt_kinds": [],
        "offset": 7,
        "unit": Unit.DAYS,
        "measured": Measured.AVAILABLE,
        "effect": Effect.FLAG,
        "source": "Council Decision 556",
    }
    rule = DeadlineRule.objects.create(**values | fields)
    with the_register.acting_on(register.pk) as (locked, at):
        rules.set_deadlines(locked, actor_id=None, at=at, reason="a test")
    return rule


def test_late_for_a_rule_that_flags_and_in_time_for_the_other_is_registered_and_flagged(
    draft, register, deadline, saudi_focal_point, held
):
    flagging = another_rule(register)
    held.move_to(deadline)
    revision = drafts.submit(draft, saudi_focal_point).receipt.revision
    assert revision.verdict == "late_flagged"
    assert revision.deadline.rule == flagging
    assert drafts.faults() == []


def test_the_strictest_of_the_broken_rules_wins(draft, register, deadline, saudi_focal_point, held):
    another_rule(register)
    held.move_to(deadline + MICROSECOND)
    assert late(draft, saudi_focal_point).decision.rule.offset == 24


def test_in_time_for_both_the_deadline_that_closes_the_door_binds_and_each_verdict_is_kept(
    draft, register, saudi_focal_point, held
):
    flagging = another_rule(register)
    receipt = drafts.submit(draft, saudi_focal_point).receipt
    revision = receipt.revision
    assert (revision.verdict, revision.deadline.rule) == ("in_time", factories.twenty_four_hours())
    told = [(line["rule"], line["effect"], line["verdict"], line["binds"]) for line in revision.per_rule]
    assert told == [
        (flagging.name, "flag", "in_time", False),
        (TWENTY_FOUR_HOURS.name, "refuse_and_keep", "in_time", True),
    ]
    assert receipt.statement["version"] == STATEMENT_VERSION
    assert [line["rule"] for line in receipt.statement["rules"]] == [
        line["rule"] for line in revision.per_rule
    ]
    assert drafts.faults() == []


def test_a_kind_that_is_exempt_is_registered_at_any_time(dg, secretary, held):
    register = factories.make_register(dg, with_rule=False)
    another_rule(register, exempt_kinds=[Kind.ADMINISTRATIVE])
    office = Office.objects.get(kind=Office.Kind.SECRETARIAT)
    held.move_to(register.opens_at)
    draft = drafts.make_draft(dg, register, by=secretary, office=office, kind=Kind.ADMINISTRATIVE)
    revision = drafts.submit(draft, secretary).receipt.revision
    assert (revision.verdict, revision.symbol) == ("exempt", "DG-2/ADM/1")
    assert revision.deadline is None
    assert drafts.faults() == []


def test_a_kind_that_no_rule_speaks_of_says_so(dg, register, secretary, held):
    office = Office.objects.get(kind=Office.Kind.SECRETARIAT)
    held.move_to(register.opens_at)
    draft = drafts.make_draft(dg, register, by=secretary, office=office, kind=Kind.TEMPORARY)
    revision = drafts.submit(draft, secretary).receipt.revision
    assert (revision.verdict, revision.symbol) == ("no_rule", "DG-2/DT/1")


def test_a_deadline_moved_later_changes_no_verdict(draft, register, deadline, saudi_focal_point, held):
    held.move_to(deadline)
    revision = drafts.submit(draft, saudi_focal_point).receipt.revision
    Register.objects.filter(pk=register.pk).update(opens_at=register.opens_at - timedelta(days=3))
    with the_register.acting_on(register.pk) as (locked, at):
        rules.set_deadlines(locked, actor_id=None, at=at, reason="moved")
    revision.refresh_from_db()
    assert (revision.verdict, revision.deadline_at) == ("in_time", deadline)
    assert drafts.faults() == []


# --- Requested in session -----------------------------------------------------------------------------------------


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
    with nothing_changes(second), pytest.raises(the_register.SlotNotOpen):
        submission.submit(token, person=saudi_focal_point, arrived_at=in_session.opens_at)
    # Proofed again it is what it is without the request: late.
    late(second, saudi_focal_point)


def test_another_delegations_request_excuses_nobody(dg, in_session, saudi_focal_point):
    theirs = drafts.make_slot(in_session, "SYR")
    draft = drafts.make_draft(dg, in_session, by=saudi_focal_point)
    with nothing_changes(draft), pytest.raises(the_register.SlotNotOpen):
        answering.use_slot(draft.pk, theirs, rights=rights_of(saudi_focal_point), at=in_session.opens_at)
    before = Contribution.objects.count()
    with pytest.raises(the_register.SlotNotOpen):
        drafts.make_draft(dg, in_session, by=saudi_focal_point, slot=theirs)
    assert Contribution.objects.count() == before
    # Nor where the row says so.
    Contribution.objects.filter(pk=draft.pk).update(slot=theirs)
    late(draft, saudi_focal_point)


def test_a_request_of_another_group_does_not_carry_a_draft_there(dg, in_session, saudi_focal_point):
    elsewhere = factories.make_register(
        factories.make_group("CWG-INTERNET"), 11, opens_at=in_session.opens_at
    )
    slot = drafts.make_slot(elsewhere)
    draft = drafts.make_draft(dg, in_session, by=saudi_focal_point)
    with nothing_changes(draft), pytest.raises(the_register.SlotNotOpen):
        answering.use_slot(draft.pk, slot, rights=rights_of(saudi_focal_point), at=in_session.opens_at)


def test_the_request_ends_when_the_meeting_closes(dg, in_session, saudi_focal_point, held):
    slot = drafts.make_slot(in_session)
    draft = drafts.make_draft(dg, in_session, by=saudi_focal_point, slot=slot)
    token = drafts.token_for(draft, saudi_focal_point)
    Register.objects.filter(pk=in_session.pk).update(closed_at=held.forward(hours=1))
    with nothing_changes(draft), pytest.raises(the_register.SlotNotOpen):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    # Proofed again it is what it is without the request: for a meeting that has closed.
    assert submission.proof(submission.load(draft.pk), person=draft.created_by).problems == (
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
    with nothing_changes(other), pytest.raises(submission.NotReady) as refused:
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    assert refused.value.problems == (readiness.CLOSED,)
    # The report comes after the meeting; and what is registered may still be corrected.
    office = secretary.accreditations.get().office
    report = drafts.make_draft(dg, register, by=secretary, office=office, kind=Kind.REPORT)
    assert drafts.submit(report, secretary).receipt
    change = begin_change(document, "corr", saudi_focal_point, held.at)
    other_bytes(change, saudi_focal_point, held.at)
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
    with nothing_changes(draft), pytest.raises(submission.NotReady):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)


def test_a_request_taken_back_lets_nobody_in(dg, in_session, saudi_focal_point, held):
    slot = drafts.make_slot(in_session)
    draft = drafts.make_draft(dg, in_session, by=saudi_focal_point, slot=slot)
    token = drafts.token_for(draft, saudi_focal_point)
    slot.withdrawn_at = held.at
    slot.save()
    with nothing_changes(draft), pytest.raises(the_register.SlotNotOpen):
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
    late(draft, saudi_focal_point)
    slot = drafts.make_slot(in_session)
    answering.use_slot(draft.pk, slot, rights=rights_of(saudi_focal_point), at=held.at)
    assert drafts.submit(draft, saudi_focal_point).receipt.revision.verdict == "requested_in_session"


def test_the_forecast_counts_a_request_only_while_it_is_open(dg, in_session, saudi_focal_point, held):
    slot = drafts.make_slot(in_session)
    draft = drafts.make_draft(dg, in_session, by=saudi_focal_point, slot=slot)
    assert submission.forecast(
        submission.proof(submission.load(draft.pk), person=draft.created_by), at=held.at
    ).accepted
    slot.withdrawn_at = held.at
    slot.save()
    assert not submission.forecast(
        submission.proof(submission.load(draft.pk), person=draft.created_by), at=held.at
    ).accepted


# --- Once -----------------------------------------------------------------------------------------------------------


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
    with nothing_changes(draft), pytest.raises(submission.TokenUnknown):
        submission.submit(token, person=other, arrived_at=held.at)


def test_a_token_nobody_gave_out_is_refused(draft, saudi_focal_point, held):
    with nothing_changes(draft), pytest.raises(submission.TokenUnknown):
        submission.submit(uuid.uuid4(), person=saudi_focal_point, arrived_at=held.at)


def test_a_token_of_one_draft_does_not_submit_another(dg, register, draft, saudi_focal_point, held):
    other = drafts.make_draft(dg, register, by=saudi_focal_point, title="Another")
    token = drafts.token_for(other, saudi_focal_point)
    with nothing_changes(other), nothing_changes(draft), pytest.raises(submission.TokenUnknown):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at, of=draft.pk)


# --- What the proof did not show -----------------------------------------------------------------------------------


def change_the_title(draft, person, at):
    drafting.edit(
        draft.pk,
        drafts.wording(draft.register, "Another title"),
        edition=Contribution.objects.get(pk=draft.pk).edition,
        rights=rights_of(person),
        at=at,
    )


def add_a_file(draft, person, at):
    drafts.put_file(draft, person, text="Another file")


def remove_and_put_another(draft, person, at):
    drafting.remove_file(draft.pk, draft.files.get().pk, rights=rights_of(person), at=at)
    drafts.put_file(draft, person, text="Other bytes under the same name")


def choose_an_issue(draft, person, at):
    issue = PolicyIssue.objects.create(list_name="Resolution 1305", number=1, title="Multilingualization")
    drafting.edit(
        draft.pk,
        drafts.wording(draft.register, draft.title, issues=(issue,)),
        edition=Contribution.objects.get(pk=draft.pk).edition,
        rights=rights_of(person),
        at=at,
    )


@pytest.mark.parametrize("change", [change_the_title, add_a_file, remove_and_put_another, choose_an_issue])
def test_a_draft_that_changed_since_its_proof_is_not_submitted(draft, saudi_focal_point, held, change):
    token = drafts.token_for(draft, saudi_focal_point)
    change(draft, saudi_focal_point, held.at)
    with nothing_changes(draft), pytest.raises(submission.DraftChanged):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    assert drafts.submit(draft, saudi_focal_point).receipt is not None


def test_a_sponsor_who_joined_since_the_proof_was_shown_stops_the_submission(
    draft, saudi_focal_point, syrian_focal_point, held
):
    asked = sponsors.ask(
        draft.pk, factories.make_state("SYR"), rights=rights_of(saudi_focal_point), at=held.at
    )
    token = drafts.token_for(draft, saudi_focal_point)
    sponsors.answer(asked.pk, joins=True, rights=rights_of(syrian_focal_point), at=held.at)
    with nothing_changes(draft), pytest.raises(submission.DraftChanged):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    revision = drafts.submit(draft, saudi_focal_point).receipt.revision
    assert [str(source) for source in revision.sources.all()] == ["Saudi Arabia", "Syrian Arab Republic"]


def test_a_sponsor_who_has_not_answered_is_left_out_and_the_proof_says_so(draft, saudi_focal_point, held):
    sponsors.ask(draft.pk, factories.make_state("SYR"), rights=rights_of(saudi_focal_point), at=held.at)
    shown = submission.proof(submission.load(draft.pk), person=draft.created_by)
    assert [sponsorship.state.iso3 for sponsorship in shown.left_out] == ["SYR"]
    revision = drafts.submit(draft, saudi_focal_point).receipt.revision
    assert revision.sources.count() == 1


@pytest.mark.parametrize(
    "lack",
    [
        {"title": "  "},
        {"original_languages": []},
        {"original_languages": ["fr"]},
        {"register": None},
    ],
)
def test_a_draft_that_lacks_something_is_not_submitted(draft, saudi_focal_point, held, lack):
    Contribution.objects.filter(pk=draft.pk).update(**lack)
    token = drafts.token_for(draft, saudi_focal_point)
    with nothing_changes(draft), pytest.raises(submission.NotReady) as refused:
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    assert len(refused.value.problems) == 1


def test_nothing_is_submitted_to_a_meeting_not_yet_announced(dg, saudi_focal_point, held):
    register = factories.make_register(dg, 9, announced=False)
    draft = drafts.make_draft(dg, register, by=saudi_focal_point)
    token = drafts.token_for(draft, saudi_focal_point)
    with nothing_changes(draft), pytest.raises(submission.NotReady):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)


def test_a_discarded_draft_is_not_submitted(draft, saudi_focal_point, held):
    token = drafts.token_for(draft, saudi_focal_point)
    drafting.discard(draft.pk, rights=rights_of(saudi_focal_point), at=held.at)
    with nothing_changes(draft), pytest.raises(drafting.NotOpen):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)


# --- Who ------------------------------------------------------------------------------------------------------------


def test_a_delegate_who_is_no_focal_point_does_not_submit(draft, saudi_delegate, held):
    token = drafts.token_for(draft, saudi_delegate)
    with nothing_changes(draft), pytest.raises(NotEntitled):
        submission.submit(token, person=saudi_delegate, arrived_at=held.at)


def test_rights_that_ended_between_proof_and_submission_are_gone(draft, saudi_focal_point, held):
    token = drafts.token_for(draft, saudi_focal_point)
    Accreditation.objects.filter(person=saudi_focal_point).update(until=held.forward(seconds=1))
    held.forward(seconds=1)
    with nothing_changes(draft), pytest.raises(NotEntitled):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)


# --- Hold -----------------------------------------------------------------------------------------------------------


def test_a_late_draft_is_held_for_the_next_meeting_and_nothing_is_registered(
    dg, draft, register, deadline, saudi_delegate, held
):
    coming = factories.make_register(dg, 3, opens_at=register.opens_at + timedelta(days=90))
    held.move_to(deadline + MICROSECOND)
    before = drafts.registered()
    submission.hold(draft.pk, rights=rights_of(saudi_delegate), at=held.at)
    draft.refresh_from_db()
    assert (draft.status, draft.register, draft.held_from) == ("held", coming, register)
    assert draft.files.count() == 1
    assert drafts.registered() | {"events": []} == before | {"events": []}
    assert list(Event.objects.values_list("kind", flat=True)) == ["contribution_held"]


def test_a_rule_that_holds_re_addresses_the_draft_by_itself(
    dg, draft, register, deadline, saudi_focal_point, held
):
    coming = factories.make_register(dg, 3, opens_at=register.opens_at + timedelta(days=90))
    another_rule(register, effect=Effect.HOLD, offset=48, unit=Unit.HOURS)
    held.move_to(deadline - timedelta(hours=24) + MICROSECOND)
    before = drafts.registered()
    outcome = drafts.submit(draft, saudi_focal_point)
    draft.refresh_from_db()
    assert outcome.receipt is None
    assert (draft.status, draft.register, draft.held_from) == ("held", coming, register)
    assert drafts.registered() | {"events": []} == before | {"events": []}
    assert list(Event.objects.values_list("kind", flat=True)) == ["contribution_held"]


def test_proof_tokens_nobody_used_are_forgotten_after_thirty_days_and_used_drafts_keep_their_receipt(
    draft, saudi_focal_point, held
):
    token = drafts.token_for(draft, saudi_focal_point)
    held.forward(days=30)
    assert submission.forget_old_tokens() == 0
    held.forward(microseconds=1)
    assert submission.forget_old_tokens() == 1
    assert not SubmitToken.objects.filter(token=token).exists()


def test_without_a_next_meeting_it_waits_for_one_not_yet_convened(draft, deadline, saudi_delegate, held):
    held.move_to(deadline + MICROSECOND)
    submission.hold(draft.pk, rights=rights_of(saudi_delegate), at=held.at)
    draft.refresh_from_db()
    assert (draft.status, draft.register) == ("held", None)


def test_a_held_draft_is_registered_when_a_focal_point_submits_it_again(
    dg, draft, register, deadline, saudi_focal_point, held
):
    factories.make_register(dg, 3, opens_at=register.opens_at + timedelta(days=90))
    held.move_to(deadline + MICROSECOND)
    submission.hold(draft.pk, rights=rights_of(saudi_focal_point), at=held.at)
    revision = drafts.submit(draft, saudi_focal_point).receipt.revision
    assert (revision.symbol, revision.verdict) == ("DG-3/1", "in_time")


def test_a_meeting_whose_door_is_closed_or_not_announced_is_not_the_next(dg, draft, register, deadline, held):
    factories.make_register(dg, 3, opens_at=deadline + timedelta(hours=20))
    factories.make_register(dg, 4, opens_at=register.opens_at + timedelta(days=30), announced=False)
    open_one = factories.make_register(dg, 5, opens_at=register.opens_at + timedelta(days=60))
    held.move_to(deadline + MICROSECOND)
    assert submission.next_meeting(draft, at=held.at) == open_one


def test_a_deadline_that_only_flags_does_not_close_the_next_meeting(dg, draft, register, deadline, held):
    coming = factories.make_register(dg, 3, opens_at=register.opens_at + timedelta(days=5))
    another_rule(coming, offset=12)
    held.move_to(deadline + MICROSECOND)
    assert submission.next_meeting(draft, at=held.at) == coming


@pytest.mark.parametrize("who", ["syrian_focal_point", "secretary", "chair", "auditor"])
def test_nobody_else_holds_it(draft, who, held, request):
    person = request.getfixturevalue(who)
    with nothing_changes(draft), pytest.raises(NotEntitled):
        submission.hold(draft.pk, rights=rights_of(person), at=held.at)


# --- Changes ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def document(draft, saudi_focal_point):
    return drafts.submit(draft, saudi_focal_point).receipt.revision.document


def begin_change(document, kind, person, at, **fields):
    return drafting.begin_change(document, kind, rights=rights_of(person), at=at, **fields)


def other_bytes(change, person, at):
    for file in change.files.all():
        drafting.remove_file(change.pk, file.pk, rights=rights_of(person), at=at)
    drafts.put_file(change, person, text="A new text")


@pytest.mark.parametrize(("kind", "symbol"), [("rev", "(Rev.1)"), ("corr", "(Corr.1)"), ("add", "(Add.1)")])
def test_a_change_has_a_time_and_a_verdict_of_its_own(
    document, saudi_focal_point, deadline, held, kind, symbol
):
    original = document.original
    held.move_to(deadline)
    change = begin_change(document, kind, saudi_focal_point, held.at)
    other_bytes(change, saudi_focal_point, held.at)
    revision = drafts.submit(change, saudi_focal_point).receipt.revision
    assert revision.symbol == f"DG-2/1{symbol}"
    assert (revision.verdict, revision.available_at) == ("in_time", deadline)
    original.refresh_from_db()
    assert original.available_at == factories.NOW
    assert Document.objects.count() == 1
    assert drafts.faults() == []


@pytest.mark.parametrize("kind", ["rev", "corr", "add"])
def test_a_change_of_content_after_the_deadline_is_late(document, saudi_focal_point, deadline, held, kind):
    change = begin_change(document, kind, saudi_focal_point, held.at)
    other_bytes(change, saudi_focal_point, held.at)
    held.move_to(deadline + MICROSECOND)
    late(change, saudi_focal_point)
    assert document.revisions.count() == 1


def test_a_change_of_sponsors_alone_is_registered_late_and_flagged(
    document, saudi_focal_point, syrian_focal_point, deadline, held
):
    held.move_to(deadline + timedelta(hours=3))
    change = begin_change(document, "rev", saudi_focal_point, held.at)
    asked = sponsors.ask(
        change.pk, factories.make_state("SYR"), rights=rights_of(saudi_focal_point), at=held.at
    )
    sponsors.answer(asked.pk, joins=True, rights=rights_of(syrian_focal_point), at=held.at)
    revision = drafts.submit(change, saudi_focal_point).receipt.revision
    assert (revision.symbol, revision.verdict, revision.same_bytes) == ("DG-2/1(Rev.1)", "late_flagged", True)
    assert revision.sources.count() == 2
    assert {f.blob_id for v in revision.versions.all() for f in v.files.all()} == {
        f.blob_id for v in document.original.versions.all() for f in v.files.all()
    }
    assert drafts.faults() == []


def test_a_change_of_sponsors_keeps_the_delegations_own_translations(
    dg, draft, register, saudi_focal_point, syrian_focal_point, deadline, held
):
    drafts.put_file(draft, saudi_focal_point, language="fr", text="Une traduction.")
    document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    held.move_to(deadline + timedelta(hours=3))
    change = begin_change(Document.objects.for_list().get(pk=document.pk), "rev", saudi_focal_point, held.at)
    asked = sponsors.ask(
        change.pk, factories.make_state("SYR"), rights=rights_of(saudi_focal_point), at=held.at
    )
    sponsors.answer(asked.pk, joins=True, rights=rights_of(syrian_focal_point), at=held.at)
    revision = drafts.submit(change, saudi_focal_point).receipt.revision
    assert revision.same_bytes
    assert {(v.language, v.is_original) for v in revision.versions.all()} == {("en", True), ("fr", False)}


def test_a_sponsor_who_leaves_makes_a_revision_with_the_same_bytes(
    document, saudi_focal_point, syrian_focal_point, deadline, held
):
    change = begin_change(document, "rev", saudi_focal_point, held.at)
    asked = sponsors.ask(
        change.pk, factories.make_state("SYR"), rights=rights_of(saudi_focal_point), at=held.at
    )
    sponsors.answer(asked.pk, joins=True, rights=rights_of(syrian_focal_point), at=held.at)
    drafts.submit(change, saudi_focal_point)
    held.move_to(deadline + timedelta(hours=3))
    document = Document.objects.get(pk=document.pk)
    change = begin_change(document, "rev", saudi_focal_point, held.at)
    sponsors.answer(
        change.sponsorships.get().pk, joins=False, rights=rights_of(syrian_focal_point), at=held.at
    )
    revision = drafts.submit(change, saudi_focal_point).receipt.revision
    assert (revision.symbol, revision.verdict) == ("DG-2/1(Rev.2)", "late_flagged")
    assert revision.sources.count() == 1


def test_sponsors_and_one_word_more_are_content_and_late(
    document, saudi_focal_point, syrian_focal_point, deadline, held
):
    change = begin_change(document, "rev", saudi_focal_point, held.at)
    asked = sponsors.ask(
        change.pk, factories.make_state("SYR"), rights=rights_of(saudi_focal_point), at=held.at
    )
    sponsors.answer(asked.pk, joins=True, rights=rights_of(syrian_focal_point), at=held.at)
    Contribution.objects.filter(pk=change.pk).update(summary="One word more")
    held.move_to(deadline + MICROSECOND)
    late(change, saudi_focal_point)


def test_a_revision_that_changes_nothing_is_not_let_in_late(document, saudi_focal_point, deadline, held):
    held.move_to(deadline + MICROSECOND)
    change = begin_change(document, "rev", saudi_focal_point, held.at)
    late(change, saudi_focal_point)


def test_a_revision_carries_its_issues_and_title_to_the_document(document, saudi_focal_point, held):
    issue = PolicyIssue.objects.create(list_name="Resolution 1305", number=1, title="Multilingualization")
    change = begin_change(document, "rev", saudi_focal_point, held.at)
    drafting.edit(
        change.pk,
        drafts.wording(None, "A better title", issues=(issue,)),
        edition=change.edition,
        rights=rights_of(saudi_focal_point),
        at=held.at,
    )
    drafts.submit(change, saudi_focal_point)
    document.refresh_from_db()
    assert document.title == "A better title"
    assert list(document.issues.all()) == [issue]
    assert document.original.title == "On multilingualization"


def test_an_open_change_of_the_same_kind_is_taken_up_again(document, saudi_focal_point, held):
    first = begin_change(document, "rev", saudi_focal_point, held.at)
    assert begin_change(document, "rev", saudi_focal_point, held.at) == first
    assert begin_change(document, "corr", saudi_focal_point, held.at) != first


def test_a_corrigendum_may_concern_one_language(document, saudi_focal_point, held):
    change = begin_change(document, "corr", saudi_focal_point, held.at, language="en")
    drafts.put_file(change, saudi_focal_point, text="Read thirteen for twelve")
    assert drafts.submit(change, saudi_focal_point).receipt.revision.symbol == "DG-2/1(Corr.1)-E"


@pytest.mark.parametrize(("kind", "language"), [("corr", "fr"), ("rev", "en"), ("add", "en")])
def test_only_a_corrigendum_corrects_one_language_and_one_that_is_there(
    document, saudi_focal_point, held, kind, language
):
    before = Contribution.objects.count()
    with pytest.raises(ValueError):
        begin_change(document, kind, saudi_focal_point, held.at, language=language)
    assert Contribution.objects.count() == before


def test_a_corrigendum_of_one_language_is_written_in_it_and_takes_no_other_file(
    document, saudi_focal_point, held
):
    change = begin_change(document, "corr", saudi_focal_point, held.at, language="en")
    rights = rights_of(saudi_focal_point)
    words = drafts.wording(None, "Corrected", original_languages=("es",))
    drafting.edit(change.pk, words, edition=change.edition, rights=rights, at=held.at)
    change.refresh_from_db()
    assert (change.title, change.original_languages) == ("Corrected", ["en"])
    upload = SimpleUploadedFile("a.pdf", factories.pdf_bytes())
    with nothing_changes(change), pytest.raises(drafting.OtherLanguage):
        drafting.attach(change.pk, upload, language="es", rights=rights, at=held.at)
    upload.seek(0)
    assert drafting.attach(change.pk, upload, language="en", rights=rights, at=held.at).file.language == "en"


def test_a_change_is_not_held_for_another_meeting(document, saudi_focal_point, held):
    change = begin_change(document, "rev", saudi_focal_point, held.at)
    with nothing_changes(change), pytest.raises(drafting.NotOpen):
        submission.hold(change.pk, rights=rights_of(saudi_focal_point), at=held.at)


@pytest.mark.parametrize("who", ["syrian_focal_point", "secretary", "chair"])
def test_nobody_else_changes_or_withdraws_it(document, who, held, request):
    person = request.getfixturevalue(who)
    before = drafts.registered(), Contribution.objects.count()
    with pytest.raises(NotEntitled):
        begin_change(document, "rev", person, held.at)
    with pytest.raises(NotEntitled):
        withdrawing.withdraw(document, rights=rights_of(person), reason="no")
    assert (drafts.registered(), Contribution.objects.count()) == before


# --- Withdrawal -------------------------------------------------------------------------------------------------------


def test_a_withdrawn_document_keeps_its_symbol_and_its_number_is_not_used_again(
    dg, register, document, saudi_focal_point, held
):
    withdrawing.withdraw(document, rights=rights_of(saudi_focal_point), reason="Replaced by a joint text")
    document.refresh_from_db()
    assert (document.symbol, document.withdrawal_reason) == ("DG-2/1", "Replaced by a joint text")
    assert document in Document.objects.visible_to(rights_of(saudi_focal_point))
    another = drafts.make_draft(dg, register, by=saudi_focal_point, title="A joint text")
    assert drafts.submit(another, saudi_focal_point).receipt.revision.symbol == "DG-2/2"
    assert drafts.faults() == []


def test_withdrawing_and_returning_regains_no_place(
    dg, register, document, saudi_focal_point, deadline, held
):
    held.move_to(deadline + MICROSECOND)
    withdrawing.withdraw(document, rights=rights_of(saudi_focal_point), reason="To return")
    late(drafts.make_draft(dg, register, by=saudi_focal_point), saudi_focal_point)
    with pytest.raises(the_register.DocumentWithdrawn):
        begin_change(document, "rev", saudi_focal_point, held.at)


def test_a_delegate_does_not_withdraw(document, saudi_delegate):
    before = drafts.registered()
    with pytest.raises(NotEntitled):
        withdrawing.withdraw(document, rights=rights_of(saudi_delegate), reason="no")
    assert drafts.registered() == before


def test_a_document_is_withdrawn_once(document, saudi_focal_point):
    withdrawing.withdraw(document, rights=rights_of(saudi_focal_point), reason="First")
    with pytest.raises(the_register.DocumentWithdrawn):
        withdrawing.withdraw(document, rights=rights_of(saudi_focal_point), reason="Second")
    document.refresh_from_db()
    assert document.withdrawal_reason == "First"
    assert JournalEntry.objects.filter(act="withdrawn").count() == 1


def test_a_change_of_a_document_withdrawn_meanwhile_is_not_registered(document, saudi_focal_point, held):
    change = begin_change(document, "rev", saudi_focal_point, held.at)
    other_bytes(change, saudi_focal_point, held.at)
    token = drafts.token_for(change, saudi_focal_point)
    withdrawing.withdraw(document, rights=rights_of(saudi_focal_point), reason="Withdrawn")
    with nothing_changes(change), pytest.raises(submission.NotReady):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)


def test_even_where_it_was_withdrawn_while_the_change_waited_in_the_queue(
    document, saudi_focal_point, held, monkeypatch
):
    change = begin_change(document, "rev", saudi_focal_point, held.at)
    other_bytes(change, saudi_focal_point, held.at)
    token = drafts.token_for(change, saudi_focal_point)
    lock = the_register.lock

    def after_a_withdrawal(register_id):
        monkeypatch.setattr(the_register, "lock", lock)
        the_register.withdraw(document, actor=saudi_focal_point, reason="Withdrawn")
        return lock(register_id)

    monkeypatch.setattr(the_register, "lock", after_a_withdrawal)
    with pytest.raises(submission.NotReady):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)
    assert document.revisions.count() == 1


def test_the_same_bytes_are_asked_for_again_under_the_lock(
    document, saudi_focal_point, syrian_focal_point, deadline, held, monkeypatch
):
    """A Rev. of the words that is registered while a Rev. of the sponsors waits: the words would be undone late."""
    change = begin_change(document, "rev", saudi_focal_point, held.at)
    asked = sponsors.ask(
        change.pk, factories.make_state("SYR"), rights=rights_of(saudi_focal_point), at=held.at
    )
    sponsors.answer(asked.pk, joins=True, rights=rights_of(syrian_focal_point), at=held.at)
    token = drafts.token_for(change, saudi_focal_point)
    held.move_to(deadline + MICROSECOND)
    lock = the_register.lock

    def after_another_revision(register_id):
        monkeypatch.setattr(the_register, "lock", lock)
        filing = factories.make_filing(
            "New words", revises_id=document.pk, revision_kind="rev", same_bytes=True
        )
        locked = lock(register_id)
        the_register.enter(locked, filing, actor=saudi_focal_point, token=uuid.uuid4(), arrived_at=held.at)
        return locked

    monkeypatch.setattr(the_register, "lock", after_another_revision)
    with pytest.raises(submission.DraftChanged):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)


def test_tokens_and_deadlines_stay_what_they_were(draft, saudi_focal_point):
    """A submission uses its token by what it registers; nothing has to be deleted for it to be used once."""
    drafts.submit(draft, saudi_focal_point)
    assert SubmitToken.objects.count() == 1
    assert Deadline.objects.filter(superseded_at__isnull=False).count() == 0
