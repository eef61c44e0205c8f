"""Which acts of the secretariat are open at a meeting: decided here only.

A page shows a button, the console and Today a link for exactly what stands here, and the verb behind it asks again
under its lock. So nothing is offered that is then refused.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from django.db.models import TextChoices
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cwg.documents import zones
from cwg.documents.models import Register
from cwg.documents.states import MeetingState
from cwg.members.rights import Rights

from .models import Meeting, Request, Sitting


class MeetingAct(TextChoices):
    """What the secretariat does with a meeting: the name of its page, and what it is called."""

    ANNOUNCE = "announce", _("Announce")
    OPEN_SITTING = "open-sitting", _("Open a sitting")
    UNDO_OPENING = "undo-opening", _("Undo an opening")
    RECORD_REQUEST = "record-request", _("Record a request")
    CLOSE = "close", _("Close the meeting")
    DEADLINES = "deadlines", _("Set the deadlines")
    MOVE = "move", _("Move the meeting")
    CORRECT = "edit", _("Correct")
    POSTPONE = "postpone", _("Postpone")
    CANCEL = "cancel", _("Cancel the meeting")


# Behind "More" on the page of the meeting: what is hardly ever done.
RARE = frozenset({MeetingAct.UNDO_OPENING, MeetingAct.POSTPONE, MeetingAct.CANCEL})


def acts_in(state: MeetingState) -> frozenset[MeetingAct]:
    """The acts open in a state. What else an act depends on (a day, a sitting) `acts_on` asks."""
    match state:
        case MeetingState.DRAFT:
            return frozenset(
                {
                    MeetingAct.ANNOUNCE,
                    MeetingAct.DEADLINES,
                    MeetingAct.MOVE,
                    MeetingAct.CORRECT,
                    MeetingAct.CANCEL,
                }
            )
        case MeetingState.ANNOUNCED:
            return frozenset(
                {
                    MeetingAct.OPEN_SITTING,
                    MeetingAct.DEADLINES,
                    MeetingAct.MOVE,
                    MeetingAct.CORRECT,
                    MeetingAct.POSTPONE,
                    MeetingAct.CANCEL,
                }
            )
        case MeetingState.POSTPONED:
            return frozenset({MeetingAct.MOVE, MeetingAct.CORRECT, MeetingAct.CANCEL})
        case MeetingState.IN_SESSION:
            return frozenset(
                {
                    MeetingAct.OPEN_SITTING,
                    MeetingAct.UNDO_OPENING,
                    MeetingAct.RECORD_REQUEST,
                    MeetingAct.CLOSE,
                    MeetingAct.CORRECT,
                }
            )
        case MeetingState.CLOSED | MeetingState.CANCELLED | MeetingState.ARCHIVE:
            return frozenset()
        case _:
            assert_never(state)


def is_open(act: MeetingAct, register: Register, at: datetime) -> bool:
    """Whether the state of the register's meeting at the aware instant `at` allows the act: what a verb asks."""
    return act in acts_in(register.state_at(at))


def acts_for(rights: Rights, register: Register) -> frozenset[MeetingAct]:
    """The acts that the state of the register's meeting leaves to this person. No query."""
    if register.group_id not in rights.secretariat_groups:
        return frozenset()
    return acts_in(register.state_at(rights.at))


def acts_on(
    meeting: Meeting, rights: Rights, sittings: Collection[Sitting], requests: Collection[Request]
) -> frozenset[MeetingAct]:
    """The acts offered to this person at the meeting, whose sittings and requests are those given. No query."""
    register = meeting.register
    found = set(acts_for(rights, register))
    if not may_open(meeting, sittings, rights.at):
        found.discard(MeetingAct.OPEN_SITTING)
    if not openings_to_undo(register, sittings, requests):
        found.discard(MeetingAct.UNDO_OPENING)
    return frozenset(found)


def may_open(meeting: Meeting, sittings: Iterable[Sitting], at: datetime) -> bool:
    """Whether one of the meeting's sittings, all of which are given, can be opened at the aware instant `at`."""
    state = meeting.state_at(at)
    if state is MeetingState.IN_SESSION:
        return any(sitting.opened_at is None for sitting in sittings)
    return (
        state is MeetingState.ANNOUNCED
        and zones.as_local(at, meeting.zone).date() >= meeting.register.first_day
    )


# --- Openings recorded by mistake ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opening:
    """A recorded opening, of a sitting or (`sitting` None) of the meeting as a whole, and what would be without it.

    `session_then` is when the session would have begun; None: the meeting would not be in session.
    """

    sitting: Sitting | None
    session_then: datetime | None


def openings_to_undo(
    register: Register, sittings: Collection[Sitting], requests: Collection[Request]
) -> list[Opening]:
    """The openings on which nothing depends yet. No query.

    Given are all sittings and requests of the meeting, the requests with their addressees.
    """
    if register.opened_at is None:
        return []
    return [
        opening
        for opening in _openings(register, sittings)
        if not any(_depends(request, opening) for request in requests)
    ]


def _openings(register: Register, sittings: Collection[Sitting]) -> list[Opening]:
    opened = {sitting: sitting.opened_at for sitting in sittings if sitting.opened_at is not None}
    if not opened:
        return [Opening(None, None)]
    return [
        Opening(
            sitting,
            # The session began with another sitting, or with the meeting as a whole.
            register.opened_at
            if at != register.opened_at
            else min((each for other, each in opened.items() if other != sitting), default=None),
        )
        for sitting, at in opened.items()
    ]


def _depends(request: Request, opening: Opening) -> bool:
    """Whether the Group asked for it in that sitting, or in a part of the session that would not have been.

    One that was withdrawn holds nothing up: the record tells of it all the same.
    """
    if request.is_withdrawn:
        return False
    if opening.sitting is not None and request.sitting_id == opening.sitting.pk:
        return True
    recorded, began = request.recorded_at, opening.session_then
    return recorded is None or began is None or recorded < began


# --- As a page shows them -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offer:
    """An act as a page shows it."""

    words: str | Promise
    url: str
    is_rare: bool = False


def links(
    meeting: Meeting, rights: Rights, sittings: Collection[Sitting], requests: Collection[Request]
) -> list[Offer]:
    """The acts offered to this person at the meeting, in the order of `MeetingAct`. No query."""
    offered = acts_on(meeting, rights, sittings, requests)
    return [_offer(act, meeting, rights.at) for act in MeetingAct if act in offered]


def _offer(act: MeetingAct, meeting: Meeting, at: datetime) -> Offer:
    gives_a_date = act is MeetingAct.MOVE and meeting.state_at(at).is_postponed
    return Offer(
        _("Set a date") if gives_a_date else act.label,
        reverse(f"meetings:{act.value}", args=[meeting.register.slug]),
        is_rare=act in RARE,
    )
