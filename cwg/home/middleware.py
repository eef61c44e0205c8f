"""What no view should have to think of: bytes that are no text, and rules of sign-in that hold everywhere."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import reverse

from cwg.members.requests import of_visitor

OPEN_TO_STAFF_WITHOUT_MFA = ("/accounts/", "/static/", "/livez", "/readyz", "/language/")


class BadInputMiddleware:
    """NUL bytes in addresses and fields are 400: PostgreSQL cannot store them, and nobody means them."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest("Bad request", content_type="text/plain")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs):
        if settings.STAFF_MFA_REQUIRED and self._needs_second_factor(request):
            return redirect(reverse("mfa_activate_totp"))
        return None

    @staticmethod
    def _needs_second_factor(request: HttpRequest) -> bool:
        if not request.user.is_authenticated or request.path.startswith(OPEN_TO_STAFF_WITHOUT_MFA):
            return False
        if not of_visitor(request).rights.enters_console:
            return False
        from allauth.mfa.utils import is_mfa_enabled

        return not is_mfa_enabled(request.user)
