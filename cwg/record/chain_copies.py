"""Copies of the chains in file storage: what tells a restored database how far its journal had really gone.

Each entry lies at `journal/<chain>/<position>.json` as canonical JSON: all that its hash is made of, with the hash
beside it. Whoever copies looks first: a whole entry that differs is never overwritten, and is an error. (Two who write at the
same instant where nothing lies both write the entry that the journal has; two databases on one storage are told by the next look.)
`copying.py` writes them, with the answer of each act; `survey` reads them after a loss.
"""

import json
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from . import journal
from .models import GENESIS, JournalEntry

FOLDER = "journal"
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")  # a position, as the database can have one
_NAME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class CopyDiffers(RuntimeError):
    """The storage holds another entry at the place of this one: two histories of one chain."""


@dataclass(frozen=True)
class CopiedEntry:
    """An entry as the storage gave it back, its hash recomputed and found right."""

    chain: uuid.UUID
    position: int
    previous: str
    hash: str
    content: dict


@dataclass(frozen=True)
class Span:
    """Positions of a chain of which nothing can be known, both ends included, and whether copies lie there damaged."""

    first: int
    last: int
    damaged: bool = False

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


@dataclass
class Survey:
    """What the storage holds of a chain after a position: entries in their order, and what is missing between and
    after them. `head` is the hash of the entry at `after`, where that is known."""

    chain: uuid.UUID
    after: int
    head: str | None = None
    entries: list[CopiedEntry] = field(default_factory=list)
    unknown: list[Span] = field(default_factory=list)

    @property
    def length(self) -> int:
        """The last position that the chain is known to have had."""
        known = [self.after, *(entry.position for entry in self.entries[-1:])]
        return max([*known, *(span.last for span in self.unknown)])

    @property
    def stands_on(self) -> list[tuple[int, str]]:
        """Position and hash of the last entry before each span of `unknown`, where there is one and its hash is known."""
        hashes = {entry.position: entry.hash for entry in self.entries}
        if self.after and self.head:
            hashes[self.after] = self.head
        before = [span.first - 1 for span in self.unknown]
        return [(position, hashes[position]) for position in before if position in hashes]


def storage() -> Storage:
    return storages["documents"]


def path(chain: uuid.UUID, position: int) -> str:
    return f"{FOLDER}/{chain}/{position}.json"


def content(entry: JournalEntry) -> bytes:
    """What is copied: the canonical JSON of the entry's fields and of its hash."""
    return journal.canonical({**journal.fields(entry), "hash": entry.hash})


def keep(place: str, wanted: bytes) -> None:
    """Write one copy where there is none. Safe twice, and two at once: the bytes are the same.

    Raises CopyDiffers, and whatever the storage raises.
    """
    if storage().exists(place):
        with storage().open(place, "rb") as stored:
            found = stored.read()
        if found == wanted:
            return
        if _entry_in(found) is not None:
            raise CopyDiffers(f"{place} holds another entry than the journal")
        # Damaged, or half a file from a crash in mid-write: the whole one takes its place.
        storage().delete(place)
    storage().save(place, ContentFile(wanted))


def _entry_in(found: bytes) -> tuple[str, dict] | None:
    """The hash and the fields of the entry that these bytes are a whole copy of; None where they are none."""
    try:
        said = json.loads(found)
        claimed = said.pop("hash")
        whole = journal.hash_of(said) == claimed
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return (claimed, said) if whole else None


def chains() -> list[uuid.UUID]:
    """The chains of which the storage has copies."""
    try:
        folders, _ = storage().listdir(FOLDER)
    except FileNotFoundError:
        return []
    return sorted(uuid.UUID(name) for name in folders if _NAME.fullmatch(name))


def is_there(place: str) -> bool:
    """Whether anything lies there. Raises what the storage raises."""
    return storage().exists(place)


def length(chain: uuid.UUID) -> int:
    """The position of the last copy of a chain, whole or not; 0 where there is none."""
    return max(_positions(chain), default=0)


def files(chain: uuid.UUID) -> list[str]:
    """The names of what lies in the folder of a chain, none where there is no such folder."""
    try:
        return sorted(storage().listdir(f"{FOLDER}/{chain}")[1])
    except FileNotFoundError:
        return []


def survey(chain: uuid.UUID, after: int = 0, *, told: int = 0, head: str | None = None) -> Survey:
    """All that the storage holds of a chain from position `after` + 1 on, up to its last copy or the position `told`.

    `head` is the hash of the entry at `after`, where it is known. Raises CopyDiffers where whole entries do not follow
    one another: they are of two histories.
    """
    found = Survey(chain, after, head=head)
    previous = GENESIS if after == 0 else head
    gaps: list[Span] = []
    expected = after + 1
    for position in sorted({position for position in _positions(chain) if position > after}):
        if position > expected:
            gaps.append(Span(expected, position - 1))
            previous = None
        copied, damaged = _read(chain, position)
        if copied is None:
            gaps.append(Span(position, position, damaged))
        elif previous is not None and copied.previous != previous:
            raise CopyDiffers(f"{path(chain, position)} does not follow the entry before it")
        else:
            found.entries.append(copied)
        previous = copied.hash if copied else None
        expected = position + 1
    if told >= expected:
        gaps.append(Span(expected, told))
    found.unknown = _joined(gaps)
    return found


def _positions(chain: uuid.UUID) -> Iterator[int]:
    for name in files(chain):
        stem, _, ending = name.partition(".")
        if ending == "json" and _NUMBER.fullmatch(stem):
            yield int(stem)


def _joined(gaps: Iterable[Span]) -> list[Span]:
    """Of spans in their order, each that goes on where the one before it ends is one with it."""
    joined: list[Span] = []
    for gap in gaps:
        if joined and gap.first == joined[-1].last + 1:
            gap = Span(joined[-1].first, gap.last, joined.pop().damaged or gap.damaged)
        joined.append(gap)
    return joined


def _read(chain: uuid.UUID, position: int) -> tuple[CopiedEntry | None, bool]:
    """The copy at a position, None where there is none that is what was written; and whether a damaged one lies there."""
    place = path(chain, position)
    if not storage().exists(place):
        return None, False
    with storage().open(place, "rb") as stored:
        found = stored.read()
    entry = _entry_in(found)
    if entry is None or (entry[1]["chain"], entry[1]["position"]) != (str(chain), position):
        return None, True
    claimed, said = entry
    return CopiedEntry(chain, position, said["previous"], claimed, said), False
