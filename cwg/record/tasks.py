"""Background work of the record. Every task may run twice, or two at once, and changes nothing by it."""

from celery import shared_task

from . import chain_copies, heartbeat, seals


@shared_task(name="cwg.record.tasks.heartbeat")
def note_heartbeat() -> None:
    heartbeat.beat()


@shared_task
def seal_access_log() -> int:
    return seals.seal()


@shared_task
def copy_chains() -> int:
    return chain_copies.copy()
