"""`/metrics`, for Prometheus: from this machine past the proxy, or with the token. For anybody else it is not there."""

import hmac
import platform
import re
from collections.abc import Callable, Iterator
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from prometheus_client.core import InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from cwg.members.middleware import reads_no_database
from cwg.record import metrics as counted
from cwg.record import readiness
from cwg.version import VERSION

from . import http_metrics

PATH = "/metrics"
_BUILD = {"version": VERSION, "python": platform.python_version()}
# In the name of what an answer of /readyz tells: "oldest_seconds", "made_seconds_ago", and not "milliseconds".
_SECONDS = re.compile(r"(?:^|_)seconds")
# What a proxy adds: ours sets the first two on everything that comes in by the public name.
_OF_A_PROXY = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REQUEST_ID",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
    "HTTP_VIA",
)


class MetricsMiddleware:
    """Answers whoever may read them before anything looks at the host name or asks for https.

    Prometheus asks each web process by the address of its machine, not by the portal's name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info == PATH and may_read(request):
            return metrics(request)
        return self.get_response(request)


@csrf_exempt
@reads_no_database
@login_not_required
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """What the portal counts of itself, in Prometheus' text format; 404 for whoever may not read it."""
    if not may_read(request):
        raise Http404
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    http_metrics.look_at_pool()
    return HttpResponse(counted.exposition(_asked_now()), content_type=CONTENT_TYPE_LATEST)


def may_read(request: HttpRequest) -> bool:
    """Whether the request comes from this machine past the proxy, or has the token."""
    if _is_from_this_machine(request):
        return True
    if not settings.METRICS_TOKEN:
        return False
    given = request.META.get("HTTP_AUTHORIZATION", "")
    return hmac.compare_digest(
        given.encode(errors="replace"), f"Bearer {settings.METRICS_TOKEN}".encode(errors="replace")
    )


def _is_from_this_machine(request: HttpRequest) -> bool:
    if any(name in request.META for name in _OF_A_PROXY):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _asked_now() -> Iterator[Metric]:
    """What runs here; what `/readyz` asks, as numbers; then what the database knows, where it answers at all."""
    yield InfoMetricFamily("cwg_build", "The release of the portal, and its Python", _BUILD)
    answers = readiness.answers()
    yield counted.reading(
        "cwg_ready_ok",
        "Whether a question of /readyz is answered with yes",
        {name: float(answer["ok"]) for name, answer in answers.items()},
        "question",
    )
    yield counted.reading(
        "cwg_ready_seconds",
        "Ages and differences that /readyz tells, by question and name",
        {
            f"{name}.{_SECONDS.sub('', told).strip('_')}": float(value)
            for name, answer in answers.items()
            for told, value in answer.items()
            if _SECONDS.search(told) and isinstance(value, int | float)
        },
        "measure",
    )
    if answers[readiness.DATABASE]["ok"]:
        yield from counted.read_sources()
