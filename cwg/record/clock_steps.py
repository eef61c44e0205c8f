"""Where the clock was set back between two entries of a chain, and telling so in the chain itself.

Nobody changed such entries: their hashes hold, only their instants do not follow each other. There are two ways to
them. Before acts were refused (`chain_clock.py`) a clock that was set back went unnoticed. And a clock that had been ahead,
and is right now, would keep its chains shut until the time that it had shown: `explain` enters why, and they go on.
"""

import contextlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

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


def explain_all(*, reason: str) -> Iterator[tuple[str, JournalEntry]]:
    """Explain every chain that needs it; yields each by name with its new entry, which is committed then.

    One transaction for each chain: nobody waits for a chain while another is read, and no two are locked together.
    Raises ReasonMissing before the first, and holding.Busy where a chain could not be had in time: those that were
    yielded are explained, and it may be called again for the others.
    """
    reason = clean_reason(reason)
    for kind in Chained.__subclasses__():
        rows = kind._default_manager.order_by("pk")
        for pk in list(rows.values_list("pk", flat=True)):
            with contextlib.suppress(NothingToExplain, kind.DoesNotExist):
                with holding.briefly(holding.PATIENCE):
                    locked = rows.select_for_update(of=("self",), no_key=True).get(pk=pk)
                    entry = explain(locked, reason=reason)
                yield str(locked), entry
