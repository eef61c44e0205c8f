"""Runs one inspection in a child process with limits on processor time, memory and wall time.

A fresh interpreter and not a fork: a forked copy of a threaded web server can hang on a lock, and it would
carry the server's secrets and connections into the process that reads hostile bytes.
"""

from __future__ import annotations

import json
import logging
import os
import pathlib
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import asdict

from .findings import Inspection, refuse
from .limits import Limits

log = logging.getLogger(__name__)

CHILD = pathlib.Path(__file__).with_name("child.py")
EXIT_OUT_OF_MEMORY = 3
_READ = 64 * 1024


def inspect(
    path: str | os.PathLike[str], *, declared_name: str = "", limits: Limits | None = None
) -> Inspection:
    """Inspects the file at `path`, which its sender calls `declared_name` (only its ending is looked at).

    Never raises for what is in the file: whatever happens to the child becomes a refusal (`timeout`,
    `memory`, `crashed`). OSError if the file cannot be opened. Takes at most `limits.wall_seconds`.
    """
    limits = limits or Limits()
    with open(path, "rb") as source:
        size = os.fstat(source.fileno()).st_size
        if size == 0:
            return _refusal("empty", size)
        if size > limits.file_bytes:
            return _refusal("too_large", size, limit=limits.file_bytes)
        return _inspect_in_child(source, size, extension_of(declared_name), limits)


def extension_of(name: str) -> str:
    """The ending of a name in small letters without its dot, `""` where there is none."""
    stem, dot, ending = name.strip().rpartition(".")
    return ending.lower()[:16] if dot and stem else ""


def _refusal(code: str, size: int, **data: object) -> Inspection:
    return Inspection(size=size, refusals=(refuse(code, size=size, **data),))


def _inspect_in_child(source, size: int, extension: str, limits: Limits) -> Inspection:
    deadline = time.monotonic() + limits.wall_seconds
    task = json.dumps({"size": size, "extension": extension, "limits": asdict(limits)})
    child = subprocess.Popen(
        [sys.executable, "-I", str(CHILD), task],
        stdin=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # Nothing of the server's environment: the database's address and the secret key live there.
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        cwd="/",
        start_new_session=True,
    )
    assert child.stdout is not None  # asked for with PIPE
    answer = None
    try:
        # Text takes up to four bytes a character in UTF-8 and two in an escape; the rest is small.
        answer = _read_until(child.stdout, deadline, most=4 * limits.text_chars + 1024 * 1024)
        if answer is not None:
            child.wait(timeout=max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        answer = None
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
    if answer is None:
        return _refusal("timeout", size)
    return _judge(child.returncode, answer, size)


def _read_until(pipe, deadline: float, most: int) -> bytes | None:
    """All that the child writes; None when time is up. Stops reading past `most` bytes."""
    parts: list[bytes] = []
    length = 0
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while length <= most:
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                return None
            part = os.read(pipe.fileno(), _READ)
            if not part:
                break
            parts.append(part)
            length += len(part)
    return b"".join(parts)


def _judge(returncode: int, answer: bytes, size: int) -> Inspection:
    if returncode == 0:
        try:
            return Inspection.from_json(answer)
        except (ValueError, TypeError, RecursionError):
            log.warning("intake: the child's answer could not be read (%d bytes)", len(answer))
            return _refusal("crashed", size)
    if returncode == -signal.SIGXCPU:
        return _refusal("timeout", size)
    # SIGKILL that we did not send is the kernel running out of memory.
    if returncode in (EXIT_OUT_OF_MEMORY, -signal.SIGKILL):
        return _refusal("memory", size)
    log.warning("intake: the child ended with %d on a file of %d bytes", returncode, size)
    return _refusal("crashed", size)
