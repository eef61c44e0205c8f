"""The second factor: who has one, who must have one, and a sign-in that was half done when it was removed."""

from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.mfa.base import views as library
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from .models import Person

ASKED_AT_SIGN_IN = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def is_set_up(person: Person) -> bool:
    """Whether sign-in asks `person` for a second factor: an authenticator app or a passkey."""
    return is_mfa_enabled(person, ASKED_AT_SIGN_IN)


def is_missing_to_submit(person: Person) -> bool:
    """Whether the installation wants a second factor of those who submit, and `person` has none."""
    return settings.SUBMIT_MFA_REQUIRED and not is_set_up(person)


@method_decorator(
    login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login"), name="dispatch"
)
class AskView(library.AuthenticateView):
    """The library's page, but for one thing: where the second factor was removed meanwhile, in another browser, it
    sends to the sign-in page, which sends back here, for ever. Here the half-done sign-in ends."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        stage = request._login_stage  # type: ignore[attr-defined]  # set by the decorator
        if not is_set_up(stage.login.user):
            messages.info(request, _("Your second factor has been removed meanwhile. Sign in again."))
            return stage.abort()
        return super().dispatch(request, *args, **kwargs)


ask = AskView.as_view()
