"""The rows behind an address, as this person may reach them, or 404: drafts, own documents, seats."""

import uuid

from django.http import Http404
from django.shortcuts import get_object_or_404

from cwg.documents.models import Document
from cwg.members.models import Accreditation, MemberState
from cwg.members.requests import PortalRequest
from cwg.members.rights import Rights

from . import submission
from .models import Contribution


def draft_or_404(request: PortalRequest, pk: uuid.UUID, *, editable: bool = True) -> Contribution:
    """The draft, for its own party (with `editable`) or also those asked to sign it. 404 for everybody else."""
    own = (
        Contribution.objects.worked_for_by(request.rights)
        if editable
        else Contribution.objects.visible_to(request.rights)
    )
    get_object_or_404(own, pk=pk)
    return submission.load(pk)


def own_document_or_404(request: PortalRequest, pk: int) -> Document:
    """A visible document that the person's own party leads; 404 otherwise."""
    document = get_object_or_404(Document.objects.visible_to(request.rights).for_list(), pk=pk)
    if not request.rights.works_for(document.party):
        raise Http404
    return document


def state_of(seat: Accreditation) -> MemberState:
    """The State of a seat in a delegation: delegation roles, and only they, name one."""
    assert seat.state is not None
    return seat.state


def code_of(seat: Accreditation) -> str:
    """The delegation in an address: "sau"."""
    return state_of(seat).iso3.lower()


def seat_or_404(rights: Rights, group: str, code: str) -> Accreditation:
    """The person's own accreditation to the delegation `code` in `group`; 404 for any other."""
    for accreditation in rights.delegation_seats():
        if accreditation.group.slug == group and code_of(accreditation) == code.lower():
            return accreditation
    raise Http404
