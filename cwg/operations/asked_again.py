"""Who sends a form and is asked to sign in first, or comes with a page that is too old: what was typed is not thrown away.

It is kept for the person for whom the page was made (`kept_words`), who is shown it after signing in, or at once where
nobody has to. Where it cannot be told whose it is, nothing is stored: the answer itself holds it, in a form to be sent again.
"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.middleware.csrf import (
    REASON_CSRF_TOKEN_MISSING,
    REASON_NO_CSRF_COOKIE,
    get_token,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import escape_leading_slashes
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token

from cwg import clock
from cwg.look.asked_by_script import wants_json
from cwg.look.polling import is_asked_by_pages
from cwg.members import devices, kept_words, page_owners, sessions
from cwg.members.entry_models import KeptWords

from . import sending_again


class SignInFirstMiddleware(LoginRequiredMiddleware):
    """Django's own, which asks everybody to sign in where a view does not say otherwise; what was typed is kept."""

    def handle_no_permission(self, request: HttpRequest, view_func) -> Any:
        return sign_in_first(request, by_itself=is_asked_by_pages(view_func))

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if hasattr(request, "_cached_user") and request.user.is_authenticated:
            if request.method == "GET" and (number := request.GET.get(kept_words.PARAMETER)):
                shown = kept_words.are_shown(request) and response.status_code < 400
                if not shown and (kept := kept_words.of(request, number)):
                    # The page has no form for it, or not any more.
                    return redirect("members:kept-words-list", kept.pk)
            elif request.method == "POST" and response.status_code < 400 and not wants_json(request):
                _forget_what_was_sent(request)
        return response


def sign_in_first(request: HttpRequest, *, by_itself: bool = False) -> HttpResponseBase:
    """To the sign-in page, which says why; 401 for a script. `by_itself`: a page asks, while nobody may be sitting there."""
    if wants_json(request):
        return _sign_in_elsewhere()
    why = _why_signed_out(request)
    if sending_again.only_reads(request):
        if why and not by_itself:
            messages.info(request, why)
        return redirect_to_login(request.get_full_path())
    kept = _keep(request, page_owners.owner_of_page(request), KeptWords.Why.SIGNED_OUT)
    if kept is not None:
        said = _("What you typed is kept for a day, and will be here after you sign in.")
        messages.warning(request, f"{why or _('You were signed out.')} {said}")
        return redirect_to_login(reverse("members:kept-words", args=[kept.pk]))
    told = sending_again.offered(request)
    if told["typed"]:
        return render(request, "signed_out_meanwhile.html", told, status=403)
    if why:
        messages.info(request, why)
    return redirect_to_login(_path_of(told["back"]) or request.get_full_path())


@requires_csrf_token
def stale_form(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """The answer where the check of CSRF fails, 403 unless what was typed is kept. Nothing of another site's form is."""
    if not _is_of_an_old_page(request, reason):
        return render(request, "403_csrf.html", sending_again.offered(request, of_our_page=False), status=403)
    owner = page_owners.owner_of_page(request)
    signed_in = request.user.pk if request.user.is_authenticated else None
    if wants_json(request):
        return _old_page_to_a_script(request, same=owner == signed_in)
    if signed_in is None and _asks_to_sign_in(request):
        return sign_in_first(request)
    if owner is not None and _asks_to_sign_in(request):
        theirs = owner != signed_in
        kept = _keep(request, owner, KeptWords.Why.SIGNED_OUT if theirs else KeptWords.Why.OLD_PAGE)
        if theirs:
            return render(request, "page_of_another.html", {"kept": kept}, status=403)
        if kept is not None:
            return redirect("members:kept-words", kept.pk)
    return render(request, "403_csrf.html", sending_again.offered(request), status=403)


def _old_page_to_a_script(request: HttpRequest, *, same: bool) -> HttpResponse:
    """With the token that is good now, where it is still the same person's page."""
    if same and request.user.is_authenticated:
        said = _("This page was too old. Nothing was saved; try again.")
        return JsonResponse({"errors": [said], "token": get_token(request)}, status=403)
    if request.user.is_authenticated:
        said = _(
            "Somebody else is signed in in this browser now, so nothing was saved. Sign in to your own account in another"
            " window, then try again."
        )
        return JsonResponse({"errors": [said]}, status=403)
    return _sign_in_elsewhere()


def _sign_in_elsewhere() -> JsonResponse:
    """To a script: its page stays open, and has the words."""
    said = _("You are no longer signed in. Sign in in another window, then try again.")
    return JsonResponse({"errors": [said]}, status=401)


def _is_of_an_old_page(request: HttpRequest, reason: str) -> bool:
    """Whether it is the token alone that does not fit, and the form stood on a page of ours, as every browser says."""
    of_token = reason in (REASON_NO_CSRF_COOKIE, REASON_CSRF_TOKEN_MISSING) or reason.startswith(
        "CSRF token from"
    )
    # Where it is said, it has been checked already.
    return of_token and ("Origin" in request.headers or bool(sending_again.page_before(request)))


def _asks_to_sign_in(request: HttpRequest) -> bool:
    found = request.resolver_match
    return found is not None and getattr(found.func, "login_required", True)


def _keep(request: HttpRequest, owner: int | None, why: KeptWords.Why) -> KeptWords | None:
    browser = devices.browser_of(request)
    if owner is None or browser is None:
        return None
    told = sending_again.offered(request)
    if not told["repeatable"]:
        return None
    return kept_words.keep(
        owner,
        browser,
        address=request.get_full_path(),
        page=_path_of(told["back"]),
        words=told["entered"],
        files=told["files"],
        why=why,
        at=clock.now(),
    )


def _forget_what_was_sent(request: HttpRequest) -> None:
    """What was kept and shown, and has now been sent from there with success, is used up."""
    page = urlsplit(sending_again.page_before(request))
    number = request.GET.get(kept_words.PARAMETER) or _parameter_of(page.query)
    if not number or (kept := kept_words.of(request, number)) is None:
        return
    if request.path in (urlsplit(kept.address).path, urlsplit(kept.page).path):
        kept.delete()


def _path_of(address: str) -> str:
    """Path and query of an address of ours, without what names kept words. It leads to no other host: it has one slash."""
    parts = urlsplit(address)
    path = escape_leading_slashes(parts.path)
    asked = QueryDict(parts.query, mutable=True)
    asked.pop(kept_words.PARAMETER, None)
    return f"{path}?{asked.urlencode()}" if asked else path


def _parameter_of(query: str) -> str:
    return QueryDict(query).get(kept_words.PARAMETER, "")


def _why_signed_out(request: HttpRequest) -> str:
    """A sentence for whoever was signed in on this browser; empty for whoever was not, as far as is known."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if not key:
        return ""
    if sessions.has_run_out(key):
        return _("You were signed out, because you had not used the portal for a long time.")
    match sessions.why_ended(key):
        case sessions.Ended.ELSEWHERE:
            return _("You were signed out from another device.")
        case sessions.Ended.EVERYWHERE:
            return _("You were signed out, because you signed out on every device.")
        case sessions.Ended.PASSWORD:
            return _("You were signed out, because your password was changed.")
    return _("You were signed out.")
