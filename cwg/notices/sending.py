"""Sending what is due: claim, ask again whether it still matters, send, mark. At least once is the promise.

A notice is claimed with SKIP LOCKED and a lease in a transaction of its own; the mail goes out with no lock
held. Whoever dies between claim and mark leaves the notice to the next sweep when the lease ends; the mail
then goes out again under the same Message-ID.
"""

import contextlib
import logging
import smtplib
import time
from datetime import datetime, timedelta

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q

from cwg import clock
from cwg.members.models import Person
from cwg.record import journal
from cwg.record.reasons import clean_reason

from . import kinds, layout, preferences
from .kinds import NoticeKind
from .models import Notice
from .wake import wake

logger = logging.getLogger(__name__)

# Longer than one mail takes with every answer of the mail server at its time limit (EMAIL_TIMEOUT).
LEASE = timedelta(minutes=5)
# A sweep ends well before the worker's time limit; the next one goes on.
BUDGET = timedelta(minutes=3)
# 1, 3, 9, 27, 81, 243 minutes, then six hours: about twelve hours in all, then the secretariat sees it as failed.
MAX_ATTEMPTS = 8
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
# Mail servers end a connection after some number of messages; we end it before.
MAILS_A_CONNECTION = 50


class NothingToSendAgain(ValueError):
    """The notice still waits, or no longer matters. Nothing was changed."""


class Unreachable(Exception):
    """The mail server could not be reached or broke off: the next mails would fare no better."""


def wait_after(attempts: int) -> timedelta:
    """How long a notice waits after that many failed attempts (from 1)."""
    return min(FIRST_WAIT * 3 ** (attempts - 1), LONGEST_WAIT)


def send_due() -> int:
    """Send the notices that are due, oldest first, until none is left or the budget is spent.

    Returns how many were sent or dropped. Stops where the mail server cannot be reached: the notices that
    were not tried keep their turn.
    """
    done, ends = 0, time.monotonic() + BUDGET.total_seconds()
    with _Postman() as postman:
        while time.monotonic() < ends and (notice := claim(clock.now())):
            try:
                done += _deliver(notice, postman)
            except Unreachable:
                break
    return done


def claim(now: datetime) -> Notice | None:
    """The next due notice that no other sweep holds, leased; None when there is none. Counts as an attempt.

    An attempt is counted when it begins, so that a mail that kills its worker is not tried for ever.
    """
    with transaction.atomic():
        notice = (
            Notice.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("event__group", "person")
            .filter(
                Q(leased_until__isnull=True) | Q(leased_until__lte=now),
                status=Notice.Status.WAITING,
                due_at__lte=now,
            )
            .order_by("due_at", "pk")
            .first()
        )
        if notice is not None:
            notice.attempts += 1
            notice.leased_until = now + LEASE
            notice.save(update_fields=["attempts", "leased_until"])
        return notice


def _deliver(notice: Notice, postman: "_Postman") -> bool:
    """One attempt on a claimed notice. True where it is done with: sent, or no longer of interest."""
    if notice.attempts > MAX_ATTEMPTS:
        _fail(notice, "The sending broke off each time.", for_good=True)
        return False
    try:
        kind = kinds.get(notice.event.kind)
        now = clock.now()
        if not _still_matters(kind, notice, now):
            _mark(notice, status=Notice.Status.DROPPED)
            return True
        message = compose(kind, notice, now)
    except Exception as error:
        # One mail that cannot be written must not keep the others.
        logger.exception("notice %s could not be written", notice.pk)
        _fail(notice, f"{type(error).__name__}: {error}")
        return False
    try:
        postman.send(message)
    except ValueError as error:  # an address or a header with a line break in it: BadHeaderError is one
        _fail(notice, f"{error}", for_good=True)
        return False
    except smtplib.SMTPRecipientsRefused as error:
        answers = list(error.recipients.values())
        _fail(notice, f"refused: {answers}", for_good=all(code >= 500 for code, _ in answers))
        return False
    except OSError as error:  # SMTPException is one
        _fail(notice, f"{type(error).__name__}: {error}")
        if _is_out_of_reach(error):
            raise Unreachable from error
        return False
    _mark(notice, status=Notice.Status.SENT, sent_at=clock.now(), last_error="", address=address_of(notice))
    return True


def _is_out_of_reach(error: OSError) -> bool:
    """Whether the server is away, rather than unwilling to take this one mail."""
    away = (
        smtplib.SMTPServerDisconnected,
        smtplib.SMTPConnectError,
        smtplib.SMTPHeloError,
        smtplib.SMTPAuthenticationError,
    )
    return not isinstance(error, smtplib.SMTPException) or isinstance(error, away)


def address_of(notice: Notice) -> str:
    """Where it goes: the person's address as it is today, else the one it was made for."""
    return notice.person.email if notice.person is not None else notice.address


def _still_matters(kind: NoticeKind, notice: Notice, now: datetime) -> bool:
    person = notice.person
    if person is not None:
        if not person.is_active:
            return False
        if not preferences.wants(person, kind) and not _told_always(kind, notice, now):
            return False
    return kind.still_matters(notice.event, person, now)


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


def _fail(notice: Notice, why: str, *, for_good: bool = False) -> None:
    """Keep why it failed; try again later, or leave it to the secretariat."""
    error = layout.one_line(why)[:500]
    if for_good or notice.attempts >= MAX_ATTEMPTS:
        logger.error("notice %s failed: %s", notice.pk, error)
        _mark(notice, status=Notice.Status.FAILED, last_error=error)
    else:
        _mark(notice, due_at=clock.now() + wait_after(notice.attempts), last_error=error)


def _mark(notice: Notice, **values) -> None:
    """Write what became of the attempt, unless the lease ended and somebody else finished it meanwhile."""
    Notice.objects.filter(pk=notice.pk, status=Notice.Status.WAITING).update(leased_until=None, **values)


def send_again(notice: Notice, *, actor: Person, reason: str) -> Notice:
    """The secretariat sends a failed or sent notice again, for a reason that the journal keeps.

    Whether it still matters is asked again before it goes. Raises NothingToSendAgain, ReasonMissing.
    The caller has asked whether the actor may.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        again = Notice.objects.select_for_update(of=("self",)).select_related("event").get(pk=notice.pk)
        if again.status not in (Notice.Status.FAILED, Notice.Status.SENT):
            raise NothingToSendAgain
        portal, at = journal.portal(), clock.now()
        again.status = Notice.Status.WAITING
        again.due_at = at
        again.attempts = 0
        again.sent_at = again.leased_until = None
        again.save(update_fields=["status", "due_at", "attempts", "sent_at", "leased_until"])
        journal.append(
            portal,
            "notice_sent_again",
            at=at,
            actor_id=actor.pk,
            facts={
                "group": again.event.group_id,
                "notice": again.pk,
                "event": again.event.key,
                "reason": reason,
            },
        )
        transaction.on_commit(wake, robust=True)
    return again


class _Postman:
    """A connection to the mail server, opened when first needed, kept for some mails, dropped after a failure."""

    def __enter__(self) -> "_Postman":
        self._connection: BaseEmailBackend | None = None
        self._carried = 0
        return self

    def __exit__(self, *exc) -> None:
        self._hang_up()

    def send(self, message: EmailMessage) -> None:
        """Raises OSError (SMTPException among them), and ValueError for what breaks a header."""
        if self._carried >= MAILS_A_CONNECTION:
            self._hang_up()
        if self._connection is None:
            connection = get_connection()
            connection.open()
            self._connection, self._carried = connection, 0
        try:
            self._connection.send_messages([message])
        except BaseException:
            self._hang_up()
            raise
        self._carried += 1

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):  # what was taken was taken, however the farewell goes
                connection.close()
