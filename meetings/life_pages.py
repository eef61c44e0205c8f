"""The secretariat's pages of a meeting's life: convene it, correct it, postpone it, cancel it.

Every page is a form that calls one verb. Who is not in the secretariat of the group gets the same answer as
for a page that does not exist; the verb asks again, under its lock.
"""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cwg.members import kept_words
from cwg.members.models import Group
from cwg.members.requests import PortalRequest

from . import calling_off, convening, correcting, offers, planning
from .carrying_out import carried_out, form_page
from .finding import own_meeting_or_404, trail_of
from .forms import CallOffForm, ConfirmsWarnings
from .models import Meeting
from .offers import MeetingAct
from .plan_forms import (
    CorrectionForm,
    HeldSittingFormSet,
    PlanForm,
    SittingFormSet,
    sitting_lines,
    sitting_plans,
)


def known(
    form: ConfirmsWarnings, plan: planning.Plan, group_id: int, *, at: datetime, but: int | None = None
) -> bool:
    """Whether nothing speaks against this plan, or the person has confirmed what does; else the form says it."""
    found = carried_out(form, planning.warnings_of, plan, group_id, at=at, but=but)
    return found is not None and form.knows(found)


@form_page
def new(request: PortalRequest) -> HttpResponse:
    """Convene a meeting; `?from=slug` proposes the next one after that."""
    groups = Group.objects.filter(pk__in=request.rights.secretariat_groups)
    if not request.rights.secretariat_groups:
        raise Http404
    initial, lines = {}, []
    if slug := request.GET.get("from"):
        last = own_meeting_or_404(request, slug)
        plan = convening.next_from(last)
        initial = PlanForm.initial_of(plan) | {"group": last.register.group_id}
        lines = sitting_lines(plan)
    else:
        group = groups[0]  # the secretariat of no group was turned away above
        initial = {"group": group.pk, "place": group.seat, "zone": group.zone}
    data = request.POST if request.method == "POST" else None
    form = PlanForm(data, groups=groups, initial=initial)
    formset = SittingFormSet(data, initial=lines, prefix="sittings")
    if data is not None and all([form.is_valid(), formset.is_valid()]):
        group, plan = form.cleaned_data["group"], form.plan(sitting_plans(formset))
        made = None
        if known(form, plan, group.pk, at=request.server_now):
            made = carried_out(form, convening.convene, group, plan, actor=request.user)
        if made is not None:
            messages.success(
                request, _("The meeting is convened. Nobody else sees it until you announce it.")
            )
            return redirect(made)
    return render(
        request,
        "meetings/new.html",
        {"form": form, "formset": formset, "trail": []},
        status=400 if data is not None else 200,
    )


@form_page
def edit(request: PortalRequest, slug: str) -> HttpResponse:
    """Correct a meeting: what may be changed depends on how far it has come."""
    meeting = own_meeting_or_404(request, slug)
    held = meeting.register
    possible = offers.is_open(MeetingAct.CORRECT, held, request.server_now)
    stands = convening.plan_of(meeting)
    data = request.POST if request.method == "POST" else None
    form = CorrectionForm(
        data,
        plan=stands,
        seen=meeting.sequence,
        fixed=correcting.FIXED if held.is_announced else frozenset(),
        with_reason=held.is_announced,
    )
    formset = HeldSittingFormSet(data, initial=sitting_lines(stands), prefix="sittings")
    status = 200
    if data is not None:
        status = 400 if possible else 409
        if possible and all([form.is_valid(), formset.is_valid()]):
            plan = form.plan(sitting_plans(formset))
            same_days = (plan.opens_local, plan.days) == (stands.opens_local, stands.days)
            corrected = None
            if same_days or known(form, plan, held.group_id, at=request.server_now, but=held.pk):
                corrected = carried_out(
                    form,
                    correcting.correct,
                    meeting,
                    plan,
                    actor=request.user,
                    reason=form.cleaned_data.get("reason", ""),
                    seen=form.cleaned_data["seen"],
                )
            if corrected is not None:
                messages.success(request, _("The meeting is corrected."))
                return redirect(corrected)
        elif not possible:  # since the form was opened; what was typed stays in it
            form.add_error(None, correcting.NOT_ANY_MORE)
    return render(
        request,
        "meetings/edit.html",
        {
            "meeting": meeting,
            "form": form,
            "formset": formset,
            "possible": possible,
            "announced": held.is_announced,
            "opens_at": held.opens_at,
            "zone": held.zone,
            "trail": trail_of(meeting),
        },
        status=status,
    )


@form_page
def cancel(request: PortalRequest, slug: str) -> HttpResponse:
    meeting = own_meeting_or_404(request, slug)
    return _call_off(request, meeting, "meetings/cancel.html", calling_off.cancel, MeetingAct.CANCEL)


@form_page
def postpone(request: PortalRequest, slug: str) -> HttpResponse:
    meeting = own_meeting_or_404(request, slug)
    return _call_off(request, meeting, "meetings/postpone.html", calling_off.postpone, MeetingAct.POSTPONE)


def _call_off(
    request: PortalRequest, meeting: Meeting, template: str, verb: Callable, act: MeetingAct
) -> HttpResponse:
    possible = offers.is_open(act, meeting.register, request.server_now)
    form = CallOffForm(request.POST if request.method == "POST" else None)
    kept_words.fill(request, form)
    status = 200
    if request.method == "POST":
        status = 400 if possible else 409
        if form.is_valid():
            done = carried_out(form, verb, meeting, actor=request.user, reason=form.cleaned_data["reason"])
            if done is not None:
                messages.success(
                    request, _("It is recorded, and everybody who reads the meeting is being told.")
                )
                return redirect(done)
            status = 409
    return render(
        request,
        template,
        {
            "meeting": meeting,
            "form": form,
            "possible": possible or form.is_bound,
            "zone": meeting.register.zone,
            "trail": trail_of(meeting),
        },
        status=status,
    )
