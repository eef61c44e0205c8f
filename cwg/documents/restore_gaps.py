"""What a restored backup lacks of a register: no number that was issued is ever issued again.

A delegation may hold a receipt for `WG-WSIS-14/7` although the database that registered it is lost. The number
stays used; the record says that its document is missing, and the register goes on after it. What no copy tells of,
somebody who holds the receipt on paper can tell, or a backup that was made later (`tell`).
"""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet

from cwg.record import chain_clock, chain_copies, journal, replay, signing
from cwg.record.models import JournalEntry

from . import symbols
from .models import Document, Register, Revision, Series

# Acts of a register that leave a row with a number of its own.
NUMBERED = ("registered", "revised")
# The act by which somebody told of numbers that stand on paper alone, or another backup than the one restored did.
TOLD = "numbers_told"
# Acts that say of numbers that they are used, whatever rows there are.
SAYING_USED = (replay.ACT, TOLD)
ACCEPTED = "restore_accepted"
# Acts that a restore leaves as they are: a refusal, what a restore says, the keys that it publishes again, and what is told
# of the clock.
NOT_TO_BE_DONE_AGAIN = (
    "late",
    *SAYING_USED,
    ACCEPTED,
    signing.MADE,
    signing.RETIRED,
    chain_clock.EXPLAINED,
)


class NotOfThisRegister(ValueError):
    """The symbol is none that this register could have issued."""


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
    # First and last position of what no copy tells of.
    unknown: list[list[int]] = field(default_factory=list)
    # Position and hash of the last entry known before each of those: nothing else ties what precedes a gap to what is signed later.
    stands_on: list[tuple[int, str]] = field(default_factory=list)
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
            **({"unknown": self.unknown, "stands_on": self.stands_on} if self.unknown else {}),
        }


def of_survey(found: chain_copies.Survey) -> Loss:
    """The loss of all that a survey of the copies found, and could not find, beyond a restored database."""
    loss = of([replay.as_entry(copied) for copied in found.entries], chain=found.chain)
    loss.first, loss.last = found.after + 1, found.length
    loss.unknown = [[span.first, span.last] for span in found.unknown]
    loss.stands_on = found.stands_on
    return loss


def of(entries: list[JournalEntry], *, chain: uuid.UUID | None = None) -> Loss:
    """Read the loss from entries of one chain, in their order. `chain` where there may be none."""
    first, last = (entries[0].position, entries[-1].position) if entries else (0, 0)
    loss = Loss(chain or entries[0].chain, first, last)
    for entry in entries:
        if entry.act in SAYING_USED:
            # An earlier restore, itself lost by now: what it moved the counters past stays used.
            for code, numbers in entry.facts["numbers"].items():
                if numbers:
                    loss.numbers.setdefault(code, []).extend(numbers)
            loss.revisions += entry.facts["revisions"]
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
        loss.numbers[code] = sorted({*numbers, *_move_past(locked, code, max(numbers))})
    journal.append(locked, replay.ACT, at=at, actor_id=None, facts=loss.facts())


def _move_past(locked: Register, code: str, number: int) -> range:
    """Move a counter to `number`; returns what it passed over: one that only a lost entry drew was issued all the same."""
    series, _ = Series.objects.get_or_create(register=locked, code=code)
    passed = range(series.last_number + 1, number + 1)
    if passed:
        series.last_number = number
        series.save(update_fields=["last_number"])
    return passed


def tell(locked: Register, told: Iterable[str], *, reason: str, at: datetime, backup: str = "") -> list[str]:
    """Somebody holds receipts that name these symbols: the register goes on after them, and says so in its chain.

    `backup`: the name of that which says that they were given, where it is no receipt.

    Every number up to that of a document counts as issued; of a Rev., Corr. or Add. every one up to it. Returns the symbols that
    moved something; the others name what the register has passed already. Raises NotOfThisRegister, and symbols.NotASymbol.
    """
    numbers: dict[str, list[int]] = {}
    revisions: list[dict] = []
    moved = []
    for text in told:
        symbol = symbols.parse(text)
        if symbol.document != _symbol_in(locked, symbol):
            raise NotOfThisRegister(text)
        passed = _move_past(locked, symbol.series, symbol.number)
        if passed:
            numbers.setdefault(symbol.series, []).extend(passed)
        line = _revision_told(locked, symbol)
        if line is not None:
            revisions.append(line)
        if passed or line is not None:
            moved.append(text)
    if moved:
        facts: dict = {"symbols": moved, "numbers": numbers, "revisions": revisions, "reason": reason}
        if backup:
            facts["backup"] = backup
        journal.append(locked, TOLD, at=at, actor_id=None, facts=facts)
    return moved


def _symbol_in(register: Register, symbol: symbols.Symbol) -> symbols.Symbol:
    """The symbol of the same number in this register."""
    return symbols.Symbol(register.group.code, str(register.ordinal), symbol.series, symbol.number)


def _revision_told(locked: Register, symbol: symbols.Symbol) -> dict | None:
    """The Rev., Corr. or Add. that a symbol names, where its document is there and has not come so far."""
    document = Document.objects.filter(
        register=locked, series__code=symbol.series, number=symbol.number
    ).first()
    if document is None or not symbol.suffixes:
        return None
    suffix = symbol.suffixes[-1]
    issued = document.revisions.filter(kind=suffix.code).values_list("number", flat=True)
    if suffix.number <= max([*issued, highest_lost(locked, document.pk, suffix.code)]):
        return None
    # Nobody knows the row's id: no row is kept from having it.
    return {"id": 0, "document": document.pk, "kind": suffix.code, "number": suffix.number}


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
    return _register(loss.prefix, loss.meeting)


def register_named(symbol: symbols.Symbol) -> Register | None:
    """The register of the meeting that a symbol names, where there is one."""
    return _register(symbol.prefix or "", symbol.meeting or "")


def _register(prefix: str, meeting: str) -> Register | None:
    if not meeting.isdigit():
        return None
    return Register.objects.filter(group__code__iexact=prefix, ordinal=int(meeting)).first()


def saying_used(told: Q) -> QuerySet[JournalEntry]:
    """The entries that say of numbers that they are used, whatever rows there are, of the chains that `told` says."""
    return JournalEntry.objects.filter(told, act__in=SAYING_USED).order_by("chain", "position")


def numbers_in(entry: JournalEntry, register: Register) -> Iterator[symbols.Symbol]:
    """The documents of `register` whose numbers are used, as one of these entries says."""
    for code, numbers in entry.facts["numbers"].items():
        for number in numbers:
            yield symbols.Symbol(register.group.code, str(register.ordinal), code, number)


def lost_numbers(register: Register) -> dict[str, set[int]]:
    """By series code: numbers that were issued and whose documents are recorded as missing since a restore."""
    lost: dict[str, set[int]] = {}
    for entry in saying_used(Q(chain=register.chain)):
        for code, numbers in entry.facts["numbers"].items():
            lost.setdefault(code, set()).update(numbers)
    return lost


def highest_lost(register: Register, document_id: int, kind: str) -> int:
    """The highest number of a lost Rev., Corr. or Add. of a document that itself was not lost; 0 without one."""
    return max(
        (
            line["number"]
            for entry in saying_used(Q(chain=register.chain))
            for line in entry.facts["revisions"]
            if line["document"] == document_id and line["kind"] == kind
        ),
        default=0,
    )
