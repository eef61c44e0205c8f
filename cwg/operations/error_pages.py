"""The answers to what nobody caught: a fault of the portal's own, a database that is away, a body past every limit."""

import sys

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from cwg.look.asked_by_script import wants_json
from cwg.postgres.outages import is_away

from . import limits, outages, standing_alone


def server_error(request: HttpRequest) -> HttpResponse:
    """500 with the number under which the log tells what happened; 503 while the database is away."""
    if is_away(sys.exc_info()[1]):
        return outages.unavailable(request)
    if wants_json(request):
        # It may have happened after what was sent was saved.
        sentences = [
            _("The fault is the portal's, not yours, and it was recorded."),
            _("Reload the page to see whether it was saved."),
        ]
        return standing_alone.to_a_script(request, sentences, status=500)
    return standing_alone.answer(request, "500.html", {}, status=500)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; 413 where so many words came that they were not read to their end."""
    if isinstance(exception, RequestDataTooBig):
        return limits.too_large(request, words=True)
    return render(request, "400.html", status=400)
