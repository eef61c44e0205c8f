"""The people of a delegation as its page shows them."""

from dataclasses import dataclass
from datetime import datetime

from cwg.members.models import Accreditation, Invitation, Role
from cwg.members.requests import PortalRequest


@dataclass(frozen=True)
class Pending:
    """An invitation nobody has accepted yet; `open` says whether its link still works."""

    invitation: Invitation
    open: bool


def section(request: PortalRequest, seat: Accreditation) -> dict:
    """What `contributions/people.html` shows: `members`, and for a focal point `pending` invitations.

    `seat` is the reader's own accreditation in the delegation. Two queries, however many people.
    """
    manages = seat.role == Role.FOCAL_POINT
    return {
        "members": members(seat, request.rights.at),
        "pending": pending(seat, request.rights.at) if manages else [],
        "manages": manages,
    }


def members(seat: Accreditation, now: datetime) -> list[Accreditation]:
    """The roles in force in the delegation of `seat`, focal points first, then by name."""
    held = (
        Accreditation.objects.in_force(now)
        .filter(group_id=seat.group_id, state_id=seat.state_id, person__is_active=True)
        .select_related("person")
    )
    return sorted(
        held, key=lambda each: (each.role != Role.FOCAL_POINT, each.person.name.casefold(), each.pk)
    )


def pending(seat: Accreditation, now: datetime) -> list[Pending]:
    """Invitations to the delegation of `seat` neither used nor revoked, newest first."""
    waiting = Invitation.objects.filter(
        group_id=seat.group_id, state_id=seat.state_id, used_at__isnull=True, revoked_at__isnull=True
    ).select_related("invited_by")
    return [Pending(each, each.is_open_at(now)) for each in waiting]
