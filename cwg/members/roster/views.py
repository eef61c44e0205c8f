"""Importing many people at once: the list, what would come of it, and what came of it. For who keeps people."""

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cwg import clock
from cwg.look import csv_export
from cwg.look.said_by_views import takes_list
from cwg.record.reasons import ReasonMissing

from .. import directory, refusals
from ..requests import PortalRequest
from . import carrying_out, reading
from .carrying_out import Changed, Fate
from .forms import RosterForm
from .judging import Outcome, Plan, judge


def _must_keep_people(request: PortalRequest) -> None:
    if not directory.keeps_people(request.rights):
        raise Http404


@takes_list(most_bytes=reading.MOST_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def importing(request: PortalRequest) -> HttpResponse:
    """The form, and below it what would come of the list; with `act=import` it is done."""
    _must_keep_people(request)
    if request.method != "POST":
        return _page(request, RosterForm(rights=request.rights))
    form = RosterForm(request.POST, request.FILES, rights=request.rights)
    if not form.is_valid():
        return _page(request, form, status=422)
    given = form.cleaned_data
    if request.POST.get("act") == "import" and given["token"]:
        try:
            roster = carrying_out.carry_out(
                given["sheet"],
                token=given["token"],
                shown=given["shown"],
                default_group=given["group"],
                default_language=given["language"],
                reason=given["reason"],
                actor=request.user,
                at=clock.now(),
            )
        except Changed as changed:
            return _page(request, form, changed.plan, status=409, changed=changed)
        except ReasonMissing as missing:
            form.add_error("reason", str(missing))
            return _page(request, form, _plan(request, given), status=422)
        except refusals.Refused as refused:
            form.add_error(None, str(refused))
            return _page(request, form, _plan(request, given), status=409)
        return redirect("members:imported", roster.pk)
    return _page(request, form, _plan(request, given))


def _plan(request: PortalRequest, given: dict[str, Any]) -> Plan:
    return judge(
        given["sheet"],
        rights=request.rights,
        default_group=given["group"],
        default_language=given["language"],
    )


def _page(
    request: PortalRequest,
    form: RosterForm,
    plan: Plan | None = None,
    *,
    status: int = 200,
    changed: Changed | None = None,
) -> HttpResponse:
    if plan is not None:
        form = form.holding(form.cleaned_data["text"], plan.shown)
    words = {each.value: each.label for each in Outcome} | {"problem": _("Problem")}
    return render(
        request,
        "members/import.html",
        {
            "form": form,
            "plan": plan,
            "columns": [reading.COLUMNS[column] for column in reading.IN_ORDER],
            "most": reading.MOST_ROWS,
            "groups": directory.groups_to_invite_to(request.rights),
            "changes": [
                (entry, ", ".join(str(words.get(each, "")) for each in before.split("+") if each))
                for entry, before in changed.entries
            ]
            if changed
            else [],
            "changed": changed,
        },
        status=status,
    )


@require_safe
def template(request: PortalRequest) -> HttpResponse:
    """A list with headings and nobody in it, to be filled in."""
    _must_keep_people(request)
    return csv_export.response("people", reading.HEADINGS, [])


def _own_or_404(request: PortalRequest, pk: uuid.UUID) -> carrying_out.Roster:
    found = carrying_out.own(request.rights, pk)
    if found is None:
        raise Http404
    return found


@require_safe
def imported(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """What was done with a list, for whoever imported it, thirty days long."""
    roster = _own_or_404(request, pk)
    lines = carrying_out.done_in(roster)
    counts = [(fate.label, sum(line.fate == fate for line in lines)) for fate in Fate]
    return render(
        request,
        "members/imported.html",
        {
            "roster": roster,
            "counts": [(label, count) for label, count in counts if count],
            "undone": [line for line in lines if line.fate in (Fate.LEFT_OUT, Fate.REFUSED)],
            "done": [line for line in lines if line.fate not in (Fate.LEFT_OUT, Fate.REFUSED)],
            "kept_until": roster.at + carrying_out.KEPT,
        },
    )


@require_safe
def imported_csv(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The same as a list for a spreadsheet."""
    roster = _own_or_404(request, pk)
    head = [
        _("Line"),
        _("Name"),
        _("E-mail address"),
        _("State or office"),
        _("Role"),
        _("Group"),
        _("What was done"),
        _("Why"),
    ]
    rows = [
        [line.line, line.name, line.address, line.place, line.role, line.group, line.words, line.why]
        for line in carrying_out.done_in(roster)
    ]
    return csv_export.response(f"imported-{roster.at:%Y-%m-%d}", head, rows)
