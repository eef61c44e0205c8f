"""Pages of a draft: edit, discard, restore. Views read the request and show; verbs act. Where one begins: `begin_views`."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cwg.documents.models import Document
from cwg.look.asked_by_script import wants_json
from cwg.members import kept_words
from cwg.members.requests import PortalRequest

from . import autosaving, draft_pages, drafting, typed_words
from .finding import draft_or_404
from .models import Contribution


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
        if "onward" in request.POST and draft_pages.is_lacking(request, draft_or_404(request, pk)):
            messages.warning(request, _("Draft saved. It cannot be submitted yet; this is why:"))
            return redirect(f"{draft.get_absolute_url()}#standing")
        messages.success(request, _("Draft saved."))
        onward = {"preview", "onward"} & set(request.POST)
        return redirect("contributions:preview" if onward else "contributions:contribution", pk=pk)
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
