"""From one event to one notice per person. The act wrote one row under its lock; the many are written here."""

import logging
import uuid
from datetime import datetime

from django.db import transaction

from cwg import clock
from cwg.members.addresses import folded

from . import kinds, preferences
from .addresses import mail_domain
from .kinds import NoticeKind, Recipient
from .models import Event, Notice

logger = logging.getLogger(__name__)

BATCH = 100


def expand_due() -> int:
    """Expand the events that wait, oldest first, at most BATCH of them; returns how many.

    Each in a transaction of its own, claimed with SKIP LOCKED: two sweeps at once share the work. An event
    of a kind nobody registered, or whose recipients cannot be read, stays as it is; `verify` shows it.
    """
    expanded = 0
    refused: set[int] = set()
    while expanded < BATCH:
        with transaction.atomic():
            event = _claim(refused)
            if event is None:
                break
            try:
                with transaction.atomic():
                    expand(event, kinds.get(event.kind), clock.now())
                expanded += 1
            except Exception:
                # Whatever went wrong with one event, the others are told; this one is tried again next time.
                logger.exception("event %s could not be expanded", event.pk)
                refused.add(event.pk)
    return expanded


def _claim(refused: set[int]) -> Event | None:
    return (
        Event.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("group")
        .filter(expanded_at__isnull=True, kind__in=kinds.known())
        .exclude(pk__in=refused)
        .order_by("happened_at", "pk")
        .first()
    )


def expand(event: Event, kind: NoticeKind, now: datetime) -> None:
    """Write a notice for each recipient who wants it. `event` is locked in this transaction."""
    recipients = list(kind.recipients(event, now))
    wanting = preferences.wanting([r.person for r in recipients if r.person is not None], kind)
    Notice.objects.bulk_create(
        [_notice(event, recipient, now) for recipient in _once(recipients, wanting)], ignore_conflicts=True
    )
    event.expanded_at = now
    event.save(update_fields=["expanded_at"])


def _once(recipients: list[Recipient], wanting: set[int]) -> list[Recipient]:
    """One for each address, of those who are to be told."""
    by_address: dict[str, Recipient] = {}
    for recipient in recipients:
        person = recipient.person
        if person is None or (person.is_active and (recipient.always or person.pk in wanting)):
            by_address.setdefault(folded(recipient.address), recipient)
    return list(by_address.values())


def _notice(event: Event, recipient: Recipient, now: datetime) -> Notice:
    return Notice(
        event=event,
        person=recipient.person,
        address=recipient.address,
        language=recipient.language,
        due_at=now,
        message_id=f"<{uuid.uuid4().hex}@{mail_domain()}>",
    )
