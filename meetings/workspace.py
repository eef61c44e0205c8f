"""The secretariat's pages of a meeting: announce, move, set deadlines, open a sitting, close.

Every page is a form that calls one verb. Who is not in the secretariat of the group gets the same answer as
for a page that does not exist; the verb asks again, under its lock.
"""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cwg.documents import deadlines, rules, zones
from cwg.look import overtaken
from cwg.look.reasons import ReasonForm
from cwg.members import kept_words
from cwg.members.requests import PortalRequest

from . import convening, deadline_changes, moving, offers, sittings
from .carrying_out import ITEM_REFUSED, carried_out, form_page
from .finding import own_meeting_or_404, trail_of
from .forms import (
    DeadlinesForm,
    MoveForm,
    OpeningForm,
    OpenSittingForm,
    UndoOpeningForm,
)
from .models import Meeting, Sitting
from .offers import MeetingAct


def _refused(form: forms.Form, seen: str) -> int:
    """The status of a form that was refused: what the page shows next is what the next confirmation is about."""
    form.data = dict(form.data.items()) | {"seen": seen}
    return 409 if form.non_field_errors() else 400


@form_page
def announce(request: PortalRequest, slug: str) -> HttpResponse:
    meeting = own_meeting_or_404(request, slug)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid() and carried_out(form, convening.announce, meeting, actor=request.user):
        messages.success(request, _("The meeting is announced, and everybody is being told."))
        return redirect(meeting)
    replaced_by = rules.replacements_in(meeting.register.group_id)
    proposals = [
        (proposal, replaced_by.get(proposal.rule.pk))
        for proposal in rules.propose(meeting.register, meeting.register.opens_at)
    ]
    return render(
        request,
        "meetings/announce.html",
        {
            "meeting": meeting,
            "refused": " ".join(str(error) for error in form.non_field_errors()),
            "proposals": proposals,
            "zone": meeting.register.zone,
            "trail": trail_of(meeting),
            "already": meeting.register.is_announced,
        },
        status=409 if form.is_bound else 200,
    )


def _opening_is_meant(form: OpenSittingForm, meeting: Meeting, sitting: Sitting | None, at: datetime) -> bool:
    """Whether nothing speaks against this opening, or the person has confirmed what does; else the form says it."""
    found = carried_out(form, sittings.warnings_of, meeting, sitting, form.local, at=at)
    return found is not None and form.knows(found)


@form_page
def open_sitting(request: PortalRequest, slug: str) -> HttpResponse:
    """Record that a sitting has opened; the first one puts the meeting in session."""
    meeting = own_meeting_or_404(request, slug)
    to_open = meeting.sittings.filter(opened_at__isnull=True)
    whole = not meeting.sittings.exists()
    possible = offers.may_open(meeting, to_open, request.server_now)
    local = zones.as_local(request.server_now, meeting.zone)
    data = request.POST if request.method == "POST" else None
    form = OpenSittingForm(
        data,
        meeting=meeting,
        sittings=to_open,
        initial={
            "sitting": sittings.nearest(to_open, request.server_now),
            "date": local.date(),
            "time": local.time(),
        },
    )
    status = 200
    if data is not None:
        status = 400 if possible else 409
        if form.is_valid() or not possible:
            chosen = None if whole else form.cleaned_data.get("sitting")
            opened = None
            if not possible or _opening_is_meant(form, meeting, chosen, request.server_now):
                opened = carried_out(
                    form,
                    sittings.open_sitting,
                    meeting,
                    chosen,
                    actor=request.user,
                    opened_local=form.local if form.is_valid() else None,
                )
            if opened is not None:
                messages.success(request, _("The opening is recorded. The meeting is in session."))
                return redirect(opened)
    return render(
        request,
        "meetings/open_sitting.html",
        {
            "meeting": meeting,
            "form": form,
            "possible": possible or form.is_bound,
            "zone": meeting.register.zone,
            "trail": trail_of(meeting),
        },
        status=status,
    )


@form_page
def undo_opening(request: PortalRequest, slug: str) -> HttpResponse:
    """Take back the record that a sitting has opened, while nothing depends on it."""
    meeting = own_meeting_or_404(request, slug)
    rows = meeting.sittings.all()
    possible = offers.is_open(MeetingAct.UNDO_OPENING, meeting.register, request.server_now)
    openings = (
        offers.openings_to_undo(meeting.register, rows, meeting.requests.prefetch_related("addressees"))
        if possible
        else []
    )
    form = UndoOpeningForm(request.POST if request.method == "POST" else None, openings=openings)
    kept_words.fill(request, form)
    status = 200
    if form.is_bound:
        status = 400 if openings else 409
        if form.is_valid():
            undone = carried_out(
                form,
                sittings.undo_opening,
                meeting,
                form.cleaned_data.get("sitting"),
                actor=request.user,
                reason=form.cleaned_data["reason"],
            )
            if undone is not None:
                messages.success(request, _("The opening is undone, and everybody is being told."))
                return redirect(undone)
            status = 409
    return render(
        request,
        "meetings/undo_opening.html",
        {
            "meeting": meeting,
            "form": form,
            "openings": openings,
            "is_in_session": possible,
            "possible": bool(openings) or form.is_bound,
            "zone": meeting.register.zone,
            "trail": trail_of(meeting),
        },
        status=status,
    )


@form_page
def close(request: PortalRequest, slug: str) -> HttpResponse:
    meeting = own_meeting_or_404(request, slug)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid() and carried_out(form, convening.close, meeting, actor=request.user):
        messages.success(request, _("The meeting is closed."))
        return redirect(meeting)
    open_slots = meeting.register.slots.open()
    return render(
        request,
        "meetings/close.html",
        {
            "meeting": meeting,
            "refused": " ".join(str(error) for error in form.non_field_errors()),
            "open_slots": open_slots.select_related("state", "office"),
            "closable": offers.is_open(MeetingAct.CLOSE, meeting.register, request.server_now),
            "trail": trail_of(meeting),
        },
        status=409 if form.is_bound else 200,
    )


def _typed_reason(request: PortalRequest) -> list[tuple[str, str]]:
    """The reason that was sent, where the page has no form left that could show it."""
    return overtaken.typed_in([ReasonForm(request.POST if request.method == "POST" else None)])


@form_page
def move(request: PortalRequest, slug: str) -> HttpResponse:
    """Two steps: `?date=&time=` shows what the move would do; the POST confirms exactly that, with a reason."""
    meeting = own_meeting_or_404(request, slug)
    asked = request.POST if request.method == "POST" else request.GET
    page = {"meeting": meeting, "zone": meeting.register.zone, "trail": trail_of(meeting)}
    local = zones.as_local(meeting.register.opens_at, meeting.zone)
    if "date" not in asked:
        opening = OpeningForm(initial={"date": local.date(), "time": local.time()})
        return render(request, "meetings/move.html", page | {"opening": opening})
    opening = OpeningForm(asked)
    proposal = None
    if opening.is_valid():
        proposal = carried_out(opening, moving.propose_move, meeting, opening.local, at=request.read_clock())
    if proposal is None:
        page |= {"opening": opening, "typed": _typed_reason(request)}
        return render(request, "meetings/move.html", page, status=400)
    if request.method == "POST":
        form = MoveForm(request.POST, proposal=proposal)
        if form.is_valid():
            moved = carried_out(
                form,
                moving.confirm_move,
                meeting,
                form.local,
                choice=form.choices,
                actor=request.user,
                reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
            )
            if moved is not None:
                messages.success(request, _("The meeting is moved, and everybody is being told."))
                return redirect(meeting)
        status = _refused(form, proposal.digest)
    else:
        form = MoveForm(initial=opening.cleaned_data | {"seen": proposal.digest}, proposal=proposal)
        status = 200
    return render(
        request, "meetings/move_confirm.html", page | {"proposal": proposal, "form": form}, status=status
    )


@form_page
def deadlines_of(request: PortalRequest, slug: str) -> HttpResponse:
    """The deadlines of a meeting as they are and as its rules count now; what becomes of each, with a reason."""
    meeting = own_meeting_or_404(request, slug)
    page = {"meeting": meeting, "zone": meeting.register.zone, "trail": trail_of(meeting)}
    try:
        proposal = deadline_changes.propose_deadlines(meeting, at=request.read_clock())
    except deadline_changes.CannotChange as refusal:
        status = 409 if request.method == "POST" else 200
        page |= {"refused": str(refusal), "typed": _typed_reason(request)}
        return render(request, "meetings/deadlines.html", page, status=status)
    except deadlines.AnchorNotSupported:
        page |= {"refused": ITEM_REFUSED, "typed": _typed_reason(request)}
        return render(request, "meetings/deadlines.html", page)
    status = 200
    if request.method == "POST":
        form = DeadlinesForm(request.POST, proposal=proposal, zone=meeting.zone)
        if form.is_valid():
            changed = carried_out(
                form,
                deadline_changes.change_deadlines,
                meeting,
                choice=form.choices,
                by_hand=form.by_hand,
                actor=request.user,
                reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
            )
            if changed is not None:
                messages.success(
                    request,
                    _("The deadlines are set, and everybody is being told.")
                    if meeting.register.is_announced
                    else _("The deadlines are set."),
                )
                return redirect(meeting)
        status = _refused(form, proposal.digest)
    else:
        form = DeadlinesForm(initial={"seen": proposal.digest}, proposal=proposal, zone=meeting.zone)
    return render(
        request, "meetings/deadlines.html", page | {"proposal": proposal, "form": form}, status=status
    )
