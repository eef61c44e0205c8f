"""One line in the log for each request, under the number by which it is followed (`X-Request-ID`).

Outermost of all middleware, so that what any layer answers is told and timed. No query string: it holds what people
looked for. No name and no network address: the proxy's log has the latter, under the same number.
"""

import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from cwg.members import arrival
from cwg.record import log_lines

from . import http_metrics

logger = structlog.get_logger("cwg.request")

HEADER = "X-Request-ID"
# As nginx makes it ($request_id).
_NUMBER = re.compile(r"[0-9a-f]{32}")
# Characters of a path that a line tells: no page has so long an address, and a stranger may send eight thousand.
LONGEST_PATH = 1000
# Machines ask these every few seconds; a good answer is worth no line.
PROBES = frozenset({"/livez", "/readyz", "/metrics"})


def number_of(request: HttpRequest) -> str:
    """The number the proxy gave the request; a new one where there is no proxy, or it gave none."""
    given = request.META.get("HTTP_X_REQUEST_ID", "") if settings.BEHIND_PROXY else ""
    return given if _NUMBER.fullmatch(given) else secrets.token_hex(16)


class RequestLineMiddleware:
    """Binds the number, answers with it, and writes the line once the answer is known.

    An answer that is made while it is sent has its line when the last of it has left.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        number = number_of(request)
        request.request_id = number  # type: ignore[attr-defined]
        # A thread serves many requests: nothing of the one before may stand in the lines of this one.
        structlog.contextvars.clear_contextvars()
        with log_lines.bound(request_id=number):
            response = self.get_response(request)
            response.headers[HEADER] = number
            if isinstance(response, HttpResponse):
                _write(request, response, began, len(response.content))
            elif response.headers.get("Content-Length", "").isdecimal():
                _write(request, response, began, int(response.headers["Content-Length"]))
            else:
                sent: Any = response  # a stream, of which nobody knows the length
                sent.streaming_content = _told_at_its_end(sent.streaming_content, request, sent, began)
        return response


def _told_at_its_end(
    parts: Iterable[bytes], request: HttpRequest, response: HttpResponseBase, began: float
) -> Iterator[bytes]:
    sent = 0
    try:
        for part in parts:
            sent += len(part)
            yield part
    finally:
        with log_lines.bound(request_id=response.headers[HEADER]):
            _write(request, response, began, sent)


def _write(request: HttpRequest, response: HttpResponseBase, began: float, sent: int) -> None:
    seconds = time.perf_counter() - began
    status = response.status_code
    # With what it waited before a thread had time for it.
    since_arrival = max(seconds, arrival.waited(request).total_seconds())
    http_metrics.count(route_of(request), request.method or "", status, since_arrival)
    write = logger.info if status < 500 else logger.warning
    if request.path in PROBES and status < 400:
        write = logger.debug
    write(
        "request",
        method=request.method,
        path=_path(request.path),
        route=route_of(request),
        status=status,
        ms=round(seconds * 1000, 1),
        bytes=0 if request.method == "HEAD" else sent,
        person=_person(request),
    )


def _path(path: str) -> str:
    left_out = len(path) - LONGEST_PATH
    return path if left_out <= 0 else f"{path[:LONGEST_PATH]}... ({left_out} characters more)"


def route_of(request: HttpRequest) -> str:
    """The name of the address in the table of addresses; "" where no page has it."""
    match = request.resolver_match
    return match.view_name if match is not None else ""


def _person(request: HttpRequest) -> int | None:
    """The number of whoever is signed in, where the page has asked who it is: nobody is asked for the log's sake."""
    person = getattr(request, "_cached_user", None)
    return person.pk if person is not None and person.is_authenticated else None
