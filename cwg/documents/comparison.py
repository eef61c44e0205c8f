"""Whether a receipt, the journal and the register say the same: compared here only, told in sentences by who asks.

A statement is of a version (`docs/receipts.md`), and is compared in what that version states.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from cwg.record import journal
from cwg.record.models import JournalEntry

from . import filed_for, judgements
from .models import Receipt, Revision
from .restore_gaps import NUMBERED

# What each version of a statement says of what the register holds; a later version says all of it, and more.
_STATED = {
    1: (
        "symbol",
        "kind",
        "title",
        "sources",
        "meeting",
        "place",
        "verdict",
        "available_at",
        "deadline",
        "files",
    ),
    2: ("group_name",),
    3: ("rules",),
    4: ("filed_for",),
}
# An entry of before November 2026 names no rules.
_JOURNALLED = (
    "symbol",
    "kind",
    "verdict",
    "available_at",
    "deadline",
    "rules",
    "receipt",
    "filed_for",
    "files",
)
FILES = "files"


@dataclass(frozen=True)
class Difference:
    """One thing that is said, and held otherwise; both as plain values. `name` as statements and entries call it."""

    name: str
    said: Any
    held: Any


def stated(version: int) -> tuple[str, ...]:
    """The names that a statement of that version shares with the register."""
    return tuple(name for since, names in _STATED.items() if since <= version for name in names)


def is_untouched(receipt: Receipt) -> bool:
    """Whether the statement still hashes to its digest."""
    return journal.digest(receipt.statement) == receipt.digest


def of_receipt(receipt: Receipt) -> Iterator[Difference]:
    """What the receipt's statement says otherwise than the register. Reads the revision, its sources and its files."""
    said = receipt.statement
    yield from _differences(stated(said["version"]), said, _held(receipt.revision, receipt))


def of_entry(facts: dict[str, Any], revision: Revision) -> Iterator[Difference]:
    """What the journal's entry of a registration says otherwise than the register."""
    held = _held(revision, getattr(revision, "receipt", None))
    # The entry keeps the verdict of each rule as the revision does, a receipt states it without our ids.
    held["rules"] = journal.plain({"rules": revision.per_rule})["rules"]
    # By number, and only where the secretariat filed it for others: `None` on both sides otherwise.
    line = filed_for.held(revision)
    held["filed_for"] = journal.plain(filed_for.recorded(line)) if line else None
    names = (name for name in _JOURNALLED if name != "rules" or name in facts)
    yield from _differences(names, facts, held)


def entry_of(receipt: Receipt) -> JournalEntry | None:
    """The journal's entry that names this receipt."""
    return entries_of(receipt).first()


def entries_of(receipt: Receipt) -> QuerySet[JournalEntry]:
    """The same as a query: one entry, where all is as it should be."""
    return JournalEntry.objects.filter(
        chain=receipt.revision.document.register.chain,
        act__in=NUMBERED,
        facts__revision=receipt.revision_id,
        facts__receipt=receipt.digest,
    )


def _held(revision: Revision, receipt: Receipt | None) -> dict[str, Any]:
    return journal.plain(
        {
            "symbol": revision.symbol,
            "kind": revision.document.kind,
            "title": revision.title,
            "sources": [source.printed_as for source in revision.sources.all()],
            "group_name": revision.printed_group,
            "meeting": revision.printed_meeting,
            "place": revision.printed_place,
            "verdict": revision.verdict,
            "available_at": revision.available_at,
            "deadline": revision.deadline_at,
            "rules": judgements.stated(revision.per_rule),
            "receipt": receipt.digest if receipt else None,
            "filed_for": filed_for.stated(filed_for.held(revision)),
            "files": [
                {"language": v.language, "name": f.name, "size": f.blob.size, "sha256": f.blob_id}
                for v in revision.as_filed
                for f in v.files.all()
            ],
        }
    )


def _differences(names: Iterable[str], said: dict[str, Any], held: dict[str, Any]) -> Iterator[Difference]:
    for name in names:
        stated, real = said.get(name), held[name]
        if name == FILES:
            # The journal names fewer things of a file than a receipt: it is compared in what it names.
            asked = set(stated[0]) if stated else {"language", "sha256"}
            stated, real = _sorted(stated or []), _sorted({k: f[k] for k in asked if k in f} for f in real)
        if stated != real:
            yield Difference(name, stated, real)


def _sorted(files: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(files, key=lambda file: (file["language"], file["sha256"], file.get("name", "")))
