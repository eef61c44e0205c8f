"""Waiting for what comes about beside the test: in another process, thread or session of the database."""

import time
from collections.abc import Callable

from django.db import connection


def until_somebody_waits(at_most: float = 30) -> None:
    """Until another session waits for a lock that ours holds; `at_most` so many seconds."""
    ends = time.monotonic() + at_most
    with connection.cursor() as cursor:
        while time.monotonic() < ends:
            # A transaction sees the sessions of its first look again and again unless it says otherwise.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone():
                return
    raise AssertionError("nobody waited")


def until(holds: Callable[[], object], *, within: float = 30) -> None:
    """Until `holds()`, asked every few milliseconds; fails after `within` seconds."""
    ends = time.monotonic() + within
    while not holds():
        assert time.monotonic() < ends, "it did not come to hold"
        time.sleep(0.01)
