"""Where the clock was set back between two entries of a chain, and telling so in the chain itself.

Nobody changed such entries: their hashes hold, only their instants do not follow each other. There are two ways to
them. Before acts were refused (`chain_clock.py`) a clock that was set back went unnoticed. And a clock that had been ahead,
and is right now, would keep its chains shut until the time that it had shown: `explain` enters why, and they go on.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction

from . import chain_clock, holding, journal
from .models import Chained, JournalEntry
from .reasons import clean_reason


class NothingToExplain(ValueError):
    """The instants of the chain follow each other, and the clock is behind none of them."""


@dataclass(frozen=True)
class Step:
    """The clock was set back `by` so much between the entries `before` and `after` of a chain: positions."""

    chain: uuid.UUID
    before: int
    after: int
    by: timedelta


def found(chain: uuid.UUID | None = None) -> Iterator[Step]:
    """Where the instants of two entries that follow each other do not, of one chain or of all; by position.

    Not where one of the two was changed after it was written: that is told as what it is (`journal.faults`).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT chain, position_before, position, at_before - at FROM (SELECT chain, position, at,"
            " lag(position) OVER follow AS position_before, lag(at) OVER follow AS at_before"
            " FROM record_journalentry WHERE %(chain)s::uuid IS NULL OR chain = %(chain)s::uuid"
            " WINDOW follow AS (PARTITION BY chain ORDER BY position)) pairs"
            " WHERE at < at_before ORDER BY chain, position",
            {"chain": chain},
        )
        steps = [Step(*row) for row in cursor.fetchall()]
    for step in steps:
        pair = JournalEntry.objects.filter(chain=step.chain, position__in=[step.before, step.after])
        if all(journal.holds(entry) for entry in pair):
            yield step


def unexplained(chain: uuid.UUID | None = None) -> Iterator[Step]:
    """Those of which no entry of their chain tells."""
    told: dict[uuid.UUID, set[int]] = {}
    for step in found(chain):
        if step.chain not in told:
            told[step.chain] = _explained(step.chain)
        if step.after not in told[step.chain]:
            yield step


def _explained(chain: uuid.UUID) -> set[int]:
    """The positions before which the clock had been set back, as entries of the chain tell; such an entry may be one."""
    told: set[int] = set()
    entries = JournalEntry.objects.filter(chain=chain, act=chain_clock.EXPLAINED)
    for position, facts in entries.values_list("position", "facts"):
        told.update([position, *facts["steps"]])
    return told


def explain(locked: Chained, *, reason: str) -> JournalEntry:
    """Enter into the chain of `locked`, a row locked in this transaction, why its instants do not follow each other.

    From then on the chain goes on by the clock as it is now, which should be right. No entry and no verdict is changed.
    Raises ReasonMissing, NothingToExplain.
    """
    reason = clean_reason(reason)
    at, behind = chain_clock.as_it_is(locked)
    steps = [step.after for step in unexplained(locked.chain)]
    if not behind and not steps:
        raise NothingToExplain
    facts = {"steps": steps, "behind_microseconds": behind // timedelta(microseconds=1), "reason": reason}
    return journal.append(locked, chain_clock.EXPLAINED, at=at, actor_id=None, facts=facts)


def explain_all(*, reason: str) -> list[tuple[str, JournalEntry]]:
    """Explain every chain that needs it, in one transaction; the chains by name with their new entries.

    Raises ReasonMissing.
    """
    explained = []
    with transaction.atomic():
        holding.hurry()
        for kind in Chained.__subclasses__():
            for locked in kind._default_manager.select_for_update(of=("self",), no_key=True).order_by("pk"):
                try:
                    explained.append((str(locked), explain(locked, reason=reason)))
                except NothingToExplain:
                    continue
    return explained
