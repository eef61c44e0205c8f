"""One line in the log for each attempt on a mail. It names no address: the Message-ID and the notice's number find it."""

import logging
from contextlib import AbstractContextManager

import structlog

from cwg.record import log_lines

from .models import Notice

logger = structlog.get_logger("cwg.mail")


def under_its_number(notice: Notice) -> AbstractContextManager:
    """A context in which every line has the number of the request whose event the mail tells of, and no other's.

    The request that woke the worker is another one as often as not.
    """
    return log_lines.bound(request_id=notice.event.request_id)


def tell(notice: Notice, status: str, why: str, *, marked: bool = True) -> None:
    """Write what became of the attempt, and why where it did not go out. One that still waits is tried again later.

    Not `marked`: another worker, or a person, had finished the mail before this attempt ended.
    """
    outcome = "later" if status == Notice.Status.WAITING else str(status)
    if not marked:
        outcome = "overtaken"
    logger.log(
        logging.ERROR if outcome == Notice.Status.FAILED else logging.INFO,
        "mail",
        message_id=notice.message_id,
        kind=notice.event.kind,
        outcome=outcome,
        attempts=notice.attempts,
        notice=notice.pk,
        **({"why": str(why)} if why else {}),
    )
