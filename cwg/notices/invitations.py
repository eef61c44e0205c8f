"""The mail that invites somebody to sign in: a link that works once and expires. No secret is kept for it."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from cwg.members import people
from cwg.members.models import Invitation, Person, Role

from . import kinds, layout, outbox
from .addresses import absolute
from .kinds import Mail, NoticeKind, Recipient
from .models import Event

KIND = "invitation"


def register() -> None:
    kinds.register(NoticeKind(KIND, recipients, still_matters, render))
    people.on_invited(tell)


def tell(invitation: Invitation, at: datetime) -> None:
    """Put the mail into the outbox, within the transaction that invites, or that sends an invitation again."""
    outbox.tell(
        KIND,
        key=f"{invitation.pk}:{at.isoformat()}",
        at=at,
        group=invitation.group_id,
        facts={"invitation": str(invitation.pk)},
    )


def _invitation(event: Event) -> Invitation | None:
    of = Invitation.objects.select_related("group", "state", "office", "invited_by")
    return of.filter(pk=UUID(event.facts["invitation"])).first()


def recipients(event: Event, now: datetime) -> list[Recipient]:
    invitation = _invitation(event)
    return [Recipient(None, invitation.email, invitation.language)] if invitation else []


def still_matters(event: Event, person: Person | None, now: datetime) -> bool:
    """Neither used nor revoked nor expired."""
    invitation = _invitation(event)
    return (
        invitation is not None
        and invitation.used_at is None
        and invitation.revoked_at is None
        and now < invitation.expires_at
    )


def render(event: Event, person: Person | None, now: datetime) -> Mail:
    invitation = _invitation(event)
    assert invitation is not None  # `still_matters` has just found it, and no invitation is deleted
    group = invitation.group
    party = invitation.state or invitation.office
    role = str(Role(invitation.role).label)
    # Nobody's name stands for an invitation made on the server.
    inviter = invitation.invited_by.name if invitation.invited_by else _("Whoever runs the portal")
    return Mail(
        subject=_("Invitation to the portal of %(group)s") % {"group": group.name},
        template="invitation",
        context={"name": invitation.name, "inviter": layout.one_line(inviter)},
        facts=(
            (_("Group"), (group.name,)),
            (_("Your role"), (f"{role}, {party}" if party else role,)),
            (_("The link works until"), layout.moment(invitation.expires_at, group.zone, group.seat, None)),
        ),
        link=(_("Accept the invitation"), absolute(people.invitation_link(invitation))),
    )
