"""The pages of the door that the library does not have: a link by mail that signs in, and a new password."""

from collections.abc import Callable

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cwg import clock

from . import accounts, refusals, sign_in_links
from .models import Person
from .sign_in import AddressForm

Ask = Callable[..., None]


def _ask(request: HttpRequest, mail: Ask, page: str, sent: str) -> HttpResponse:
    """A form of one address, and the same answer whosever it is."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email, at = form.cleaned_data["email"], clock.now()
        who = accounts.visitor_of(request, email, at)
        try:
            mail(email, who, at=at, address=accounts.address_of(request))
            return redirect(sent)
        except refusals.TooManyMails as refused:
            form.add_error(None, refused.sentence)
    return render(request, page, {"form": form}, status=422 if form.errors else 200)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_sign_in_link(request: HttpRequest) -> HttpResponse:
    """Ask for a link that signs in once."""
    return _ask(request, sign_in_links.ask, "account/sign_in_link.html", "account_sign_in_link_sent")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_new_password(request: HttpRequest) -> HttpResponse:
    """Password forgotten: ask for a link at which to set a new one."""
    return _ask(
        request,
        sign_in_links.ask_for_new_password,
        "account/password_reset.html",
        "account_reset_password_done",
    )


@login_not_required
@never_cache
@require_safe
def sign_in_link_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "account/sign_in_link_sent.html")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def use_sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """A GET changes nothing, so that whoever looks into mails for dangers uses no link up; the button signs in.

    410 for a link that was used, is too old, or that we did not make.
    """
    try:
        if request.method != "POST":
            person = sign_in_links.person_of(token)
            return render(request, "account/sign_in_link_use.html", {"person": person})
        with transaction.atomic():
            return _sign_in(request, sign_in_links.redeem(token))
    except refusals.LinkGone as gone:
        return render(request, "account/sign_in_link_gone.html", {"sentence": gone.sentence}, status=410)


def _sign_in(request: HttpRequest, person: Person) -> HttpResponse:
    if request.user.is_authenticated:
        logout(request)
    clear_login(request)
    record_authentication(request, person, method="mailed_link")
    request.session.set_expiry(0)  # whatever somebody has ticked in this browser before
    return perform_login(request, Login(user=person))
