"""A chain as a file that verifies without the portal: JSON Lines, streamed.

The first line is signed and says which chain this is, how long, and with which head; then each entry on a line of
its own, in canonical JSON. What the reader may not read is withheld so that the chain still verifies (`journal.withheld`).
"""

from collections.abc import Callable, Iterator

from . import journal, signing
from .models import Chained, JournalEntry

FORMAT = "cwg-chain/1"


def lines(row: Chained, reads: Callable[[JournalEntry], bool], *, portal: str) -> Iterator[bytes]:
    """The chain of `row` as it stands now; entries for which `reads` is false are withheld.

    `portal` is the address of this portal. What is appended while the file is sent is not in it.
    """
    length, head = row.chain_length, row.chain_head
    said = {"portal": portal, "chain": row.chain, "length": length, "head": head}
    yield journal.canonical(signing.sign(FORMAT, said)) + b"\n"
    entries = JournalEntry.objects.filter(chain=row.chain, position__lte=length).order_by("position")
    for entry in entries.iterator(chunk_size=500):
        shown = {**journal.fields(entry), "hash": entry.hash} if reads(entry) else journal.withheld(entry)
        yield journal.canonical(shown) + b"\n"
