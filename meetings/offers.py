"""Which acts of the secretariat are open at a meeting: decided here only.

A page shows a button, the console and Today a link for exactly what stands here, and the verb behind it asks again
under its lock. So nothing is offered that is then refused.
"""

from collections.abc import Iterable
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

from .models import Meeting, Sitting


class MeetingAct(TextChoices):
    """What the secretariat does with a meeting: the name of its page, and what it is called."""

    ANNOUNCE = "announce", _("Announce")
    OPEN_SITTING = "open-sitting", _("Open a sitting")
    RECORD_REQUEST = "record-request", _("Record a request")
    CLOSE = "close", _("Close the meeting")
    DEADLINES = "deadlines", _("Set the deadlines")
    MOVE = "move", _("Move the meeting")
    CORRECT = "edit", _("Correct")
    POSTPONE = "postpone", _("Postpone")
    CANCEL = "cancel", _("Cancel the meeting")


# Shown less prominently: what is hardly ever done.
QUIET = frozenset({MeetingAct.POSTPONE, MeetingAct.CANCEL})


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


def acts_on(meeting: Meeting, rights: Rights, sittings: Iterable[Sitting]) -> frozenset[MeetingAct]:
    """The acts offered to this person at the meeting, whose sittings are those given. No query."""
    register = meeting.register
    if register.group_id not in rights.secretariat_groups:
        return frozenset()
    found = set(acts_in(register.state_at(rights.at)))
    if not may_open(meeting, sittings, rights.at):
        found.discard(MeetingAct.OPEN_SITTING)
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


@dataclass(frozen=True)
class Offer:
    """An act as a page shows it."""

    words: str | Promise
    url: str
    is_quiet: bool = False


def links(meeting: Meeting, rights: Rights, sittings: Iterable[Sitting]) -> list[Offer]:
    """The acts offered to this person at the meeting, in the order of `MeetingAct`. No query."""
    offered = acts_on(meeting, rights, sittings)
    return [_offer(act, meeting, rights.at) for act in MeetingAct if act in offered]


def _offer(act: MeetingAct, meeting: Meeting, at: datetime) -> Offer:
    gives_a_date = act is MeetingAct.MOVE and meeting.state_at(at).is_postponed
    return Offer(
        _("Set a date") if gives_a_date else act.label,
        reverse(f"meetings:{act.value}", args=[meeting.register.slug]),
        is_quiet=act in QUIET,
    )
