"""From the folder into a bucket, or back: every file of the storage, each read back after it was written.

It may be broken off and begun again at any time, and while the portal is at work on the storage that is left: what
is there already is not copied again. Bytes of documents are named for their SHA-256, and chain copies never change, so that what lies there
under such a name is either the same or a fault.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from django.core.files import File

from cwg.record import copy_mark

from .storage import UNFINISHED, StorageFailed, Unreadable
from .stray_files import NAME_OF_BYTES, PROBES

IN_MEMORY = 1024 * 1024


@dataclass
class Moved:
    """How many files were copied, and how many were there; the names of those that could not be."""

    copied: int = 0
    there: int = 0
    # In the storage that is left they cannot be read, or are not what their name says.
    damaged: list[str] = field(default_factory=list)
    # Where they go lies something else under a name that never changes its meaning.
    clashes: list[str] = field(default_factory=list)


def copy(source: Any, target: Any, *, read_all: bool = False) -> Moved:
    """Copy all files from one storage to another. Raises StorageFailed where one of the two does not answer.

    `read_all`: also bytes of documents that are there with the right size are read again and hashed.
    The mark of the chain copies is read first and written last: it never says more than what lies beside it.
    """
    moved = Moved()
    mark = _read_mark(source)
    for name in _names(source):
        found = NAME_OF_BYTES.fullmatch(name)
        promised = found[1] if found else None
        if promised and not read_all and _size(target, name) == source.size(name):
            moved.there += 1
            continue
        _copy_one(name, promised, source, target, moved)
    if mark is not None and not moved.damaged and not moved.clashes:
        target.save(copy_mark.PATH, File(mark, name=copy_mark.PATH))
    return moved


def _copy_one(name: str, promised: str | None, source: Any, target: Any, moved: Moved) -> None:
    """`promised` is the SHA-256 that the name says, if it says one."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as held:
        try:
            sha256 = _read_into(held, source, name)
        except FileNotFoundError:
            return  # removed since it was listed
        except Unreadable:
            moved.damaged.append(name)
            return
        if promised and sha256 != promised:
            moved.damaged.append(name)
            return
        there = _hash(target, name)
        if there == sha256:
            moved.there += 1
            return
        if there is not None and not promised:
            moved.clashes.append(name)
            return
        held.seek(0)
        target.save(name, File(held, name=name))
    if _hash(target, name) != sha256:
        raise StorageFailed(f"{name} was written and came back as something else")
    moved.copied += 1


def _names(source: Any) -> Iterator[str]:
    for kept in source.kept_below(""):
        if (
            kept.name != copy_mark.PATH
            and not kept.name.startswith(PROBES)
            and not kept.name.endswith(UNFINISHED)
        ):
            yield kept.name


def _read_mark(source: Any) -> Any:
    held = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - small, in memory, read at the end
    try:
        _read_into(held, source, copy_mark.PATH)
    except FileNotFoundError:
        return None
    held.seek(0)
    return held


def _read_into(held: Any, source: Any, name: str) -> str:
    """The SHA-256 of the file, whose bytes are then in `held`."""
    digest = hashlib.sha256()
    with closing(source.reading(name)) as reading:
        while piece := reading.read():
            digest.update(piece)
            held.write(piece)
    return digest.hexdigest()


def _hash(storage: Any, name: str) -> str | None:
    """None where there is no such file."""
    digest = hashlib.sha256()
    try:
        with closing(storage.reading(name)) as reading:
            while piece := reading.read():
                digest.update(piece)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def _size(storage: Any, name: str) -> int | None:
    try:
        size: int = storage.size(name)
    except FileNotFoundError:
        return None
    return size
