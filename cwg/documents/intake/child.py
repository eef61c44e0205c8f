"""The child process: takes limits on itself, reads the file on standard input, writes what it found as JSON.

Run as a script by `runner`. It loads the package under a name of its own, so that neither the portal's
settings nor Celery nor Django are imported: the process starts in some 40 ms and knows no secret.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import pathlib
import resource
import signal
import sys

EXIT_OUT_OF_MEMORY = 3
EXIT_CRASHED = 4
# <sys/prctl.h>
_PR_SET_PDEATHSIG = 1
# Reading a document needs none of these, so whoever asks for one is not reading the document.
_FORBIDDEN = (
    *("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system"),
    *("ctypes.dlopen", "ctypes.dlsym"),
)


def die_with(parent: int) -> None:
    """The kernel ends this process with the thread that started it: also while it is stopped, and holds its place."""
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(EXIT_CRASHED)


def take_limits(cpu_seconds: int, memory_bytes: int) -> None:
    """Bounds processor time and address space before anything of the file is read."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 2))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def lock_down() -> None:
    """After the imports: no file can be written, no process started, no connection opened."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))

    def refuse_event(event: str, _arguments: tuple) -> None:
        if event.startswith(_FORBIDDEN):
            raise PermissionError(event)

    sys.addaudithook(refuse_event)


def load_intake():
    """This package under another name, found by its place and not through the portal's packages."""
    here = pathlib.Path(__file__).parent
    spec = importlib.util.spec_from_file_location(
        "intake_in_child", here / "__init__.py", submodule_search_locations=[str(here)]
    )
    # Only needed to read pictures, and slow to load. Ciphers are needed: a PDF that everybody can open may be
    # enciphered all the same, when its owner restricted printing or copying.
    sys.modules["PIL"] = None  # type: ignore[assignment]
    package = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = package
    # The package's own front imports the runner, which the child has no use for.
    return importlib.import_module("intake_in_child.examination")


def main(task: dict) -> int:
    # A library that prints must not spoil the answer.
    answer = os.dup(1)
    os.dup2(2, 1)
    die_with(task["parent"])
    with contextlib.suppress(OSError):  # where the service may set no priorities, it has the one it has
        os.nice(task["nice"])
    take_limits(task["cpu_seconds"], task["limits"]["memory_bytes"])
    examination = load_intake()
    with os.fdopen(0, "rb") as stream:
        kind = examination.recognise(stream)
        examination.prepare(kind, task["verb"])
        lock_down()
        examination.seal(kind, task["verb"])
        limits = examination.Limits(**task["limits"])
        if task["verb"] == "read":
            found = examination.read(stream, kind=kind, size=task["size"], limits=limits)
        else:
            found = examination.examine(
                stream, kind=kind, size=task["size"], extension=task["extension"], limits=limits
            )
    if task["place"] is not None:
        os.close(task["place"])
    with os.fdopen(answer, "wb") as out:
        out.write(found.to_json().encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    try:
        status = main(json.loads(sys.argv[1]))
    except MemoryError:
        status = EXIT_OUT_OF_MEMORY
    except BaseException:
        status = EXIT_CRASHED
    # Without the interpreter's shutdown: freeing a large document's objects takes longer than reading it.
    os._exit(status)
