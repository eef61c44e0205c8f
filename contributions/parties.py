"""Who may act for whom: the delegation or office a draft belongs to, and what each of its people may do with it."""

from collections.abc import Iterable

from django.db.models import Q

from cwg.documents.kinds import CONTRIBUTION_KINDS, OFFICE_KINDS, Kind
from cwg.documents.models import Document, Register, Slot
from cwg.members.models import Group, MemberState, Office
from cwg.members.rights import Rights

from .models import Contribution

Party = MemberState | Office


class NotEntitled(PermissionError):
    """The person may not do this for that delegation or office."""


def of_person(rights: Rights, group: Group) -> list[Party]:
    """The delegations and offices a person drafts for in `group`; for the secretariat, invited bodies too."""
    parties: list[Party] = []
    offices = rights.offices_in(group.pk)
    for seat in rights.accreditations:
        if seat.group_id != group.pk:
            continue
        if seat.state is not None and seat.state not in parties:
            parties.append(seat.state)
        elif seat.office is not None and seat.office.pk in offices and seat.office not in parties:
            parties.append(seat.office)
    if group.pk in rights.secretariat_groups:
        parties += Office.objects.filter(kind=Office.Kind.INVITED)
    return parties


def kinds_for(party: Party) -> tuple[Kind, ...]:
    """The kinds of document that this party files."""
    return CONTRIBUTION_KINDS if isinstance(party, MemberState) else OFFICE_KINDS[party.kind]


def drafts_for(rights: Rights, group_id: int, *, state_id: int | None, office: Office | None) -> bool:
    """Whether the person works on the drafts of this party."""
    if state_id is not None:
        return state_id in rights.states_in(group_id)
    if office is None:
        return False
    if office.kind == Office.Kind.INVITED:
        return group_id in rights.secretariat_groups
    return office.pk in rights.offices_in(group_id)


def submits_for(rights: Rights, group_id: int, *, state_id: int | None, office: Office | None) -> bool:
    """Whether the person submits in this party's name: for a delegation its focal points only."""
    if state_id is not None:
        return rights.is_focal_point(group_id, state_id)
    return drafts_for(rights, group_id, state_id=None, office=office)


def may_edit(rights: Rights, contribution: Contribution) -> bool:
    return drafts_for(
        rights, contribution.group_id, state_id=contribution.state_id, office=contribution.office
    )


def may_submit(rights: Rights, contribution: Contribution) -> bool:
    return submits_for(
        rights, contribution.group_id, state_id=contribution.state_id, office=contribution.office
    )


def lead_of(document: Document) -> tuple[int | None, Office | None]:
    """The lead's State id, or its office, as the current revision names it."""
    sources = list(document.current.sources.all())
    lead = next((source for source in sources if source.is_lead), sources[0] if sources else None)
    return (lead.state_id, lead.office) if lead else (None, None)


def may_change(rights: Rights, document: Document) -> bool:
    """Whether the person drafts for the party that leads this registered document."""
    state_id, office = lead_of(document)
    return drafts_for(rights, document.register.group_id, state_id=state_id, office=office)


def may_withdraw(rights: Rights, document: Document) -> bool:
    state_id, office = lead_of(document)
    return submits_for(rights, document.register.group_id, state_id=state_id, office=office)


def slot_of(contribution: Contribution) -> Slot | None:
    """The request of the Group that the draft answers, while it is open to this party in the draft's meeting."""
    slot, register = contribution.slot, contribution.register
    if slot is None or register is None or contribution.is_change:
        return None
    is_open = slot.document_id is None and slot.withdrawn_at is None and register.closed_at is None
    is_theirs = (slot.state_id, slot.office_id) == (contribution.state_id, contribution.office_id)
    return slot if is_open and is_theirs and slot.register_id == register.pk else None


def open_slots(register: Register | None, *, state_id: int | None, office_id: int | None) -> Iterable[Slot]:
    """The unused requests of the Group to this party, while the meeting is not closed."""
    if register is None or register.closed_at is not None:
        return Slot.objects.none()
    return Slot.objects.filter(
        Q(state_id=state_id, office_id=office_id),  # one of the two is None, and is so in the slot
        register=register,
        document__isnull=True,
        withdrawn_at__isnull=True,
    )
