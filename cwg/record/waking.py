"""A tap on the worker's shoulder after a commit. Nothing depends on it: each job comes round by itself."""

import logging
import time

import kombu.transport.redis  # noqa: F401 - loading it takes 0.3 s: at start, not within somebody's request
from django.conf import settings

from cwg.celery import app

from . import holding, log_lines

logger = logging.getLogger(__name__)

# With Redis gone or half-open this is all that a request may lose.
TIMEOUT = 0.15
# After a failure nobody tries again for a while: the next request loses nothing at all.
PAUSE = 30.0
_quiet_until = 0.0


def wake(job: str) -> None:
    """Ask the worker to do the job of that name, before anybody is answered. Takes less than half a second and never raises.

    For `transaction.on_commit`, robust. Within the process's turn at a register it is put off until the turn is over:
    nobody who waits for the register waits for Redis. The message expires; a round that nobody ran is no loss.
    """
    holding.after_the_turn(lambda: _wake(job))


def _wake(job: str) -> None:
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        _publish(job)
    except (
        Exception
    ) as error:  # the broker's library raises of every kind; the act is committed whatever it is
        _quiet_until = time.monotonic() + PAUSE
        logger.warning("the worker was not woken (%s); its next round finds the work", error)


def _publish(job: str) -> None:
    options = {
        **settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        "socket_timeout": TIMEOUT,
        "socket_connect_timeout": TIMEOUT,
        "retry_on_timeout": False,
        # Kombu tries to connect for ever unless told how often.
        "max_retries": 0,
        "connect_retries_timeout": TIMEOUT,
    }
    with app.connection_for_write(connect_timeout=TIMEOUT, transport_options=options) as connection:
        app.send_task(
            job,
            connection=connection,
            retry=False,
            ignore_result=True,
            expires=60,
            headers={log_lines.REQUEST_ID: log_lines.request_id()},
        )
