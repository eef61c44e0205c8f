"""When a request reached us, which may be long before a thread had time for it.

The proxy stamps each request when it has all of it, head and body, and passes it on (`docker-compose.yml`: nginx's
`$msec`, set over whatever the client sent). So a wait in the proxy, in gunicorn or for a register counts, and the time
that somebody's own line took does not: with the instant of the first byte, whoever opened a request before a deadline
and finished it after would be told that we had let them wait. gunicorn keeps its own time of taking the connection up,
before its queue for a thread (`cwg/taking_up.py`).

Both tell how long ago that was, by the clocks of the machines; the instant is the database's clock less that span, so
that arrival and decision are told by one clock. It is information: the verdict is by availability under the lock.

What a skew does: gunicorn's time and ours are one monotonic clock, and have none. A proxy on another machine whose clock
is behind makes arrivals earlier by as much, one whose clock is ahead makes them later, though never later than gunicorn
took them up. A stamp from the future, or from before the longest that a proxy waits for us, is not believed at all.
"""

import logging
import re
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest

from cwg import clock

logger = logging.getLogger(__name__)

# "t=1234567890.123": seconds since 1970 by the proxy's clock. Without a proxy of ours anybody may have sent it.
STAMP = "HTTP_X_REQUEST_START"
_FORM = re.compile(r"t=(\d{1,12}\.\d{3})")
# Seconds of `time.monotonic()` of this process. No header becomes this name.
TAKEN_UP = "cwg.taken_up_at"
# The seconds after which one with a password was turned away (`cwg/sign_in_queue.py`). Nor this one.
TURNED_AWAY = "cwg.turned_away_after"
# nginx may ask once more for 20 s, and then gives up after 2 s for the connection, 60 s for the sending and 75 s for the
# answer (docker-compose.yml).
LONGEST_AT_THE_PROXY = timedelta(seconds=157)


def read(request: HttpRequest) -> datetime:
    """When `request` reached us, in UTC by the database's clock, which is read for it; never in the future.

    Ask once, and before anything that waits. Where neither the proxy nor gunicorn told anything, it reached us now.
    """
    before = time.monotonic()
    reading = clock.now()
    # Somewhere between asking and hearing the database read its clock: in the middle, as far as anybody knows.
    return reading - max(waited(request) - timedelta(seconds=(time.monotonic() - before) / 2), timedelta())


def waited(request: HttpRequest) -> timedelta:
    """How long ago it reached us; zero where nobody told."""
    taken_up = request.META.get(TAKEN_UP)
    own = timedelta(seconds=max(time.monotonic() - taken_up, 0)) if taken_up is not None else timedelta()
    return max(own, _at_the_proxy(request))


def _at_the_proxy(request: HttpRequest) -> timedelta:
    """How long ago the proxy passed it on, by its stamp; zero where there is none to be believed."""
    if not settings.BEHIND_PROXY or not (said := _FORM.fullmatch(request.META.get(STAMP, ""))):
        return timedelta()
    ago = timedelta(seconds=time.time() - float(said[1]))
    if ago > LONGEST_AT_THE_PROXY:
        # The proxy would have hung up long ago: its clock or ours is wrong.
        logger.warning("arrival: the proxy's stamp is %.3f s old and is not believed", ago.total_seconds())
        return timedelta()
    return max(ago, timedelta())
