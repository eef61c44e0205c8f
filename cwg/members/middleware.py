"""Per request: who asks, the person's rights, the server's instant, the person's language."""

from datetime import datetime
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.functional import SimpleLazyObject

from cwg import clock
from cwg.languages import LANGUAGE_CODES, spoken
from cwg.look.polling import is_asked_by_pages

from . import accounts, devices, page_owners, sessions
from .requests import of_visitor
from .rights import Rights, rights_of

LANGUAGE_COOKIE = "language"


def reads_no_database(view):
    """Marks a view that answers even when the database does not: it gets no person, no rights and no instant."""
    view.reads_no_database = True
    return view


class NobodyAsksMiddleware:
    """Whoever asks for a view that reads no database is nobody: their session is a row, and is not looked at.

    Before the sessions' own middleware, so that no other one, whoever wrote it, reads the person by asking who it is.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        # What a browser sent without a session asks nothing anyway.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and _reads_no_database(request):
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        return self.get_response(request)


def _reads_no_database(request: HttpRequest) -> bool:
    try:
        return getattr(resolve(request.path_info).func, "reads_no_database", False)
    except Resolver404:
        return False


class RightsMiddleware:
    """Sets `request.rights` and `request.server_now` (the same instant), before any view runs."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        def read() -> Rights:
            rights = rights_of(request.user)
            if request.user.is_authenticated:
                request.user._rights = rights  # what the console asks, without a second query
            return rights

        portal = of_visitor(request)
        portal.rights = cast(Rights, SimpleLazyObject(read))
        portal.server_now = cast(datetime, SimpleLazyObject(lambda: portal.rights.at))
        portal.read_clock = clock.now
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, args, kwargs):
        # The plain objects: a lazy instant is no value for a query. An address that no view answers keeps the
        # lazy ones and asks nothing.
        if not getattr(view, "reads_no_database", False):
            portal = of_visitor(request)
            portal.rights = rights_of(request.user)
            portal.server_now = portal.rights.at
            if request.user.is_authenticated:
                request.user._rights = portal.rights


class SignedInMiddleware:
    """What the answers to somebody signed in have in common.

    Nothing of them is kept by a browser or by anything on the way, so that Back shows nothing after sign-out; the
    session slides with use, not with what an open page asks by itself; whoever has just signed in gets the cookies by
    which the browser and the owner of its pages are known again, and whoever has just signed out leaves nothing behind.
    Cookies stay: they hold language, appearance, and those numbers.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        response = self.get_response(request)
        devices.keep(request, response)
        if accounts.has_signed_out(request):
            response["Clear-Site-Data"] = '"cache", "storage"'
        # Only where a page asked who it is: what reads no database does not begin to here.
        elif hasattr(request, "_cached_user") and request.user.is_authenticated:
            if response.status_code < 500 and not getattr(request, "_asked_by_the_page", False):
                sessions.renew(request, accounts.address_of(request))
            page_owners.note(request, response, request.user.pk)
            if response.get("Content-Type", "").startswith("text/html"):
                patch_cache_control(response, private=True, no_store=True)
        return response

    def process_view(self, request: HttpRequest, view, args, kwargs):
        request._asked_by_the_page = is_asked_by_pages(view)  # type: ignore[attr-defined]


def language_of_visitor(request: HttpRequest) -> str:
    """The catalogue's code of the language chosen by cookie, else of the browser's, else English. Asks no database."""
    language = request.COOKIES.get(LANGUAGE_COOKIE, "")
    if language not in LANGUAGE_CODES:
        language = translation.get_language_from_request(request)[:2]
    return spoken(language)


class PersonLanguageMiddleware:
    """Activates the person's language; before sign-in the one chosen by cookie, then the browser's."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest):
        if request.user.is_authenticated:
            code = spoken(request.user.language)
        else:
            code = language_of_visitor(request)
        translation.activate(code)
        request.LANGUAGE_CODE = code
        try:
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", code)
            return response
        finally:
            translation.deactivate()
