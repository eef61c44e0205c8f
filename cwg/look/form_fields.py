"""A form's field by its name, as the kind of field it is; and what every field of text refuses."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from . import signs


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


def say_when_needed(form: forms.BaseForm, names: Iterable[str], words: Any) -> None:
    """Beside these fields `words` stand in place of "optional": each may be left out, and yet one may be needed."""
    for name in names:
        form.fields[name].when_needed = words  # type: ignore[attr-defined]  # read by `components/field.html`


# Of two fields that say the same in different ways.
ONE_OF_TWO = gettext_lazy("one of the two")


def one_line_only(value: object) -> None:
    """Refuses what no line may hold (`signs.refusal`): names and titles reach headers of mails. Raises ValidationError."""
    _refuse(value, several_lines=False)


def several_lines_only(value: object) -> None:
    """The same of a text of several lines."""
    _refuse(value, several_lines=True)


class SeveralLinesField(forms.CharField):
    """A text of several lines (`several_lines_only`), however each of them ended where it was copied from."""

    widget = forms.Textarea
    default_validators = [several_lines_only]

    def to_python(self, value: Any) -> str:
        return signs.one_kind_of_line_ends(super().to_python(value) or "")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(signs.one_kind_of_line_ends(initial or ""), data)


def _refuse(value: object, *, several_lines: bool) -> None:
    said = signs.refusal(value, several_lines=several_lines) if isinstance(value, str) else ""
    if said:
        raise ValidationError(said)


def refuse_unfit_signs(form: forms.BaseForm) -> None:
    """Every field of text refuses what its text may not hold; `SeveralLinesField` alone takes line breaks."""
    for field in form.fields.values():
        of_one_line = isinstance(field, forms.CharField) and not isinstance(field, SeveralLinesField)
        if of_one_line and one_line_only not in field.validators:
            field.validators = [*field.validators, one_line_only]
