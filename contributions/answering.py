"""Which request of the Group a draft answers: said while it is a draft, and taken back as easily.

A request of the meeting in session opens a slot, which excuses a late document (`use_slot`). A dated one
excuses from no deadline: it only says what the document is linked to as it is registered.
"""

import uuid
from datetime import datetime

from cwg.documents import register
from cwg.documents.models import Slot
from cwg.members.rights import Rights
from meetings.answers import NOT_AWAITED, CannotLink
from meetings.models import Addressee, AddresseeQuerySet, Meeting

from . import drafting
from .models import Contribution


def awaited_of(rights: Rights) -> AddresseeQuerySet:
    """The dated requests still to be answered that this person may answer or file the answer of."""
    return _for_whom(rights, Addressee.objects.awaiting_document())


def asked_of(rights: Rights) -> AddresseeQuerySet:
    """As `awaited_of`, with those that have been answered or withdrawn since."""
    return _for_whom(rights, Addressee.objects.all())


def _for_whom(rights: Rights, asked: AddresseeQuerySet) -> AddresseeQuerySet:
    filed = [filer.group_id for filer in rights.filers]
    asked = asked.filter(request__meeting__in=Meeting.objects.visible_to(rights))
    own = asked.worked_for_by(rights)
    return own | asked.filter(request__meeting__register__group__in=filed) if filed else own


def use_slot(pk: uuid.UUID, slot: Slot, *, rights: Rights, at: datetime) -> Contribution:
    """Say that the draft answers a request of the Group: it goes to that meeting. Raises SlotNotOpen."""
    with drafting.changing(pk, rights=rights, at=at) as contribution:
        contribution.slot, contribution.register, contribution.answers = slot, slot.register, None
        if contribution.open_slot is None or slot.register.group_id != contribution.group_id:
            raise register.SlotNotOpen
        contribution.status = Contribution.Status.DRAFT
    return contribution


def answer_request(pk: uuid.UUID, asked: Addressee, *, rights: Rights, at: datetime) -> Contribution:
    """Say that the draft answers a dated request to the party whose name it bears, in place of any other request.

    Raises NotEntitled, drafting.NotOpen, CannotLink; then nothing is changed.
    """
    with drafting.changing(pk, rights=rights, at=at) as contribution:
        if asked not in contribution.open_requests:
            raise CannotLink(NOT_AWAITED)
        contribution.answers, contribution.slot = asked, None
    return contribution


def answer_nothing(pk: uuid.UUID, *, rights: Rights, at: datetime) -> Contribution:
    """Say that the draft answers no request. Raises NotEntitled, drafting.NotOpen."""
    with drafting.changing(pk, rights=rights, at=at) as contribution:
        contribution.answers = contribution.slot = None
    return contribution
