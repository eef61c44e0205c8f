"""Each check of the register is silent on what the portal did itself, and speaks when somebody went past it."""

from datetime import timedelta

import pytest
from django.db import connection

from cwg import clock
from cwg.documents import blobs, stored_checks, verification
from cwg.documents import register as the_register
from cwg.documents.models import Blob, Document, PreparedFile, Receipt, Revision, Slot
from cwg.documents.storage import documents as storage
from tests import drafts, factories
from tests.tampering import as_owner, past_the_triggers

pytestmark = pytest.mark.django_db


def without_constraint(table: str, name: str) -> None:
    with as_owner() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


@pytest.fixture
def register(dg, held):
    """A late attempt, a change, a withdrawal, a disclosure, a request: everything that a register goes through."""
    register = factories.make_register(dg)
    focal = factories.accredit("focal.sau@test.example", dg, "focal_point", "SAU").person
    for title in ("One", "Two", "Three"):
        held.forward(minutes=1)
        drafts.submit(drafts.make_draft(dg, register, by=focal, title=title), focal)
    one, two, _ = Document.objects.order_by("number")
    factories.make_document(register, "One, revised", revises_id=one.pk, revision_kind="rev")
    the_register.withdraw(two, actor=focal, reason="a test")
    the_register.change_disclosure(one, Document.Disclosure.PUBLIC, actor=focal, reason="a test")
    held.move_to(register.opens_at)
    drafts.submit(drafts.make_draft(dg, register, by=focal, title="Late"), focal)
    slot = drafts.make_slot(register)
    drafts.submit(drafts.make_draft(dg, register, by=focal, title="Requested", slot=slot), focal)
    return register


CHECKS = (
    verification.bytes_hash,
    stored_checks.unregistered_are_kept,
    verification.numbers_run,
    verification.order_of_decisions,
    verification.verdicts_hold,
    verification.chains_verify,
    verification.acts_told,
    verification.slots_told,
    verification.receipts_hold,
)


def found() -> dict[str, list[str]]:
    return {check.__name__: sentences for check in CHECKS if (sentences := list(check()))}


def test_a_register_worked_with_by_its_own_verbs_holds(register):
    assert Revision.objects.count() == 5
    assert found() == {}


def first() -> Document:
    return Document.objects.order_by("number").first()


# --- What each rule said ----------------------------------------------------------------------------------------------


def each_rule_says(change: str) -> list[str]:
    """What `verdicts_hold` finds when the first line that the first document keeps of its rules is changed so."""
    revision = first().original
    past_the_triggers(f"UPDATE documents_revision SET per_rule = {change} WHERE id = {revision.pk}")
    return found()["verdicts_hold"]


@pytest.mark.parametrize(
    "change",
    [
        """jsonb_set(per_rule, '{0,verdict}', '"exempt"')""",
        """jsonb_set(per_rule, '{0,rule}', '"Another rule"')""",
        """jsonb_set(per_rule, '{0,binds}', 'false')""",
        """jsonb_set(per_rule, '{0,deadline}', '"2009-02-12T09:00:00.000000Z"')""",
    ],
)
def test_a_rule_that_is_made_to_say_something_else_is_found(register, change):
    assert each_rule_says(change) == ["DG-2/1: a rule says something else of it than it keeps"]


@pytest.mark.parametrize("change", ["'[]'", "jsonb_set(per_rule, '{0,id}', '0')", "per_rule || per_rule"])
def test_a_rule_left_out_exchanged_or_doubled_is_found(register, change):
    assert each_rule_says(change) == ["DG-2/1: it keeps other rules than those in force for it"]


def test_a_rule_of_another_meeting_is_found(dg, register):
    other = factories.make_register(dg, 9).deadlines.get()
    assert each_rule_says(f"jsonb_set(per_rule, '{{0,id}}', '{other.pk}')") == [
        "DG-2/1: it keeps other rules than those in force for it"
    ]


def test_changed_bytes_are_found(register):
    blob = Blob.objects.filter(files__isnull=False).order_by("pk").first()
    with open(storage().path(blob.path), "ab") as stored:
        stored.write(b"!")
    assert any(f"stored as {blob.sha256} hash to" in line for line in found()["bytes_hash"])


def test_missing_bytes_are_found(register):
    blob = Blob.objects.filter(files__isnull=False).order_by("pk").first()
    storage().delete(blob.path)
    assert found()["bytes_hash"] == [f"the bytes {blob.sha256} are missing from the storage"]


@pytest.mark.parametrize("where", ["draft", "letter", "prepared"])
@pytest.mark.parametrize("harm", ["missing", "damaged"])
def test_bytes_that_wait_to_be_registered_are_looked_after_too(register, secretary, where, harm):
    blob = blobs.keep_own(b"%PDF-1.4 waiting", media_type=factories.PDF, at=clock.now())
    draft = drafts.make_draft(register.group, register, by=secretary, received=drafts.LETTER)
    assert found() == {}
    if where == "prepared":
        PreparedFile.objects.create(
            revision=first().original,
            language="fr",
            blob=blob,
            name="fr.pdf",
            uploaded_by=secretary,
            uploaded_at=clock.now(),
        )
    else:
        (draft.files if where == "draft" else draft.letters).update(blob=blob)
    assert found() == {}
    if harm == "missing":
        storage().delete(blob.path)
    else:
        with open(storage().path(blob.path), "ab") as stored:
            stored.write(b"!")
    said = [f"the bytes {blob.sha256}, which are not registered yet, are missing or damaged"]
    assert found() == {"unregistered_are_kept": said}


def test_unused_bytes_need_not_be_there(register):
    blob = blobs.keep_own(b"%PDF-1.4 unused", media_type=factories.PDF, at=clock.now())
    storage().delete(blob.path)
    assert found() == {}


def test_a_file_exchanged_for_another_is_found(register):
    a, b = (
        document.original.versions.get().files.get() for document in Document.objects.order_by("number")[:2]
    )
    past_the_triggers(f"UPDATE documents_file SET blob_id = '{b.blob_id}' WHERE id = '{a.pk}'")
    said = found()
    assert any("the receipt names other files" in line for line in said["bytes_hash"])
    assert any("the journal names other files" in line for line in said["acts_told"])


def test_a_number_left_out_is_found(register):
    past_the_triggers("UPDATE documents_document SET number = 9 WHERE number = 4")
    assert "the numbers are [1, 2, 3, 9]" in found()["numbers_run"][0]


def test_a_counter_set_back_or_forth_is_found(register):
    past_the_triggers("UPDATE documents_series SET last_number = 7")
    assert "the counter is 7 for 4 documents" in found()["numbers_run"][0]


def test_numbers_exchanged_between_two_documents_are_found(register):
    past_the_triggers(
        "UPDATE documents_document SET number = 99 WHERE number = 1;"
        "UPDATE documents_document SET number = 1 WHERE number = 3;"
        "UPDATE documents_document SET number = 3 WHERE number = 99;",
    )
    assert found()["order_of_decisions"]


def test_a_verdict_given_past_the_rule_is_found(register):
    without_constraint("documents_revision", "in_time_is_at_or_before_a_deadline")
    past_the_triggers(
        "UPDATE documents_revision SET verdict = 'in_time', slot_id = NULL"
        " WHERE verdict = 'requested_in_session'",
    )
    said = found()
    assert any("in time, but measured after its deadline" in line for line in said["verdicts_hold"])
    assert any("the receipt says verdict requested_in_session" in line for line in said["receipts_hold"])
    assert any("the journal says verdict requested_in_session" in line for line in said["acts_told"])


def test_in_time_without_a_deadline_is_found(register):
    without_constraint("documents_revision", "in_time_is_at_or_before_a_deadline")
    past_the_triggers(
        "UPDATE documents_revision SET deadline_id = NULL, deadline_at = NULL, measured_at = NULL"
        " WHERE document_id = (SELECT id FROM documents_document WHERE number = 3)",
    )
    assert any("no deadline was in force for it" in line for line in found()["verdicts_hold"])


def test_an_exempt_document_that_was_measured_is_found(register):
    past_the_triggers(
        "UPDATE documents_revision SET verdict = 'exempt' WHERE verdict = 'in_time' AND kind = 'rev'",
    )
    assert any("exempt, but measured" in line for line in found()["verdicts_hold"])


def test_late_but_measured_in_time_is_found(register):
    without_constraint("documents_revision", "late_is_after_a_deadline")
    past_the_triggers("UPDATE documents_revision SET verdict = 'late_flagged' WHERE kind = 'rev'")
    assert any("late_flagged, but measured in time" in line for line in found()["verdicts_hold"])


def test_a_deadline_moved_behind_a_verdict_is_found(register):
    past_the_triggers("UPDATE documents_deadline SET instant = instant + interval '1 hour'")
    assert any("not the one that was in force" in line for line in found()["verdicts_hold"])


def test_a_deadline_set_after_the_decision_it_bound_is_found(register):
    past_the_triggers("UPDATE documents_deadline SET set_at = set_at + interval '1 day'")
    assert any("not the one that was in force" in line for line in found()["verdicts_hold"])


def test_a_deadline_superseded_before_the_decision_it_bound_is_found(register):
    past_the_triggers("UPDATE documents_deadline SET superseded_at = set_at")
    assert any("not the one that was in force" in line for line in found()["verdicts_hold"])


def test_a_document_without_its_entry_is_found(register):
    past_the_triggers("DELETE FROM record_journalentry WHERE act = 'revised'")
    said = found()["chains_verify"]
    assert "DG-2/1(Rev.1): 0 journal entries for its registration" in said
    assert any("is missing" in line for line in said)


def test_an_entry_without_its_document_is_found(register):
    past_the_triggers(
        "DELETE FROM documents_file WHERE version_id IN (SELECT v.id FROM documents_version v JOIN"
        " documents_revision r ON r.id = v.revision_id WHERE r.kind = 'rev');"
        "DELETE FROM documents_version WHERE revision_id IN (SELECT id FROM documents_revision WHERE kind = 'rev');"
        "DELETE FROM documents_source WHERE revision_id IN (SELECT id FROM documents_revision WHERE kind = 'rev');"
        "DELETE FROM documents_receipt WHERE revision_id IN (SELECT id FROM documents_revision WHERE kind = 'rev');"
        "DELETE FROM documents_revision WHERE kind = 'rev';",
    )
    assert any("registers what the register does not have" in line for line in found()["chains_verify"])


def test_entries_of_no_register_are_found(register):
    past_the_triggers("UPDATE record_journalentry SET chain = gen_random_uuid() WHERE act = 'late'")
    assert "1 journal entries belong to no register" in found()["chains_verify"]


def test_an_instant_moved_in_every_row_is_still_told_by_the_chain(register):
    """Register and receipt changed alike, digest included: only the journal knows better."""
    receipt = Receipt.objects.get(revision__kind="rev")
    receipt.statement["verdict"] = "exempt"
    past_the_triggers(
        "UPDATE documents_revision SET verdict = 'exempt', deadline_id = NULL, deadline_at = NULL,"
        " measured_at = NULL, per_rule = NULL WHERE kind = 'rev'",
    )
    from cwg.record import journal

    past_the_triggers(
        "UPDATE documents_receipt SET statement = jsonb_set(statement, '{verdict}', '\"exempt\"'),"
        f" digest = '{journal.digest(receipt.statement | {'deadline': None, 'rules': []})}' WHERE id = {receipt.pk};"
        f"UPDATE documents_receipt SET statement = jsonb_set(statement, '{{deadline}}', 'null') WHERE id = {receipt.pk};"
        f"UPDATE documents_receipt SET statement = jsonb_set(statement, '{{rules}}', '[]') WHERE id = {receipt.pk};",
    )
    said = found()
    assert set(said) == {"acts_told"}
    assert [line.split(": ", 1)[1].split()[3] for line in said["acts_told"]] == [
        "verdict",
        "deadline",
        "rules",
        "receipt",
    ]


def test_a_withdrawal_past_its_verb_is_found(register):
    past_the_triggers("UPDATE documents_document SET withdrawn_at = available_at WHERE number = 3")
    assert found()["acts_told"] == ["DG-2/3: withdrawn, with 0 journal entries for it"]


def test_a_slot_used_or_opened_again_past_its_verb_is_found(register):
    slot = Slot.objects.get()
    Slot.objects.update(document=None)
    assert found() == {
        "slots_told": [
            f"the journal tells that document {slot.document_id} used the slot {slot.pk}, which it does not hold"
        ]
    }
    Slot.objects.update(document=first())
    assert found()["slots_told"] == [f"DG-2/1: the journal does not tell that it used the slot {slot.pk}"]


def test_a_disclosure_past_its_verb_is_found(register):
    past_the_triggers("UPDATE documents_document SET disclosure = 'membership' WHERE number = 1")
    assert found()["acts_told"] == ["DG-2/1: disclosed otherwise than the journal says"]


def test_a_changed_receipt_is_found(register):
    past_the_triggers(
        "UPDATE documents_receipt SET statement = jsonb_set(statement, '{title}', '\"Another\"')"
        " WHERE revision_id IN (SELECT id FROM documents_revision WHERE kind = 'rev')",
    )
    assert any("its statement was changed" in line for line in found()["receipts_hold"])


def test_a_missing_receipt_is_found(register):
    past_the_triggers(
        "DELETE FROM documents_receipt WHERE revision_id IN (SELECT id FROM documents_revision WHERE kind = 'rev')",
    )
    assert "DG-2/1(Rev.1): no receipt" in found()["receipts_hold"]


# --- The instant and the commit -----------------------------------------------------------------------------------


@pytest.fixture
def commit_times(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW track_commit_timestamp")
        if cursor.fetchone()[0] != "on":
            pytest.skip("this server keeps no commit times")


@pytest.fixture
def decided_an_hour_ago(dg):
    with clock.held_at(clock.now() - timedelta(hours=1)):
        register = factories.make_register(dg)
        factories.make_document(register, "One")
        return factories.make_document(register, "Two")


@pytest.mark.django_db(transaction=True)
def test_a_decision_that_was_committed_long_after_its_instant_is_found(commit_times, decided_an_hour_ago):
    said = found()["verdicts_hold"]
    assert len(said) == 2
    assert "committed only at" in said[0]


@pytest.mark.django_db(transaction=True)
def test_a_decision_committed_at_once_is_not(commit_times, dg):
    factories.make_document(factories.make_register(dg))
    assert found() == {}


@pytest.mark.django_db(transaction=True)
def test_what_a_restore_has_written_is_not_blamed_for_its_late_commit(commit_times, decided_an_hour_ago):
    past_the_triggers("UPDATE documents_receipt SET code = code", "UPDATE record_journalentry SET act = act")
    assert found() == {}
