"""The folder into which the processes of one web server count (`metrics.py`), kept by gunicorn's master.

Imported before anything of Prometheus: its library looks at the environment when it is loaded.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
LOCK = "lock"
_PREFIX = "cwg-metrics-"
# What only grows goes on in these when its process has ended.
_GROWING = ("counter", "histogram")
_GONE = "gone"


def make_folder() -> None:
    """A private folder of this master, named in the environment for its workers. Once, however often it is called."""
    remove_those_of_dead_masters()
    mine = f"{_PREFIX}{os.getpid()}-"
    # One that was inherited is that of the master before, which removes it at its end.
    if not Path(os.environ.get(VARIABLE, "")).name.startswith(mine):
        os.environ[VARIABLE] = tempfile.mkdtemp(prefix=mine)


def remove_those_of_dead_masters() -> None:
    """A master that was killed removed none."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        master = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if master.isdecimal() and not Path("/proc", master).exists():
            shutil.rmtree(folder, ignore_errors=True)


def remove_folder(_server: object) -> None:
    """What gunicorn calls as its master ends."""
    shutil.rmtree(os.environ.pop(VARIABLE, ""), ignore_errors=True)


def worker_has_ended(pid: int) -> None:
    """What it held is gone; what it counted is added to the counts of those before it.

    Without that every worker that ever lived leaves files that each question reads. While somebody reads, nothing
    is done: the next end does it, and a reader that is frozen holds nobody up.
    """
    from prometheus_client.multiprocess import mark_process_dead

    folder = Path(os.environ[VARIABLE])
    mark_process_dead(pid, str(folder))
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        for kind in _GROWING:
            ended = [path for path in folder.glob(f"{kind}_*.db") if _has_ended(path, pid)]
            if ended:
                _add_up(folder, kind, ended)


def _has_ended(path: Path, pid: int) -> bool:
    of = path.stem.partition("_")[2]
    return of.isdecimal() and (int(of) == pid or not Path("/proc", of).exists())


def _add_up(folder: Path, kind: str, ended: list[Path]) -> None:
    from prometheus_client.mmap_dict import MmapedDict

    kept, draft = folder / f"{kind}_{_GONE}.db", folder / f"{kind}_{_GONE}.new"
    draft.unlink(missing_ok=True)
    sums = MmapedDict(str(draft))
    for path in [kept, *ended]:
        # Half a file of a process that was killed is read as far as it goes.
        with contextlib.suppress(FileNotFoundError, RuntimeError):
            for key, value, _at, _place in MmapedDict.read_all_values_from_file(str(path)):
                sums.write_value(key, sums.read_value(key)[0] + value, 0.0)
    sums.close()
    draft.replace(kept)
    for path in ended:
        path.unlink()
