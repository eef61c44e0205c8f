"""The mail with a link for a new password. The link is made when the mail is sent; no secret is kept for it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from cwg.members import accounts
from cwg.members.models import Person

from . import kinds, outbox
from .addresses import absolute
from .kinds import Mail, NoticeKind, Recipient
from .models import Event

KIND = "password_reset"


def register() -> None:
    kinds.register(NoticeKind(KIND, recipients, still_matters, render))
    accounts.on_reset_asked(tell)


def tell(person: Person, at: datetime) -> None:
    outbox.tell(KIND, key=f"{person.pk}:{at.isoformat()}", at=at, facts={"person": person.pk})


def recipients(event: Event, now: datetime) -> list[Recipient]:
    found = Person.objects.filter(pk=event.facts["person"], is_active=True)
    return [Recipient.of(person, always=True) for person in found]


def still_matters(event: Event, person: Person | None, now: datetime) -> bool:
    """A link nobody waits for any more is not sent: the asker has gone to bed, or the mail waited for a server."""
    waited = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    return person is not None and person.is_active and now < event.happened_at + waited


def render(event: Event, person: Person | None, now: datetime) -> Mail:
    assert person is not None
    return Mail(
        subject=_("A new password for the portal"),
        template="password_reset",
        context={"name": person.name},
        link=(_("Set a new password"), absolute(accounts.reset_link(person))),
    )
