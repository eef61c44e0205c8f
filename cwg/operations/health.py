"""What a load balancer and a supervisor ask: is the process alive, and can it serve.

Both pages are public and tell ages and yes or no, never a name, an address or a setting. What `/readyz` asks is
registered by the apps that know it (`cwg/record/readiness.py`).
"""

import threading
import time
from datetime import UTC, datetime, timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cwg import clock
from cwg.members.middleware import reads_no_database
from cwg.record import heartbeat, readiness
from cwg.record.readiness import Answer

# Deadlines are held against the database's clock alone; a larger difference makes countdowns look wrong.
CLOCKS_AGREE_WITHIN = timedelta(seconds=2)
WRITTEN_EVERY = 5.0

_writing = threading.Lock()
# When the database last took a write of this process (monotonic seconds); one that failed is tried again at once.
_written: float | None = None


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
    """Whether the database answers, in how many milliseconds, and takes writes: one that is read-only serves nobody.

    The page is public: however often it is asked, each process writes once in WRITTEN_EVERY seconds; in between it reads.
    """
    global _written
    started = time.monotonic()
    clock.now()
    milliseconds = round((time.monotonic() - started) * 1000, 1)
    with _writing:
        if _written is None or time.monotonic() - _written >= WRITTEN_EVERY:
            heartbeat.write_to_database()
            _written = time.monotonic()
    return {"ok": True, "milliseconds": milliseconds}


def clocks_agree() -> Answer:
    """Whether the clock of this machine and that of the database agree."""
    before = datetime.now(UTC)
    at = clock.now()
    middle = before + (datetime.now(UTC) - before) / 2
    return {
        "ok": abs(at - middle) <= CLOCKS_AGREE_WITHIN,
        "difference_seconds": round((at - middle).total_seconds(), 3),
    }
