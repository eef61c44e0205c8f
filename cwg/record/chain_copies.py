"""Copies of the chains in file storage: what tells a restored database how far its journal had really gone.

Each entry lies at `journal/<chain>/<position>.json` as canonical JSON: all that its hash is made of, with the hash
beside it. A copy is written once and never overwritten: a different entry at the same place is an error.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.db.models import F, Max, OuterRef, Subquery
from django.db.models.functions import Coalesce

from . import journal
from .models import GENESIS, ChainCopy, JournalEntry

FOLDER = "journal"
# Entries of one chain in one transaction: a sweep that is killed loses at most the count of these.
BATCH = 200


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


def storage() -> Storage:
    return storages["documents"]


def path(chain: uuid.UUID, position: int) -> str:
    return f"{FOLDER}/{chain}/{position}.json"


def content(entry: JournalEntry) -> bytes:
    """What is copied: the canonical JSON of the entry's fields and of its hash."""
    return journal.canonical({**journal.fields(entry), "hash": entry.hash})


def copy() -> int:
    """Copy what was not copied yet; returns how many entries were. Safe twice, and two at once.

    Raises CopyDiffers, and OSError where the storage does not answer; what was copied before stays counted.
    """
    counted = ChainCopy.objects.filter(chain=OuterRef("chain")).values("copied")
    behind = (
        JournalEntry.objects.order_by()
        .values("chain")
        .annotate(length=Max("position"), copied=Coalesce(Subquery(counted), 0))
        .filter(length__gt=F("copied"))
        .values_list("chain", flat=True)
    )
    moved = 0
    for chain in list(behind):
        while copied := _copy_some(chain):
            moved += copied
    return moved


def _copy_some(chain: uuid.UUID) -> int:
    with transaction.atomic():
        ChainCopy.objects.get_or_create(chain=chain)
        row = ChainCopy.objects.select_for_update(skip_locked=True).filter(chain=chain).first()
        if row is None:  # another sweep has this chain in hand
            return 0
        entries = list(
            JournalEntry.objects.filter(chain=chain, position__gt=row.copied).order_by("position")[:BATCH]
        )
        for entry in entries:
            _keep(entry)
        if entries:
            row.copied = entries[-1].position
            row.save(update_fields=["copied"])
        return len(entries)


def _keep(entry: JournalEntry) -> None:
    place, wanted = path(entry.chain, entry.position), content(entry)
    if storage().exists(place):
        with storage().open(place, "rb") as stored:
            found = stored.read()
        if found == wanted:
            return
        if found and _is_whole(found):
            raise CopyDiffers(f"{place} holds another entry than the journal")
        # Half a file from a crash in mid-write: the whole one takes its place.
        storage().delete(place)
    storage().save(place, ContentFile(wanted))


def _is_whole(found: bytes) -> bool:
    try:
        json.loads(found)
    except ValueError:
        return False
    return True


def chains() -> list[uuid.UUID]:
    """The chains of which the storage has copies."""
    try:
        folders, _ = storage().listdir(FOLDER)
    except FileNotFoundError:
        return []
    return sorted(uuid.UUID(name) for name in folders)


def read(chain: uuid.UUID, after: int = 0) -> Iterator[CopiedEntry]:
    """The copied entries of a chain from position `after` + 1 on, until the first that is missing or not whole.

    Raises CopyDiffers where an entry does not hash to what it says or does not follow the one before it.
    """
    position, previous = after + 1, None
    while storage().exists(path(chain, position)):
        with storage().open(path(chain, position), "rb") as stored:
            found = stored.read()
        if not _is_whole(found):
            return
        said = json.loads(found)
        claimed = said.pop("hash")
        if not _hashes_to(said, claimed):
            raise CopyDiffers(f"{path(chain, position)} was changed after it was copied")
        expected = GENESIS if position == 1 else previous
        if (said["chain"], said["position"]) != (str(chain), position) or (
            expected is not None and said["previous"] != expected
        ):
            raise CopyDiffers(f"{path(chain, position)} does not follow the entry before it")
        previous = claimed
        yield CopiedEntry(chain, position, said["previous"], claimed, said)
        position += 1


def _hashes_to(said: dict, claimed: str) -> bool:
    try:
        return journal.hash_of(said) == claimed
    except (KeyError, ValueError):
        return False


def faults() -> Iterator[str]:
    """Copies said to be made that the storage does not have, for `manage.py verify`: the last of each chain."""
    for row in ChainCopy.objects.filter(copied__gt=0).order_by("chain").iterator():
        entry = JournalEntry.objects.filter(chain=row.chain, position=row.copied).first()
        if entry is None:
            yield f"chain {row.chain}: {row.copied} entries were copied, more than the journal holds"
            continue
        if not storage().exists(path(row.chain, row.copied)):
            yield f"chain {row.chain}: the copy of entry {row.copied} is missing from the storage"
            continue
        with storage().open(path(row.chain, row.copied), "rb") as stored:
            if stored.read() != content(entry):
                yield f"chain {row.chain}: the copy of entry {row.copied} differs from the journal"
