"""What a restore cannot know: where the copies of the chains have a gap, a damaged entry, or an end before their time.

Looked at before the database is changed. Whoever restores is told what it is, and either finds the storage that knows it or
accepts by a flag and with a reason that it stays unknown; the portal's journal then says so.
"""

import uuid
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from cwg.documents import told_numbers
from cwg.record import chain_copies, copy_mark, replay

from . import backup


@dataclass(frozen=True)
class Chain:
    """A chain as the dump or the database has it: what it is called, how long it is, the hash of its last entry where known."""

    name: str
    length: int
    head: str | None = None


@dataclass(frozen=True)
class Told:
    """How long each chain is known to have been by backups, the last numbers that they say, each with the name of one that
    says it, and a sentence for each backup that cannot be read.
    """

    lengths: dict[uuid.UUID, int] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    passed_over: list[str] = field(default_factory=list)


@dataclass
class Limits:
    """`surveys`: of each chain, what its copies hold after the dump. `names`: what people call the chain.

    `lost_at`: when the database was lost, as the operator says, or now; None where it is not asked about.
    `whole_until`: when every act was last known to have its copy.
    """

    lost_at: datetime | None
    whole_until: datetime | None
    surveys: dict[uuid.UUID, chain_copies.Survey] = field(default_factory=dict)
    names: dict[uuid.UUID, str] = field(default_factory=dict)
    # Chains of which an earlier restore has recorded what is lost and what is not known.
    settled: Set[uuid.UUID] = frozenset()
    # What the backups beside it tell.
    told: Told = field(default_factory=Told)
    # What the dump or the database itself knows of numbers; `numbers` adds what copies and backups know.
    of_itself: told_numbers.Known = field(default_factory=told_numbers.Known)

    @property
    def stood_still(self) -> bool:
        """Whether the copies ended before the database did, as far as anybody can tell."""
        if self.lost_at is None:
            return False
        return self.whole_until is None or self.lost_at - self.whole_until > copy_mark.FRESH_FOR

    @property
    def spans(self) -> list[tuple[uuid.UUID, chain_copies.Span]]:
        return [
            (chain, span)
            for chain, found in self.surveys.items()
            for span in found.unknown
            if chain not in self.settled
        ]

    def numbers(self) -> told_numbers.Known:
        """What is known of numbers, by itself, the copies and the backups.

        Of each series the highest known is not far from the last given, unless nothing is left but backups of 0.2.0 or before:
        their manifests do not say how far a series had come.
        """
        known = self._with_copies()
        return replace(known, given=[*known.given, *self.told.given])

    def of_backups_alone(self) -> list[str]:
        """The symbols up to which series go on because a backup beside it says so: neither itself nor the copies know of them."""
        return told_numbers.beyond(self.told.given, self._with_copies())

    def _with_copies(self) -> told_numbers.Known:
        copied = [replay.as_entry(each) for found in self.surveys.values() for each in found.entries]
        return replace(self.of_itself, given=[*self.of_itself.given, *told_numbers.named_in(copied)])

    def known(self) -> str:
        """Until when the copies are known to be whole, in a sentence."""
        if self.whole_until is None:
            return "Nobody knows until when the copies of the journal were whole: the file storage has no mark of it."
        return f"The copies of the journal are known to be whole until {_instant(self.whole_until)}."

    def sentences(self) -> list[str]:
        """What cannot be known, a sentence each; none where all is known."""
        found = []
        if self.stood_still and self.whole_until is None:
            found.append(
                "The file storage has no mark of when its copies were whole: it was lost, emptied, or is another one."
                " Nobody can tell what was issued after the backup beyond the copies that are there."
            )
        elif self.stood_still:
            assert self.whole_until is not None and self.lost_at is not None
            found.append(
                f"The copies are known to be whole until {_instant(self.whole_until)}, and the database was lost at"
                f" {_instant(self.lost_at)}. What was issued in between is not known: any document number, Rev., Corr.,"
                " Add. or edition of a translation, in every register. (If it was lost earlier, say so with --lost-at.)"
            )
        for chain, span in self.spans:
            why = "its copy is damaged" if span.damaged else "there is no copy"
            found.append(
                f"{self.names.get(chain, f'A register made after the backup (chain {chain})')}: position {span} of the"
                f" journal is not known, {why}. A number may have been issued there."
            )
        return found

    def left_open(self) -> str:
        """What neither copies nor mark can tell after `known`, in a sentence or two; empty where nothing is left open."""
        if self.lost_at is None or self.whole_until is None or self.stood_still:
            return ""
        if self.lost_at <= self.whole_until:
            return ""
        return (
            f"The database was lost at {_instant(self.lost_at)}. Acts that were answered in between while the file storage"
            " was away have left nothing behind; the portal's log names each (“was answered without its copy”). Where it"
            " does, or a delegation holds a receipt from then that is not listed here, run this command with --numbers-only"
            " and --issued before anybody submits."
        )

    def facts(self) -> dict:
        return {
            "whole_until": self.whole_until,
            "lost_at": self.lost_at,
            "unknown": [
                {"chain": chain, "first": span.first, "last": span.last} for chain, span in self.spans
            ],
        }


class NotKnown(RuntimeError):
    """The restore stops at what it cannot know. The database was not changed."""

    def __init__(self, limits: Limits):
        super().__init__("\n".join(limits.sentences()))
        self.limits = limits


def of_backup(folder: Path, chosen: Path, *, lost_at: datetime) -> Limits:
    """What a restore of `chosen` could not know. Raises chain_copies.CopyDiffers, and what the storage raises."""
    manifest = backup.read_manifest(chosen)
    names, heads = manifest.get("names", {}), manifest.get("heads", {})
    chains = {
        chain: Chain(names.get(str(chain), f"Chain {chain}"), length, heads.get(str(chain)))
        for chain, length in _lengths(chosen, manifest).items()
    }
    numbers = told_numbers.Known(_given(manifest), manifest.get("first_symbols"))
    return examine(chains, numbers, lost_at=lost_at, told=told_by_backups(folder))


def told_by_backups(folder: Path) -> Told:
    """What any backup in `folder` tells of the lengths of the chains and of numbers: one made later than that which is
    restored knows of more. Raises backup.BackupFailed for one that tells what cannot be.
    """
    told = Told()
    for path in sorted(folder.glob(f"*/{backup.MANIFEST}")):
        try:
            manifest = backup.read_manifest(path.parent, with_dump=False)
        except backup.BackupFailed as error:
            told.passed_over.append(str(error))
            continue
        for chain, length in _lengths(path.parent, manifest).items():
            told.lengths[chain] = max(length, told.lengths.get(chain, 0))
        for symbol in _given(manifest):
            told.given.setdefault(symbol, path.parent.name)
    return told


def _given(manifest: dict) -> list[str]:
    """The symbol of the last number of each series; none of a backup that does not say, as those of 0.2.0 and before."""
    return manifest.get("last_given", [])


def _lengths(made: Path, manifest: dict) -> dict[uuid.UUID, int]:
    """How long the chains were when a backup was made. Raises backup.BackupFailed for more than its dump can hold."""
    dump, size = made / backup.DUMP, manifest["dump"]["size"]
    if dump.exists():
        size = min(size, dump.stat().st_size)
    lengths = {uuid.UUID(chain): length for chain, length in manifest["chains"].items()}
    # The hash of an entry alone is 32 bytes in any dump; the rest is room for positions that an earlier restore left empty.
    if sum(lengths.values()) > size:
        raise backup.BackupFailed(
            f"{made / backup.MANIFEST} tells of {sum(lengths.values())} entries of the journal, which a dump of {size} bytes"
            " cannot hold: one of the two is damaged. Move that backup out of the folder, and restore another."
        )
    return lengths


def examine(
    chains: Mapping[uuid.UUID, Chain],
    numbers: told_numbers.Known,
    *,
    lost_at: datetime | None,
    told: Told | None = None,
    settled: Set[uuid.UUID] = frozenset(),
) -> Limits:
    """Survey the copies of every chain that anybody knows of, after what `chains` has of it.

    `numbers`: what the dump or the database itself knows of them. `told`: what other sources than the storage's mark tell.
    Raises chain_copies.CopyDiffers, and what the storage raises.
    """
    mark = copy_mark.read()
    told = told or Told()
    lengths = dict(told.lengths)
    for chain, length in mark.lengths.items() if mark else ():
        lengths[chain] = max(length, lengths.get(chain, 0))
    limits = Limits(
        lost_at, mark.whole_until if mark else None, settled=settled, told=told, of_itself=numbers
    )
    for chain in sorted({*chain_copies.chains(), *lengths, *chains}):
        held = chains.get(chain, Chain("", 0))
        if held.name:
            limits.names[chain] = held.name
        limits.surveys[chain] = chain_copies.survey(
            chain, held.length, told=lengths.get(chain, 0), head=held.head
        )
    return limits


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
