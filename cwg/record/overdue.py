"""Whether what has to be done again and again was done in time: backups, verifications."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from cwg import clock


def is_overdue(done: datetime | None, within: timedelta, at: datetime | None = None) -> bool:
    """Whether it was last done longer ago than `within`; no where that is zero: then nobody asks.

    What was never done is overdue once the installation is that old. Judged at `at`, or now.
    """
    if not within:
        return False
    since = done or installed_at()
    return since is not None and (at or clock.now()) - since > within


def installed_at() -> datetime | None:
    """When the tables of this database were first made (UTC); None where it has none."""
    return (
        MigrationRecorder(connection)
        .migration_qs.order_by("applied")
        .values_list("applied", flat=True)
        .first()
    )
