"""What the tests of mails about contributions share: who was told, and what is to be told of."""

from datetime import datetime, timedelta

from django.core import mail

from contributions.models import Contribution
from cwg.documents.models import Register
from cwg.members.models import Group, Person
from cwg.notices import outbox, preferences
from tests import factories

NEW_DOCUMENT = "document_registered"


def far_ahead(group: Group, now: datetime) -> Register:
    """A register that opens in thirty days and one hour: no mark is reached."""
    return factories.make_register(group, opens_at=now + timedelta(days=30, hours=1))


def told() -> list[str]:
    """Addresses of the mails so far, which are put aside."""
    addresses = sorted(address for message in mail.outbox for address in message.to)
    mail.outbox.clear()
    return addresses


def tell(kind: str, group: Group, **facts) -> None:
    outbox.tell(kind, key=str(facts), at=factories.NOW, group=group, facts=facts)


def want(*people: Person, kind: str = NEW_DOCUMENT) -> None:
    for person in people:
        preferences.set_wanted(person, kind, True)


def draft(group, register, iso3="SAU", *, author, office=None, **fields) -> Contribution:
    values = {"title": "On access", "original_languages": ["en"]} | fields
    return Contribution.objects.create(
        group=group,
        register=register,
        state=None if office else factories.make_state(iso3),
        office=office,
        created_by=author,
        created_at=factories.NOW,
        changed_by=author,
        changed_at=factories.NOW,
        **values,
    )
