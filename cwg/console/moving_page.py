"""Moving the opening of a meeting: first what it would mean for each deadline, then, with a reason, the move."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings import moving
from meetings.models import Meeting

from .forms import NewTimeForm
from .reasons import ReasonForm
from .refusals import REFUSED, sentence

CHOICES = [
    (moving.Choice.MOVE.value, gettext_lazy("Move the deadline")),
    (moving.Choice.KEEP.value, gettext_lazy("Keep the deadline as it stands")),
]


class ConfirmMoveForm(ReasonForm):
    """The new time, one choice for each deadline that would change, the reason; `seen` names what was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args, proposal: moving.MoveProposal, **kwargs):
        super().__init__(*args, **kwargs)
        for change in proposal.to_choose:
            self.fields[f"deadline_{change.rule_id}"] = forms.ChoiceField(
                label=change.rule, choices=CHOICES, widget=forms.RadioSelect, help_text=change.sentence
            )
        self.order_fields([*(name for name in self.fields if name.startswith("deadline_")), "reason", "seen"])

    @property
    def choices(self) -> dict[int, str]:
        return {
            int(name.removeprefix("deadline_")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("deadline_")
        }


def move(request: HttpRequest, meeting: Meeting, *, change_url: str) -> HttpResponse:
    """GET asks for the new time; POST shows the proposal; POST with `confirm` does it. The caller asked who may."""
    time_form = NewTimeForm(request.POST if request.method == "POST" else None)
    context = {"meeting": meeting, "register": meeting.register, "change_url": change_url}
    proposal = None
    if time_form.is_bound and time_form.is_valid():
        local = time_form.cleaned_data["opens_local"]
        try:
            proposal = moving.propose_move(meeting, local, at=request.rights.at)
        except REFUSED as error:
            time_form.add_error("opens_local", sentence(error))
    if proposal is None:
        status = 400 if time_form.is_bound else 200
        return TemplateResponse(request, "console/move.html", context | {"form": time_form}, status=status)
    confirming = "confirm" in request.POST
    form = ConfirmMoveForm(
        request.POST if confirming else None, proposal=proposal, initial={"seen": proposal.digest}
    )
    if confirming and form.is_valid():
        try:
            moving.confirm_move(
                meeting,
                local,
                choice=form.choices,
                actor=request.user,
                reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
            )
        except moving.ProposalChanged as error:
            form.add_error(None, str(error))
            form.data = form.data.copy()
            form.data["seen"] = proposal.digest
        except REFUSED as error:
            form.add_error(None, sentence(error))
        else:
            messages.success(request, _("The meeting was moved, and everybody is told."))
            return redirect(change_url)
    context |= {
        "form": form,
        "proposal": proposal,
        "hidden": [("opens_local", local.isoformat(timespec="minutes")), ("confirm", "1")],
    }
    return TemplateResponse(request, "console/move.html", context, status=400 if confirming else 200)
