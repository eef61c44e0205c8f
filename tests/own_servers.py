"""Servers for a pytest that was started by hand or by an editor, without `./dev test`.

They are `./dev servers`: the same as those of `./dev test`, and gone when this process is, however it ends.
"""

import atexit
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def start() -> None:
    """Start them, and put into the environment how they are reached: the workers of pytest-xdist inherit it.

    Raises SystemExit with one sentence where they cannot be had.
    """
    # A session of its own: Ctrl-C is for pytest, which still wants its database while it sums up.
    process = subprocess.Popen(
        [sys.executable, ROOT / "dev", "servers"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for line in process.stdout:
        # Before it come the words of a first start, which fetches libraries.
        if line.startswith("{"):
            os.environ.update(json.loads(line))
            atexit.register(_end, process)
            return
    said = process.stderr.read().strip() or f"./dev servers ended with {process.wait()}"
    raise SystemExit(
        f"The tests need a PostgreSQL server, and none could be started ({said})."
        " Set DATABASE_URL to a superuser's of one (postgres://user:password@host:port/name)."
    )


def _end(process: subprocess.Popen) -> None:
    process.stdin.close()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
