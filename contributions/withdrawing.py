"""Withdrawing a registered document: its party, or the secretariat what it filed itself for others."""

from cwg.documents import offers, register
from cwg.documents.models import Document
from cwg.members.rights import Rights, rights_of
from cwg.notices import outbox


def withdraw(document: Document, *, rights: Rights, reason: str) -> Document:
    """Withdraw a registered document; symbol and a notice remain. A party that did not do it itself is told.

    A request of the Group that the secretariat answered in a party's name may be open again (`offers.reopened_by_withdrawal`).
    Raises NotEntitled, offers.DocumentWithdrawn, offers.OfTheArchive.
    """
    with register.acting_on(document.register_id) as (locked, at):
        fresh, rights = Document.objects.for_list().get(pk=document.pk), rights_of(rights.holder, at)
        offers.must_be_open(offers.DocumentAct.WITHDRAW, fresh, rights)
        reopened = offers.reopened_by_withdrawal(fresh, rights)
        withdrawn = register.withdraw(fresh, actor=rights.holder, reason=reason, reopens=reopened)
        if not rights.submits_for(fresh.party):
            outbox.tell(
                "document_withdrawn",
                key=str(fresh.pk),
                at=at,
                group=locked.group_id,
                facts={"document": fresh.pk, "reopened": reopened.pk if reopened else None},
            )
        return withdrawn
