"""The invitation's page: the only way into the portal."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cwg import clock
from cwg.languages import spoken

from . import addresses, people, refusals
from .accounts import address_of
from .forms import AcceptForm
from .middleware import LANGUAGE_COOKIE
from .models import Invitation, Person


@login_not_required
@never_cache
@sensitive_post_parameters("password", "password_again")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What one is invited to, and the form that makes the account. A GET changes nothing.

    404 for a link we did not make, 410 for one that works no longer, 403 for somebody else's: none of them says
    who was invited to what.
    """
    try:
        found = people.invitation_of(token)
        people.require_open(found, clock.now())
    except refusals.InvitationUnknown as unknown:
        return _closed(request, unknown, 404)
    except refusals.InvitationGone as gone:
        return _closed(request, gone, 410)
    if not request.user.is_authenticated and LANGUAGE_COOKIE not in request.COOKIES:
        # Nobody has chosen yet: the language that the inviter said the person reads.
        translation.activate(spoken(found.language))
    try:
        response = _page(request, found)
    except refusals.InvitationGone as gone:  # used or revoked between the two looks
        response = _closed(request, gone, 410)
    except refusals.Refused as refused:
        response = _closed(request, refused, 409)
    response["Content-Language"] = translation.get_language()
    return response


def _page(request: HttpRequest, found: Invitation) -> HttpResponse:
    if request.user.is_authenticated and not addresses.same(request.user.email, found.email):
        return render(request, "members/invitation_foreign.html", status=403)
    if request.user.is_authenticated:
        if request.method == "POST":
            return _accept(request, found)
        return render(request, "members/invitation.html", {"invitation": found})
    if Person.objects.filter(email=found.email).exists():
        sign_in = reverse("account_login") + "?" + urlencode({REDIRECT_FIELD_NAME: request.path})
        status = 403 if request.method == "POST" else 200
        return render(
            request, "members/invitation.html", {"invitation": found, "sign_in": sign_in}, status=status
        )
    form = AcceptForm(request.POST or None, invitation=found)
    if request.method == "POST" and form.is_valid():
        return _accept(request, found, form)
    status = 422 if form.errors else 200
    return render(request, "members/invitation.html", {"invitation": found, "form": form}, status=status)


def _accept(request: HttpRequest, found: Invitation, form: AcceptForm | None = None) -> HttpResponse:
    given = form.cleaned_data if form is not None else {}
    person = people.accept(
        found,
        name=given.get("name", ""),
        password=given.get("password"),
        language=given.get("language", ""),
        at=clock.now(),
        signed_in=request.user if request.user.is_authenticated else None,
        address=address_of(request),
    )
    if not request.user.is_authenticated:
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
        translation.activate(spoken(person.language))
    messages.success(request, _("Welcome. You are %(role)s.") % {"role": _role(found)})
    return redirect(settings.LOGIN_REDIRECT_URL)


def _role(found: Invitation) -> str:
    party = found.state or found.office or found.group
    return f"{found.get_role_display()}, {party}"


def _closed(request: HttpRequest, refused: refusals.Refused, status: int) -> HttpResponse:
    return render(request, "members/invitation_closed.html", {"sentence": refused.sentence}, status=status)
