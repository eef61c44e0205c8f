"""A person moves to another address: the wish is confirmed at the old and at the new one, within three days.

Both, so that neither a borrowed session nor a slip of the pen takes an account away. Whoever no longer reads the old
mailbox asks the secretariat (`account_care.change_address`). Whether the new address is somebody's already is told to
nobody but its owner.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse

from cwg.record import access
from cwg.record.history import sign

from . import account_mail, refusals
from .cleaning import clean_address
from .entry_models import AddressChange
from .models import Person

SALT = "address-change"
LIFETIME = timedelta(days=3)
MOST_A_DAY = 5
OLD, NEW = "old", "new"
OPEN = {"done_at": None, "dropped_at": None}


def ask(person: Person, email: str, *, at: datetime, address: str | None) -> AddressChange:
    """Mail a link to both addresses; an earlier wish that is open is dropped. `address` is the network address.

    Raises AddressRefused, AlreadySo, TooManyChanges; nothing is changed then.
    """
    email = clean_address(email)
    with transaction.atomic():
        kept = Person.objects.select_for_update().get(pk=person.pk)
        if email == kept.email:
            raise refusals.AlreadySo
        if kept.address_changes.filter(asked_at__gt=at - timedelta(days=1)).count() >= MOST_A_DAY:
            raise refusals.TooManyChanges
        _drop_open(kept, at)
        change = AddressChange.objects.create(
            person=kept, old=kept.email, new=email, asked_at=at, expires_at=at + LIFETIME
        )
        access.note("address_change_asked", at=at, person_id=kept.pk, address=address)
        account_mail.post("address_change_old", kept, at, change=change.pk)
        account_mail.post("address_change_new", kept, at, change=change.pk)
    return change


def open_of(person: Person, at: datetime) -> AddressChange | None:
    """The wish that still waits for a confirmation."""
    return person.address_changes.filter(**OPEN, expires_at__gt=at).first()


def _drop_open(person: Person, at: datetime) -> None:
    person.address_changes.filter(**OPEN).update(dropped_at=at)


def link(change: AddressChange, side: str) -> str:
    """The absolute address that confirms at the old or the new address; signed, no secret is kept."""
    token = signing.dumps({"change": change.pk, "side": side}, salt=SALT)
    return settings.PORTAL_URL + reverse("account_confirm_address", args=[token])


def change_of(token: str, at: datetime) -> tuple[AddressChange, str]:
    """The wish and the side of a link. Raises LinkGone for one that is done, dropped, too old, or not ours."""
    try:
        held = signing.loads(token, salt=SALT)
        change = AddressChange.objects.select_related("person").get(pk=held["change"])
    except (signing.BadSignature, KeyError, TypeError, ValueError, AddressChange.DoesNotExist):
        raise refusals.LinkGone from None
    if change.done_at or change.dropped_at or at >= change.expires_at or not change.person.is_active:
        raise refusals.LinkGone
    return change, held["side"]


def confirm(token: str, *, at: datetime, address: str | None) -> AddressChange:
    """Confirm at one side; the second confirmation changes the address at once, and the old one is told.

    Confirming twice changes nothing. Raises LinkGone and AddressTaken.
    """
    with transaction.atomic():
        change, side = change_of(token, at)
        person = Person.objects.select_for_update().get(pk=change.person_id)
        change, side = change_of(token, at)  # again, under the lock
        if person.email != change.old:
            raise refusals.LinkGone
        if side == NEW and Person.objects.filter(email=change.new).exclude(pk=person.pk).exists():
            raise refusals.AddressTaken
        confirmed = "old_confirmed_at" if side == OLD else "new_confirmed_at"
        if getattr(change, confirmed) is None:
            setattr(change, confirmed, at)
            access.note(f"address_confirmed_{side}", at=at, person_id=person.pk, address=address)
        is_done = change.old_confirmed_at is not None and change.new_confirmed_at is not None
        change.done_at = at if is_done else None
        change.save(update_fields=[confirmed, "done_at"])
        if is_done:
            move(person, change.new, actor=person, reason="own address, confirmed at both", at=at)
    return change


def move(person: Person, email: str, *, actor: Person, reason: str, at: datetime) -> None:
    """Write the new address on the locked `person`, and tell the old one and the new one.

    Drops the person's own wish, if one is open: it was to move away from an address that is given up. Raises AddressTaken.
    """
    old, person.email = person.email, email
    sign(person, actor, reason)
    try:
        with transaction.atomic():
            person.save(update_fields=["email"])
    except IntegrityError:
        raise refusals.AddressTaken from None
    _drop_open(person, at)
    access.note("address_changed", at=at, person_id=actor.pk, subject=f"person {person.pk}")
    account_mail.post("address_changed", person, at, to=old)
    account_mail.post("address_changed_here", person, at)
