"""Pages of a draft: begin, edit, files, discard. Views read the request and show; verbs act."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cwg.documents import rules
from cwg.documents.finding import register_or_404
from cwg.documents.kinds import kinds_for
from cwg.documents.models import Document, Register
from cwg.documents.register import SlotNotOpen
from cwg.look.asked_by_script import wants_json
from cwg.members import kept_words
from cwg.members.models import Group
from cwg.members.parties import with_key
from cwg.members.requests import PortalRequest
from meetings.answers import CannotLink

from . import autosaving, draft_pages, drafting, held_over, typed_words
from .finding import asked_in_address, draft_or_404, slot_in_address, without_request
from .forms import DraftForm
from .models import Contribution


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    """Begin a draft. `meeting` (a slug), `party` and `slot` in the address choose what it is for."""
    parties = request.rights.own_parties
    wanted = request.POST.get("party") or request.GET.get("party", "")
    slug = request.GET.get("meeting", "")
    register = register_or_404(request, slug) if slug else None
    slot = slot_in_address(request, register)
    asked = None if slot is not None else asked_in_address(request)
    if register is not None:
        parties = tuple(party for party in parties if party.group_id == register.group_id)
    whose = slot.party if slot is not None else asked.party if asked is not None else None
    if whose is not None and whose not in parties and request.rights.filer_for(whose):
        # Asked of an invited body, or of whoever hands the answer to the secretariat: filed for it.
        return redirect(f"{reverse('contributions:for')}?{request.GET.urlencode()}")
    if slot is not None:
        parties = tuple(party for party in parties if slot.belongs(party))
    if asked is not None:
        parties = tuple(party for party in parties if party == asked.party)
    chosen = with_key(parties, wanted)
    if wanted and chosen is None:
        raise Http404
    if not parties:
        return render(request, "contributions/no_seat.html", status=403)
    if chosen is None and len(parties) > 1:
        choices = [(party, urlencode({**request.GET.dict(), "party": party.key})) for party in parties]
        return render(request, "contributions/choose_party.html", {"choices": choices})
    party = chosen or parties[0]
    blank = Contribution(group=party.group, register=register or _default_register(request, party.group))
    blank.kind = kinds_for(party)[0]
    if request.user.language:
        blank.original_languages = [request.user.language]
    form = DraftForm(request.POST or None, instance=blank, rights=request.rights, party=party)
    kept_words.fill(request, form)
    action, status = "", 200
    if request.method == "POST" and form.is_valid():
        try:
            made = drafting.begin(
                rights=request.rights,
                at=request.server_now,
                party=party,
                wording=form.wording(),
                slot=slot,
                answers=asked,
            )
        except (SlotNotOpen, CannotLink):
            form.add_error(None, draft_pages.BEGIN_WITHOUT_REQUEST)
            slot = asked = None
            action, status = without_request(request), 409
        else:
            messages.success(request, _("Draft saved. Now add its files."))
            return redirect(reverse("contributions:contribution", args=[made.pk]) + "#files-section")
    elif form.errors:
        status = 422
    return render(
        request,
        "contributions/new.html",
        {
            "form": form,
            "action": action,
            "party": party,
            "slot": slot,
            "asked": asked,
            "steps": draft_pages.steps(None),
            "register": blank.register,
            "deadline_lines": rules.lines_for(blank.register, blank.kind) if blank.register else [],
        },
        status=status,
    )


def _default_register(request: PortalRequest, group: Group) -> Register | None:
    """The next meeting of the group whose door is still open."""
    nothing = Contribution(group=group)
    return held_over.next_meeting(nothing, at=request.server_now)


@require_http_methods(["GET", "HEAD", "POST"])
def contribution(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The draft's page: its words, its files, its sponsors, and the way to the preview."""
    draft = draft_or_404(request, pk, editable=request.method == "POST")
    if draft.status == Contribution.Status.SUBMITTED and request.method != "POST":
        return redirect(Document.objects.get(revisions=draft.revision_id))
    if not request.rights.works_for(draft.in_hand):
        return redirect("contributions:preview", pk=pk)
    if wants_json(request):
        return autosaving.answer(request, draft)
    if draft.status == Contribution.Status.DISCARDED and request.method != "POST":
        return render(request, "contributions/discarded.html", {"contribution": draft})
    form = draft_pages.form_of(request, draft, request.POST or None)
    kept_words.fill(request, form)
    if request.method == "POST":
        if stopped := typed_words.save(request, draft, form):
            return stopped
        messages.success(request, _("Draft saved."))
        return redirect(
            "contributions:preview" if "preview" in request.POST else "contributions:contribution", pk=pk
        )
    return render(request, "contributions/contribution.html", draft_pages.page_of_draft(request, draft, form))


@require_POST
def discard(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Put the draft aside with the words as they stand in its form: restored, it has them."""
    draft_or_404(request, pk)
    if stopped := typed_words.saved_first(request, pk):
        return stopped
    try:
        drafting.discard(pk, rights=request.rights, at=request.server_now)
    except drafting.NotOpen:
        return typed_words.ended(request, pk)
    return redirect("contributions:contribution", pk=pk)


@require_POST
def take_back(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    draft_or_404(request, pk)
    try:
        drafting.take_back(pk, rights=request.rights, at=request.server_now)
    except drafting.NotOpen:
        return typed_words.ended(request, pk)
    messages.success(request, _("Draft restored."))
    return redirect("contributions:contribution", pk=pk)
