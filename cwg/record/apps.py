from datetime import time, timedelta
from functools import partial

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RecordConfig(AppConfig):
    name = "cwg.record"
    label = "record"
    verbose_name = _("Record")

    def ready(self) -> None:
        from . import (
            chain_clock,
            checks,
            copy_mark,
            copy_states,
            copying,
            heartbeat,
            jobs,
            journal,
            kept_rows,
            metrics,
            metrics_of_record,
            other_sessions,
            privileges,
            protection,
            readiness,
            seals,
            verification,
        )

        post_migrate.connect(other_sessions.bind, sender=self)

        kept_rows.register()
        # Once, when the tables of every app are made: the signal comes after the last migration.
        post_migrate.connect(privileges.after_migrations, sender=self)
        verification.register(checks)
        protection.register(checks)
        journal.on_committed(copying.with_the_answer)
        jobs.register("chain-copies", copying.catch_up, every=timedelta(seconds=5))
        jobs.register("seals", seals.seal, every=timedelta(hours=1))
        jobs.register("verify", checks.note_outcome, at=time(2, 30), by_name_only=True)
        # Only the worker says of itself that it is at work; a sweep by hand does not speak for it.
        jobs.register("heartbeat", heartbeat.note, every=timedelta(seconds=15), by_name_only=True)
        metrics.register("record", metrics_of_record.read)
        readiness.register("register clock", chain_clock.question)
        readiness.register("worker", heartbeat.worker_is_seen)
        readiness.register("chain copies", copy_states.question)
        readiness.register("restore", partial(copy_mark.restore_is_finished, copying.store))
        readiness.register("verify", checks.last_run_held)
        readiness.register("jobs", jobs.none_is_overdue)
        readiness.register("record", protection.answer)
