"""Telling of the past through the real verbs: the clock held, and no mail today about what was said weeks ago."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from cwg import clock
from cwg.notices.models import Event


@contextmanager
def at_instant(instant: datetime, *, mails: bool = False) -> Iterator[datetime]:
    """Within the block this process's clock stands at the aware `instant`, which has passed.

    The register decides by it, so that verdicts, receipts and the journal are what they would have been. What
    the block puts into the outbox counts as told already; with `mails` it is told now.
    """
    with clock.held_at(instant) as held:
        yield held
    changes = {"happened_at": clock.now()} if mails else {"expanded_at": held}
    Event.objects.filter(happened_at=held, expanded_at__isnull=True).update(**changes)
