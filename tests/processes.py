"""Processes that a test started: none of them outlives it, whatever it fails at."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path

# What a test run is given, and a portal with a database of its own must not be.
OF_THIS_RUN = {
    "CWG_MODE",
    "CWG_STORAGE_DIR",
    "DATABASE_ADMIN_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_URL",
    "DJANGO_SETTINGS_MODULE",
    "PORTAL_URL",
    "REDIS_URL",
    "S3_BUCKET",
    "SECRET_KEY",
    "STATIC_ROOT",
}


def not_of_this_run() -> dict[str, str]:
    """The environment for a portal with servers, files and settings of its own."""
    return {name: value for name, value in os.environ.items() if name not in OF_THIS_RUN}


def children(pid: int) -> list[int]:
    """The pids of a process's own children; none where it has ended."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def kill(process: subprocess.Popen) -> None:
    """At once, with all that it started: a server's workers, a script's commands."""
    if process.poll() is None:
        below = _descendants(process.pid)
        process.kill()
        for pid in below:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    process.wait()


def end(process: subprocess.Popen, how: signal.Signals = signal.SIGTERM, *, within: float = 30) -> None:
    """As whoever supervises it does: asked first, killed if it has not left after so many seconds."""
    process.send_signal(how)
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        kill(process)


def to_its_end(process: subprocess.Popen, *, within: float = 120) -> tuple:
    """What it printed, and what it said of errors. After so many seconds it is killed, and `TimeoutExpired` raised."""
    try:
        return process.communicate(timeout=within)
    except BaseException:
        kill(process)
        raise


def _descendants(pid: int) -> list[int]:
    found = children(pid)
    return found + [each for child in found for each in _descendants(child)]
