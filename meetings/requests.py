"""Requests of the Group, recorded while it is in session, and taken back.

"... except documents requested by the Group while in session" (report of 13 February 2009, Annex 1, 4.3): the only way
round the deadline. A request may have several addressees ("The ITU General Secretariat, TSB and BDT were requested to
submit relevant documents not later than 15th of May 2009", 4.2): one wording, one item, one date. Without a date it
opens a slot for each of them, for one document, until the meeting closes. With one it opens none: documents come in
their own time and are linked to it (`answers.py`).
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cwg.documents import register, zones
from cwg.documents.models import Slot
from cwg.look import signs
from cwg.members.models import MemberState, Office, Person
from cwg.members.rights import offices_that_answer
from cwg.notices import outbox
from cwg.record import journal, legible
from cwg.record.history import create_signed, save_signed, update_signed
from cwg.record.reasons import clean_reason

from . import offers, planning
from .models import Addressee, Meeting, Request, Sitting, item_words
from .offers import MeetingAct
from .secretariat import must_be_secretariat

# A form that is sent twice comes again within seconds; from a browser that waited for a busy register, or a page that is
# reloaded, within a minute or two. What the Group asks for once more later in the sitting is another request.
REPEATED_WITHIN = timedelta(minutes=5)


class CannotRecord(ValueError):
    """The request cannot be recorded so. `str()` is a sentence for the person; nothing was changed.

    `field` names what it speaks of, as the verb's argument is called.
    """

    def __init__(self, sentence: object, field: str = ""):
        super().__init__(sentence)
        self.field = field


class NotInSession(CannotRecord):
    """The meeting has not opened, or is closed: only while in session does the Group request documents."""


class RecordedAlready(ValueError):
    """The same person has just recorded the very same request, which is `request`. Nothing was changed."""

    def __init__(self, request: Request):
        super().__init__()
        self.request = request


class CannotWithdraw(ValueError):
    """Nothing of it can be withdrawn any more. Nothing was changed."""


def offices_to_ask(group_id: int, at: datetime) -> QuerySet[Office]:
    """The offices to which a request of the group is addressed: bodies and bureaux of ITU, and what is staffed in it.

    The secretariat records what the Group asks of others.
    """
    of_itu = Q(kind__in=(Office.Kind.BUREAU, Office.Kind.INVITED))
    staffed = Q(pk__in=offices_that_answer(group_id, at))
    return Office.objects.besides_secretariats().filter(of_itu | staffed)


def check_due_date(due_on: date, meeting: Meeting, at: datetime) -> None:
    """Raises CannotRecord where that is no date by which something can be asked for at the aware instant `at`."""
    today = zones.as_local(at, meeting.zone).date()
    if due_on < today:
        raise CannotRecord(_("The due date has passed."), "due_on")
    if due_on > today + planning.FURTHEST:
        raise CannotRecord(
            _("That is more than ten years from now. Check the year of the due date."), "due_on"
        )


def record(
    meeting: Meeting,
    *,
    addressees: Iterable[MemberState | Office],
    item: str,
    wording: str,
    actor: Person,
    sitting: Sitting | None = None,
    due_on: date | None = None,
) -> Request:
    """Record what the Group asks of `addressees`; open a slot for each unless `due_on` (a date at the seat) is given.

    Raises PermissionDenied, CannotRecord, NotInSession, RecordedAlready.
    """
    item, wording, asked = item.strip(), wording.strip(), list(dict.fromkeys(addressees))
    if legible.is_empty(item):
        raise CannotRecord(_("A request has an agenda item."), "item")
    if legible.is_empty(wording):
        raise CannotRecord(_("A request has a wording."), "wording")
    for field, said in (
        ("item", signs.refusal(item)),
        ("wording", signs.refusal(wording, several_lines=True)),
    ):
        if said:
            raise CannotRecord(said, field)
    if not asked:
        raise CannotRecord(_("Choose at least one Member State or office."), "addressees")
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
            raise CannotRecord(_("That sitting belongs to another meeting."), "sitting")
        if due_on is not None:
            check_due_date(due_on, meeting, at)
        offices = {who.pk for who in asked if isinstance(who, Office)}
        if offices - set(offices_to_ask(locked.group_id, at).values_list("pk", flat=True)):
            raise CannotRecord(_("Nobody acts in this group for one of these offices."), "addressees")
        request = Request(
            meeting=meeting,
            sitting=sitting,
            item=item,
            wording=wording,
            due_on=due_on,
            recorded_at=at,
            recorded_by=actor,
        )
        if (same := _just_recorded(request, asked)) is not None:
            raise RecordedAlready(same)
        save_signed(request, actor, "recorded")
        asked_in = ", ".join(str(part) for part in (sitting, item_words(item)) if part)[:300]
        rows = [Addressee(request=request, **_named(who)) for who in asked]
        if due_on is None:
            slots = [
                Slot(register=locked, wording=wording, asked_in=asked_in, opened_at=at, **_named(who))
                for who in asked
            ]
            for row, slot in zip(rows, Slot.objects.bulk_create(slots), strict=True):
                row.slot = slot
        # To all Member States at once, they are as many statements as to one: everybody else waits for this lock.
        create_signed(rows, Addressee, actor, "recorded")
        journal.append(
            locked,
            "request",
            at=at,
            actor_id=actor.pk,
            facts={
                "request": request.pk,
                "sitting": sitting.number if sitting else None,
                "item": item,
                "addressees": [{"party": row.party.record, "slot": row.slot_id} for row in rows],
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


def _just_recorded(request: Request, asked: list[MemberState | Office]) -> Request | None:
    """The request that says the same, of the same person, within `REPEATED_WITHIN`; still asked of all its addressees.

    Under the register's lock: of two that are sent at once, the second finds the first.
    """
    recorded_at = request.recorded_at
    assert isinstance(recorded_at, datetime)  # at the instant of the act
    found = Request.objects.filter(
        meeting=request.meeting,
        sitting=request.sitting,
        item=request.item,
        wording=request.wording,
        due_on=request.due_on,
        recorded_by=request.recorded_by,
        recorded_at__gt=recorded_at - REPEATED_WITHIN,
    ).prefetch_related("addressees__state", "addressees__office")
    for each in found.order_by("-recorded_at", "-pk"):
        rows = each.addressees.all()
        if {row.who for row in rows} == set(asked) and not any(row.withdrawn_at for row in rows):
            return each
    return None


def _named(who: MemberState | Office) -> dict[str, MemberState | Office]:
    return {"state" if isinstance(who, MemberState) else "office": who}


def withdraw(
    request: Request, *, actor: Person, reason: str, addressee: Addressee | None = None
) -> list[Addressee]:
    """Take a request back, from `addressee` alone or from all who have not answered, and close their slots.

    What is answered stays. Returns those from whom it was taken back. Raises PermissionDenied, ReasonMissing,
    CannotWithdraw.
    """
    reason = clean_reason(reason)
    with register.acting_on(request.meeting.register_id) as (locked, at):
        must_be_secretariat(actor, locked.group_id, at)
        rows = Addressee.objects.filter(request=request)
        if addressee is not None:
            rows = rows.filter(pk=addressee.pk)
        taken = [row for row in rows.locked() if row.standing_at(at).is_open]
        if not taken:
            raise CannotWithdraw(
                _("Nothing is left to withdraw: it is answered, withdrawn, or ended with the meeting.")
            )
        update_signed(taken, Addressee, actor, reason, withdrawn_at=at)
        Slot.objects.filter(asked__in=taken).update(withdrawn_at=at)
        journal.append(
            locked,
            "request_withdrawn",
            at=at,
            actor_id=actor.pk,
            facts={
                "request": request.pk,
                "addressees": [{"party": row.party.record, "slot": row.slot_id} for row in taken],
                "reason": reason,
            },
        )
        return taken
