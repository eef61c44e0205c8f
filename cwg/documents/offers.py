"""Which acts a person may be offered on a registered document, or at a meeting's register: decided here only.

A page shows a button, a list a link, the console an act for exactly what stands here, and the verb behind it asks
again under its lock. So nothing is offered that is then refused.
"""

from datetime import datetime
from enum import StrEnum

from cwg.members.parties import NotEntitled, Party
from cwg.members.rights import Rights

from . import filed_for
from .models import Document, Register, Revision, Slot
from .states import MeetingState


class DocumentWithdrawn(ValueError):
    """The document has been withdrawn: nothing is done with it any more."""


class OfTheArchive(ValueError):
    """The document is of an archive: it was not registered here and is not revised or withdrawn here."""


class MeetingCalledOff(ValueError):
    """The meeting is cancelled, or postponed without a date: nothing is registered for it."""


class DocumentAct(StrEnum):
    """What may be done with a registered document."""

    REVISE = Revision.Kind.REV.value
    CORRECT = Revision.Kind.CORR.value
    ADD = Revision.Kind.ADD.value
    # A Rev., Corr. or Add. that its party handed to the secretariat.
    FILE_CHANGE = "file_change"
    WITHDRAW = "withdraw"
    DISCLOSE = "disclose"
    TRANSLATE = "translate"
    OBJECT = "object"
    LIFT_OBJECTION = "lift_objection"


CHANGES = frozenset({DocumentAct.REVISE, DocumentAct.CORRECT, DocumentAct.ADD})
# Of whoever files it; the others are the secretariat's.
OF_ITS_PARTY = CHANGES | {DocumentAct.WITHDRAW}


def acts_on(document: Document, rights: Rights) -> frozenset[DocumentAct]:
    """The acts open to this person on `document` (as `for_list` reads it). No query.

    Whoever works for the party that leads it changes it; whoever submits for that party withdraws it. The
    secretariat files a change for a party that handed it one, and withdraws what it alone has filed. The focal points of
    a Member State object to what was filed for it, and take an objection back. The
    secretariat decides who may read it and adds translations, in the archive too. While its meeting is called off nothing is registered
    there, so that a document is withdrawn only. Of an archive's document nothing else changes: what was not
    registered here is not revised or withdrawn here. With one that is withdrawn nothing is done any more.
    """
    if document.is_withdrawn:
        return frozenset()
    register = document.register
    found: set[DocumentAct] = set()
    if register.group_id in rights.secretariat_groups:
        found |= {DocumentAct.DISCLOSE, DocumentAct.TRANSLATE}
    if not register.is_archive:
        party = document.party
        if not register.is_called_off:
            if writes_itself(party, rights):
                found |= CHANGES
            if may_file_change(document, rights):
                found.add(DocumentAct.FILE_CHANGE)
        if may_withdraw(document, rights):
            found.add(DocumentAct.WITHDRAW)
        if may_object(document, rights):
            standing = filed_for.objection_to(document)
            found.add(DocumentAct.LIFT_OBJECTION if standing else DocumentAct.OBJECT)
    return frozenset(found)


def writes_itself(party: Party | None, rights: Rights) -> bool:
    """Whether the person drafts as that party: for an invited body the secretariat files, and is named."""
    return party is not None and not party.is_invited and rights.works_for(party)


def may_file_change(document: Document, rights: Rights) -> bool:
    """Whether the person, as the secretariat, may file a change that the document's party handed in.

    Not of a joint document: its co-sponsors have confirmed one text, and could neither see nor confirm the other before
    it bears their names. Its lead submits that itself.
    """
    return not document.is_joint and rights.filer_for(document.party) is not None


def may_withdraw(document: Document, rights: Rights) -> bool:
    """Whether the person submits for the party that leads it, or for the secretariat that filed it for that party."""
    return rights.submits_for(document.party) or rights.submits_for(filed_for.filer_of(document))


def reopened_by_withdrawal(document: Document, rights: Rights, *, objecting: bool = False) -> Slot | None:
    """The slot that `document` (as `for_list` reads it) used and that is open again once this person withdraws it.

    Only of what the secretariat filed and its party has not made its own since, while the meeting is open; and only
    where that secretariat withdraws it, or a State that objects to it. What a party sent itself, or lets stand as
    its own, has used its request: nobody regains a place by withdrawing and returning. `objecting`: as if the State
    objected first. No query.
    """
    slot: Slot | None = getattr(document, "answers_slot", None)
    filer = filed_for.filer_of(document)
    if slot is None or filer is None or document.register.closed_at is not None:
        return None
    objects = objecting or filed_for.objection_to(document) is not None
    return slot if objects or rights.submits_for(filer) else None


def may_object(document: Document, rights: Rights) -> bool:
    """Whether a document, or a change of it, was filed for a Member State whose focal point this person is."""
    party = document.party
    return (
        party is not None
        and party.is_delegation
        and bool(filed_for.filers_of(document))
        and rights.submits_for(party)
    )


def must_be_open(act: DocumentAct, document: Document, rights: Rights) -> None:
    """`acts_on` for a verb, asked under its lock.

    Raises DocumentWithdrawn, OfTheArchive, MeetingCalledOff, NotEntitled.
    """
    if act in acts_on(document, rights):
        return
    if document.is_withdrawn:
        raise DocumentWithdrawn
    if document.register.is_archive and act in OF_ITS_PARTY:
        raise OfTheArchive
    called_off = document.register.is_called_off
    if act in CHANGES and called_off and writes_itself(document.party, rights):
        raise MeetingCalledOff
    if act is DocumentAct.FILE_CHANGE and called_off and may_file_change(document, rights):
        raise MeetingCalledOff
    raise NotEntitled


def may_start(register: Register, party: Party, at: datetime) -> bool:
    """Whether this party is offered, at the aware instant `at`, to begin a document for that meeting.

    From its announcement: a delegation until it is closed, an office also afterwards, because the report comes
    then. Never for one of the archive.
    """
    if party.group_id != register.group_id:
        return False
    state = register.state_at(at)
    return state.is_open_to_contributions or (
        state is MeetingState.CLOSED and not is_closed_to(register, party)
    )


def is_closed_to(register: Register, party: Party) -> bool:
    """Whether the meeting has closed and takes no new document of this party, whatever its deadlines would say.

    A rule that only flags, or none, would let a delegation's in for ever. What changes a document is no new one.
    """
    return register.closed_at is not None and party.is_delegation


def may_file_at(register: Register, rights: Rights) -> bool:
    """Whether the person, as the secretariat, files papers of others for that meeting. No query.

    As long as it takes some office's: for a delegation the list of parties is shorter once it has closed.
    """
    state = register.state_at(rights.at)
    open_to_some = state.is_open_to_contributions or state is MeetingState.CLOSED
    return open_to_some and any(filer.group_id == register.group_id for filer in rights.filers)


def starts_at(register: Register, rights: Rights) -> tuple[Party, ...]:
    """The person's own parties that may begin a document for that meeting. No query."""
    return tuple(party for party in rights.own_parties if may_start(register, party, rights.at))
