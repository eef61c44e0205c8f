"""Sending what is due: claim, ask again whether it still matters, send, mark. At least once is the promise.

A notice is claimed with SKIP LOCKED and a lease in a transaction of its own; the mail goes out with no lock
held. Whoever dies between claim and mark leaves the notice to the next sweep when the lease ends; the mail
then goes out again under the same Message-ID.
"""

import logging
import time
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q

from cwg import clock
from cwg.members.models import Person

from . import kinds, layout, mail_lines, outages, preferences
from .failures import Failure, Scope, in_short
from .kinds import NoticeKind
from .models import Notice, Why
from .postman import NotTaken, Postman

logger = logging.getLogger(__name__)

# Longer than one mail takes with every answer of the mail server at its time limit (EMAIL_TIMEOUT).
LEASE = timedelta(minutes=5)
# A sweep ends well before the worker's time limit; the next one goes on.
BUDGET = timedelta(minutes=3)
# As mail servers do: 1, 3, 9, 27, 81 minutes, then every three hours, and after five days nobody can be reached there.
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=3)
PATIENCE = timedelta(days=5)
# Workers that may die over one mail before it is taken to be its fault.
MOST_BROKEN_OFF = 5
# Connections in a row that may break over mails before it is taken to be the server's fault.
MOST_BREAKS = 2


class Outcome(Enum):
    SENT = "the server took it"
    DROPPED = "it matters no longer"
    UNWRITTEN = "there was nothing to send"
    REFUSED = "this mail did not go out; the next one may"
    BROKEN = "the connection broke over it"
    AWAY = "the server takes no mail at all"


def wait_after(attempts: int) -> timedelta:
    """How long a notice waits after that many failed attempts (from 1)."""
    return min(FIRST_WAIT * 3 ** min(attempts - 1, 10), LONGEST_WAIT)


def send_due() -> int:
    """Send the notices that are due, oldest first, until none is left or the budget is spent.

    Returns how many were sent or dropped. Where the mail server takes nothing, nobody pays for it: all keep their
    turn, and the server is asked again now and then (`outages.py`).
    """
    outage = outages.current()
    if outage is not None and clock.now() < outage.next_try_at:
        return 0
    done, breaks, ends = 0, 0, time.monotonic() + BUDGET.total_seconds()
    with Postman() as postman:
        while time.monotonic() < ends and (notice := claim(clock.now())):
            with mail_lines.under_its_number(notice):
                outcome, failure = _deliver(notice, postman)
            done += outcome in (Outcome.SENT, Outcome.DROPPED)
            breaks = breaks + 1 if outcome is Outcome.BROKEN else 0
            if failure is not None and (outcome is Outcome.AWAY or breaks >= MOST_BREAKS):
                outages.note(failure, clock.now())
                return done
            if outage is not None and outcome in (Outcome.SENT, Outcome.REFUSED):
                outages.end(clock.now())
                outage = None
        if outage is not None:
            _ask(postman)
    return done


def _ask(postman: Postman) -> None:
    """Whether the server is back, where no mail that is due could tell: else it would be shown as away until one is."""
    try:
        postman.call()
    except NotTaken as not_taken:
        outages.note(not_taken.failure, clock.now())
    else:
        outages.end(clock.now())


def claim(now: datetime) -> Notice | None:
    """The next due notice that no other sweep holds, leased; None when there is none. Counts as an attempt.

    An attempt is counted when it begins, so that a mail that kills its worker is not tried for ever.
    """
    with transaction.atomic():
        notice = (
            Notice.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("event__group", "person")
            .due(now)
            .filter(
                Q(leased_until__isnull=True) | Q(leased_until__lte=now),
            )
            .order_by("due_at", "pk")
            .first()
        )
        if notice is not None:
            notice.attempts += 1
            notice.broken_off += 1
            notice.leased_until = now + LEASE
            notice.save(update_fields=["attempts", "broken_off", "leased_until"])
        return notice


def _deliver(notice: Notice, postman: Postman) -> tuple[Outcome, Failure | None]:
    """One attempt on a claimed notice: what became of it, and why where the mail server had a say in that."""
    if notice.broken_off > MOST_BROKEN_OFF:
        _fail(notice, Failure(Why.UNWRITABLE, "The sending broke off each time.", for_good=True))
        return Outcome.UNWRITTEN, None
    try:
        kind = kinds.get(notice.event.kind)
        now = clock.now()
        if (why := _no_longer(kind, notice, now)) is not None:
            _mark(notice, status=Notice.Status.DROPPED, why=why)
            return Outcome.DROPPED, None
        message = compose(kind, notice, now)
    except Exception as error:
        # One mail that cannot be written must not keep the others.
        logger.exception("notice %s could not be written", notice.pk)
        _fail(notice, Failure(Why.UNWRITABLE, in_short(f"{type(error).__name__}: {error}")))
        return Outcome.UNWRITTEN, None
    try:
        postman.send(message)
    except NotTaken as not_taken:
        failure = not_taken.failure
        if failure.scope is Scope.SERVER:
            _give_back(notice, failure)
            return Outcome.AWAY, failure
        _fail(notice, failure)
        return (Outcome.BROKEN if failure.scope is Scope.BREAK else Outcome.REFUSED), failure
    _mark(
        notice,
        status=Notice.Status.SENT,
        sent_at=clock.now(),
        why="",
        last_error="",
        failing_since=None,
        address=address_of(notice),
    )
    return Outcome.SENT, None


def address_of(notice: Notice) -> str:
    """Where it goes: the person's address as it is today, else the one it was made for."""
    return notice.person.email if notice.person is not None else notice.address


def _no_longer(kind: NoticeKind, notice: Notice, now: datetime) -> Why | None:
    """Why the mail is not sent any more; None where it still matters."""
    person = notice.person
    if person is not None:
        if not person.is_active:
            return Why.CLOSED
        if not preferences.wants(person, kind) and not _told_always(kind, notice, now):
            return Why.UNWANTED
    return None if kind.still_matters(notice.event, person, now) else Why.OVER


def _told_always(kind: NoticeKind, notice: Notice, now: datetime) -> bool:
    """Whether the mail goes out whatever the person's settings say."""
    always, person = kind.always, notice.person
    return always is not None and person is not None and always(notice.event, person, now)


def compose(kind: NoticeKind, notice: Notice, now: datetime) -> EmailMessage:
    """The message of a notice, in its reader's language and time zone."""
    person: Person | None = notice.person
    language = person.language if person is not None else notice.language
    with layout.in_words_of(language), layout.as_the_reader_sees_it(person):
        mail = kind.render(notice.event, person, now)
        return layout.compose(
            mail,
            to=address_of(notice),
            name=person.name if person is not None else mail.context.get("name", ""),
            language=language,
            message_id=notice.message_id,
            optional=kind.is_settable and not _told_always(kind, notice, now),
            now=now,
        )


def _give_back(notice: Notice, failure: Failure) -> None:
    """As if it had not been tried: the server's fault is no mail's. Behind those that are due, should it be its own."""
    at = clock.now()
    due_at = at if _others_are_due(notice, at) else notice.due_at
    _mark(notice, told=failure.why, attempts=notice.attempts - 1, due_at=due_at)


def _others_are_due(notice: Notice, at: datetime) -> bool:
    return Notice.objects.due(at).exclude(pk=notice.pk).exists()


def _fail(notice: Notice, failure: Failure) -> None:
    """Keep why it failed; try again later, or leave it to people."""
    at = clock.now()
    since = notice.failing_since or at
    tried: dict[str, Any] = {"why": failure.why, "last_error": failure.said, "failing_since": since}
    if failure.for_good or at >= since + PATIENCE:
        _mark(notice, status=Notice.Status.FAILED, failed_at=at, **tried)
    else:
        _mark(notice, due_at=min(at + wait_after(notice.attempts), since + PATIENCE), **tried)


def _mark(notice: Notice, *, told: str = "", **values: Any) -> None:
    """Write what became of the attempt, unless the lease ended and somebody else finished it meanwhile.

    `told`: the reason for the log alone, where the mail keeps none.
    """
    marked = Notice.objects.filter(pk=notice.pk, status=Notice.Status.WAITING).update(
        leased_until=None, broken_off=0, **values
    )
    outcome = values.get("status", Notice.Status.WAITING)
    mail_lines.tell(notice, outcome, values.get("why") or told, marked=bool(marked))
