"""Mails about a person's own account: links, and what was done to it. Links are made when the mail is sent, no secret is kept."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from cwg.members import account_mail, accounts, sign_in_links
from cwg.members.models import Person

from . import kinds, outbox
from .addresses import absolute
from .kinds import Mail, NoticeKind, Recipient
from .models import Event


@dataclass(frozen=True)
class AccountMail:
    """One kind. `waits` is how long after its act the mail still makes sense; None: for ever.

    `mail(event, person)` makes it; the template is named as the kind.
    """

    name: str
    mail: Callable[[Event, Person], Mail]
    waits: timedelta | None = None

    def recipients(self, event: Event, now: datetime) -> list[Recipient]:
        found = Person.objects.filter(pk=event.facts["person"], is_active=True)
        return [Recipient.of(person, always=True) for person in found]

    def still_matters(self, event: Event, person: Person | None, now: datetime) -> bool:
        """A link nobody waits for any more is not sent: the mail waited for a server, the asker has gone to bed."""
        in_time = self.waits is None or now < event.happened_at + self.waits
        return person is not None and person.is_active and in_time

    def render(self, event: Event, person: Person | None, now: datetime) -> Mail:
        assert person is not None
        return self.mail(event, person)


def register() -> None:
    for mail in _MAILS:
        kinds.register(NoticeKind(mail.name, mail.recipients, mail.still_matters, mail.render))
    account_mail.on_posted(tell)


def tell(kind: str, person_id: int | None, at: datetime, facts: dict[str, Any]) -> None:
    """Put the mail into the outbox, within the transaction of the act. Nobody's is a row that no mail comes of."""
    # Two may ask at one instant for nobody: a row each, as for two people.
    key = f"{person_id or uuid.uuid4()}:{at.isoformat()}"
    outbox.tell(kind, key=key, at=at, facts={"person": person_id, **facts})


def _new_password(event: Event, person: Person) -> Mail:
    return Mail(
        subject=_("A new password for the portal"),
        template="password_reset",
        context={"name": person.name},
        link=(_("Set a new password"), absolute(accounts.reset_link(person))),
    )


def _sign_in_link(event: Event, person: Person) -> Mail:
    return Mail(
        subject=_("Sign in to the portal"),
        template="sign_in_link",
        context={"name": person.name},
        link=(_("Sign in"), absolute(sign_in_links.link(person))),
    )


_MAILS = [
    AccountMail("password_reset", _new_password, timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)),
    AccountMail(sign_in_links.KIND, _sign_in_link, sign_in_links.LIFETIME),
]
