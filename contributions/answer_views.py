"""Which request of the Group a draft answers, said on its page."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cwg.documents import register
from cwg.documents.finding import slot_or_404
from cwg.look import overtaken
from cwg.members.requests import PortalRequest
from meetings.answers import CannotLink

from . import answering, drafting, typed_words
from .finding import draft_or_404


@require_POST
def use_slot(request: PortalRequest, pk: uuid.UUID, slot: int) -> HttpResponse:
    """Say that the draft answers a request of the Group."""
    draft_or_404(request, pk)
    if stopped := typed_words.saved_first(request, pk):
        return stopped
    wanted = slot_or_404(request, slot)
    try:
        answering.use_slot(pk, wanted, rights=request.rights, at=request.server_now)
    except drafting.NotOpen:
        return typed_words.ended(request, pk)
    except register.SlotNotOpen:
        return overtaken.page(request)
    return redirect("contributions:preview", pk=pk)


@require_POST
def answer_request(request: PortalRequest, pk: uuid.UUID, asked: int) -> HttpResponse:
    """Say that the draft answers a dated request of the Group."""
    draft_or_404(request, pk)
    if stopped := typed_words.saved_first(request, pk):
        return stopped
    wanted = get_object_or_404(answering.awaited_of(request.rights), pk=asked)
    try:
        answering.answer_request(pk, wanted, rights=request.rights, at=request.server_now)
    except drafting.NotOpen:
        return typed_words.ended(request, pk)
    except CannotLink:
        return overtaken.page(request)
    messages.success(
        request, _("Draft saved. The document will be linked to the request when it is registered.")
    )
    return redirect("contributions:contribution", pk=pk)


@require_POST
def answer_nothing(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Say that the draft answers no request."""
    draft_or_404(request, pk)
    if stopped := typed_words.saved_first(request, pk):
        return stopped
    try:
        answering.answer_nothing(pk, rights=request.rights, at=request.server_now)
    except drafting.NotOpen:
        return typed_words.ended(request, pk)
    messages.success(request, _("Draft saved. It answers no request of the Group."))
    return redirect("contributions:contribution", pk=pk)
