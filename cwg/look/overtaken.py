"""The page for a step that somebody, or time, has overtaken: it says so, and keeps what was filled in."""

from collections.abc import Iterable, Iterator

from django import forms
from django.forms.widgets import ChoiceWidget
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def page(
    request: HttpRequest, *sent: forms.BaseForm, said: object = "", ways: Iterable[tuple[str, str]] = ()
) -> HttpResponse:
    """409, with what was filled into the forms `sent`, to be copied; `said` is why, where more is known.

    `ways`: address and words of the links on from there, the first one most likely.
    """
    context = {"exception": said, "typed": typed_in(sent), "ways": list(ways)}
    return render(request, "409.html", context, status=409)


def typed_in(sent: Iterable[forms.BaseForm]) -> list[tuple[str, str]]:
    """Label and words of each field filled in with something else than its page showed, in the form's order.

    What was chosen is told in the words that stood beside it. No secret is repeated, and nothing of a form
    that was not sent. A file is not told of: no form that is shown so takes one along.
    """
    return [
        (str(field.label), words)
        for form in sent
        if form.is_bound
        for field in form.visible_fields()
        if field.name in form.changed_data and (words := in_words(field)).strip()
    ]


def in_words(field: forms.BoundField) -> str:
    """What stands in the field, as people read it: a line for each of several choices, nothing of a secret or a file."""
    return "\n".join(_words_of(field))


def _words_of(field: forms.BoundField) -> Iterator[str]:
    """What was filled in: a line each, where that may be several; nothing where it was emptied."""
    value = field.value()
    match field.field.widget:
        case forms.PasswordInput() | forms.FileInput():
            return
        case forms.CheckboxInput():
            yield _("Yes") if value else _("No")
        case ChoiceWidget(choices=choices):
            chosen = {str(each) for each in _each(value)} - {""}
            for known, label in _choices(choices):
                if str(known) in chosen:
                    yield str(label)
        case _:
            yield from (str(each) for each in _each(value))


def _each(value: object) -> Iterator[object]:
    """The values of a field that takes one or several."""
    if isinstance(value, list | tuple):
        yield from value
    elif value is not None:
        yield value


def _choices(offered: Iterable[tuple]) -> Iterator[tuple[object, object]]:
    """Value and label of each choice, also within groups."""
    for value, label in offered:
        if isinstance(label, list | tuple):
            yield from _choices(label)
        else:
            yield value, label
