"""Pages of a draft: begin, edit, files, discard. Views read the request and show; verbs act."""

import uuid

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cwg.documents import rules, taking_files
from cwg.documents.downloads import hand_out
from cwg.documents.finding import register_or_404
from cwg.documents.kinds import kinds_for
from cwg.documents.models import Document, Register, Slot
from cwg.documents.register import SlotNotOpen
from cwg.members.models import Group
from cwg.members.parties import with_key
from cwg.members.requests import PortalRequest
from meetings.answers import CannotLink
from meetings.models import Addressee

from . import answering, draft_pages, draft_presentation, drafting, submission
from .finding import draft_or_404
from .forms import DraftForm
from .models import Contribution


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    """Begin a draft. `meeting` (a slug), `party` and `slot` in the address choose what it is for."""
    parties = request.rights.parties
    wanted = request.POST.get("party") or request.GET.get("party", "")
    slug = request.GET.get("meeting", "")
    register = register_or_404(request, slug) if slug else None
    slot = _slot(request, register)
    asked = None if slot is not None else _asked(request)
    if register is not None:
        parties = request.rights.parties_in(register.group_id)
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
            return render(request, "409.html", status=409)
        messages.success(request, _("Draft saved. Now add its files."))
        return redirect(reverse("contributions:contribution", args=[made.pk]) + "#files-section")
    return render(
        request,
        "contributions/new.html",
        {
            "form": form,
            "party": party,
            "slot": slot,
            "asked": asked,
            "steps": draft_pages.steps(None),
            "register": blank.register,
            "deadline_lines": rules.lines_for(blank.register, blank.kind) if blank.register else [],
        },
        status=422 if form.errors else 200,
    )


def _slot(request: PortalRequest, register: Register | None) -> Slot | None:
    raw = request.GET.get("slot", "")
    if not raw:
        return None
    if not raw.isdecimal() or len(raw) > 18 or register is None:
        raise BadRequest("slot")
    return get_object_or_404(Slot.objects.open().filter(register=register), pk=int(raw))


def _asked(request: PortalRequest) -> Addressee | None:
    """The dated request that the draft is to answer, where the address names one that awaits a document."""
    raw = request.GET.get("request", "")
    if not raw:
        return None
    if not raw.isdecimal() or len(raw) > 18:
        raise BadRequest("request")
    return get_object_or_404(answering.awaited_of(request.rights).shown(), pk=int(raw))


def _default_register(request: PortalRequest, group: Group) -> Register | None:
    """The next meeting of the group whose door is still open."""
    nothing = Contribution(group=group)
    return submission.next_meeting(nothing, at=request.server_now)


@require_http_methods(["GET", "HEAD", "POST"])
def contribution(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The draft's page: its words, its files, its sponsors, and the way to the proof."""
    draft = draft_or_404(request, pk, editable=request.method == "POST")
    if draft.status == Contribution.Status.SUBMITTED:
        return redirect(Document.objects.get(revisions=draft.revision_id))
    if not request.rights.works_for(draft.in_hand):
        return redirect("contributions:proof", pk=pk)
    if draft.status == Contribution.Status.DISCARDED:
        if request.method == "POST":
            return render(request, "409.html", status=409)
        return render(request, "contributions/discarded.html", {"contribution": draft})
    form = draft_pages.form_of(request, draft, request.POST or None)
    theirs = None
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                drafting.edit(
                    pk,
                    form.wording(),
                    edition=form.cleaned_data["edition"] or 0,
                    seen=form.cleaned_data["seen"],
                    rights=request.rights,
                    at=request.server_now,
                )
            except drafting.EditConflict:
                theirs, status = submission.load(pk), 409
                # The person's words stay in the form; sending it again puts them over the others'.
                again = request.POST.copy()
                again["edition"], again["seen"] = str(theirs.edition), drafting.words_digest(theirs)
                form.data = again
            except drafting.NotOpen:
                return render(request, "409.html", status=409)
            else:
                messages.success(request, _("Draft saved."))
                if "proof" in request.POST:
                    return redirect("contributions:proof", pk=pk)
                return redirect("contributions:contribution", pk=pk)
        else:
            status = 422
    return render(
        request,
        "contributions/contribution.html",
        draft_pages.page_of_draft(request, draft, form) | {"theirs": theirs},
        status=status,
    )


@require_POST
def upload(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Take one file. Answers JSON to the script, a page to a plain form; a refusal keeps everything as it was."""
    draft = draft_or_404(request, pk)
    form = taking_files.UploadForm(request.POST, request.FILES)
    if wrong := taking_files.what_is_wrong(request, form):
        return _refused(request, draft, *wrong)
    try:
        file = drafting.attach(
            pk,
            form.cleaned_data["file"],
            language=form.cleaned_data["language"],
            rights=request.rights,
            at=request.server_now,
        )
    except taking_files.REFUSALS as refused:
        return _refused(request, draft, *taking_files.refusal(refused))
    except drafting.NotOpen:
        return _refused(request, draft, [_("This draft is no longer open.")], 409)
    if taking_files.wants_json(request):
        row = render_to_string(
            "components/file_row.html", {"file": draft_presentation.file_row(file, removable=True)}, request
        )
        return JsonResponse({"html": row}, status=201)
    messages.success(request, _("%(name)s is stored and checked.") % {"name": file.name})
    return redirect(reverse("contributions:contribution", args=[pk]) + "#files-section")


def _refused(request: PortalRequest, draft: Contribution, errors: list[str], status: int) -> HttpResponse:
    if taking_files.wants_json(request):
        return JsonResponse({"errors": [str(error) for error in errors]}, status=status)
    return render(
        request,
        "contributions/contribution.html",
        draft_pages.page_of_draft(request, draft, upload_errors=errors),
        status=status,
    )


@require_GET
def draft_file(request: PortalRequest, pk: uuid.UUID, file: uuid.UUID) -> HttpResponseBase:
    """Download a file of a draft: for those who see the draft, byte for byte; for sponsors while it is open.

    A registered document's files are read at its own page, and are closed there when it is withdrawn.
    """
    draft = draft_or_404(request, pk, editable=False)
    if not (draft.is_open or request.rights.works_for(draft.in_hand)):
        raise Http404
    held = get_object_or_404(draft.files.select_related("blob"), pk=file)
    return hand_out(held.blob, held.name) or render(request, "503.html", status=503)


@require_POST
def remove_file(request: PortalRequest, pk: uuid.UUID, file: uuid.UUID) -> HttpResponse:
    draft = draft_or_404(request, pk)
    get_object_or_404(draft.files, pk=file)
    try:
        drafting.remove_file(pk, file, rights=request.rights, at=request.server_now)
    except drafting.NotOpen:
        return render(request, "409.html", status=409)
    messages.success(request, _("The file was removed from the draft."))
    return redirect(reverse("contributions:contribution", args=[pk]) + "#files-section")


@require_POST
def discard(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    draft_or_404(request, pk)
    try:
        drafting.discard(pk, rights=request.rights, at=request.server_now)
    except drafting.NotOpen:
        return render(request, "409.html", status=409)
    return redirect("contributions:contribution", pk=pk)


@require_POST
def take_back(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    draft_or_404(request, pk)
    try:
        drafting.take_back(pk, rights=request.rights, at=request.server_now)
    except drafting.NotOpen:
        return render(request, "409.html", status=409)
    messages.success(request, _("Draft restored."))
    return redirect("contributions:contribution", pk=pk)
