"""Waiting for another session of the database, where a test needs two acts at the same moment."""

from django.db import connection


def until_somebody_waits() -> None:
    """Until another session waits for a lock that ours holds."""
    with connection.cursor() as cursor:
        for _ in range(100_000):
            cursor.execute(
                "SELECT 1 FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone():
                return
    raise AssertionError("nobody waited")
