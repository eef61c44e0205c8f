"""Whether PostgreSQL archives its log: a question of `/readyz`, answered by the server's own statistics."""

from datetime import timedelta

from django.db import connection

from cwg import clock
from cwg.record.readiness import Answer

# A segment is ended after `archive_timeout`, if anything was written. So much later, and after so many of them, it is late.
GRACE, ROUNDS_MISSED = timedelta(minutes=5), 3


def log_is_archived() -> Answer:
    """No where the last attempt failed, or where there was none for much longer than `archive_timeout`.

    Where the server archives nothing (`on`), or is a standby, nobody asks; without `archive_timeout` nobody knows when the
    next segment is due.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('archive_mode') <> 'off' AND NOT pg_is_in_recovery(), last_archived_time,"
            " coalesce(last_failed_time > last_archived_time, last_failed_time IS NOT NULL),"
            # What was archived before the server was stopped says nothing of how long it has been at work since.
            " greatest(last_archived_time, pg_postmaster_start_time()),"
            " (SELECT setting::int FROM pg_settings WHERE name = 'archive_timeout')"
            " FROM pg_stat_archiver"
        )
        is_on, archived, fails, since, timeout = cursor.fetchone()
    now = clock.now()
    due = ROUNDS_MISSED * timedelta(seconds=timeout) + GRACE
    is_late = timeout > 0 and now - since > due
    return {
        "ok": not is_on or not (fails or is_late),
        "on": is_on,
        "archived_seconds_ago": int((now - archived).total_seconds()) if is_on and archived else None,
    }
