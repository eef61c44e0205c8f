"""Looking after somebody else's account: what the secretariat and administrators do for a person, besides `people.py`.

Rights, locks and refusals as there; the person is told by mail of whatever changes the way in.
"""

from datetime import datetime

from django.db import transaction

from cwg.record import access

from . import account_mail, refusals
from .models import Person
from .people import may_look_after
from .rights import rights_of


def send_new_password_link(person: Person, *, actor: Person, at: datetime, address: str | None) -> None:
    """Mail `person` the link that the sign-in page offers; nobody else learns or sets a password.

    Raises NotEntitled, also where the account is closed.
    """
    if not person.is_active or not may_look_after(rights_of(actor, at), person, at):
        raise refusals.NotEntitled
    with transaction.atomic():
        account_mail.post("password_reset", person, at)
        access.note(
            "password_reset_sent", at=at, person_id=actor.pk, subject=f"person {person.pk}", address=address
        )
