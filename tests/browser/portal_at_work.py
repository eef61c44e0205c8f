"""The demonstration as a newcomer gets it: `./dev run` on a port and in a directory of its own."""

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.ports import free_port
from tests.processes import not_of_this_run

ROOT = Path(__file__).resolve().parent.parent.parent
READY_SECONDS = 180


# Some that were sent, as if the address had been refused: the pages of mail that fails have something to show. The
# portal says that it is ready before its worker has sent the first, on a slow machine by seconds.
FAIL = """
from cwg import clock
from cwg.notices.models import Notice
from tests import waiting
waiting.until(lambda: Notice.objects.filter(status=Notice.Status.SENT).count() >= 3, within=90)
sent = Notice.objects.filter(status=Notice.Status.SENT).order_by("-pk").values_list("pk", flat=True)[:3]
refused = {"why": "no_mailbox", "last_error": "550 5.1.1 There is no such mailbox", "failed_at": clock.now()}
print("failed:", Notice.objects.filter(pk__in=list(sent)).update(status=Notice.Status.FAILED, **refused))
"""


def _let_mails_fail(data: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, ROOT / "dev", "manage", "--data", data, "shell", "-c", FAIL]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert "failed: 3" in said.stdout, said.stdout + said.stderr


@contextlib.contextmanager
def running(folder: Path) -> Iterator[str]:
    """Start the portal, yield its address (no slash at the end), end it. Raises AssertionError with its log."""
    port, log = free_port(), folder / "dev-run.log"
    # Pages are looked at from right to left as well, before the first of those catalogues is complete.
    environment = not_of_this_run() | {"LANGUAGES_IN_PREPARATION": "ar,zh,fr,ru,es"}
    with log.open("wb") as said:
        portal = subprocess.Popen(
            [sys.executable, ROOT / "dev", "run", "--port", str(port), "--data", folder / "data"],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + READY_SECONDS
        while "The portal is at" not in log.read_text(errors="replace"):
            assert portal.poll() is None, f"./dev run ended:\n{log.read_text(errors='replace')}"
            assert time.monotonic() < until, f"./dev run is not ready:\n{log.read_text(errors='replace')}"
            time.sleep(0.2)
        _let_mails_fail(folder / "data", environment)
        yield f"http://127.0.0.1:{port}"
    finally:
        portal.send_signal(signal.SIGTERM)
        portal.wait(60)
