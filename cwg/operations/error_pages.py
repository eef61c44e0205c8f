"""The answer to what nobody caught: a fault of the portal's own, unless its database is away."""

import sys

from django.http import HttpRequest, HttpResponse

from cwg.postgres.outages import is_away

from . import outages, standing_alone


def server_error(request: HttpRequest) -> HttpResponse:
    """500 with the number under which the log tells what happened; 503 while the database is away."""
    if is_away(sys.exc_info()[1]):
        return outages.unavailable(request)
    return standing_alone.answer(request, "500.html", {}, status=500)
