"""My address: asking for another one, and the links that confirm it."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cwg import clock

from . import address_changes, refusals
from .accounts import address_of
from .forms import NewAddressForm
from .requests import PortalRequest


@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def own(request: PortalRequest) -> HttpResponse:
    """Ask for another address. The password is asked for again: a borrowed session changes no address."""
    form = NewAddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            address_changes.ask(
                request.user, form.cleaned_data["email"], at=clock.now(), address=address_of(request)
            )
        except refusals.Refused as refused:
            form.add_error("email", refused.sentence)
        else:
            messages.success(
                request,
                _("Two mails are on their way, to your current and to the new address. Confirm in both."),
            )
            return redirect("members:own-address")
    context = {"form": form, "change": address_changes.open_of(request.user, request.server_now)}
    return render(request, "members/own_address.html", context, status=422 if form.errors else 200)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A GET changes nothing; the button confirms. 410 for a link that is done, too old, or not ours."""
    at = clock.now()
    try:
        change, side = address_changes.change_of(token, at)
        if request.method == "POST":
            change = address_changes.confirm(token, at=at, address=address_of(request))
    except refusals.LinkGone as gone:
        return render(request, "account/sign_in_link_gone.html", {"sentence": gone.sentence}, status=410)
    except refusals.AddressTaken as taken:
        return render(request, "members/confirm_address.html", {"sentence": taken.sentence}, status=409)
    context = {"change": change, "side": side, "is_confirmed": request.method == "POST"}
    return render(request, "members/confirm_address.html", context)
