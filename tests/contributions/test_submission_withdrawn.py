"""A document that is withdrawn keeps its symbol, gives no place back and takes no change."""

from datetime import timedelta

import pytest

from contributions import submission, withdrawing
from cwg.documents import register as the_register
from cwg.documents.models import Document
from cwg.members.parties import NotEntitled
from cwg.members.rights import rights_of
from cwg.record.models import JournalEntry
from tests import drafts

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


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
    drafts.late(drafts.make_draft(dg, register, by=saudi_focal_point), saudi_focal_point)
    with pytest.raises(the_register.DocumentWithdrawn):
        drafts.begin_change(document, "rev", saudi_focal_point, held.at)


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
    change = drafts.begin_change(document, "rev", saudi_focal_point, held.at)
    drafts.other_bytes(change, saudi_focal_point, held.at)
    token = drafts.token_for(change, saudi_focal_point)
    withdrawing.withdraw(document, rights=rights_of(saudi_focal_point), reason="Withdrawn")
    with drafts.nothing_changes(change), pytest.raises(submission.NotReady):
        submission.submit(token, person=saudi_focal_point, arrived_at=held.at)


def test_even_where_it_was_withdrawn_while_the_change_waited_in_the_queue(
    document, saudi_focal_point, held, monkeypatch
):
    change = drafts.begin_change(document, "rev", saudi_focal_point, held.at)
    drafts.other_bytes(change, saudi_focal_point, held.at)
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
