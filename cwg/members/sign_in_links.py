"""A mailed link that signs in, once, within an hour: the way past a stranger's wrong passwords, and past one's own.

It proves what a link for a new password proves, that one reads the mailbox; a second factor is asked for all the same.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from cwg.record import access

from . import account_mail, guessing, refusals
from .models import Person

SALT = "sign-in-link"
KIND = "sign_in_link"
LIFETIME = timedelta(hours=1)


def ask(email: str, who: guessing.Visitor, *, at: datetime, address: str | None) -> None:
    """Mail a link to the person of that address, if it is somebody's who may sign in; the same work if it is not.

    Raises TooManyMails.
    """
    _ask(KIND, "sign_in_link_asked", email, who, at=at, address=address)


def ask_for_new_password(email: str, who: guessing.Visitor, *, at: datetime, address: str | None) -> None:
    """As `ask`, a link at which the person sets a new password."""
    _ask("password_reset", "password_reset_asked", email, who, at=at, address=address)


def _ask(
    kind: str, act: str, email: str, who: guessing.Visitor, *, at: datetime, address: str | None
) -> None:
    person = Person.objects.filter(email=email, is_active=True).first()
    with transaction.atomic():
        if guessing.may_mail(who, at):
            access.note(act, at=at, person_id=person.pk if person else None, address=address)
            account_mail.post(kind, person, at)


def link(person: Person) -> str:
    """The absolute address that signs `person` in once."""
    token = signing.dumps({"person": person.pk, "state": _state(person, settings.SECRET_KEY)}, salt=SALT)
    return settings.PORTAL_URL + reverse("account_use_sign_in_link", args=[token])


def person_of(token: str) -> Person:
    """Whom the link signs in. Raises LinkGone for one that is used, too old, or not ours."""
    try:
        held = signing.loads(token, salt=SALT, max_age=LIFETIME)
        person = Person.objects.get(pk=held["person"], is_active=True)
    except (signing.BadSignature, KeyError, TypeError, ValueError, Person.DoesNotExist):
        raise refusals.LinkGone from None
    if not any(constant_time_compare(held["state"], _state(person, secret)) for secret in _secrets()):
        raise refusals.LinkGone
    return person


def redeem(token: str) -> Person:
    """As `person_of`, with the person's row locked: sign in within the same transaction, and the link is used up.

    Where a second factor is due it stays good until that was given. Raises LinkGone.
    """
    Person.objects.select_for_update().get(pk=person_of(token).pk)
    return person_of(token)  # again, under the lock: whoever pressed twice, or second, waited here


def _secrets() -> list[str]:
    """SECRET_KEY, then those it replaced."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _state(person: Person, secret: str) -> str:
    """What changes when the link is used, and when it should die anyhow: the last sign-in, the password, the address."""
    last = person.last_login.isoformat() if person.last_login else ""
    told = f"{person.pk}|{last}|{person.password}|{person.email}"
    return salted_hmac(SALT, told, secret=secret).hexdigest()[:24]
