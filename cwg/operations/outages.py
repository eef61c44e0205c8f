"""The database is away for a moment: pages are asked for again, and whoever sent something is told what became of it.

Nothing here asks the database: these are the pages for when it does not answer.
"""

import logging
import time
from typing import Any, cast

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.db.utils import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cwg.look.asked_by_script import wants_json
from cwg.postgres.base import PATIENCE

from . import sending_again, standing_alone

logger = logging.getLogger(__name__)

# How often a page looks whether the database is back.
_PAUSE = 0.2


class OutageMiddleware:
    """A page that met the end of its connection is asked for once more when the database is back.

    Only GET and HEAD, which change nothing; everything else is answered by `unavailable`.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        connection.may_have_saved = False  # type: ignore[attr-defined]  # of cwg.postgres
        response = self.get_response(request)
        if not getattr(response, "database_is_away", False) or not sending_again.only_reads(request):
            return response
        if not _is_back():
            return response
        logger.warning("the database was away; %s is asked for again", request.path)
        # A new one: the first has kept what it read, such as its session and its person.
        again = WSGIRequest(cast(WSGIRequest, request).environ)
        again.__dict__["request_id"] = request.__dict__.get("request_id", "")
        response = self.get_response(again)
        # For the line in the log, which is written of the first.
        request.resolver_match = again.resolver_match
        request.__dict__["_cached_user"] = again.__dict__.get("_cached_user")
        return response


def _is_back() -> bool:
    """Wait for a connection for `PATIENCE` seconds, or less where the server has been away for so long already."""
    connection.start_afresh()  # type: ignore[attr-defined]
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            connection.ensure_connection()
        except (DatabaseError, InterfaceError):
            if time.monotonic() >= ends or connection.is_given_up:  # type: ignore[attr-defined]
                return False
            time.sleep(_PAUSE)
        else:
            return True


def unavailable(request: HttpRequest) -> HttpResponse:
    """The answer to an error that `is_away`, 503: whether anything was changed, and a button to send it again."""
    logger.warning("the database is away: %s %s", request.method, request.path)
    unknown = connection.may_have_saved  # type: ignore[attr-defined]
    if not connection.in_atomic_block:
        connection.close()
    if wants_json(request):
        answer = standing_alone.to_a_script(request, [_said_to_a_script(unknown)], status=503)
    else:
        about = {"unknown": unknown} | _to_send_again(request)
        answer = standing_alone.answer(request, "unavailable.html", about, status=503)
    answer.database_is_away = True  # type: ignore[attr-defined]
    answer._has_been_logged = True  # type: ignore[attr-defined]  # one line above, not a traceback for each request
    return sending_again.later(answer)


def _to_send_again(request: HttpRequest) -> dict[str, Any]:
    """All that was entered; nothing where it holds a secret, cannot be read, or comes from another site's form."""
    try:
        return sending_again.offered(request, of_our_page=_is_of_our_page(request))
    except (OSError, BadRequest, SuspiciousOperation, MultiPartParserError):
        return sending_again.offered(request, of_our_page=False)


class _CsrfCheck(CsrfViewMiddleware):
    """Without the page of a refusal, which would ask the database."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(status=403)


def _is_of_our_page(request: HttpRequest) -> bool:
    """Whether the check of CSRF lets it pass. The database is asked before that check, which so may not have been made."""
    if getattr(request, "csrf_processing_done", False):
        return True
    check = _CsrfCheck(lambda request: HttpResponse())
    return check.process_view(request, lambda request: HttpResponse(), (), {}) is None


def _said_to_a_script(unknown: bool) -> Promise:
    if unknown:
        return _(
            "The connection to the database was lost while this was being saved. Reload the page to see whether it was saved."
        )
    return _("The database does not answer for the moment. Nothing was changed; try again.")
