"""After a restore from a backup: the journal goes on from where its copies in file storage end.

What was done after the backup was made happened, though the rows are gone. The copied entries return to their
chain word for word, so that positions and hashes go on; an entry "restored" then says which of them have no
rows any more, and which positions nobody could copy back.
"""

import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from django.db.models import Q

from . import chain_copies, journal
from .models import Chained, JournalEntry
from .positions import Positions

ACT = journal.RESTORED


def as_entry(copied: chain_copies.CopiedEntry) -> JournalEntry:
    """The copied entry as a row of the journal, not saved."""
    said = copied.content
    return JournalEntry(
        chain=copied.chain,
        position=copied.position,
        act=said["act"],
        at=datetime.strptime(said["at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC),
        actor_id=said["actor"],
        facts=said["facts"],
        version=said["version"],
        salt=said.get("salt", ""),
        previous=copied.previous,
        hash=copied.hash,
    )


def go_on(locked: Chained, found: chain_copies.Survey) -> list[JournalEntry]:
    """Write into the journal what its copies hold beyond the head of `locked`, a row locked in this transaction.

    `found` is the survey of this chain after that head. Positions that it does not know stay empty, and the chain goes on after
    them: whoever calls this says so in it, in the same transaction. Returns the entries, in their order.
    """
    lost = [as_entry(copied) for copied in found.entries]
    JournalEntry.objects.bulk_create(lost)
    journal.move_head(locked, lost[-1].hash if lost else locked.chain_head, found.length)
    return lost


def entries(chain: uuid.UUID) -> Iterable[JournalEntry]:
    """What restores have written into this chain."""
    return JournalEntry.objects.filter(chain=chain, act=ACT).order_by("position")


def settled() -> set[uuid.UUID]:
    """Chains that no row has any more, of which a restore has recorded in another chain what is lost and what is not known."""
    told = JournalEntry.objects.filter(act=ACT).values_list("facts__chain", "chain")
    return {uuid.UUID(of) for of, within in told if of != str(within)}


def positions_without_rows(chain: uuid.UUID) -> Positions:
    """Positions of entries whose rows a restore has found missing, and has recorded as missing."""
    told = (entry.facts for entry in entries(chain))
    return Positions((facts["first"], facts["last"]) for facts in told if facts["chain"] == str(chain))


def in_effect(acts: Q) -> Iterator[JournalEntry]:
    """The entries of these acts in every chain, in its order, without those whose rows a restore has found missing."""
    lost: dict[uuid.UUID, Positions] = {}
    for entry in JournalEntry.objects.filter(acts).order_by("chain", "position"):
        if entry.chain not in lost:
            lost[entry.chain] = positions_without_rows(entry.chain)
        if entry.position not in lost[entry.chain]:
            yield entry
