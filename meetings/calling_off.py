"""Cancelling a meeting, and postponing it without a date.

Both before its opening only. Drafts addressed to it keep their words; nothing is registered for it meanwhile
(`offers.MeetingCalledOff`). A date is given to a postponed meeting by moving it (`moving.py`).
"""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cwg.documents import register
from cwg.documents.models import Register
from cwg.documents.states import MeetingState
from cwg.members.models import Person
from cwg.notices import outbox
from cwg.record import journal
from cwg.record.history import save_signed
from cwg.record.reasons import clean_reason

from . import offers
from .models import Meeting
from .offers import MeetingAct
from .secretariat import must_be_secretariat


class CannotCallOff(ValueError):
    """The meeting cannot be cancelled or postponed now. `str()` is a sentence; nothing was changed."""


def cancel(meeting: Meeting, *, actor: Person, reason: str) -> Meeting:
    """Cancel a meeting that has not opened, for good; tell its readers if it was announced.

    Raises PermissionDenied, ReasonMissing and CannotCallOff.
    """
    reason = clean_reason(reason)
    with register.acting_on(meeting.register_id) as (locked, at):
        must_be_secretariat(actor, locked.group_id, at)
        if not offers.is_open(MeetingAct.CANCEL, locked, at):
            raise CannotCallOff(
                _("Only a meeting that has not opened, and is not cancelled yet, can be cancelled.")
            )
        locked.cancelled_at = at
        locked.save(update_fields=["cancelled_at"])
        return _recorded(meeting, locked, at, actor, reason)


def postpone(meeting: Meeting, *, actor: Person, reason: str) -> Meeting:
    """Take the date from an announced meeting that has not opened, and tell its readers.

    Its deadlines stay as they are until it has a date again; meanwhile nothing is registered for it.
    Raises PermissionDenied, ReasonMissing and CannotCallOff.
    """
    reason = clean_reason(reason)
    with register.acting_on(meeting.register_id) as (locked, at):
        must_be_secretariat(actor, locked.group_id, at)
        if not offers.is_open(MeetingAct.POSTPONE, locked, at):
            raise CannotCallOff(_("Only an announced meeting that has not opened is postponed."))
        locked.postponed_at = at
        locked.save(update_fields=["postponed_at"])
        return _recorded(meeting, locked, at, actor, reason)


def _recorded(meeting: Meeting, locked: Register, at: datetime, actor: Person, reason: str) -> Meeting:
    cancelled = locked.state_at(at) is MeetingState.CANCELLED
    meeting = Meeting.objects.select_related("register__group").get(pk=meeting.pk)
    meeting.sequence += 1
    save_signed(meeting, actor, reason)
    journal.append(
        locked,
        "cancelled" if cancelled else "postponed",
        at=at,
        actor_id=actor.pk,
        facts={
            "meeting": meeting.pk,
            "opening": locked.opens_at,
            "sequence": meeting.sequence,
            "reason": reason,
        },
    )
    if locked.is_announced:
        outbox.tell(
            "meeting_cancelled" if cancelled else "meeting_postponed",
            key=f"{meeting.pk}:{meeting.sequence}",
            at=at,
            group=locked.group_id,
            facts=journal.plain({"meeting": meeting.pk, "opening": locked.opens_at, "reason": reason}),
        )
    meeting.register = locked
    return meeting
