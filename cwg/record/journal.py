"""Appending to a chain, and checking one.

Each entry's hash is SHA-256 over canonical JSON that holds the hash before it: sorted keys, UTF-8, no blanks,
instants in UTC with microseconds, people as numbers and never by name.

Version 1 hashes the whole entry. Version 2 hashes its place and a salted digest of its content, so that an entry can
be withheld from a reader to whom it is not addressed while the chain still verifies (`withheld`). Entries keep the
version they were written in. `verify_receipt.py` beside this module computes the same without the portal.
"""

import hashlib
import json
import secrets
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from . import chain_clock, holding
from .models import GENESIS, Chained, JournalEntry, PortalJournal
from .positions import Positions

VERSION = 2
# The act by which a restore says what it found missing (`replay.py`).
RESTORED = "restored"
# What the salted digest of an entry of version 2 covers, and what its hash covers beside that digest.
CONTENT = ("act", "at", "actor", "facts", "salt")
PLACE = ("version", "chain", "position", "previous")


# Called after the COMMIT that makes an entry true, before anybody is answered; one that fails stops nothing.
CommittedCallback = Callable[[JournalEntry], None]
_on_committed: list[CommittedCallback] = []


class NotLocked(RuntimeError):
    """A chain was appended to outside a transaction that holds its row."""


def on_committed(callback: CommittedCallback) -> None:
    """Register what happens with each entry once it is committed, whoever appends it and wherever.

    It runs outside the transaction and its locks, while whoever acted still waits for the answer.
    """
    if callback not in _on_committed:
        _on_committed.append(callback)


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON of `value`, in lower-case hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def canonical(value: Any) -> bytes:
    """The versioned canonical JSON of `value`, as UTF-8 bytes. Raises TypeError for what has no one form."""
    return json.dumps(plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def plain(value: Any) -> Any:
    """`value` as JSON keeps it and as it is hashed: instants and identifiers as text."""
    match value:
        case None | bool() | int():
            return value
        case str():
            return str(value)  # the value of a choice, not its class
        case datetime():
            if value.tzinfo is None:
                raise TypeError("An instant in the record carries its zone.")
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case date():
            return value.isoformat()
        case uuid.UUID():
            return str(value)
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form in the record.")


def fields(entry: JournalEntry) -> dict[str, Any]:
    """The entry as it is kept outside the database, plain, without its hash: copies, exports, signed statements."""
    said = {
        "version": entry.version,
        "chain": entry.chain,
        "position": entry.position,
        "act": entry.act,
        "at": entry.at,
        "actor": entry.actor_id,
        "facts": entry.facts,
        "previous": entry.previous,
    }
    if entry.version > 1:
        said["salt"] = entry.salt
    return plain(said)


def hash_of(said: dict[str, Any]) -> str:
    """The hash of an entry as `fields` gives it. Raises ValueError for a version that nobody wrote."""
    match said["version"]:
        case 1:
            return digest(said)
        case 2:
            return digest({**{name: said[name] for name in PLACE}, "content": _content_digest(said)})
    raise ValueError(f"an entry of version {said['version']}")


def _content_digest(said: dict[str, Any]) -> str:
    return digest({name: said[name] for name in CONTENT})


def withheld(entry: JournalEntry) -> dict[str, Any]:
    """The entry for somebody who may not read it: its place, its hash, and what the hash is made of, no more.

    The salt stays here: without it nobody can guess the content and try. Of an entry of version 1 only place and
    hash can be given.
    """
    said = fields(entry)
    shown = {name: said[name] for name in PLACE}
    if entry.version > 1:
        shown["content"] = _content_digest(said)
    return {**shown, "hash": entry.hash}


def append(
    locked: Chained, act: str, *, at: datetime, actor_id: int | None, facts: dict[str, Any]
) -> JournalEntry:
    """Append one act to the chain of `locked`, a row read with `select_for_update` in this transaction.

    Saves the new head on the row. `at` is an aware instant, as `chain_clock.read` gives it; `facts` holds plain values
    only. After the commit the entry is copied before anybody is answered (`on_committed`). Raises
    chain_clock.ClockSetBack where the chain's last entry is later, and restore_guard.RestoreNotFinished.
    """
    if not connection.in_atomic_block:
        raise NotLocked("Append to a chain within the transaction that locks its row.")
    chain_clock.guard(locked, None if act == chain_clock.EXPLAINED else at)
    entry = JournalEntry(
        chain=locked.chain,
        position=locked.chain_length + 1,
        act=act,
        at=at,
        actor_id=actor_id,
        facts=plain(facts),
        version=VERSION,
        salt=secrets.token_hex(16),
        previous=locked.chain_head,
    )
    entry.hash = hash_of(fields(entry))
    entry.save(force_insert=True)
    move_head(locked, entry.hash, entry.position)
    locked.last_entry_at = entry.at
    for callback in _on_committed:
        transaction.on_commit(partial(callback, entry), robust=True)
    return entry


def move_head(locked: Chained, head: str, length: int) -> None:
    """Save on the locked row where its chain goes on: after position `length`, with `head` as the hash before."""
    locked.chain_head, locked.chain_length = head, length
    # A plain UPDATE: the head is not something a person edits, so it makes no history row.
    type(locked)._default_manager.filter(pk=locked.pk).update(chain_head=head, chain_length=length)


def holds(entry: JournalEntry) -> bool:
    """Whether the entry is as it was written: its hash is that of its content."""
    try:
        return hash_of(fields(entry)) == entry.hash
    except ValueError:
        return False


def faults(row: Chained) -> Iterator[str]:
    """What does not hold in the chain of `row`: a sentence each; nothing when the chain verifies.

    Entries that a restore could not know, and said so in the chain itself, are missing and no fault.
    """
    previous, position, unknown = GENESIS, 0, positions_unknown(row.chain)
    stood_on = set(_told_of_restores(row.chain, "stands_on"))
    relied_on = {at for at, _ in stood_on}
    for entry in JournalEntry.objects.filter(chain=row.chain).order_by("position").iterator(chunk_size=500):
        position += 1
        if entry.position != position:
            lacking = unknown.first_lacking(position, entry.position - 1)
            if lacking is not None:
                yield f"chain of {row}: entry {lacking} is missing (found {entry.position})"
            else:
                previous = entry.previous  # of one that nobody has: there is nothing to compare it with
            position = entry.position
        if entry.previous != previous:
            yield f"chain of {row}: entry {entry.position} does not follow the entry before it"
        if not holds(entry):
            yield f"chain of {row}: entry {entry.position} was changed after it was written"
        if entry.position in relied_on and (entry.position, entry.hash) not in stood_on:
            yield f"chain of {row}: entry {entry.position} is not the one that the portal was restored on"
        previous = entry.hash
    if previous != row.chain_head or position != row.chain_length:
        yield f"chain of {row}: its head is not its last entry ({row.chain_length} expected, {position} found)"


def positions_unknown(chain: uuid.UUID) -> Positions:
    """Positions that were issued and of which a restore had no copy, as it has recorded in this chain."""
    return Positions(_told_of_restores(chain, "unknown"))


def _told_of_restores(chain: uuid.UUID, name: str) -> Iterator[tuple[Any, Any]]:
    """The pairs that restores have recorded of this chain, in it, under `name`; entries of older releases lack some."""
    for facts in JournalEntry.objects.filter(chain=chain, act=RESTORED).values_list("facts", flat=True):
        if facts["chain"] == str(chain):
            yield from ((one, other) for one, other in facts.get(name, []))


def portal() -> PortalJournal:
    """The portal's row, locked, within a transaction that is open for other reasons; else `acting_on_portal`."""
    holding.hurry()
    return _locked_portal()


@contextmanager
def acting_on_portal() -> Iterator[PortalJournal]:
    """A transaction with the portal's row locked, for an act that belongs to no one register. Raises holding.Busy."""
    length = PortalJournal.objects.values_list("chain_length", flat=True)
    began = time.monotonic()
    with holding.turn("portal", length.first) as left, holding.briefly(left, since=began):
        yield _locked_portal()


def _locked_portal() -> PortalJournal:
    PortalJournal.objects.get_or_create(singleton=True)
    return PortalJournal.objects.select_for_update(no_key=True).get()


def portal_as_it_stands() -> PortalJournal:
    """The portal's row for who only reads it: nobody waits."""
    return PortalJournal.objects.get_or_create(singleton=True)[0]
