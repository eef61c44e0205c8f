"""The sweeps of the outbox, as tasks of the worker and as functions for `manage.py sweep`."""

from celery import shared_task

from . import expansion, reminders, sending


def sweep_notices_now() -> int:
    """Expand the events that wait and send the notices that are due; returns how many rows moved."""
    return expansion.expand_due() + sending.send_due()


def sweep_reminders_now() -> int:
    """Put the reminders that have fallen due into the outbox; returns how many."""
    return reminders.put_due()


# A round that nobody ran in time is worth nothing: the next one does its work.
@shared_task(expires=30)
def sweep_notices() -> None:
    sweep_notices_now()


@shared_task(expires=30)
def sweep_reminders() -> None:
    sweep_reminders_now()
