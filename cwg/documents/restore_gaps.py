"""What a restored backup lacks of a register: no number that was issued is ever issued again.

A delegation may hold a receipt for `WG-WSIS-14/7` although the database that registered it is lost. The number
stays used; the record says that its document is missing, and the register goes on after it.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from cwg.record import journal, replay, signing
from cwg.record.models import JournalEntry

from . import symbols
from .models import Document, Register, Revision, Series

# Acts of a register that leave a row with a number of its own.
NUMBERED = ("registered", "revised")
# Acts that a restore leaves as they are: a refusal, what a restore says, and the keys that it publishes again.
NOT_TO_BE_DONE_AGAIN = ("late", replay.ACT, signing.MADE, signing.RETIRED)


@dataclass
class Loss:
    """What entries of a chain tell of rows that a restored database does not have."""

    chain: uuid.UUID
    first: int
    last: int
    symbols: list[str] = field(default_factory=list)
    # Series code -> numbers of documents.
    numbers: dict[str, list[int]] = field(default_factory=dict)
    revisions: list[dict] = field(default_factory=list)
    # What else was done and has no effect any more: somebody has to do it again.
    other_acts: list[dict] = field(default_factory=list)
    prefix: str = ""
    meeting: str = ""

    def facts(self) -> dict:
        return {
            "chain": self.chain,
            "first": self.first,
            "last": self.last,
            "symbols": self.symbols,
            "numbers": self.numbers,
            "revisions": self.revisions,
            "other_acts": self.other_acts,
        }


def of(entries: list[JournalEntry]) -> Loss:
    """Read the loss from entries of one chain, in their order; at least one."""
    loss = Loss(entries[0].chain, entries[0].position, entries[-1].position)
    for entry in entries:
        if entry.act not in NUMBERED:
            if entry.act not in NOT_TO_BE_DONE_AGAIN:
                told = {
                    name: entry.facts[name]
                    for name in ("symbol", "language", "reason")
                    if name in entry.facts
                }
                loss.other_acts.append({"position": entry.position, "act": entry.act, **told})
            continue
        symbol = symbols.parse(entry.facts["symbol"])
        loss.prefix, loss.meeting = symbol.prefix or "", symbol.meeting or ""
        loss.symbols.append(entry.facts["symbol"])
        suffix = symbol.suffixes[-1] if symbol.suffixes else None
        if entry.act == "registered":
            loss.numbers.setdefault(symbol.series, []).append(symbol.number)
        loss.revisions.append(
            {
                "id": entry.facts["revision"],
                "document": entry.facts["document"],
                "kind": suffix.code if suffix else Revision.Kind.ORIGINAL.value,
                "number": suffix.number if suffix else 0,
            }
        )
    return loss


def record(locked: Register, loss: Loss, *, at: datetime) -> None:
    """Write the loss into the chain of `locked` and move its counters past every number that was issued.

    `locked` is locked in this transaction; `at` an aware instant.
    """
    for code, numbers in loss.numbers.items():
        series, _ = Series.objects.get_or_create(register=locked, code=code)
        series.last_number = max(series.last_number, *numbers)
        series.save(update_fields=["last_number"])
    journal.append(locked, replay.ACT, at=at, actor_id=None, facts=loss.facts())


def keep_ids_unused(losses: Iterable[Loss]) -> None:
    """Move the sequences past the ids that the record names, so that an id in it never means two rows."""
    revisions = [line for loss in losses for line in loss.revisions]
    for model, name in ((Document, "document"), (Revision, "id")):
        highest = max((line[name] for line in revisions), default=0)
        if not highest:
            continue
        table = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
            (sequence,) = cursor.fetchone()
            cursor.execute(
                f"SELECT setval(%s, greatest(%s, (SELECT coalesce(max(id), 0) FROM {table}),"
                f" (SELECT last_value FROM {sequence})))",
                [sequence, highest],
            )


def register_of(loss: Loss) -> Register | None:
    """The register of the meeting that the lost symbols name, where it has been made again."""
    if not loss.meeting.isdigit():
        return None
    return Register.objects.filter(group__code__iexact=loss.prefix, ordinal=int(loss.meeting)).first()


def lost_numbers(register: Register) -> dict[str, set[int]]:
    """By series code: numbers that were issued and whose documents a restore has recorded as missing."""
    lost: dict[str, set[int]] = {}
    for entry in replay.entries(register.chain):
        for code, numbers in entry.facts["numbers"].items():
            lost.setdefault(code, set()).update(numbers)
    return lost


def highest_lost(register: Register, document_id: int, kind: str) -> int:
    """The highest number of a lost Rev., Corr. or Add. of a document that itself was not lost; 0 without one."""
    return max(
        (
            line["number"]
            for entry in replay.entries(register.chain)
            for line in entry.facts["revisions"]
            if line["document"] == document_id and line["kind"] == kind
        ),
        default=0,
    )
