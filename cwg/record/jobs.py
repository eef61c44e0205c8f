"""The registry of background jobs: the work that the database holds ready, whoever's hand does it.

An app registers each of its jobs in `AppConfig.ready()`, once, with how often it comes round. The Celery task, the
timetable of beat and `manage.py sweep NAME` are made from that, all under the job's one name. Running a job
twice, or two at once, changes nothing.
"""

import contextlib
import time as clocks
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import structlog
from celery.schedules import crontab
from django.db import Error

from cwg import clock
from cwg.celery import app
from cwg.postgres.outages import is_away

from . import heartbeat, log_lines
from .models import Heartbeat
from .readiness import Answer

logger = structlog.get_logger("cwg.task")

Work = Callable[[], int]

# A round whose message nobody took in time is worth nothing: the next one does its work.
_SHORTEST_LIFE = timedelta(seconds=30)
# How many rounds may be missed before a job counts as overdue, and the least time that it is given.
_ROUNDS_MISSED = 3
_GRACE = timedelta(minutes=10)


@dataclass(frozen=True)
class Job:
    """`work` does what is due and returns how many rows it moved.

    `every` is the time between two rounds; a job with an hour (`at`, UTC) comes round once a day, at that hour.
    `by_name_only`: `manage.py sweep` without a name leaves it out.
    """

    name: str
    work: Work
    every: timedelta
    at: time | None = None
    by_name_only: bool = False

    @property
    def schedule(self) -> timedelta | crontab:
        return self.every if self.at is None else crontab(hour=self.at.hour, minute=self.at.minute)

    @property
    def life(self) -> timedelta:
        """How long the message of one round is worth taking."""
        return max(self.every, _SHORTEST_LIFE)

    def is_overdue(self, at: datetime, done: datetime | None) -> bool:
        """Whether it was last done more than three of its rounds and ten minutes before `at`.

        One that was never done is not overdue: the portal may be new.
        """
        return done is not None and at - done > self.every * _ROUNDS_MISSED + _GRACE

    @property
    def mark(self) -> str:
        """The heartbeat that tells when it was last done."""
        return f"job: {self.name}"

    @property
    def failing_mark(self) -> str:
        """The heartbeat that tells that it broke off when it was last begun."""
        return f"{heartbeat.FAILING}{self.name}"


_jobs: dict[str, Job] = {}


def register(
    name: str,
    work: Work,
    *,
    every: timedelta = timedelta(days=1),
    at: time | None = None,
    by_name_only: bool = False,
) -> None:
    """Make `work` a background job. `at` is an hour of the day in UTC, for what comes round once a day.

    Raises ValueError for a name that is taken by another one, and for an hour with another rhythm than a day's.
    """
    if name in _jobs and _jobs[name].work != work:
        raise ValueError(f"there is a job called {name} already")
    if at is not None and every != timedelta(days=1):
        raise ValueError(f"{name}: a job with an hour comes round once a day")
    if name not in _jobs:
        app.task(name=name, bind=True, ignore_result=True)(_in_the_worker(name))
    _jobs[name] = job = Job(name, work, every, at, by_name_only)
    app.conf.beat_schedule = {
        **app.conf.beat_schedule,
        name: {
            "task": name,
            "schedule": job.schedule,
            "options": {"expires": job.life.total_seconds()},
        },
    }


def _in_the_worker(name: str) -> Callable[[Any], int]:
    def work(task: Any) -> int:
        # The number of the request that woke the worker, where one did; it came with the message.
        woken_by = (
            {log_lines.REQUEST_ID: number} if (number := task.request.get(log_lines.REQUEST_ID)) else {}
        )
        with log_lines.bound(task_id=task.request.id, **woken_by):
            try:
                return run(name)
            except Error as error:
                # The next round does it. `run` has told of it in one line; a trace of each round would hide the rest.
                if not is_away(error):
                    raise
                return 0

    return work


def registered() -> list[Job]:
    """All jobs, in the order in which they were registered."""
    return list(_jobs.values())


def run(name: str) -> int:
    """Do one job and note that it was done. Returns how many rows it moved.

    The log has one line for it, however it ended. Raises KeyError for a name that nobody registered, and whatever
    the job raises; then it is noted as failing.
    """
    job, began = _jobs[name], clocks.monotonic()
    try:
        moved = job.work()
        heartbeat.beat(job.mark)
        heartbeat.forget(job.failing_mark)
    except BaseException as error:
        away = is_away(error)
        outcome = "the database is away" if away else "failed"
        logger.error("task", name=name, outcome=outcome, error=type(error).__name__, ms=_since(began))
        if not away:
            with contextlib.suppress(Error):  # what it raised is told, also where the database goes meanwhile
                heartbeat.beat(job.failing_mark)
        raise
    logger.info("task", name=name, outcome="done", rows=moved, ms=_since(began))
    return moved


def _since(began: float) -> float:
    return round((clocks.monotonic() - began) * 1000, 1)


def failing() -> set[str]:
    """The jobs that broke off when they were last begun. One query."""
    marks = {job.failing_mark: job.name for job in registered()}
    return {marks[name] for name in Heartbeat.objects.filter(name__in=marks).values_list("name", flat=True)}


def last_done() -> dict[str, datetime | None]:
    """When each job was last done (UTC), None where it never was. One query."""
    marks = dict(
        Heartbeat.objects.filter(name__in=[job.mark for job in registered()]).values_list("name", "at")
    )
    return {job.name: marks.get(job.mark) for job in registered()}


def none_is_overdue() -> Answer:
    """Whether each job was done of late and none fails, and how long ago: a question of `/readyz`."""
    now, done, broken = clock.now(), last_done(), failing()
    return {
        "ok": not broken and not any(job.is_overdue(now, done[job.name]) for job in registered()),
        "failing": sorted(broken),
        "done_seconds_ago": {
            name: int((now - at).total_seconds()) if at else None for name, at in done.items()
        },
    }
