"""Mails about a person's own account: links, and what was done to it. Links are made when the mail is sent, no secret is kept."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from cwg.members import account_mail, accounts, address_changes, sign_in_links
from cwg.members.models import AddressChange, Person

from . import kinds, outbox
from .addresses import absolute
from .kinds import Mail, NoticeKind, Recipient
from .models import Event


@dataclass(frozen=True)
class AccountMail:
    """One kind. `waits` is how long after its act the mail still makes sense; None: for ever.

    `mail(event, person)` makes it; the template is named as the kind. `to(event)` is an address other than the
    person's present one: one that was given up, or is not theirs yet. `matters(event)` is asked when it is sent.
    """

    name: str
    mail: Callable[[Event, Person], Mail]
    waits: timedelta | None = None
    to: Callable[[Event], str] | None = None
    matters: Callable[[Event], bool] = lambda event: True

    def recipients(self, event: Event, now: datetime) -> list[Recipient]:
        person = _person(event)
        if person is None:
            return []
        address = self.to(event) if self.to else ""
        return [Recipient(None, address, person.language) if address else Recipient.of(person, always=True)]

    def still_matters(self, event: Event, person: Person | None, now: datetime) -> bool:
        """A link nobody waits for any more is not sent: the mail waited for a server, the asker has gone to bed."""
        in_time = self.waits is None or now < event.happened_at + self.waits
        return in_time and _person(event) is not None and self.matters(event)

    def render(self, event: Event, person: Person | None, now: datetime) -> Mail:
        about = _person(event)
        assert about is not None  # `still_matters` has just found it
        return self.mail(event, about)


def _person(event: Event) -> Person | None:
    return Person.objects.filter(pk=event.facts["person"], is_active=True).first()


def register() -> None:
    for mail in _MAILS:
        kinds.register(NoticeKind(mail.name, mail.recipients, mail.still_matters, mail.render))
    account_mail.on_posted(tell)


def tell(kind: str, person_id: int | None, at: datetime, facts: dict[str, Any]) -> None:
    """Put the mail into the outbox, within the transaction of the act. Nobody's is a row that no mail comes of."""
    # Two may ask at one instant for nobody: a row each, as for two people.
    key = f"{person_id or uuid.uuid4()}:{facts.get('to', '')}:{at.isoformat()}"
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


def _change(event: Event) -> AddressChange:
    return AddressChange.objects.get(pk=event.facts["change"])


def _is_open(event: Event) -> bool:
    """A wish that was dropped or done meanwhile has links that work no longer, and perhaps a slip in its address."""
    change = _change(event)
    return change.done_at is None and change.dropped_at is None


def _confirm(side: str) -> Callable[[Event, Person], Mail]:
    def mail(event: Event, person: Person) -> Mail:
        change = _change(event)
        return Mail(
            subject=_("Confirm your new address"),
            template=f"address_change_{side}",
            context={"name": person.name},
            facts=((_("Current address"), (change.old,)), (_("New address"), (change.new,))),
            link=(_("Confirm"), absolute(address_changes.link(change, side))),
        )

    return mail


def _told(name: str, subject: Callable[[], str]) -> Callable[[Event, Person], Mail]:
    def mail(event: Event, person: Person) -> Mail:
        facts = ((_("Address of your account"), (person.email,)),)
        return Mail(subject=subject(), template=name, context={"name": person.name}, facts=facts)

    return mail


def _address_told(event: Event) -> str:
    return str(event.facts.get("to", ""))


_MAILS = [
    AccountMail("password_reset", _new_password, timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)),
    AccountMail(sign_in_links.KIND, _sign_in_link, sign_in_links.LIFETIME),
    AccountMail(
        "address_change_old", _confirm(address_changes.OLD), address_changes.LIFETIME, matters=_is_open
    ),
    AccountMail(
        "address_change_new",
        _confirm(address_changes.NEW),
        address_changes.LIFETIME,
        to=lambda event: _change(event).new,
        matters=_is_open,
    ),
    AccountMail(
        "address_changed",
        _told("address_changed", lambda: _("Your address in the portal was changed")),
        to=_address_told,
    ),
    AccountMail(
        "address_changed_here", _told("address_changed", lambda: _("Your address in the portal was changed"))
    ),
    AccountMail(
        "second_factor_reset", _told("second_factor_reset", lambda: _("Your second factor was removed"))
    ),
    AccountMail(
        "accounts_joined",
        _told("accounts_joined", lambda: _("Your two accounts were joined")),
        to=_address_told,
    ),
]
