"""Signing in by address and password: the backend, and the forms in the portal's own words."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext_lazy as _

from . import accounts
from .models import Person


class AddressBackend(AuthenticationBackend):
    """One question and one hashing, whether the address is somebody's or not. Closed accounts do not get in."""

    def _authenticate_by_email(self, email: str, password: str) -> AbstractBaseUser | None:
        return self._check_password(Person.objects.filter(email=email).first(), password)


class SignInForm(LoginForm):
    """allauth's form; labels as everywhere else, and no grey words inside the fields that vanish when one types."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")
        self.fields["password"].label = _("Password")
        self.fields["remember"].label = _("Stay signed in on this device")
        for name in ("login", "password"):
            self.fields[name].widget.attrs.pop("placeholder", None)

    @property
    def must_wait(self) -> bool:
        """Whether too many wrong passwords came: the page then offers a link by mail."""
        return self.is_bound and self.has_error(NON_FIELD_ERRORS, accounts.TOO_MANY)


class AddressForm(forms.Form):
    """The address to which a link is to be mailed. Whether it is somebody's is told to nobody."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
