"""Runs one inspection, or the reading of one text, in a child process with limits on processor time and memory.

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
from typing import BinaryIO

from . import places
from .findings import Inspection, ReadText, refuse
from .limits import Limits

log = logging.getLogger(__name__)

CHILD = pathlib.Path(__file__).with_name("child.py")
EXIT_OUT_OF_MEMORY = 3
_READ = 64 * 1024
# Behind whoever answers people, and a text behind a file that somebody waits for.
_NICE_INSPECTING, _NICE_READING = 5, 19


def inspect(
    path: str | os.PathLike[str], *, declared_name: str = "", limits: Limits | None = None
) -> Inspection:
    """Inspects the file at `path`, which its sender calls `declared_name` (only its ending is looked at).

    Never raises for what is in the file: whatever happens to the child becomes a refusal (`timeout`,
    `memory`, `crashed`). OSError if the file cannot be opened. Waits for a place where many come at once (`places`).
    """
    limits = limits or Limits()
    with open(path, "rb") as source:
        size = os.fstat(source.fileno()).st_size
        if size == 0:
            return _refusal("empty", size)
        if size > limits.file_bytes:
            return _refusal("too_large", size, limit=limits.file_bytes)
        task = {"verb": "examine", "size": size, "extension": extension_of(declared_name)}
        task["nice"] = _NICE_INSPECTING
        answer, ended = _in_child(source, task, limits, limits.cpu_seconds, in_turn=True)
    if not ended:
        try:
            return Inspection.from_json(answer)
        except (ValueError, TypeError, RecursionError):
            log.warning("intake: the child's answer could not be read (%d bytes)", len(answer))
            ended = "crashed"
    return _refusal(ended, size)


def read(path: str | os.PathLike[str], *, limits: Limits | None = None, in_turn: bool = False) -> ReadText:
    """Reads the text of the file at `path`, which was taken. Never raises for what is in it; OSError as `inspect`.

    `in_turn`: somebody waits for it, and so it waits for a place as an inspection does.
    """
    limits = limits or Limits()
    with open(path, "rb") as source:
        task = {"verb": "read", "size": os.fstat(source.fileno()).st_size}
        task["nice"] = _NICE_INSPECTING if in_turn else _NICE_READING
        answer, ended = _in_child(source, task, limits, limits.read_cpu_seconds, in_turn=in_turn)
    if not ended:
        try:
            return ReadText.from_json(answer)
        except (ValueError, TypeError, RecursionError):
            log.warning("intake: the text that a child read could not be taken over (%d bytes)", len(answer))
            ended = "crashed"
    return ReadText(ended=ended)


def extension_of(name: str) -> str:
    """The ending of a name in small letters without its dot, `""` where there is none."""
    stem, dot, ending = name.strip().rpartition(".")
    return ending.lower()[:16] if dot and stem else ""


def _refusal(code: str, size: int, **data: object) -> Inspection:
    return Inspection(size=size, refusals=(refuse(code, size=size, **data),))


def _in_child(
    source: BinaryIO, task: dict, limits: Limits, cpu_seconds: int, *, in_turn: bool = False
) -> tuple[bytes, str]:
    """What the child answers, and how it came to its end: "" by itself, "timeout", "memory", "crashed".

    `in_turn`: it begins when there is a place for it, and gives that back once the work is done: the telling may take its time.
    """
    task = task | {
        "limits": asdict(limits),
        "cpu_seconds": cpu_seconds,
        "parent": os.getpid(),
    }
    place = places.wait_for_one() if in_turn else None
    try:
        child = subprocess.Popen(
            [sys.executable, "-I", str(CHILD), json.dumps(task | {"place": place})],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Nothing of the server's environment: the database's address and the secret key live there.
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
            pass_fds=() if place is None else (place,),
        )
    finally:
        if place is not None:
            os.close(place)
    assert child.stdout is not None  # asked for with PIPE
    answer = None
    try:
        # Text takes up to four bytes a character in UTF-8 and two in an escape; the rest is small.
        answer = _read_all(child, most=4 * limits.text_chars + 1024 * 1024, idle_seconds=limits.idle_seconds)
        if answer is not None:
            child.wait(timeout=limits.idle_seconds)
    except subprocess.TimeoutExpired:
        answer = None
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
    if answer is None:
        log.warning("intake: a child got nothing done for %g seconds", limits.idle_seconds)
        return b"", "timeout"
    return answer, _end(child.returncode, task["size"])


def _read_all(child: subprocess.Popen, most: int, idle_seconds: float) -> bytes | None:
    """All that the child writes; None where it does nothing any more. Stops reading past `most` bytes."""
    assert child.stdout is not None
    parts: list[bytes] = []
    length = 0
    used, since = 0, time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while length <= most:
            if selector.select(min(1.0, idle_seconds / 4)):
                part = os.read(child.stdout.fileno(), _READ)
                if not part:
                    break
                parts.append(part)
                length += len(part)
                since = time.monotonic()
            elif (now := _processor_time_of(child.pid)) != used:
                used, since = now, time.monotonic()
            elif time.monotonic() - since >= idle_seconds:
                return None
    return b"".join(parts)


def _processor_time_of(pid: int) -> int:
    """In the kernel's ticks, of a child that was not waited for yet."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    return int(fields[11]) + int(fields[12])


def _end(returncode: int, size: int) -> str:
    if returncode == 0:
        return ""
    if returncode == -signal.SIGXCPU:
        return "timeout"
    # SIGKILL that we did not send is the kernel running out of memory.
    if returncode in (EXIT_OUT_OF_MEMORY, -signal.SIGKILL):
        return "memory"
    log.warning("intake: the child ended with %d on a file of %d bytes", returncode, size)
    return "crashed"
