"""Sealing the access log: one digest for each full day in UTC, entered into the portal's chain.

The log itself takes no lock and has no chain, so that a sign-in or a download waits for nobody. Once a day is
over nothing more may enter it unseen.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models.functions import TruncDate

from . import chain_clock, journal, replay
from .models import AccessEntry, AccessSeal, JournalEntry, PortalJournal

ACT = "access-sealed"
# A request that began before midnight may write its line after it; nobody's request lasts an hour.
SETTLED_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class DayOfAccess:
    """One UTC day of the log in the order of its numbers: what is sealed."""

    day: date
    first_id: int
    last_id: int
    count: int
    digest: str


def read(day: date) -> DayOfAccess | None:
    """The day as it stands now; None where the log has no line of that day.

    The digest is SHA-256 over the canonical JSON of each entry followed by a line feed, ascending by id.
    """
    start = datetime.combine(day, time.min, UTC)
    entries = AccessEntry.objects.filter(at__gte=start, at__lt=start + timedelta(days=1)).order_by("id")
    found, first, last, count = hashlib.sha256(), 0, 0, 0
    for entry in entries.iterator(chunk_size=2000):
        found.update(
            journal.canonical(
                {
                    "id": entry.pk,
                    "at": entry.at,
                    "person": entry.person_id,
                    "act": entry.act,
                    "subject": entry.subject,
                    "address": entry.address,
                    # Left out where there is none: lines of before the column keep the digest they were sealed with.
                    **({"group": entry.group_id} if entry.group_id is not None else {}),
                }
            )
            + b"\n"
        )
        first, last, count = first or entry.pk, entry.pk, count + 1
    return DayOfAccess(day, first, last, count, found.hexdigest()) if count else None


def seal() -> int:
    """Seal every day that is fully past and not sealed yet; returns how many were. Safe twice, and two at once."""
    with journal.acting_on_portal() as portal:  # whoever comes second waits here, and finds the days sealed
        now = chain_clock.read(portal)
        today = datetime.combine((now - SETTLED_AFTER).date(), time.min, UTC)
        days = (
            AccessEntry.objects.filter(at__lt=today)
            .annotate(day=TruncDate("at", tzinfo=UTC))
            .exclude(day__in=AccessSeal.objects.values("day"))
            .order_by("day")
            .values_list("day", flat=True)
            .distinct()
        )
        sealed = 0
        for day in list(days):
            found = read(day)
            assert found is not None  # the day comes from a line of the log, and lines never leave it
            entry = journal.append(portal, ACT, at=now, actor_id=None, facts=asdict(found))
            AccessSeal.objects.create(**asdict(found), position=entry.position)
            sealed += 1
        return sealed


def faults() -> Iterator[str]:
    """What does not hold of the sealed days, for `manage.py verify`: a sentence each."""
    chain = PortalJournal.objects.values_list("chain", flat=True).first()
    of_portal = JournalEntry.objects.filter(chain=chain) if chain else JournalEntry.objects.none()
    entered = {entry.position: entry.facts for entry in of_portal.filter(act=ACT).iterator()}
    for seal in AccessSeal.objects.order_by("day").iterator():
        sealed = DayOfAccess(seal.day, seal.first_id, seal.last_id, seal.count, seal.digest)
        if entered.pop(seal.position, None) != journal.plain(asdict(sealed)):
            yield f"access log of {seal.day}: its seal is not what entered the chain"
        if read(seal.day) != sealed:
            yield f"access log of {seal.day}: its lines are not those that were sealed"
    # Seals that a restored backup does not have: the record says so, and the day is sealed again as it is held.
    if not (chain and entered):
        return
    known_lost = replay.positions_without_rows(chain)
    for position in sorted(position for position in entered if position not in known_lost):
        yield f"access log: entry {position} of the portal's chain seals a day that has no seal"
