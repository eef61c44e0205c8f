"""The one door to stored bytes: what comes out of it is what the row says, to the last byte, or nothing.

The size is checked before the first byte goes out, and the hash before the last. A folder tells by its file's
likeness (inode, size, times) whether anybody has written to it: the first who asks has the file hashed, and
as long as the likeness stays, the next are spared that. A store in the net is asked for the size, and whole
files are hashed on the way out. A part (Range) has no hash of its own: it goes out only of the very version
(of a store, its ETag and time) that this process has hashed, at a whole download or now; where another is put
in its place meanwhile, that one is judged first. What a disk or a store loses by itself, without a trace, is
found by the rolling look (`recheck`).
"""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Value
from django.db.models.functions import Coalesce

from cwg import clock

from .models import Blob
from .storage import PIECE, Reading, StorageFailed, Unreadable
from .storage import documents as storage

logger = logging.getLogger(__name__)

Damage = Blob.Damage
# Files that this process has hashed: by SHA-256, their likeness and what was found then ("" of a whole one).
_found: dict[str, tuple[tuple[object, ...], str]] = {}
_MOST_REMEMBERED = 20_000
# So often in a row another version may come between judging and reading; then the storage is at fault.
_JUDGED_AT_MOST = 3


class Damaged(Exception):
    """The storage does not hold the bytes that the row names. `damage` is one of `Blob.Damage`."""

    def __init__(self, blob: Blob, damage: str):
        super().__init__(f"the stored bytes {blob.pk} are damaged ({damage})")
        self.blob, self.damage = blob, damage


def hash_of(blob: Blob) -> str:
    """SHA-256 of the bytes as the storage gives them back, in lower-case hex.

    Raises FileNotFoundError, and StorageFailed (`Unreadable` where it is this file alone).
    """
    return _read_through(blob).sha256


def damage_of(blob: Blob) -> str:
    """What is wrong with the stored bytes, every one of which is read; "" where nothing is. Notes nothing.

    Raises StorageFailed where the storage does not answer: that says nothing of the bytes.
    """
    return _examined(blob)[0]


def _examined(blob: Blob) -> tuple[str, tuple[object, ...] | None]:
    """`damage_of`, and which version it was found of, where the storage told that with the bytes."""
    try:
        found = _read_through(blob)
    except FileNotFoundError:
        return Damage.MISSING, None
    except Unreadable:
        return Damage.UNREADABLE, None
    if found.size != blob.size:
        return Damage.SIZE, found.version
    return "" if found.sha256 == blob.pk else Damage.ALTERED, found.version


def look(blob: Blob, at: datetime) -> str:
    """`damage_of`, noted on the row as found at `at`."""
    try:
        likeness = storage().likeness(blob.path)
    except (FileNotFoundError, Unreadable):
        likeness = None
    damage, version = _examined(blob)
    _remember(blob, version or likeness, damage)
    note(blob, damage, at)
    return damage


def note(blob: Blob, damage: str, at: datetime) -> None:
    """Note on the row what a look at all bytes found, "" of whole ones. New damage is an alarm in the log."""
    if damage:
        changed = Blob.objects.filter(pk=blob.pk).update(
            damage=damage, damaged_at=Coalesce("damaged_at", Value(at)), looked_at=at
        )
        if changed and damage != blob.damage:
            logger.error("the stored file %s is damaged (%s): put it back from a backup", blob.path, damage)
        blob.damage, blob.damaged_at = damage, blob.damaged_at or at
    else:
        Blob.objects.filter(pk=blob.pk).update(damage="", damaged_at=None, whole_at=at, looked_at=at)
        if blob.damage:
            logger.warning("the stored file %s is whole again", blob.path)
        blob.damage, blob.damaged_at, blob.whole_at = "", None, at


def must_be_whole(blob: Blob, *, reading_at_most: int | None = None) -> int:
    """Before somebody else hands out the bytes, or some of them: Damaged where they are not as the row says.

    Returns how many bytes were read for that: none where a likeness spares it. Where it would be more than
    `reading_at_most`, the size alone is checked. Raises StorageFailed where the storage does not answer.
    """
    likeness = _likeness(blob)
    if likeness is not None and _known(blob, likeness) is not None:
        reads = 0
    elif likeness is not None and (reading_at_most is None or blob.size <= reading_at_most):
        reads = blob.size
    else:
        _must_be_of_size(blob)
        return 0
    _judged_by_likeness(blob, likeness)
    return reads


def _must_be_of_size(blob: Blob) -> None:
    if blob.damage:
        raise Damaged(blob, blob.damage)
    try:
        size = storage().size(blob.path)
    except FileNotFoundError:
        raise _now_noted(blob, Damage.MISSING) from None
    if size != blob.size:
        raise _now_noted(blob, Damage.SIZE)


def bytes_of(blob: Blob, start: int = 0, stop: int | None = None) -> "Bytes":
    """The bytes from `start` to before `stop` (None: the end), in pieces; `close()` it when done.

    Raises Damaged and StorageFailed before there is a first piece. Iterating raises Damaged in place of the
    last piece where the bytes turn out wrong only then, and StorageFailed where the storage stops answering.
    """
    stop = blob.size if stop is None else stop
    for _again in range(_JUDGED_AT_MOST):
        likeness = _likeness(blob, asking=(start, stop) != (0, blob.size))
        if likeness is not None:
            judged = _judged_by_likeness(blob, likeness)
        elif blob.damage:
            raise Damaged(blob, blob.damage)
        opened = Bytes(blob, start, stop)
        if opened.whole or likeness is None or opened.reading.version == judged:
            return opened
        opened.close()
    raise StorageFailed(f"the stored file {blob.path} is written to again and again")


def _likeness(blob: Blob, *, asking: bool = False) -> tuple[object, ...] | None:
    """The likeness of the stored file; None where the storage would have to be asked, unless `asking`."""
    try:
        return storage().version(blob.path) if asking else storage().likeness(blob.path)
    except FileNotFoundError:
        raise _now_noted(blob, Damage.MISSING) from None
    except Unreadable:
        raise _now_noted(blob, Damage.UNREADABLE) from None


def _judged_by_likeness(blob: Blob, likeness: tuple[object, ...]) -> tuple[object, ...]:
    """Which version was judged whole: not `likeness` where another was put in its place. Raises Damaged."""
    judged, damage = likeness, _known(blob, likeness)
    if damage is None:
        damage, version = _examined(blob)
        judged = version or likeness
        _remember(blob, judged, damage)
        if damage != blob.damage:
            note(blob, damage, clock.now())
    if damage:
        raise Damaged(blob, damage)
    return judged


def _known(blob: Blob, likeness: tuple[object, ...]) -> str | None:
    """What this process remembers of the very file; None where it has to be read."""
    known, damage = _found.get(blob.pk, (None, ""))
    # A row that says otherwise is believed over it: the disk may have lost something since.
    return damage if known == likeness and damage == blob.damage else None


def _remember(blob: Blob, likeness: tuple[object, ...] | None, damage: str) -> None:
    if likeness is not None:
        if len(_found) >= _MOST_REMEMBERED:
            _found.clear()
        _found[blob.pk] = (likeness, damage)


def _now_noted(blob: Blob, damage: str) -> Damaged:
    if damage != blob.damage:
        note(blob, damage, clock.now())
    return Damaged(blob, damage)


@dataclass(frozen=True)
class _Read:
    sha256: str
    size: int
    version: tuple[object, ...] | None


def _read_through(blob: Blob) -> _Read:
    reading, digest, size = storage().reading(blob.path), hashlib.sha256(), 0
    try:
        while piece := reading.read(PIECE):
            digest.update(piece)
            size += len(piece)
    finally:
        reading.close()
    return _Read(digest.hexdigest(), size, reading.version)


class Bytes:
    """An iterator over stored bytes that keeps back its last piece until all of them were found right.

    Whoever is sent them by their length so sees an incomplete download, and never a whole one that is wrong.
    """

    def __init__(self, blob: Blob, start: int, stop: int):
        self.blob = blob
        self.whole = (start, stop) == (0, blob.size)
        self.left = stop - start
        self.digest = hashlib.sha256()
        self.kept_back = b""
        self.ended = False
        try:
            self.reading: Reading = storage().reading(blob.path, start, None if self.whole else stop)
        except FileNotFoundError:
            raise _now_noted(blob, Damage.MISSING) from None
        except Unreadable:
            raise _now_noted(blob, Damage.UNREADABLE) from None
        try:
            if self.reading.size != blob.size:
                raise _now_noted(blob, Damage.SIZE)
            # Of a small file that is all: whether it is right is known before anything is answered.
            self.kept_back = self._next_piece()
            if not self.left:
                self._judge()
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self.ended:
            self.close()
            raise StopIteration
        piece = self.kept_back
        if self.left:
            self.kept_back = self._next_piece()
            if not self.left:
                self._judge()
        else:
            self.ended, self.kept_back = True, b""
        return piece

    def _next_piece(self) -> bytes:
        """The next full piece, or what is left."""
        pieces, wanted = [], min(PIECE, self.left)
        try:
            while wanted and (piece := self.reading.read(wanted)):
                pieces.append(piece)
                wanted -= len(piece)
        except Unreadable:
            raise _now_noted(self.blob, Damage.UNREADABLE) from None
        if wanted:
            raise _now_noted(self.blob, Damage.SIZE)
        joined = b"".join(pieces)
        self.left -= len(joined)
        if self.whole:
            self.digest.update(joined)
        return joined

    def _judge(self) -> None:
        if not self.whole:
            return
        if self.digest.hexdigest() != self.blob.pk:
            raise _now_noted(self.blob, Damage.ALTERED)
        # Told with the bytes: whoever goes on with this download does not have it hashed again.
        _remember(self.blob, self.reading.version, "")

    def close(self) -> None:
        self.reading.close()
