"""What a web process counts of the requests that it answers, and of the connections that they share."""

from django.db import connection

from cwg.record import metrics
from cwg.record.chain_clock import ClockSetBack
from cwg.record.holding import Why
from cwg.record.restore_guard import RestoreNotFinished

_REQUESTS = metrics.counter(
    "cwg_http_requests", "Requests answered, by the name of their address", ("view", "method", "status")
)
_SECONDS = metrics.seconds(
    "cwg_http_request_seconds",
    "From when the proxy had all of a request to its answer, queues included",
    ("view",),
)
BUSY = metrics.counter(
    "cwg_busy_answers", "Requests that waited in vain, most often for a register, by why", ("why",)
)
# From the start: a rate sees nothing of a count that first appears as one.
for _why in Why:
    BUSY.labels(str(_why))
REFUSED = metrics.counter(
    "cwg_refused_acts",
    "Acts refused because their chain may not go on for now, by the code in the answer",
    ("code",),
)
for _refusal in (ClockSetBack, RestoreNotFinished):
    REFUSED.labels(_refusal.code)
_CONNECTIONS = metrics.level("cwg_database_pool_connections", "Connections that the pools hold")
_IDLE = metrics.level("cwg_database_pool_idle_connections", "Connections of the pools that nobody uses")
_WAITING = metrics.level("cwg_database_pool_waiting_requests", "Requests that wait for a connection")
_WAITED = metrics.counter("cwg_database_pool_wait_seconds", "Time that requests waited for a connection")

# An address that no page has, and a method that none answers, are one each: clients make up as many as they like.
NO_VIEW = "none"
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})

# The labelled metrics by their labels: as many as there are addresses; finding one anew takes longer than counting.
_known: dict[tuple[str, str, int], tuple] = {}
# How long requests had waited by the pool's own count when it was last looked at.
_waited_before = 0


def count(view: str, method: str, status: int, seconds: float) -> None:
    """Count one answer. Takes some twenty microseconds."""
    key = (view or NO_VIEW, method if method in _METHODS else "other", status // 100)
    found = _known.get(key)
    if found is None:
        found = _REQUESTS.labels(key[0], key[1], f"{key[2]}xx"), _SECONDS.labels(key[0])
        _known[key] = found
    counted, took = found
    counted.inc()
    took.observe(seconds)


def look_at_pool(**_signal: object) -> None:
    """Note what the pool of this process holds just now; nothing where the settings name none.

    Whenever a request has ended and given its connection back (`OperationsConfig`): the numbers of a process that nobody
    asks stay what they were at the end of its last request.
    """
    global _waited_before
    if "pool" not in connection.settings_dict["OPTIONS"]:
        return
    stats = connection.pool.get_stats()  # type: ignore[attr-defined]  # PostgreSQL's has one
    _CONNECTIONS.set(stats.get("pool_size", 0))
    _IDLE.set(stats.get("pool_available", 0))
    _WAITING.set(stats.get("requests_waiting", 0))
    waited, _waited_before = (
        stats.get("requests_wait_ms", 0) - _waited_before,
        stats.get("requests_wait_ms", 0),
    )
    _WAITED.inc(max(waited, 0) / 1000)
