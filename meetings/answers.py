"""What answers a request of the Group: the documents linked to a dated one, and the pages of requests by document.

A request that opened a slot is answered by the register, which uses the slot up. A dated request is answered by a
registered document that is linked to it: as the document is registered, where its draft says so; or afterwards by
the secretariat, which also takes a wrong one off again. The record keeps both. It is awaited again once that document
is withdrawn (`Addressee.is_answered`), which no act of the request has to follow.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cwg.documents import register, upward
from cwg.documents.models import Document, Register, Source
from cwg.members.models import Person
from cwg.members.parties import Party
from cwg.members.rights import Rights, rights_of
from cwg.record import journal
from cwg.record.history import save_signed
from cwg.record.reasons import clean_reason

from .models import Addressee
from .secretariat import must_be_secretariat

CHOICES = 50


class CannotLink(ValueError):
    """The document cannot be linked so, or taken off. `str()` is a sentence for the person; nothing was changed."""

    def __init__(self, sentence: object, field: str = ""):
        super().__init__(sentence)
        self.field = field


NOT_AWAITED = _("No document is awaited here: it is answered, withdrawn, or needs none linked.")


def linkable(rights: Rights, group_id: int) -> QuerySet[Document]:
    """The documents that may be linked: registered in the portal for a meeting of that group, seen by this person."""
    return Document.objects.visible_to(rights).filter(
        register__group_id=group_id, register__origin=Register.Origin.PORTAL, withdrawn_at__isnull=True
    )


def from_party(rights: Rights, party: Party) -> QuerySet[Document]:
    """Of those, the ones that come from the addressee, newest first: what is offered to be linked."""
    # Whoever filed it: what the secretariat files for the party bears its name all the same.
    own = Source.objects.filter(state=party.state, office=party.office, revision__document=OuterRef("pk"))
    found = linkable(rights, party.group_id).filter(Exists(own)).select_related("register")
    return found.order_by("-available_at", "pk")[:CHOICES]


def link(addressee: Addressee, document: Document, *, actor: Person) -> Addressee:
    """Link a registered document, whoever filed it, as the answer of one addressee of a dated request.

    It takes the place of one that has been withdrawn. Raises PermissionDenied, CannotLink.
    """
    with register.acting_on(addressee.request.meeting.register_id) as (locked, at):
        must_be_secretariat(actor, locked.group_id, at)
        # Of another register than ours, perhaps: a withdrawal at the same moment is waited for, or waits for us.
        Document.objects.select_for_update(of=("self",), no_key=True).get(pk=document.pk)
        row = _locked(addressee.pk)
        if not row.awaits_document:
            raise CannotLink(_why_not_awaited(row))
        if not linkable(rights_of(actor, at), locked.group_id).filter(pk=document.pk).exists():
            raise CannotLink(
                _("That document cannot be linked: it is withdrawn, or not of this group."), "document"
            )
        _put(row, document, actor=actor, at=at, into=locked)
        return row


def unlink(addressee: Addressee, document: Document, *, actor: Person, reason: str) -> Document:
    """Take `document` off a dated request that it does not answer; returns it. The request awaits an answer again.

    Raises PermissionDenied, ReasonMissing, CannotLink.
    """
    reason = clean_reason(reason)
    with register.acting_on(addressee.request.meeting.register_id) as (locked, at):
        must_be_secretariat(actor, locked.group_id, at)
        row = _locked(addressee.pk)
        if row.document is None or not row.is_linked:
            raise CannotLink(_("No document is linked here any more. Nothing was removed."))
        if row.document != document:
            said = _("%(linked)s is linked here now, and not %(document)s. Nothing was removed.")
            raise CannotLink(said % {"linked": row.document.symbol, "document": document.symbol})
        row.document = row.linked_at = row.linked_by = None
        save_signed(row, actor, reason)
        journal.append(
            locked,
            "request_unlinked",
            at=at,
            actor_id=actor.pk,
            facts=_facts(row, document) | {"reason": reason},
        )
        return document


def answer(addressee_id: int, document: Document, *, actor: Person, at: datetime, into: Register) -> bool:
    """Link a document that is being registered, in the transaction of its decision; whether the request was still open.

    `into` is the document's register, which the caller has locked: the act goes into its chain, and no second
    register is locked. A dated request excuses from no deadline, and so stands in no document's way either: one
    that was answered or withdrawn meanwhile is passed over.
    """
    row = _locked(addressee_id)
    if not row.awaits_document or row.request.meeting.register.group_id != into.group_id:
        return False
    _put(row, document, actor=actor, at=at, into=into)
    return True


def _locked(addressee_id: int) -> Addressee:
    return Addressee.objects.filter(pk=addressee_id).locked().get()


def _why_not_awaited(row: Addressee) -> object:
    """What somebody who was quicker has done, where it is that."""
    if row.withdrawn_at is not None and row.request.due_on is not None:
        said = _("The request to %(addressee)s has been withdrawn. Nothing was linked.")
        return said % {"addressee": row.who.in_text}
    if row.document is not None and row.is_answered:
        said = _("%(symbol)s is already linked as the answer of %(addressee)s. Nothing was changed.")
        return said % {"symbol": row.document.symbol, "addressee": row.who.in_text}
    return NOT_AWAITED


def _put(row: Addressee, document: Document, *, actor: Person, at: datetime, into: Register) -> None:
    row.document, row.linked_at, row.linked_by = document, at, actor
    save_signed(row, actor, f"answered by {document.symbol}")
    journal.append(into, "request_answered", at=at, actor_id=actor.pk, facts=_facts(row, document))


def _facts(row: Addressee, document: Document) -> dict[str, object]:
    return {
        "request": row.request_id,
        "meeting": row.request.meeting.register.title,
        "addressee": row.party.record,
        "document": document.pk,
        "symbol": document.symbol,
    }


# --- By document --------------------------------------------------------------------------------------------------


def answered_by(documents: QuerySet[Document]) -> dict[int, list[upward.AnsweredRequest]]:
    """The requests that each of these documents answers, each once, by the document's id. One query."""
    wanted = documents.order_by().values("pk")
    found = (
        Addressee.objects.filter(Q(document__in=wanted) | Q(slot__document__in=wanted))
        .select_related("slot", "request__meeting__register")
        .only(
            "document",
            "slot__document",
            "request__wording",
            "request__meeting__register__slug",
            "request__meeting__register__title",
        )
        .order_by("request_id", "pk")
    )
    pages: dict[int, dict[int, upward.AnsweredRequest]] = {}
    for row in found:
        document_id = row.slot.document_id if row.slot is not None else row.document_id
        assert document_id is not None  # the filter asked for one
        pages.setdefault(document_id, {})[row.request_id] = upward.AnsweredRequest(
            url=row.request.get_absolute_url(),
            meeting=row.request.meeting.register.title,
            wording=row.request.wording,
            dated=row.slot is None,
        )
    return {document_id: list(each.values()) for document_id, each in pages.items()}
