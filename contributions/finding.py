"""The rows behind an address, as this person may reach them, or 404: drafts, own documents, seats."""

import uuid

from django.core.exceptions import BadRequest
from django.http import Http404
from django.shortcuts import get_object_or_404

from cwg.documents import filed_for
from cwg.documents.models import Document, Register, Slot
from cwg.members.models import Accreditation, MemberState
from cwg.members.requests import PortalRequest
from cwg.members.rights import Rights
from meetings.models import Addressee

from . import answering, previewing
from .models import Contribution


def draft_or_404(request: PortalRequest, pk: uuid.UUID, *, editable: bool = True) -> Contribution:
    """The draft, for its own party (with `editable`) or also those asked to sign it. 404 for everybody else."""
    own = (
        Contribution.objects.worked_for_by(request.rights)
        if editable
        else Contribution.objects.visible_to(request.rights)
    )
    get_object_or_404(own, pk=pk)
    return previewing.load(pk)


def own_document_or_404(request: PortalRequest, pk: int, *, or_filed: bool = False) -> Document:
    """A visible document that the person's own party leads, with `or_filed` also what it filed; 404 otherwise."""
    document = get_object_or_404(Document.objects.visible_to(request.rights).for_list(), pk=pk)
    rights = request.rights
    if not (
        rights.works_for(document.party) or (or_filed and rights.works_for(filed_for.filer_of(document)))
    ):
        raise Http404
    return document


def others_document_or_404(request: PortalRequest, pk: int) -> Document:
    """A visible document for whose party the person, as the secretariat, files what it is handed; 404 otherwise."""
    document = get_object_or_404(Document.objects.visible_to(request.rights).for_list(), pk=pk)
    if request.rights.filer_for(document.party) is None:
        raise Http404
    return document


def slot_in_address(request: PortalRequest, register: Register | None) -> Slot | None:
    """The open slot of that meeting which `?slot=` names; None where it names none. Raises BadRequest and Http404.

    What is sent may name one that has closed since: its verb refuses it, and the view keeps the words.
    """
    raw = request.GET.get("slot", "")
    if not raw:
        return None
    if not raw.isdecimal() or len(raw) > 18 or register is None:
        raise BadRequest("slot")
    slots = Slot.objects.all() if request.method == "POST" else Slot.objects.open()
    return get_object_or_404(slots.filter(register=register), pk=int(raw))


def asked_in_address(request: PortalRequest) -> Addressee | None:
    """The dated request that the draft is to answer, where the address names one that awaits a document.

    As `slot_in_address` of one that has been answered since.
    """
    raw = request.GET.get("request", "")
    if not raw:
        return None
    if not raw.isdecimal() or len(raw) > 18:
        raise BadRequest("request")
    asked = answering.asked_of if request.method == "POST" else answering.awaited_of
    return get_object_or_404(asked(request.rights).shown(), pk=int(raw))


def without_request(request: PortalRequest) -> str:
    """The address of this page without the request of the Group that it was to answer."""
    query = request.GET.copy()
    for name in ("slot", "request"):
        query.pop(name, None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


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
