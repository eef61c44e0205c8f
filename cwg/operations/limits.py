"""What no view should have to think of: bytes that are no text, rules of sign-in that hold everywhere, a busy register."""

import time
from math import ceil
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse, UnreadablePostError
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from cwg.documents import uploads
from cwg.look.asked_by_script import wants_json
from cwg.look.said_by_views import most_list_bytes
from cwg.members import arrival, page_owners, second_factor
from cwg.members.requests import of_visitor
from cwg.record import holding
from cwg.record.chain_clock import ClockSetBack
from cwg.record.restore_guard import RestoreNotFinished

from . import busy_words, http_metrics, long_forms, sending_again, standing_alone

OPEN_TO_STAFF_WITHOUT_MFA = ("/accounts/", "/static/", "/livez", "/readyz", "/language/", "/signed-in/")


class BadInputMiddleware:
    """What is refused before anything reads it.

    NUL bytes in addresses are 400: PostgreSQL cannot store them, and nobody means them. So is another encoding than
    UTF-8, in which they could be written unseen; no page asks for one. A body of no announced length is 411, one far
    past every limit 413, one that broke off 400. Of somebody who has not been signed in lately no long body is read at all.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        in_utf_8 = request.encoding is None or request.encoding.lower() == "utf-8"
        if not in_utf_8 or "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest("Bad request", content_type="text/plain")
        length = uploads.announced(request)
        if length is None:
            return render(request, "411.html", status=411)
        if length > uploads.BEFORE_SIGN_IN:
            if not request.user.is_authenticated:
                known = page_owners.is_known(request) and self._asks_to_sign_in(request)
                if not known or length > uploads.most_bytes(request):
                    return self._sign_in_first(request)
                # Signed out while typing: what was typed is read, and kept (`asked_again`).
                request.upload_handlers = [uploads.WordsOnlyHandler(request)]
            if length > uploads.most_bytes(request):
                return too_large(request)
            if request.method == "POST" and request.content_type == long_forms.URLENCODED:
                # Before the check of CSRF, which reads whatever has not been read.
                try:
                    long_forms.read(request)
                except UnreadablePostError:
                    return _came_short(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs):
        # Asked here, where the check of CSRF has read the body already.
        if uploads.came_short(request):
            return _came_short(request)
        if settings.STAFF_MFA_REQUIRED and self._needs_second_factor(request):
            return redirect(reverse("mfa_index"))
        return None

    @staticmethod
    def _asks_to_sign_in(request: HttpRequest) -> bool:
        try:
            return getattr(resolve(request.path_info).func, "login_required", True)
        except Resolver404:
            return False

    @staticmethod
    def _sign_in_first(request: HttpRequest) -> HttpResponse:
        """The answer to a long body of a stranger: to sign in, or 413 where nobody needs to."""
        if BadInputMiddleware._asks_to_sign_in(request):
            return redirect_to_login(request.get_full_path())
        said = _("What was sent is larger than %(size)d KB, the most that may be sent before signing in.")
        return _refused(request, "413.html", said % {"size": uploads.BEFORE_SIGN_IN // 1024}, status=413)

    @staticmethod
    def _needs_second_factor(request: HttpRequest) -> bool:
        if not request.user.is_authenticated or request.path.startswith(OPEN_TO_STAFF_WITHOUT_MFA):
            return False
        if not of_visitor(request).rights.enters_console:
            return False
        return not second_factor.is_set_up(request.user)


def too_large(request: HttpRequest, *, words: bool = False) -> HttpResponse:
    """413 with its sentence, on a page or for a script. `words`: what was typed is too long, whatever file is beside it."""
    if most := most_list_bytes(request):
        return _refused(request, "413.html", uploads.limits_of_list_in_words(most), status=413)
    if words or not uploads.are_sent_to(request):
        size = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        said = _("What was sent is larger than %(size)d MB, the most that a form may hold.")
    else:
        size = settings.MAX_FILE_BYTES
        said = _("The file is larger than %(size)d MB. Make it smaller, or divide it.")
    return _refused(request, "413.html", said % {"size": size // (1024 * 1024)}, status=413)


def _came_short(request: HttpRequest) -> HttpResponse:
    said = _("The connection was lost before everything had arrived. Nothing was stored; try again.")
    return _refused(request, "400.html", said, status=400)


def _refused(request: HttpRequest, template: str, said: str, *, status: int) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"errors": [said]}, status=status)
    return render(request, template, {"said": said}, status=status)


class BusyMiddleware:
    """The answer to whatever waited in vain for a lock or was ended by the database, and to what its clock cannot date
    or a restore has not gone on with: 503, and a page that sends it again.

    Most often that is a register which is held (`register.RegisterBusy`); it may be any row. The page says what happened,
    for how long it waited, and whether anything was changed; it holds all that was entered, so that one button repeats the
    act as it was. Files it cannot hold, secrets it does not, and says so.
    """

    RETRY_AT_LAST = 300  # seconds

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        request.began = time.monotonic()  # type: ignore[attr-defined]
        if (waited := request.META.get(arrival.TURNED_AWAY)) is not None:
            return self._busy(request, holding.Busy(holding.Why.PASSWORDS, waited))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, (ClockSetBack, RestoreNotFinished)):
            http_metrics.REFUSED.labels(exception.code).inc()
        if isinstance(exception, ClockSetBack):
            seconds = min(ceil(exception.behind.total_seconds()), self.RETRY_AT_LAST)
            told: dict[str, Any] = {"exception": exception, "sentences": busy_words.of_a_clock_set_back()}
            return self._answer(request, "clock_set_back.html", told, max(seconds, sending_again.RETRY_AFTER))
        if isinstance(exception, RestoreNotFinished):
            told = {"exception": exception, "sentences": busy_words.of_a_restore_not_finished()}
            return self._answer(request, "restore_not_finished.html", told, self.RETRY_AT_LAST)
        busy = exception if isinstance(exception, holding.Busy) else self._busy_of(request, exception)
        return None if busy is None else self._busy(request, busy)

    def _busy(self, request: HttpRequest, busy: holding.Busy) -> HttpResponse:
        http_metrics.BUSY.labels(str(busy.why)).inc()
        reading = sending_again.only_reads(request)
        told = {"title": busy_words.title(busy), "sentences": busy_words.sentences(busy, reading=reading)}
        return self._answer(request, "busy.html", told)

    @staticmethod
    def _answer(
        request: HttpRequest,
        template: str,
        told: dict[str, Any],
        retry_after: int = sending_again.RETRY_AFTER,
    ) -> HttpResponse:
        if wants_json(request):
            answer = standing_alone.to_a_script(request, told["sentences"], status=503)
        else:
            answer = render(request, template, told | sending_again.offered(request), status=503)
        return sending_again.later(answer, retry_after)

    @staticmethod
    def _busy_of(request: HttpRequest, exception: Exception) -> holding.Busy | None:
        """What the database said of an act that locks no register; None for any other error."""
        why = holding.why(exception)
        if why in (holding.Why.LOCKED, holding.Why.SLOW) or holding.state_of(exception) == holding.SILENT:
            assert why is not None
            return holding.Busy(why, time.monotonic() - request.began)  # type: ignore[attr-defined]
        return None
