"""The server's time for countdowns, and the style guide."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cwg import clock
from cwg.look import instants, samples
from cwg.look.polling import asked_by_pages


@asked_by_pages
@login_not_required
@require_safe
@never_cache
def clock_now(request: HttpRequest) -> JsonResponse:
    """``{"now": "2009-02-11T08:00:00.123456Z"}``, the database's clock, so that a wrong device clock does not matter."""
    return JsonResponse({"now": instants.iso_utc(clock.now())})


@login_not_required
@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """Every component once, with made-up content. Only while developing or in demo mode; else as if not there."""
    if not (settings.DEBUG or getattr(settings, "DEMO", False)):
        raise Http404
    return render(request, "look/guide.html", samples.context())
