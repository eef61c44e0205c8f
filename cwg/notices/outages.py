"""While the mail server takes nothing from the portal, no mail pays for it: one attempt now and then, for all of them."""

import logging
import re
from datetime import datetime, timedelta

from django.db import transaction

from cwg.record.log_masking import MASK, mask

from .failures import Failure
from .models import Outage

logger = logging.getLogger(__name__)

# Half a minute, then twice as long each time, up to a quarter of an hour: mails leave soon after the server is back.
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
# What is left of an address after masking: one that was cut at the end, or one of a machine without a domain.
_REST_OF_AN_ADDRESS = re.compile(r"\S*@\S*")


def wait_after(tries: int) -> timedelta:
    """How long nobody asks the server after that many attempts in vain (from 1)."""
    return min(FIRST_WAIT * 2 ** min(tries - 1, 20), LONGEST_WAIT)


def current() -> Outage | None:
    return Outage.objects.first()


def note(failure: Failure, at: datetime) -> Outage:
    """The server was away, or would not have the portal, at `at`. Two rounds at once count as one.

    What the server said is kept without addresses: everybody who sees mail reads it, of whatever group, and an answer
    to RCPT names the recipient.
    """
    said = _REST_OF_AN_ADDRESS.sub(MASK, mask(failure.said))
    with transaction.atomic():
        Outage.objects.bulk_create(
            [Outage(since=at, tries=0, next_try_at=at, why=failure.why)], ignore_conflicts=True
        )
        outage = Outage.objects.select_for_update().get()
        outage.why, outage.said = failure.why, said
        if outage.next_try_at <= at:
            outage.tries += 1
            outage.next_try_at = at + wait_after(outage.tries)
        outage.save()
    if outage.tries == 1:
        logger.error("the mail server takes no mail: %s: %s", failure.why, said)
    return outage


def end(at: datetime) -> None:
    """The server has answered a mail: it takes them again, or refuses this one only; or, with none due, a sign-in."""
    if Outage.objects.all().delete()[0]:
        logger.warning("the mail server takes mail again at %s", at.isoformat())


def try_now(at: datetime) -> None:
    """Somebody has mended something, or believes so: the next round asks the server."""
    Outage.objects.filter(next_try_at__gt=at).update(next_try_at=at)
