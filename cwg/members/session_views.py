"""Where I am signed in: a person's own sessions, and ending them."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cwg import clock
from cwg.look.polling import asked_by_pages

from . import page_owners, sessions
from .accounts import address_of
from .device_names import device_name
from .requests import PortalRequest, VisitorRequest


@login_not_required
@asked_by_pages
@require_safe
def signed_in(request: VisitorRequest) -> HttpResponse:
    """204 or 401, for nginx, which asks before it takes in a file (docker-compose.yml).

    Also of a browser whose person was signed out meanwhile: what was typed beside the file is kept, the file is not read.
    """
    may_send = request.user.is_authenticated or page_owners.is_known(request)
    return HttpResponse(status=204 if may_send else 401)


@require_safe
def own(request: PortalRequest) -> HttpResponse:
    """Every browser in which whoever asks is signed in; nobody else's can be named."""
    rows = [
        {
            "ref": session.ref,
            "name": device_name(session.device),
            "address": session.address,
            "since": session.since,
            "seen_at": session.seen_at,
            "is_this_one": session.session_key == request.session.session_key,
        }
        for session in sessions.of(request.user)
    ]
    return render(request, "members/sessions.html", {"sessions": rows})


@require_POST
def end(request: PortalRequest) -> HttpResponse:
    """Sign out one browser, named by its reference. 404 for one that is not of the person's own."""
    ended = sessions.end(
        request.user, request.POST.get("session", ""), at=clock.now(), address=address_of(request)
    )
    if not ended:
        raise Http404
    messages.success(request, _("That device is signed out."))
    return redirect("members:sessions")


@require_POST
def end_all(request: PortalRequest) -> HttpResponse:
    """Sign out everywhere, here too."""
    sessions.sign_out_everywhere(request.user, at=clock.now(), address=address_of(request))
    logout(request)
    messages.success(request, _("You are signed out on every device."))
    return redirect("account_login")
