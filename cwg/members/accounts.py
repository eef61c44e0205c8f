"""Sign-in: nobody signs up, everybody gets the same answer, and what happens is in the access log."""

import ipaddress
from datetime import datetime
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_changed, password_reset
from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cwg import clock
from cwg.record import access
from cwg.record.holding import Busy

from . import devices, guessing, kept_words, refusals, sessions
from .entry_models import EntryAttempt
from .models import Person
from .own_settings import remember_on_device

# The code of the refusal that a page answers with the offer of a mailed link.
TOO_MANY = "too_many_wrong_passwords"


def reset_link(person: Person) -> str:
    """An absolute address at which `person` sets a new password; it works once, for three days."""
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    return settings.PORTAL_URL + reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)},
    )


def address_of(request: HttpRequest | None) -> str | None:
    """The network address of whoever asks, past as many proxies as the settings trust; None where unknown."""
    found = get_client_ip(request) if request is not None else None
    try:
        address = ipaddress.ip_address(found) if found else None
    except ValueError:
        return None
    # Some proxies write an address of IPv4 as one of IPv6, ::ffff:192.0.2.1; all of them share one /64.
    return str(getattr(address, "ipv4_mapped", None) or address) if address else None


def visitor_of(request: HttpRequest | None, email: str, at: datetime) -> guessing.Visitor:
    """Who tries to enter at the account of that address, for `guessing.py`. `at` is aware."""
    return guessing.visitor(email, address=address_of(request), browser=devices.browser_of(request), at=at)


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Closes sign-up; people come by invitation only. Slows guessing down by our own rule (`guessing.py`)."""

    # The one that is under way, once it was counted. An adapter lives as long as its request.
    _attempt: EntryAttempt | None = None

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where one lands who asked for no page: at the words that are kept; else the secretariat on Today, others on Home."""
        person = cast(Person, request.user)
        if kept := kept_words.newest_of(person, devices.browser_of(request)):
            return reverse("members:kept-words", args=[kept.pk])
        return reverse("today:today") if person.rights.is_secretariat else settings.LOGIN_REDIRECT_URL

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Before a password is looked at, at sign-in and wherever it is asked for again."""
        at = clock.now()
        try:
            self._attempt = guessing.begin(visitor_of(request, credentials.get("email") or "", at), at)
        except refusals.TooManyWrongPasswords as refused:
            raise ValidationError(refused.sentence, code=TOO_MANY) from refused

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """A password that was not checked, because so many people are signing in, does not count as a try."""
        try:
            return super().authenticate(request, **credentials)
        except Busy:
            if self._attempt is not None:
                guessing.take_back(self._attempt)
            raise

    def _rollback_login_failed_rl_usage(self) -> None:
        """The library's name for: the password fitted."""
        if self._attempt is not None:
            guessing.forgive(self._attempt)

    def respond_user_inactive(self, request: HttpRequest, user: Person) -> HttpResponse:
        """The right password for a closed account: one that was joined with another says with which."""
        if user.joined_into is not None:
            messages.info(
                request,
                _("This account was joined with your other one. Sign in with %(address)s.")
                % {"address": user.joined_into.email},
            )
        return super().respond_user_inactive(request, user)

    def post_login(self, request: HttpRequest, user: Person, **kwargs: Any) -> HttpResponse:
        """A device that a person signs in on takes over the person's language and, if chosen, appearance."""
        response = super().post_login(request, user, **kwargs)
        remember_on_device(response, language=user.language, theme=user.theme or None)
        return response


# --- The access log -----------------------------------------------------------------------------------------------


def _signed_in(sender, request, user, **kwargs) -> None:
    at = clock.now()
    access.note("signed_in", at=at, person_id=user.pk, address=address_of(request))
    sessions.begin(request, address=address_of(request), browser=devices.remember(request, user, at))


def has_signed_out(request: HttpRequest) -> bool:
    """Whether somebody signed out in this request."""
    return getattr(request, "_has_signed_out", False)


def _signed_out(sender, request, user, **kwargs) -> None:
    if user is not None:
        request._has_signed_out = True
        access.note("signed_out", at=clock.now(), person_id=user.pk, address=address_of(request))


def _sign_in_failed(sender, credentials, request=None, **kwargs) -> None:
    """By number where the address is somebody's; an unknown address is nobody's business and is not kept."""
    person = Person.objects.filter(email=credentials.get("email") or "").first()
    access.note(
        "sign_in_failed",
        at=clock.now(),
        person_id=person.pk if person else None,
        address=address_of(request),
    )


def _password_changed(sender, request, user, **kwargs) -> None:
    """Sessions elsewhere have ended with the password they were made with; they are not listed any longer."""
    access.note("password_changed", at=clock.now(), person_id=user.pk, address=address_of(request))
    sessions.end_others(user, request.session.session_key)


def _password_reset(sender, request, user, **kwargs) -> None:
    """Whoever proved the address starts afresh on this browser: failures of others do not keep them out."""
    at = clock.now()
    access.note("password_reset", at=at, person_id=user.pk, address=address_of(request))
    sessions.end_others(user, None)
    devices.remember(request, user, at)


def connect() -> None:
    """Called once, when the app is ready."""
    user_logged_in.connect(_signed_in, dispatch_uid="access-signed-in")
    user_logged_out.connect(_signed_out, dispatch_uid="access-signed-out")
    user_login_failed.connect(_sign_in_failed, dispatch_uid="access-sign-in-failed")
    password_changed.connect(_password_changed, dispatch_uid="access-password-changed")
    password_reset.connect(_password_reset, dispatch_uid="access-password-reset")
