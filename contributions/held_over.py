"""Held for the next meeting: a late draft is re-addressed, and nothing is registered until it is submitted again."""

import uuid
from datetime import datetime

from django.db.models import Q

from cwg.documents.models import Register
from cwg.members.rights import Rights
from cwg.notices import outbox

from . import drafting
from .models import Contribution
from .previewing import judged


class NotLate(Exception):
    """The meeting of the draft still takes it in: there is nothing to hold."""


def next_meeting(contribution: Contribution, *, at: datetime) -> Register | None:
    """The next announced meeting of the group that still takes this kind in; None: not yet convened.

    A deadline that only flags closes no door.
    """
    coming = (
        Register.objects.coming(at)
        .filter(group_id=contribution.group_id)
        .exclude(Q(pk=contribution.register_id))
        .prefetch_related("deadlines")
    )
    for candidate in coming:
        if judged(candidate.deadlines_in_force, contribution.kind, at).accepted:
            return candidate
    return None


def hold(pk: uuid.UUID, *, rights: Rights, at: datetime) -> Contribution:
    """Re-address a late draft to the next meeting, or to one not yet convened. Nothing is registered.

    A focal point submits it again when the time comes. Raises NotEntitled, NotOpen, and NotLate where it may be submitted
    as it is: its meeting may have been changed a moment ago.
    """
    with drafting.changing(pk, rights=rights, at=at) as contribution:
        if contribution.is_change:
            raise drafting.NotOpen
        meeting = contribution.register
        if meeting is not None and judged(meeting.deadlines_in_force, contribution.kind, at).accepted:
            raise NotLate
        put_on_hold(contribution, at=at)
    return contribution


def put_on_hold(contribution: Contribution, *, at: datetime) -> None:
    """Re-address the locked draft; the caller saves it."""
    contribution.held_from = contribution.register
    contribution.register = next_meeting(contribution, at=at)
    contribution.status = Contribution.Status.HELD
    contribution.held_at = at
    contribution.slot = None
    outbox.tell(
        "contribution_held",
        key=f"{contribution.pk}:{contribution.edition}",
        at=at,
        group=contribution.group_id,
        facts={"contribution": str(contribution.pk)},
    )
