"""The people of a delegation as its page shows them; what is done with them has its pages under /people/."""

from cwg.members import directory, mailboxes
from cwg.members.models import Accreditation, Invitation, Role
from cwg.members.requests import PortalRequest


def section(request: PortalRequest, seat: Accreditation) -> dict:
    """What `contributions/people.html` shows: `members`, and for a focal point `pending` invitations.

    `seat` is the reader's own accreditation in the delegation. A constant number of queries, however many people.
    """
    rights = request.rights
    held = (
        Accreditation.objects.in_force(rights.at)
        .filter(group_id=seat.group_id, state_id=seat.state_id, person__is_active=True)
        .select_related("person")
    )
    members = sorted(
        held, key=lambda each: (each.role != Role.FOCAL_POINT, each.person.name.casefold(), each.pk)
    )
    manages = seat.role == Role.FOCAL_POINT
    waiting = Invitation.objects.none()
    if manages:
        mailboxes.mark(each.person for each in members)
        waiting = directory.invitations(rights).filter(group_id=seat.group_id, state_id=seat.state_id)
    return {
        "members": [directory.offered_on_role(each, rights) for each in members],
        "pending": directory.offered_on_invitations(waiting, rights),
        "manages": manages,
    }
