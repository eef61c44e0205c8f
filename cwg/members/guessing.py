"""Guessing passwords is slow, and nobody is kept out by another's guesses.

- Wrong passwords for an address make the next try wait, longer each time, up to a quarter of an hour. A try that was told
  to wait is not counted: it makes nobody wait longer.
- A browser on which the person has signed in before has a count of its own, so a stranger's guesses never delay it.
- A mailed link passes (`sign_in_links.py`), and so does a new password by mail.
- From one network address many wrong passwords, for whatever accounts, make unknown browsers there wait. Failures count,
  not attempts, and whoever gets in is forgiven: two hundred people behind one address sign in at once.
- Known and unknown addresses are treated by the same questions to the database.
Counted in the database, in a table of its own: nothing pushes the counts out.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from cwg import clock

from . import devices, networks, refusals
from .addresses import folded
from .entry_models import EntryAttempt

FREE_GUESSES = 5
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=15)
REMEMBERED = timedelta(hours=24)

NETWORK_GUESSES = 50
NETWORK_MAILS = 200
NETWORK_SPAN = timedelta(minutes=10)
MAILS = 3
MAIL_SPAN = timedelta(minutes=15)


@dataclass(frozen=True)
class Visitor:
    """Who tries to enter: the account by a digest of its address, the network, the browser where it is known there."""

    account: str
    network: str
    browser: uuid.UUID | None


def visitor(email: str, *, address: str | None, browser: uuid.UUID | None, at: datetime) -> Visitor:
    """`address` is the network address, `browser` what the cookie says; `at` is aware."""
    known = browser if devices.known_to(email, browser, at) else None
    account = salted_hmac("entry-attempt", folded(email), algorithm="sha256").hexdigest()
    return Visitor(account, networks.network_of(address), known)


def delay_after(wrong: int) -> timedelta:
    """How long to wait after so many wrong passwords in a row: nothing for the first five, then 1, 2, 4, 8, 15 minutes."""
    if wrong < FREE_GUESSES:
        return timedelta(0)
    return min(FIRST_WAIT * 2 ** min(wrong - FREE_GUESSES, 10), LONGEST_WAIT)


def begin(who: Visitor, at: datetime) -> EntryAttempt:
    """Count a password before it is looked at, so that many at once are not one; `forgive` it if it fits.

    Raises TooManyWrongPasswords; nothing is counted then. `at` is aware.
    """
    with transaction.atomic():
        _one_at_a_time(who)
        tried = _of_account(EntryAttempt.Kind.PASSWORD, who).filter(at__gt=at - REMEMBERED).order_by("-at")
        instants = list(tried.values_list("at", flat=True)[:20])
        if instants and instants[0] + delay_after(len(instants)) > at:
            raise refusals.TooManyWrongPasswords(instants[0] + delay_after(len(instants)) - at)
        _require_calm_network(EntryAttempt.Kind.PASSWORD, who, at, NETWORK_GUESSES)
        return _count(EntryAttempt.Kind.PASSWORD, who, at)


def forgive(attempt: EntryAttempt) -> None:
    """The password fitted: forget what this browser, or an unknown one of this network, tried on the account before.

    What others tried from elsewhere stays: the owner's own signing in gives a stranger no new guesses.
    """
    tried = EntryAttempt.objects.filter(kind=attempt.kind, account=attempt.account, browser=attempt.browser)
    (tried if attempt.browser else tried.filter(network=attempt.network)).delete()


def take_back(attempt: EntryAttempt) -> None:
    """The password was never checked: it does not count, and makes nobody wait."""
    attempt.delete()


def may_mail(who: Visitor, at: datetime) -> bool:
    """Whether one more mail goes out to the address; counted if so. False: enough are on their way already, and one works.

    Raises TooManyMails for a network that asks for mails to very many addresses.
    """
    with transaction.atomic():
        _one_at_a_time(who)
        if _of_account(EntryAttempt.Kind.MAIL, who).filter(at__gt=at - MAIL_SPAN).count() >= MAILS:
            return False
        _require_calm_network(EntryAttempt.Kind.MAIL, who, at, NETWORK_MAILS)
        _count(EntryAttempt.Kind.MAIL, who, at)
    return True


def forget_what_is_over() -> int:
    """Background work: delete what no longer delays anybody; returns how many rows."""
    return forget_old(clock.now())


def forget_old(at: datetime) -> int:
    return EntryAttempt.objects.filter(at__lte=at - REMEMBERED).delete()[0]


def _of_account(kind: str, who: Visitor) -> QuerySet[EntryAttempt]:
    return EntryAttempt.objects.filter(kind=kind, account=who.account, browser=who.browser)


def _require_calm_network(kind: str, who: Visitor, at: datetime, most: int) -> None:
    """Unknown browsers only: whoever has signed in on theirs before is not delayed by others in the room."""
    if who.browser is not None or not who.network:
        return
    there = EntryAttempt.objects.filter(
        kind=kind, network=who.network, browser=None, at__gt=at - NETWORK_SPAN
    )
    instants = list(there.order_by("-at").values_list("at", flat=True)[:most])
    if len(instants) == most:
        wait = instants[-1] + NETWORK_SPAN - at
        raise (
            refusals.TooManyWrongPasswords(wait, in_network=True)
            if kind == EntryAttempt.Kind.PASSWORD
            else refusals.TooManyMails(wait)
        )


def _count(kind: str, who: Visitor, at: datetime) -> EntryAttempt:
    return EntryAttempt.objects.create(
        kind=kind, account=who.account, network=who.network, browser=who.browser, at=at
    )


def _one_at_a_time(who: Visitor) -> None:
    """Until the transaction ends, no other request counts for this account: parallel guesses are counted one by one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"entry {who.account}"])
