"""What a load balancer and a supervisor ask: is the process alive, and can it serve.

Both pages are public and tell ages and yes or no, never a name, an address or a setting.
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cwg import clock
from cwg.members.middleware import reads_no_database
from cwg.notices.models import Notice
from cwg.record import heartbeat, jobs

logger = logging.getLogger(__name__)

# Deadlines are held against the database's clock alone; a larger difference makes countdowns look wrong.
CLOCKS_AGREE_WITHIN = timedelta(seconds=2)
# The worker notes a heartbeat every 15 seconds.
WORKER_SEEN_WITHIN = timedelta(seconds=60)
OUTBOX_EMPTIED_WITHIN = timedelta(minutes=10)
# The page is public: however often it is asked, the storage is written to once in this many seconds.
STORAGE_ASKED_EVERY = 5.0

Answer = dict[str, Any]
_storage_lock = threading.Lock()
_storage_answer: tuple[float, Answer] | None = None


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

    `failed` names what makes it not ready (database, storage); `degraded` what somebody should look at while
    pages still answer (clock, outbox, worker, jobs): no web request needs the worker or Redis.
    """
    checks: dict[str, Answer] = {"database": _asked("database", _database)}
    if checks["database"]["ok"]:
        checks["clock"] = _asked("clock", _clock)
        checks["outbox"] = _asked("outbox", _outbox)
        checks["worker"] = _asked("worker", _worker)
        checks["jobs"] = _asked("jobs", _jobs)
    checks["storage"] = _storage()
    failed = [name for name in ("database", "storage") if not checks[name]["ok"]]
    degraded = [name for name, answer in checks.items() if not answer["ok"] and name not in failed]
    return JsonResponse(
        {"ready": not failed, "failed": failed, "degraded": degraded, "checks": checks},
        status=503 if failed else 200,
    )


def _asked(name: str, question: Callable[[], Answer]) -> Answer:
    """The answer, or a plain no: what went wrong stands in the log, not on a public page."""
    try:
        return question()
    except DatabaseError:
        logger.exception("readyz: %s does not answer", name)
        return {"ok": False}


def _database() -> Answer:
    started = time.monotonic()
    clock.now()
    return {"ok": True, "milliseconds": round((time.monotonic() - started) * 1000, 1)}


def _clock() -> Answer:
    before = datetime.now(UTC)
    at = clock.now()
    middle = before + (datetime.now(UTC) - before) / 2
    return {
        "ok": abs(at - middle) <= CLOCKS_AGREE_WITHIN,
        "difference_seconds": round((at - middle).total_seconds(), 3),
    }


def _outbox() -> Answer:
    now = clock.now()
    oldest = (
        Notice.objects.filter(status=Notice.Status.WAITING, due_at__lte=now)
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )
    if oldest is None:
        return {"ok": True, "oldest_seconds": 0}
    return {
        "ok": now - oldest <= OUTBOX_EMPTIED_WITHIN,
        "oldest_seconds": int((now - oldest).total_seconds()),
    }


def _worker() -> Answer:
    seen = heartbeat.last()
    if seen is None:
        return {"ok": False, "seen_seconds_ago": None}
    ago = clock.now() - seen
    return {"ok": ago <= WORKER_SEEN_WITHIN, "seen_seconds_ago": int(ago.total_seconds())}


def _jobs() -> Answer:
    """When each background job was last done; not well where one is overdue."""
    now, done = clock.now(), jobs.last_done()
    return {
        "ok": not any(job.is_overdue(now, done[job.name]) for job in jobs.registered()),
        "done_seconds_ago": {
            name: int((now - at).total_seconds()) if at else None for name, at in done.items()
        },
    }


def _storage() -> Answer:
    """Write, read and delete a tiny file; the answer stands for some seconds, for every thread of the process."""
    global _storage_answer
    with _storage_lock:
        if _storage_answer is None or time.monotonic() - _storage_answer[0] >= STORAGE_ASKED_EVERY:
            _storage_answer = (time.monotonic(), {"ok": _storage_keeps_a_file()})
        return _storage_answer[1]


def _storage_keeps_a_file() -> bool:
    storage, written = storages["documents"], uuid.uuid4().bytes
    try:
        name = storage.save(f"probe/{uuid.uuid4()}", ContentFile(written))
        try:
            with storage.open(name, "rb") as stored:
                return stored.read() == written
        finally:
            storage.delete(name)
    except Exception:
        # A store may fail with any error of its client library; each of them means the same here.
        logger.exception("readyz: the storage does not answer")
        return False
