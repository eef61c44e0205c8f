"""The page for a step that somebody, or time, has overtaken: it says so, and keeps what was typed for the step."""

from collections.abc import Iterable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def page(request: HttpRequest, *sent: forms.BaseForm, said: object = "") -> HttpResponse:
    """409, with what was typed into the forms that were `sent`, to be copied; `said` is why, where more is known."""
    return render(request, "409.html", {"exception": said, "typed": typed_in(sent)}, status=409)


def typed_in(sent: Iterable[forms.BaseForm]) -> list[tuple[str, str]]:
    """Label and words of each text field that holds others than its page showed; nothing of a form that was not sent."""
    return [
        (str(field.label), field.value())
        for form in sent
        if form.is_bound
        for field in form.visible_fields()
        if isinstance(field.field.widget, (forms.TextInput, forms.Textarea))
        and field.name in form.changed_data
        and (field.value() or "").strip()
    ]
