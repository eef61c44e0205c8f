"""What people do about mail that failed: send it again, or set it aside. Each with a reason that the journal keeps."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from cwg.members.models import Person
from cwg.record import chain_clock, journal
from cwg.record.models import PortalJournal
from cwg.record.reasons import clean_reason

from . import outages
from .models import Notice
from .wake import wake

# At once; who has more than these does it twice.
MOST_AT_ONCE = 200


class NothingToSendAgain(ValueError):
    """The mail waits, was sent or set aside meanwhile, or no longer matters. Nothing was changed."""


def may_be_sent_again(notice: Notice) -> bool:
    """One that went out, that failed, was set aside, or is still being tried."""
    return notice.is_failing or notice.status not in (Notice.Status.WAITING, Notice.Status.DROPPED)


def may_be_set_aside(notice: Notice) -> bool:
    """One that failed for good: as long as it is tried, it is nobody's to give up but the portal's."""
    return notice.is_failed


def send_again(notice: Notice, *, actor: Person, reason: str) -> Notice:
    """Send a mail again that failed or went out; one that is still tried is tried at once.

    `notice` as the caller read it, and has asked whether the actor may: one that has gone out or was set aside since then
    is left alone. Whether it still matters is asked again before it goes. Raises NothingToSendAgain, ReasonMissing,
    holding.Busy.
    """

    def may(locked: Notice) -> bool:
        return may_be_sent_again(locked) and (locked.is_in_trouble or _stand(locked) == _stand(notice))

    if done := _each([notice.pk], may, _to_be_sent, _note_sent_again, actor, reason):
        return done[0]
    raise NothingToSendAgain


def send_all_again(pks: Iterable[int], *, actor: Person, reason: str) -> int:
    """As `send_again`, those of many that are still in trouble; returns how many. Raises ReasonMissing, holding.Busy."""
    return len(_each(pks, _is_in_trouble, _to_be_sent, _note_sent_again, actor, reason))


def set_aside(notice: Notice, *, actor: Person, reason: str) -> Notice:
    """No longer show a mail that failed: the person was told otherwise, or need not be.

    Raises NothingToSendAgain, ReasonMissing, holding.Busy. The caller has asked whether the actor may.
    """
    if done := _each([notice.pk], may_be_set_aside, _put_aside, _note_set_aside, actor, reason):
        return done[0]
    raise NothingToSendAgain


def set_all_aside(pks: Iterable[int], *, actor: Person, reason: str) -> int:
    """As `set_aside`, those of many that are still failed; returns how many. Raises ReasonMissing, holding.Busy."""
    return len(_each(pks, may_be_set_aside, _put_aside, _note_set_aside, actor, reason))


def _is_in_trouble(notice: Notice) -> bool:
    return notice.is_in_trouble


def _stand(notice: Notice) -> tuple[str, datetime | None]:
    """What tells a mail that went out from the same one that has gone out once more."""
    return notice.status, notice.sent_at


def _to_be_sent(notice: Notice, at: datetime) -> None:
    if notice.status != Notice.Status.WAITING:  # a lease on one that waits is that of a mail on its way
        notice.leased_until = None
    notice.status = Notice.Status.WAITING
    notice.due_at = at
    notice.attempts = notice.broken_off = 0
    notice.sent_at = notice.failed_at = notice.failing_since = None


def _put_aside(notice: Notice, at: datetime) -> None:
    notice.status = Notice.Status.SET_ASIDE


def _each(
    pks: Iterable[int],
    may: Callable[[Notice], bool],
    do: Callable[[Notice, datetime], None],
    note: Callable[..., None],
    actor: Person,
    reason: str,
) -> list[Notice]:
    """Do it to each that it may be done to, with an entry in the portal's journal for each.

    `may` is asked of each row under its lock: others have acted, and mails gone out, while we waited for the journal's.
    In one order: two may do so at once.
    """
    reason = clean_reason(reason)
    with journal.acting_on_portal() as portal:
        locked = (
            Notice.objects.select_for_update(of=("self",))
            .select_related("event")
            .filter(pk__in=list(pks)[:MOST_AT_ONCE])
            .order_by("pk")
        )
        at = chain_clock.read(portal)
        done = [notice for notice in locked if may(notice)]
        if done:
            for notice in done:
                do(notice, at)
                notice.save()
                facts = {
                    "group": notice.event.group_id,
                    "notice": notice.pk,
                    "event": notice.event.key,
                    "reason": reason,
                }
                note(portal, at=at, actor_id=actor.pk, facts=facts)
            if any(notice.status == Notice.Status.WAITING for notice in done):
                outages.try_now(at)
                transaction.on_commit(wake, robust=True)
    return done


def _note_sent_again(portal: PortalJournal, **entry: Any) -> None:
    journal.append(portal, "notice_sent_again", **entry)


def _note_set_aside(portal: PortalJournal, **entry: Any) -> None:
    journal.append(portal, "notice_set_aside", **entry)
