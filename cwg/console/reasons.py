"""Acts on rows of the console: rows are chosen, a reason is given, a verb does it. Two steps, one piece of code."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import ngettext

from cwg.look.reasons import ReasonForm
from cwg.members.requests import PortalRequest

from .refusals import REFUSED, sentence

CONFIRMED = "confirmed"


class ConfirmForm(forms.Form):
    """Nothing to enter: the verb takes no reason."""


Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Act(Generic[Row]):
    """One thing that can be done to rows.

    `verb(row, request, data)` does it to one row; `data` is the cleaned form. It raises one of
    `refusals.REFUSED` and has then changed nothing. `possible(row, request)` hides it where it makes no sense.
    """

    name: str
    label: Any
    text: Any
    verb: Callable[[Row, PortalRequest, dict], object]
    form: type[forms.Form] = ReasonForm
    danger: bool = False
    possible: Callable[[Row, PortalRequest], bool] = lambda row, request: True


def run(act: Act[Any], model_admin, request: PortalRequest, rows: list[Model]) -> HttpResponse:
    """Ask for the reason; with one, do it to each row and say what became of it.

    Rows the person may look at but not act on are refused before anything is asked or done.
    """
    if not rows or not all(model_admin.may_act_on(request, row) for row in rows):
        raise PermissionDenied
    form = act.form(request.POST if CONFIRMED in request.POST else None)
    if not (form.is_bound and form.is_valid()):
        context = {
            "act": act,
            "rows": rows,
            "form": form,
            "opts": model_admin.opts,
            "hidden": [
                (CONFIRMED, "1"),
                ("action", act.name),
                *((ACTION_CHECKBOX_NAME, row.pk) for row in rows),
            ],
            "list_url": model_admin.address("changelist"),
        }
        return TemplateResponse(request, "console/reason.html", context, status=400 if form.is_bound else 200)
    done = 0
    for row in rows:
        try:
            with transaction.atomic():
                act.verb(row, request, form.cleaned_data)
            done += 1
        except REFUSED as error:
            messages.error(request, f"{row}: {sentence(error)}")
    if done:
        messages.success(
            request,
            ngettext("Done: %(act)s.", "Done for %(count)d: %(act)s.", done)
            % {"act": act.label, "count": done},
        )
    if len(rows) == 1:
        return redirect(model_admin.address("change", rows[0].pk))
    return redirect(model_admin.address("changelist"))
