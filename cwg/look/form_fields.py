"""A form's field by its name, as the kind of field it is; and what every field of one line refuses."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """The field `name`, where one chooses among values. Raises KeyError; it is an error of ours to name another."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    return field


def row_field(form: forms.BaseForm, name: str) -> forms.ModelChoiceField:
    """The field `name`, where one chooses among rows, one or several. As `choice_field`."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    return field


def one_line_only(value: object) -> None:
    """Refuses line breaks and control characters: names and titles reach headers of mails. Raises ValidationError."""
    if isinstance(value, str) and any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in value):
        raise ValidationError(_("Write this on one line, without control characters."))


def refuse_line_breaks(form: forms.BaseForm) -> None:
    """Every field of one line refuses what has more; a field of several lines (Textarea) takes them."""
    for field in form.fields.values():
        if isinstance(field, forms.CharField) and not isinstance(field.widget, forms.Textarea):
            field.validators = [*field.validators, one_line_only]
