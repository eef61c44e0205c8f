"""Forms on people: accepting an invitation, inviting, ending and changing a role."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from cwg.languages import LANGUAGES, help_of_choice
from cwg.look.reasons import ReasonForm

from . import refusals
from .cleaning import clean_address, clean_name
from .models import Invitation, Person


def say(form: forms.Form, refused: refusals.Refused) -> None:
    """Put the refusal where the form shows what it is about: at its field, else above the form."""
    field = form.fields.get(refused.field)
    form.add_error(refused.field if field and not field.widget.is_hidden else None, str(refused))


class NameField(forms.CharField):
    """A person's name on one line."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("label", _("Name"))
        super().__init__(max_length=150, **kwargs)

    def clean(self, value: Any) -> str:
        try:
            return clean_name(super().clean(value))
        except refusals.Refused as refused:
            raise ValidationError(refused.sentence) from refused


class AcceptForm(forms.Form):
    """What a person who is new to the portal sets: name, language, password."""

    name = NameField(widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(
        label=_("Language of pages and mails"), choices=LANGUAGES, help_text=lazy(help_of_choice, str)()
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html,
    )
    password_again = forms.CharField(
        label=_("Password, once more"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any):
        self.invitation = invitation
        kwargs.setdefault("initial", {"name": invitation.name, "language": invitation.language})
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        password = cleaned.get("password")
        if not password:
            return cleaned
        if "password_again" in cleaned and password != cleaned["password_again"]:
            self.add_error("password_again", _("The two passwords are not the same."))
        try:
            validate_password(password, Person(email=self.invitation.email, name=cleaned.get("name", "")))
        except ValidationError as error:
            self.add_error("password", error)
        return cleaned


class AddressField(forms.EmailField):
    """The address of a mailbox, somebody else's: the browser does not offer the own one."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("widget", forms.EmailInput(attrs={"autocomplete": "off"}))
        super().__init__(max_length=254, **kwargs)

    def clean(self, value: Any) -> str:
        try:
            return clean_address(super().clean(value))
        except refusals.Refused as refused:
            raise ValidationError(refused.sentence) from refused


class NewAddressForm(forms.Form):
    """Another address for an account."""

    email = forms.EmailField(
        label=_("New e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class ChangeAddressForm(NewAddressForm, ReasonForm):
    """Another address for somebody else's account, with the reason."""

    field_order = ["email", "reason"]


class JoinForm(ReasonForm):
    """The account that stays, by its address: it is another account of the same human being."""

    email = forms.EmailField(
        label=_("Address of the account that stays"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ["email", "reason"]
