"""Background work of the record. Every task may run twice, or two at once, and changes nothing by it."""

import logging

from celery import shared_task

from . import chain_copies, checks, heartbeat, seals

logger = logging.getLogger(__name__)


@shared_task(name="cwg.record.tasks.heartbeat")
def note_heartbeat() -> None:
    heartbeat.beat()


@shared_task
def seal_access_log() -> int:
    return seals.seal()


@shared_task
def copy_chains() -> int:
    return chain_copies.copy()


@shared_task
def verify() -> int:
    """What `manage.py verify` does, every night: each fault is an error in the log, and the console shows the outcome."""
    faults = [f"{name}: {sentence}" for name, found in checks.run() for sentence in found]
    for fault in faults:
        logger.error("verify: %s", fault)
    heartbeat.beat(heartbeat.VERIFY_FAILED if faults else heartbeat.VERIFY_HELD)
    return len(faults)
