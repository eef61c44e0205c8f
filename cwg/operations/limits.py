"""What no view should have to think of: bytes that are no text, and rules of sign-in that hold everywhere."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse

from cwg.documents import uploads
from cwg.members import second_factor
from cwg.members.requests import of_visitor

OPEN_TO_STAFF_WITHOUT_MFA = ("/accounts/", "/static/", "/livez", "/readyz", "/language/")


class BadInputMiddleware:
    """What is refused before anything reads it.

    NUL bytes in addresses are 400: PostgreSQL cannot store them, and nobody means them. A body of no announced
    length is 411, one far past every limit 413, one that broke off 400.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest("Bad request", content_type="text/plain")
        length = uploads.announced(request)
        if length is None:
            return render(request, "411.html", status=411)
        if length > uploads.most_bytes():
            return render(request, "413.html", status=413)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs):
        # Asked here, where the check of CSRF has read the body already.
        if uploads.came_short(request):
            return render(request, "400.html", status=400)
        if settings.STAFF_MFA_REQUIRED and self._needs_second_factor(request):
            return redirect(reverse("mfa_index"))
        return None

    @staticmethod
    def _needs_second_factor(request: HttpRequest) -> bool:
        if not request.user.is_authenticated or request.path.startswith(OPEN_TO_STAFF_WITHOUT_MFA):
            return False
        if not of_visitor(request).rights.enters_console:
            return False
        return not second_factor.is_set_up(request.user)
