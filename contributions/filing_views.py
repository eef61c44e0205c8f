"""Where the secretariat files what others hand it: begin a draft in their name, begin a change, say how it came."""

import uuid
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cwg.documents import offers
from cwg.documents.finding import register_or_404
from cwg.documents.kinds import kinds_for
from cwg.documents.models import CameBy, Register
from cwg.documents.register import SlotNotOpen
from cwg.look import overtaken
from cwg.members.parties import NotEntitled, Party
from cwg.members.requests import PortalRequest
from cwg.members.rights import Rights
from meetings.answers import CannotLink

from . import draft_pages, draft_presentation, drafting, held_over, letters, received, typed_words
from .finding import (
    asked_in_address,
    draft_or_404,
    others_document_or_404,
    slot_in_address,
    without_request,
)
from .forms import ChangeForForm, FilingForm
from .models import Contribution


@require_http_methods(["GET", "HEAD", "POST"])
def file_for(request: PortalRequest) -> HttpResponse:
    """For whom, to which meeting, how it came; then a draft like any other. 404 for who is in no secretariat.

    `meeting` with `slot`, or `request`, in the address choose the request of the Group that it answers, `meeting` the
    meeting, `party` for whom it is, `came_by` how it came.
    """
    slug = request.GET.get("meeting", "")
    register = register_or_404(request, slug) if slug else None
    slot = slot_in_address(request, register)
    asked = None if slot is not None else asked_in_address(request)
    party = slot.party if slot is not None else asked.party if asked is not None else None
    group = party.group.slug if party else request.GET.get("group", "")
    filers = _filers(request.rights, register, group)
    if len(filers) > 1:
        choices = [(filer, urlencode({**request.GET.dict(), "group": filer.group.slug})) for filer in filers]
        return render(request, "contributions/choose_group.html", {"choices": choices})
    filer = filers[0]
    if party is not None and request.rights.filer_for(party) is None:
        raise Http404
    filing_form = partial(
        FilingForm,
        rights=request.rights,
        filer=filer,
        chosen=register or held_over.next_meeting(Contribution(group=filer.group), at=request.server_now),
    )
    form = filing_form(
        request.POST if request.method == "POST" else None,
        party=party,
        keeps_meeting=slot is not None,
        initial={"party_code": request.GET.get("party", ""), "came_by": _came_by(request)},
    )
    action, status = "", 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        whose = party or form.party_of_paper()
        assert whose is not None  # the form asks for it
        wording = drafting.Wording(
            register=register if slot else form.cleaned_data["register"],
            kind=kinds_for(whose)[0],
            title="",
            original_languages=(),
        )
        try:
            made = drafting.begin(
                rights=request.rights,
                at=request.server_now,
                party=whose,
                wording=wording,
                slot=slot,
                answers=asked,
                received=form.received,
            )
        except (SlotNotOpen, CannotLink):
            # What the request said, the form asks for without it: the same party and meeting.
            said = {"party_code": whose.code, "register": wording.register.pk if wording.register else ""}
            form = filing_form(request.POST.dict() | said, party=None)
            form.add_error(None, draft_pages.BEGIN_WITHOUT_REQUEST)
            party = slot = asked = None
            action, status = without_request(request), 409
        except NotEntitled:
            return overtaken.page(request, form)
        else:
            messages.success(request, _("Draft saved. Now add what you were handed."))
            return redirect(made)
    return render(
        request,
        "contributions/file_for.html",
        {"form": form, "action": action, "filer": filer, "party": party, "slot": slot, "asked": asked},
        status=status,
    )


def _came_by(request: PortalRequest) -> str:
    """How the paper came, as far as the link says ("File a paper that came by letter")."""
    said = request.GET.get("came_by", "")
    return said if said in CameBy.values else ""


def _filers(rights: Rights, register: Register | None, group: str) -> list[Party]:
    """As which secretariats the person files here: at least one. Raises Http404."""
    found = [
        filer
        for filer in rights.filers
        if (register is None or filer.group_id == register.group_id)
        and (not group or filer.group.slug == group)
    ]
    if not found:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def change_for(request: PortalRequest, document: int) -> HttpResponse:
    """Begin a Rev., Corr. or Add. that its party handed to the secretariat."""
    found = others_document_or_404(request, document)
    form = ChangeForForm(
        request.POST if request.method == "POST" else None,
        party=found.party,
        at=request.server_now,
        languages=[version.language for version in found.current.texts],
        initial={"kind": "rev", "came_by": ""},
    )
    if offers.DocumentAct.FILE_CHANGE not in offers.acts_on(found, request.rights):
        return overtaken.page(request, form)
    if request.method == "POST" and form.is_valid():
        try:
            draft = drafting.begin_change(
                found,
                form.cleaned_data["kind"],
                rights=request.rights,
                at=request.server_now,
                language=form.cleaned_data["language"],
                received=form.received,
            )
        except drafting.NoSuchText as error:
            return overtaken.page(request, form, said=draft_presentation.no_such_text(error))
        except (NotEntitled, offers.DocumentWithdrawn, offers.MeetingCalledOff):
            return overtaken.page(request, form)
        if received.of(draft) != form.received:
            messages.warning(
                request,
                _(
                    "This change was begun before, and here is its draft. It says otherwise how the paper came: what you"
                    " entered just now is not in it."
                ),
            )
        return redirect(draft)
    return render(
        request,
        "contributions/change_for.html",
        {"document": found, "party": found.party, "form": form},
        status=422 if form.errors else 200,
    )


@require_POST
def correct(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Say otherwise how the paper came."""
    draft = draft_or_404(request, pk)
    if not draft.filed_for_another:
        raise Http404
    if stopped := typed_words.saved_first(request, pk, received=False):
        return stopped
    form = draft_pages.received_form_of(draft, request.server_now, request.POST)
    if not form.is_valid():
        page = draft_pages.page_of_draft(request, draft_or_404(request, pk), received_form=form)
        return render(request, "contributions/contribution.html", page, status=422)
    try:
        letters.correct(pk, form.received, rights=request.rights, at=request.server_now)
    except drafting.NotOpen:
        return typed_words.ended(request, pk, form)
    messages.success(request, _("Draft saved."))
    return redirect(reverse("contributions:contribution", args=[pk]) + "#received-section")
