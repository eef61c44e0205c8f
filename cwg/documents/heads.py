"""The heads of the chains, signed and published once a day: what was in a chain by then cannot be rewritten unseen.

Published are the portal's own chain and those of announced registers, by the chain's number and not by the meeting's
name: that a meeting is being prepared stays with those who prepare it.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from cwg import clock
from cwg.record import journal, seals, signing
from cwg.record.models import GENESIS, JournalEntry, PortalJournal

from . import states
from .models import PublishedHeads, Register

FORMAT = "cwg-heads/1"


def day_at(now: datetime) -> date:
    """The UTC day whose heads are published at `now`: it begins when the log of the day before is sealed."""
    return (now - seals.SETTLED_AFTER).date()


def publish() -> int:
    """Publish the heads as they stand, once for each UTC day; returns 1 where it did. Safe twice, and two at once."""
    day = day_at(clock.now())
    if PublishedHeads.objects.filter(day=day).exists():
        return 0
    with journal.acting_on_portal():  # whoever comes second waits here, and finds the day published
        if PublishedHeads.objects.filter(day=day).exists():
            return 0
        content = signing.sign(
            FORMAT, {"portal": settings.PORTAL_URL, "day": day, "heads": list(_heads(clock.now()))}
        )
        PublishedHeads.objects.create(day=day, content=content)
        return 1


def _heads(now: datetime) -> Iterator[dict[str, Any]]:
    """Sorted by the number of the chain, so that the order tells nothing."""
    rows = [*PortalJournal.objects.all(), *Register.objects.filter(states.announced(now))]
    for row in sorted(rows, key=lambda row: str(row.chain)):
        yield {"chain": row.chain, "length": row.chain_length, "head": row.chain_head}


def latest(*, since: timedelta | None = None) -> PublishedHeads | None:
    """The last published heads; with `since`, only if their day began less than that before now."""
    found = PublishedHeads.objects.first()
    if found is not None and since is not None and found.day < (clock.now() - since).date():
        return None
    return found


def faults() -> Iterator[str]:
    """Published heads that do not verify, or that the chains do not bear out: for `manage.py verify`."""
    # Chain -> length -> head -> the first day on which it was said.
    said_of: dict[str, dict[int, dict[str, date]]] = {}
    for published in PublishedHeads.objects.order_by("day").iterator():
        said = published.content
        if why := signing.fault(said, FORMAT):
            yield f"heads of {published.day}: {why}"
            continue
        if said["day"] != published.day.isoformat():
            yield f"heads of {published.day}: they are signed for {said['day']}"
        for head in said["heads"]:
            at_length = said_of.setdefault(head["chain"], {}).setdefault(head["length"], {})
            at_length.setdefault(head["head"], published.day)
    for chain, by_length in sorted(said_of.items()):
        entries = JournalEntry.objects.filter(chain=chain, position__in=by_length)
        held = {0: GENESIS, **dict(entries.values_list("position", "hash"))}
        for length, said_heads in sorted(by_length.items()):
            for head, day in said_heads.items():
                if held.get(length) != head:
                    yield f"heads of {day}: chain {chain} has another entry {length} than was published"
