"""Requests of the Group, recorded while it is in session: the only way round the deadline.

"... except documents requested by the Group while in session" (report of 13 February 2009, Annex 1, 4.3).
A request opens one slot, for its addressee, for one document, until the meeting closes. A request with a
later due date opens none.
"""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _

from cwg.documents import register, zones
from cwg.documents.models import Slot
from cwg.members.models import MemberState, Office, Person
from cwg.notices import outbox
from cwg.record import journal
from cwg.record.history import sign
from cwg.record.reasons import clean_reason

from . import offers
from .models import Meeting, Request, Sitting
from .offers import MeetingAct
from .secretariat import must_be_secretariat


class CannotRecord(ValueError):
    """The request cannot be recorded so. `str()` is a sentence for the person; nothing was changed."""


class NotInSession(CannotRecord):
    """The meeting has not opened, or is closed: only while in session does the Group request documents."""


class CannotWithdraw(ValueError):
    """The request is answered or withdrawn already. Nothing was changed."""


def record(
    meeting: Meeting,
    *,
    addressee: MemberState | Office,
    item: str,
    wording: str,
    actor: Person,
    sitting: Sitting | None = None,
    due_on: date | None = None,
) -> Request:
    """Record what the Group asks of one addressee; open its slot unless `due_on` (a date at the seat) is given.

    Raises PermissionDenied, CannotRecord, NotInSession.
    """
    item, wording = item.strip(), wording.strip()
    if not item or not wording:
        raise CannotRecord(_("A request has an agenda item and a wording."))
    state = addressee if isinstance(addressee, MemberState) else None
    office = addressee if isinstance(addressee, Office) else None
    with register.acting_on(meeting.register_id) as (locked, at):
        must_be_secretariat(actor, locked.group_id, at)
        meeting = Meeting.objects.select_related("register").get(pk=meeting.pk)
        if not offers.is_open(MeetingAct.RECORD_REQUEST, locked, at):
            raise NotInSession(
                _(
                    "The meeting is not in session. Requests are recorded from the opening of its first sitting"
                    " to its close."
                )
            )
        if sitting is not None and sitting.meeting_id != meeting.pk:
            raise CannotRecord(_("That sitting belongs to another meeting."))
        if due_on is not None and due_on < zones.as_local(at, meeting.zone).date():
            raise CannotRecord(_("The due date has passed."))
        slot = None
        if due_on is None:
            asked_in = ", ".join(str(part) for part in (sitting, item) if part)
            slot = Slot.objects.create(
                register=locked,
                state=state,
                office=office,
                wording=wording,
                asked_in=asked_in[:300],
                opened_at=at,
            )
        request = Request(
            meeting=meeting,
            sitting=sitting,
            item=item,
            state=state,
            office=office,
            wording=wording,
            due_on=due_on,
            recorded_at=at,
            recorded_by=actor,
            slot=slot,
        )
        sign(request, actor, "recorded")
        request.save()
        journal.append(
            locked,
            "request",
            at=at,
            actor_id=actor.pk,
            facts={
                "request": request.pk,
                "slot": slot.pk if slot else None,
                "sitting": sitting.number if sitting else None,
                "item": item,
                "addressee": request.party.record,
                "wording": wording,
                "due_on": due_on,
            },
        )
        outbox.tell(
            "request_recorded",
            key=str(request.pk),
            at=at,
            group=locked.group_id,
            facts={"request": request.pk},
        )
        return request


def withdraw(request: Request, *, actor: Person, reason: str) -> Request:
    """Take a request back and close its slot, if nobody has used it.

    Raises PermissionDenied, ReasonMissing, CannotWithdraw.
    """
    reason = clean_reason(reason)
    with register.acting_on(request.meeting.register_id) as (locked, at):
        must_be_secretariat(actor, locked.group_id, at)
        request = Request.objects.select_related("slot", "meeting__register").get(pk=request.pk)
        if request.withdrawn_at is not None:
            raise CannotWithdraw(_("This request is withdrawn already."))
        slot = None
        if request.slot_id is not None:
            slot = Slot.objects.select_for_update().get(pk=request.slot_id)
        if slot is not None and slot.document_id is not None:
            raise CannotWithdraw(_("The request is answered: it stays on record with its document."))
        request.withdrawn_at = at
        sign(request, actor, reason)
        request.save()
        if slot is not None:
            slot.withdrawn_at = at
            slot.save(update_fields=["withdrawn_at"])
        journal.append(
            locked,
            "request_withdrawn",
            at=at,
            actor_id=actor.pk,
            facts={"request": request.pk, "slot": slot.pk if slot else None, "reason": reason},
        )
        return request


def pages_of_slots(slot_ids: Iterable[int]) -> dict[int, str]:
    """The address of the request that opened each slot, by the slot's id."""
    found = Request.objects.filter(slot_id__in=list(slot_ids)).select_related("meeting__register")
    return {request.slot_id: request.get_absolute_url() for request in found if request.slot_id is not None}
