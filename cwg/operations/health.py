"""What a load balancer and a supervisor ask: is the process alive, and can it serve.

Both pages are public and tell yes or no, ages, counts and names of jobs, never of a person, an address or a setting. What `/readyz` asks is
registered by the apps that know it (`cwg/record/readiness.py`).
"""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cwg import clock
from cwg.members.middleware import reads_no_database
from cwg.record import heartbeat, readiness
from cwg.record.readiness import Answer

logger = logging.getLogger(__name__)

# Deadlines are held against the database's clock alone; a larger difference makes countdowns look wrong.
CLOCKS_AGREE_WITHIN = timedelta(seconds=2)
WRITTEN_EVERY = 5.0

# Longer than one write may take (`heartbeat.write_to_database`): before there is a first answer everybody waits for it.
_FIRST_ANSWER_WITHIN = 4.0

_writing = threading.Lock()
# When a write of this process last ended (monotonic seconds), and whether the database took it.
_written: tuple[float, bool] | None = None


@reads_no_database
@login_not_required
@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers at all: no database, no storage."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@reads_no_database
@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when a web request can be served, else 503: {"ready", "failed", "degraded", "checks"}.

    `failed` names what makes it not ready; `degraded` what somebody should look at while pages still answer.
    """
    checks = readiness.answers()
    failed = [name for name in readiness.needed() if not checks.get(name, {"ok": True})["ok"]]
    degraded = [name for name, answer in checks.items() if not answer["ok"] and name not in failed]
    return JsonResponse(
        {"ready": not failed, "failed": failed, "degraded": degraded, "checks": checks},
        status=503 if failed else 200,
    )


def database_answers() -> Answer:
    """Whether the database answers, in how many milliseconds, and takes writes: one that is read-only serves nobody."""
    started = time.monotonic()
    clock.now()
    milliseconds = round((time.monotonic() - started) * 1000, 1)
    return {"ok": takes_writes(), "milliseconds": milliseconds}


def takes_writes() -> bool:
    """Whether the database takes a write. The answer, a no too, stands for WRITTEN_EVERY seconds in the process.

    The page is public, and a write may wait for seconds: one thread of the process does, the others say what was found
    last.
    """
    global _written
    if _written is not None and _is_fresh(_written):
        return _written[1]
    wait = 0 if _written is not None else _FIRST_ANSWER_WITHIN
    if not _writing.acquire(timeout=wait):
        return _written[1] if _written is not None else False
    try:
        if _written is None or not _is_fresh(_written):
            taken = _takes_one()
            _written = (time.monotonic(), taken)
        return _written[1]
    finally:
        _writing.release()


def _is_fresh(written: tuple[float, bool]) -> bool:
    return time.monotonic() - written[0] < WRITTEN_EVERY


def _takes_one() -> bool:
    try:
        heartbeat.write_to_database()
    except Error:
        logger.exception("readyz: the database takes no writes")
        return False
    return True


def clocks_agree() -> Answer:
    """Whether the clock of this machine and that of the database agree."""
    before = datetime.now(UTC)
    at = clock.now()
    middle = before + (datetime.now(UTC) - before) / 2
    return {
        "ok": abs(at - middle) <= CLOCKS_AGREE_WITHIN,
        "difference_seconds": round((at - middle).total_seconds(), 3),
    }
