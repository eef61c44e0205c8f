"""Places among those whose files are judged: as many at once on this machine as it has processors; the others wait in turn.

Twelve at once on two processors would all be slow, and take the machine from those who submit. A place is a lock on a file: the
child that works holds it, and it is free when that process ends, however it does. A turn is a file that whoever waits touches
again and again: of one who is stopped, or was killed, nobody takes notice. So nothing here has to be tidied up after anybody.
"""

from __future__ import annotations

import fcntl
import logging
import os
import stat
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

# Seconds between two looks: of whoever is next, and of the others.
_NEXT_LOOKS, _OTHERS_LOOK = 0.01, 0.05
# Who has not touched the own turn for so long is passed over, and the turn is removed after the second.
_ASLEEP, _GONE = 2.0, 60.0
# A child has ten seconds of processor time (`Limits.cpu_seconds`), and needs so long only where the machine is overloaded.
# Whoever is next and gets no place meanwhile goes on without one: the door is never shut.
_PATIENCE_OF_THE_NEXT = 60.0


class Places:
    """`count` places in `folder`, which all processes of one user on this machine share."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder, self.count = folder, count

    def wait(self) -> int:
        """Waits for a place and gives a descriptor: whoever has it open, or a copy of it, holds the place.

        OSError where the folder cannot be used, or no place comes free at all.
        """
        turns = self._made()
        mine = turns / f"{time.time_ns():020d}-{os.getpid()}-{threading.get_native_id()}"
        next_since = 0.0
        try:
            while True:
                mine.touch()
                ahead = _ahead_of(mine)
                if ahead:
                    next_since = 0.0
                elif not next_since:
                    next_since = time.monotonic()
                elif time.monotonic() - next_since > _PATIENCE_OF_THE_NEXT:
                    raise TimeoutError("no place comes free")
                if ahead < self.count and (place := self._take(ahead)) is not None:
                    return place
                time.sleep(_OTHERS_LOOK if ahead else _NEXT_LOOKS)
        finally:
            with suppress(OSError):
                mine.unlink()

    def _take(self, ahead: int) -> int | None:
        """A place that is free besides one for each of those ahead."""
        free: list[int] = []
        try:
            for number in range(self.count):
                place = os.open(
                    self.folder / f"place-{number}",
                    os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW,
                    0o600,
                )
                try:
                    fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(place)
                    continue
                free.append(place)
                if len(free) > ahead:
                    return free.pop()
            return None
        finally:
            for place in free:
                os.close(place)

    def _made(self) -> Path:
        """The folder of turns."""
        turns = _ours(self.folder) / "turns"
        turns.mkdir(mode=0o700, exist_ok=True)
        return turns


def shared_folder() -> Path:
    """The folder in which all processes of this user on this machine tell each other who is at work. Raises OSError."""
    return _ours(Path(tempfile.gettempdir()) / f"cwg-intake-{os.getuid()}")


def _ours(folder: Path) -> Path:
    """The folder, made where it is missing. PermissionError where somebody else made one of that name in a shared /tmp."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = os.lstat(folder)
    if not stat.S_ISDIR(made.st_mode) or made.st_uid != os.getuid():
        raise PermissionError(f"{folder} is somebody else's")
    return folder


def _ahead_of(mine: Path) -> int:
    """How many came before, and are awake."""
    now, ahead = time.time(), 0
    with os.scandir(mine.parent) as turns:
        for turn in turns:
            if turn.name >= mine.name:
                continue
            with suppress(FileNotFoundError):
                silent = now - turn.stat(follow_symlinks=False).st_mtime
                if silent < _ASLEEP:
                    ahead += 1
                elif silent > _GONE:
                    os.unlink(turn.path)
    return ahead


def wait_for_one() -> int | None:
    """A place of this machine as `Places.wait` gives it: there is one for each processor that this process may use.

    None where they cannot be had: no file is refused for that, and everybody goes on at once.
    """
    try:
        return Places(shared_folder(), len(os.sched_getaffinity(0))).wait()
    except OSError as error:
        log.warning("intake: a file is judged without waiting for a place: %s", error)
        return None
