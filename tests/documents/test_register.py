"""The decision itself, apart from any draft: numbers, suffixes, slots, retries."""

import uuid
from datetime import timedelta
from itertools import pairwise

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from psycopg_pool import PoolTimeout

from cwg.connections import Process
from cwg.documents import issuing
from cwg.documents import register as the_register
from cwg.documents.kinds import Kind
from cwg.documents.models import Document, Register, Revision, Series
from cwg.members.models import Office, Role
from cwg.record import holding
from cwg.record.models import JournalEntry
from tests import drafts, factories
from tests.tampering import as_owner

pytestmark = pytest.mark.django_db


def enter(register, actor, at, **filing):
    def act():
        return the_register.enter(
            the_register.lock(register.pk),
            factories.make_filing(**filing),
            actor=actor,
            token=uuid.uuid4(),
            arrived_at=at,
        )

    return the_register.decide(register.pk, act)


def test_each_series_has_a_run_of_numbers_of_its_own(register, secretary):
    office = factories.office_source(Office.objects.get(kind=Office.Kind.SECRETARIAT))
    kinds = [Kind.CONTRIBUTION_ACTION, Kind.INFORMATION, Kind.AGENDA, Kind.TEMPORARY, Kind.INFORMATION]
    made = [
        factories.make_document(register, kind, kind=kind, actor=secretary, sources=(office,)).symbol
        for kind in kinds
    ]
    assert made == ["DG-2/1", "DG-2/INF/1", "DG-2/2", "DG-2/DT/1", "DG-2/INF/2"]
    assert drafts.faults() == []


def test_two_meetings_number_apart(dg, register):
    other = factories.make_register(dg, 3)
    symbols = [factories.make_document(one).symbol for one in (register, other, register)]
    assert symbols == ["DG-2/1", "DG-3/1", "DG-2/2"]


def test_suffixes_count_by_their_kind(register):
    document = factories.make_document(register)
    for kind in ("corr", "rev", "add", "rev", "corr"):
        factories.make_document(register, revises_id=document.pk, revision_kind=kind)
    assert [str(revision.suffix or "") for revision in document.revisions.order_by("position")] == [
        "",
        "(Corr.1)",
        "(Rev.1)",
        "(Add.1)",
        "(Rev.2)",
        "(Corr.2)",
    ]
    assert str(document.current.suffix) == "(Rev.2)"
    assert Document.objects.count() == 1
    assert drafts.faults() == []


def test_a_document_of_another_register_is_not_changed_from_here(dg, register, saudi_focal_point, held):
    document = factories.make_document(register)
    before = drafts.registered()
    with pytest.raises(Document.DoesNotExist):
        enter(
            factories.make_register(dg, 3, with_rule=False),
            saudi_focal_point,
            held.at,
            revises_id=document.pk,
            revision_kind="rev",
        )
    assert drafts.registered() | {"deadlines": 0} == before | {"deadlines": 0}


def test_a_token_registers_once(register, saudi_focal_point, held):
    token, filing = uuid.uuid4(), factories.make_filing()

    def act():
        return the_register.enter(
            the_register.lock(register.pk),
            filing,
            actor=saudi_focal_point,
            token=token,
            arrived_at=held.at,
        )

    the_register.decide(register.pk, act)
    before = drafts.registered()
    with pytest.raises(DatabaseError):
        the_register.decide(register.pk, act)
    assert drafts.registered() == before


def test_the_name_of_a_state_stays_as_it_was_registered(register):
    document = factories.make_document(register)
    state = factories.make_state("SAU")
    state.short_en = "Another name"
    state.save()
    assert document.original.sources.get().printed_as == "Saudi Arabia"


def test_an_archive_measures_nothing(dg, saudi_focal_point, held):
    archive = factories.make_register(dg, 1, origin=Register.Origin.ARCHIVE)
    held.move_to(archive.opens_at + timedelta(days=1))
    entered = enter(archive, saudi_focal_point, held.at)
    assert entered.receipt.revision.verdict == "not_measured"


def test_a_refusal_that_comes_after_the_counter_moved_takes_the_number_back(
    register, saudi_focal_point, held, monkeypatch
):
    factories.make_document(register)
    before = drafts.registered()

    def fails(*args, **kwargs):
        raise RuntimeError("no receipt")

    with monkeypatch.context() as patch:
        patch.setattr(issuing, "issue", fails)
        with pytest.raises(RuntimeError):
            enter(register, saudi_focal_point, held.at)
    assert drafts.registered() == before
    assert factories.make_document(register).symbol == "DG-2/2"


# --- What the database itself refuses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents_document SET number = 2",
        "UPDATE documents_document SET symbol = 'DG-2/2'",
        "UPDATE documents_document SET available_at = now()",
        "DELETE FROM documents_document",
        "UPDATE documents_revision SET verdict = 'exempt'",
        "UPDATE documents_revision SET available_at = now()",
        "DELETE FROM documents_revision",
        "UPDATE documents_receipt SET code = 'x'",
        "DELETE FROM documents_receipt",
        "UPDATE documents_source SET printed_as = 'x'",
        "UPDATE documents_version SET text = 'x'",
        "UPDATE documents_file SET name = 'x'",
        "UPDATE documents_blob SET size = 1",
        "UPDATE documents_deadline SET instant = now()",
        "UPDATE record_journalentry SET act = 'x'",
        "DELETE FROM record_journalentry",
    ],
)
def test_what_is_registered_is_not_changed_even_by_hand(register, statement):
    factories.make_document(register)
    before = drafts.registered()
    with pytest.raises(DatabaseError, match="never changed"), as_owner() as cursor:
        cursor.execute(statement)
    assert drafts.registered() == before


def test_a_withdrawal_is_not_undone_even_by_hand(register):
    document = factories.make_document(register, withdrawn=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(withdrawn_at=None)


@pytest.mark.parametrize(
    ("verdict", "measured"),
    [
        ("in_time", timedelta(microseconds=1)),
        ("late_flagged", timedelta()),
        ("requested_in_session", timedelta()),
    ],
)
def test_the_database_repeats_the_verdict(register, held, verdict, measured):
    revision = factories.make_document(register).original
    with pytest.raises(DatabaseError), transaction.atomic():
        Revision.objects.create(
            document=revision.document,
            kind="rev",
            number=1,
            position=2,
            available_at=held.at,
            verdict=verdict,
            deadline=revision.deadline,
            deadline_at=revision.deadline_at,
            measured_at=revision.deadline_at + measured,
            **register.as_printed(),
        )


# --- Withdrawal and disclosure ------------------------------------------------------------------------------------------


def test_a_disclosure_is_dated_reasoned_and_chained(register, secretary):
    document = factories.make_document(register)
    changed = the_register.change_disclosure(
        document, Document.Disclosure.PUBLIC, actor=secretary, reason="Agreed at the meeting"
    )
    entry = JournalEntry.objects.get(act="disclosure")
    assert changed.disclosure == "public"
    assert (entry.facts["before"], entry.facts["after"]) == ("member_states", "public")
    history = document.history.first()
    assert (history.history_user, history.history_change_reason) == (secretary, "Agreed at the meeting")


def test_a_disclosure_that_is_so_already_or_unknown_changes_nothing(register, secretary):
    document = factories.make_document(register)
    before = drafts.registered(), JournalEntry.objects.count()
    with pytest.raises(the_register.NothingToChange):
        the_register.change_disclosure(document, "member_states", actor=secretary, reason="no")
    with pytest.raises(ValueError):
        the_register.change_disclosure(document, "everybody", actor=secretary, reason="no")
    assert (drafts.registered(), JournalEntry.objects.count()) == before


def test_a_withdrawn_document_is_not_revised(register, saudi_focal_point, held):
    document = factories.make_document(register, withdrawn=True)
    before = drafts.registered()
    with pytest.raises(the_register.DocumentWithdrawn):
        enter(register, saudi_focal_point, held.at, revises_id=document.pk, revision_kind="rev")
    assert drafts.registered() == before


# --- Retries ----------------------------------------------------------------------------------------------------------


def failing(error: psycopg.Error, times: int):
    """An act that fails so often, as the database would make it fail, and the list of its attempts."""
    attempts = []

    def act():
        attempts.append(1)
        if len(attempts) <= times:
            try:
                raise error
            except psycopg.Error as cause:
                raise OperationalError from cause
        return "done"

    return act, attempts


@pytest.mark.parametrize("error", [psycopg.errors.DeadlockDetected(), psycopg.errors.SerializationFailure()])
def test_a_deadlock_and_a_serialization_failure_are_tried_three_times(error):
    act, attempts = failing(error, 2)
    assert the_register.decide(0, act) == "done"
    assert len(attempts) == 3
    act, attempts = failing(error, 3)
    with pytest.raises(OperationalError):
        the_register.decide(0, act)
    assert len(attempts) == 3


def test_a_lock_timeout_is_not_tried_again_because_that_loses_the_place_in_the_queue():
    act, attempts = failing(psycopg.errors.LockNotAvailable(), 1)
    with pytest.raises(the_register.RegisterBusy):
        the_register.decide(0, act)
    assert len(attempts) == 1


def test_a_decision_that_was_ended_because_its_process_was_silent_is_tried_again():
    act, attempts = failing(psycopg.errors.IdleInTransactionSessionTimeout(), 1)
    assert the_register.decide(0, act) == "done"
    assert len(attempts) == 2


def slow_and_silent(seconds: float):
    """An act whose session is ended for silence after so long each time, and the patience with which each is begun."""
    patience = []

    def act():
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM current_setting('lock_timeout')::interval)")
            patience.append(float(cursor.fetchone()[0]))
            cursor.execute("SELECT pg_sleep(%s)", [seconds])
        try:
            raise psycopg.errors.IdleInTransactionSessionTimeout
        except psycopg.Error as cause:
            raise OperationalError from cause

    return act, patience


def test_all_attempts_together_have_the_patience_of_one_and_the_wait_is_told_from_the_first(db):
    act, patience = slow_and_silent(0.2)
    with pytest.raises(the_register.RegisterBusy) as busy:
        the_register.decide(0, act)
    assert len(patience) == 3
    for before, after in pairwise(patience):
        assert after <= before - 0.2
    assert busy.value.waited >= 0.6


def test_what_has_used_up_its_patience_is_not_tried_again(db, monkeypatch):
    monkeypatch.setattr(holding, "PATIENCE", 0.1)
    act, patience = slow_and_silent(0.2)
    with pytest.raises(the_register.RegisterBusy):
        the_register.decide(0, act)
    assert len(patience) == 1


def test_a_page_may_be_at_work_no_longer_after_a_second_attempt_than_after_the_first(db, monkeypatch):
    monkeypatch.setattr(holding.connections, "_process", Process.WEB)
    with transaction.atomic(), connection.cursor() as cursor:
        holding.hurry(4)
        cursor.execute("SHOW transaction_timeout")
        assert cursor.fetchone() == ("9s",)


def test_that_the_pool_was_empty_is_told_of_no_session_that_ended(db):
    def act():
        try:
            raise PoolTimeout("couldn't get a connection after 5.00 sec")
        except PoolTimeout as cause:
            raise OperationalError from cause

    with pytest.raises(the_register.RegisterBusy) as busy:
        the_register.decide(0, act)
    assert busy.value.why is holding.Why.POOL and busy.value.certain


def test_a_session_that_somebody_ended_is_not_tried_again_and_nothing_was_changed():
    act, attempts = failing(psycopg.errors.AdminShutdown(), 1)
    with pytest.raises(the_register.RegisterBusy) as busy:
        the_register.decide(0, act)
    assert len(attempts) == 1
    assert busy.value.why is holding.Why.ENDED and busy.value.certain


def test_nothing_else_is_tried_again():
    act, attempts = failing(psycopg.errors.DiskFull(), 1)
    with pytest.raises(OperationalError):
        the_register.decide(0, act)
    assert len(attempts) == 1


@pytest.mark.django_db(transaction=True)
def test_a_decision_is_never_part_of_another_transaction(dg):
    """Otherwise the outer one could take back what a receipt has told."""
    register = factories.make_register(dg)
    with pytest.raises(RuntimeError), transaction.atomic():
        the_register.decide(register.pk, lambda: the_register.lock(register.pk))


def test_an_unknown_register_is_not_locked(register):
    with pytest.raises(Register.DoesNotExist):
        the_register.decide(0, lambda: the_register.lock(0))


def test_a_focal_point_of_another_state_uses_no_slot(dg, register, held):
    slot = drafts.make_slot(register, "SYR")
    actor = factories.accredit("focal.fra@test.example", dg, Role.FOCAL_POINT, "FRA").person
    before = drafts.registered()
    with pytest.raises(the_register.SlotNotOpen):
        factories.make_document(register, actor=actor, slot_id=slot.pk)
    assert drafts.registered() == before
    assert not Series.objects.filter(last_number__gt=0).exists()
