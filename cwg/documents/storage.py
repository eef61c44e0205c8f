"""Where bytes are kept. Django's storage API; a folder by default, an S3-compatible store by setting.

Both tell their faults in the same three ways: FileNotFoundError (there is no such file), `Unreadable` (there is one, and
the disk does not give it back) and `StorageFailed` (the storage as a whole does not answer, or does not keep what it is
given). All are OSError. Both read in pieces from any byte on (`reading`), so that nothing is held in memory or copied first.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from django.core.files.storage import FileSystemStorage, storages
from django.utils import timezone

PIECE = 256 * 1024
UNFINISHED = ".unfinished"

# What the system says of a disk that has no room for more, and of one that has lost what it held.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_ROTTEN = (errno.EIO, errno.EBADMSG, errno.EUCLEAN)


class StorageFailed(OSError):
    """The storage does not answer, or did not keep the bytes. Nothing was recorded; to be tried again later."""


class StorageFull(StorageFailed):
    """There is no room left for the bytes."""


class Unreadable(StorageFailed):
    """This one file cannot be read, however often it is tried; others can."""


class Source(Protocol):
    """Bytes on their way out of the storage."""

    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Reading:
    """An open file of the storage. `size` is that of the whole file in bytes, wherever reading begins; `version` as the
    storage's own `version` tells it, where it came with the bytes."""

    size: int
    source: Source
    version: tuple[object, ...] | None = None

    def read(self, size: int = PIECE) -> bytes:
        """The next bytes, at most `size`; nothing at the end. Raises StorageFailed."""
        with _faults_told():
            return self.source.read(size)

    def close(self) -> None:
        self.source.close()


@dataclass(frozen=True)
class Kept:
    """A file as the storage lists it: its name and when it was last written (aware)."""

    name: str
    written_at: datetime


@contextmanager
def room_needed() -> Iterator[None]:
    """What is written herein, into the storage or on its way there: an OSError is raised as StorageFailed or StorageFull."""
    try:
        yield
    except StorageFailed:
        raise
    except OSError as error:
        kind = StorageFull if error.errno in _NO_ROOM else StorageFailed
        raise kind(error.errno, error.strerror or str(error)) from error


@contextmanager
def _faults_told() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, FileExistsError, StorageFailed):
        raise
    except OSError as error:
        if error.errno in _ROTTEN:
            raise Unreadable(error.errno, error.strerror) from error
        with room_needed():
            raise


class DurableFileSystemStorage(FileSystemStorage):
    """A folder whose files are on the disk, name and all, before `save` returns, and there whole or not at all.

    A name stands for the same content for ever, so the last of two who save it at once changes nothing.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def _save(self, name: str, content: Any) -> str:
        beside = f"{name}.{secrets.token_hex(6)}{UNFINISHED}"
        path, unfinished = Path(self.path(name)), Path(self.path(beside))
        with room_needed():
            try:
                super()._save(beside, content)  # type: ignore[misc]  # Django's own hook; its stubs leave it out
                _sync(unfinished)
                os.replace(unfinished, path)
            except OSError:
                unfinished.unlink(missing_ok=True)
                raise
            root = Path(self.location)
            for folder in path.parents:
                _sync(folder)
                if folder == root:
                    break
        return name

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _faults_told():
            return super()._open(name, mode)  # type: ignore[misc]

    def exists(self, name: str) -> bool:
        """Django's own says of what cannot be looked at that it is not there. Raises Unreadable, StorageFailed."""
        with _faults_told():
            try:
                os.lstat(self.path(name))
            except FileNotFoundError:
                return False
        return True

    def delete(self, name: str) -> None:
        with _faults_told():
            super().delete(name)

    def reading(self, name: str, start: int = 0, stop: int | None = None) -> Reading:
        """The bytes of a file from `start` on; `stop` is for storages that are asked for a part.

        Raises FileNotFoundError, Unreadable, StorageFailed.
        """
        with _faults_told(), ExitStack() as on_error:
            source = on_error.enter_context(open(self.path(name), "rb", buffering=0))
            source.seek(start)
            held = os.fstat(source.fileno())
            on_error.pop_all()  # whoever reads closes it
        return Reading(held.st_size, source, _likeness_in(held))

    def likeness(self, name: str) -> tuple[int, ...] | None:
        """Changes whenever anybody writes to the file or puts another in its place. Raises as `reading`."""
        with _faults_told():
            return _likeness_in(os.stat(self.path(name)))

    def version(self, name: str) -> tuple[object, ...] | None:
        """As `likeness`, also where the storage has to be asked for it. Raises as `reading`."""
        return self.likeness(name)

    def kept_below(self, folder: str) -> Iterator[Kept]:
        """Every file below `folder`, in the order of names; what goes meanwhile is left out. Raises StorageFailed."""
        with _faults_told():
            for place, folders, names in os.walk(self.path(folder)):
                folders.sort()
                for name in sorted(names):
                    path = Path(place, name)
                    try:
                        written = path.stat().st_mtime
                    except FileNotFoundError:
                        continue
                    yield Kept(
                        path.relative_to(self.location).as_posix(),
                        datetime.fromtimestamp(written, tz=timezone.get_current_timezone()),
                    )


def _likeness_in(held: os.stat_result) -> tuple[int, ...]:
    return held.st_ino, held.st_size, held.st_mtime_ns, held.st_ctime_ns


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def documents() -> Any:
    """The storage of the register's bytes."""
    return storages["documents"]
