"""A form's field by its name, as the kind of field it is, for a form that fills it when it is made."""

from django import forms


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
