"""Asking for, confirming and declining sponsorship."""

import uuid

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cwg.look import overtaken
from cwg.members.parties import NotEntitled
from cwg.members.requests import PortalRequest

from . import draft_pages, drafting, sponsors, typed_words
from .finding import draft_or_404
from .forms import SponsorForm
from .models import Contribution, Sponsorship


def _back(pk: uuid.UUID) -> HttpResponse:
    return redirect(reverse("contributions:contribution", args=[pk]) + "#sponsors-section")


@require_POST
def ask(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask one Member State to join."""
    draft_or_404(request, pk)
    if stopped := typed_words.saved_first(request, pk):
        return stopped
    draft = draft_or_404(request, pk)
    form = draft_pages.as_part_of_words(SponsorForm(request.POST, contribution=draft))
    if not form.is_valid():
        return render(
            request,
            "contributions/contribution.html",
            draft_pages.page_of_draft(request, draft, sponsor_form=form),
            status=422,
        )
    state = form.cleaned_data["state"]
    try:
        asked = sponsors.ask(pk, state, rights=request.rights, at=request.server_now)
    except drafting.NotOpen:
        return typed_words.ended(request, pk, form)
    except sponsors.AlreadyAsked:
        return overtaken.page(request, form)
    except NotEntitled:
        return render(request, "403.html", status=403)
    if sponsors.is_heard(asked, request.server_now):
        messages.success(
            request,
            _("%(state)s is asked. Its focal points get a mail.") % {"state": capfirst(state.in_text)},
        )
    else:
        messages.warning(
            request,
            _(
                "%(state)s is noted as asked, but has no focal point here: nobody gets a mail, and nobody can answer yet."
            )
            % {"state": capfirst(state.in_text)},
        )
    return _back(pk)


@require_POST
def take_back(request: PortalRequest, pk: uuid.UUID, sponsorship: int) -> HttpResponse:
    draft = draft_or_404(request, pk)
    if stopped := typed_words.saved_first(request, pk):
        return stopped
    get_object_or_404(draft.sponsorships.on_record(), pk=sponsorship)
    try:
        sponsors.take_back(pk, sponsorship, rights=request.rights, at=request.server_now)
    except drafting.NotOpen:
        return typed_words.ended(request, pk)
    except NotEntitled:
        return render(request, "403.html", status=403)
    messages.success(request, _("The Member State is no longer on the draft."))
    return _back(pk)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: PortalRequest, pk: int) -> HttpResponse:
    """The asked State's focal point joins (`answer=join`) or not (`answer=decline`).

    A mail links here: reading the address leads to the question on My delegation and changes nothing.
    """
    sponsorship = get_object_or_404(
        Sponsorship.objects.select_related("contribution__group", "state").filter(
            status__in=Sponsorship.SIGNING, contribution__in=Contribution.objects.visible_to(request.rights)
        ),
        pk=pk,
    )
    if not request.rights.works_for(sponsorship.party):
        return render(request, "404.html", status=404)
    back = redirect(
        "contributions:seat", group=sponsorship.contribution.group.slug, code=sponsorship.state.iso3.lower()
    )
    if request.method != "POST":
        return back
    if not request.rights.submits_for(sponsorship.party):
        return render(request, "403.html", status=403)
    if request.POST.get("answer") not in ("join", "decline"):
        raise BadRequest("answer")
    joins = request.POST["answer"] == "join"
    try:
        sponsors.answer(pk, joins=joins, rights=request.rights, at=request.server_now)
    except NotEntitled:
        return render(request, "403.html", status=403)
    except sponsors.NotAnswerable:
        return overtaken.page(request)
    messages.success(
        request,
        _("Your delegation joins this contribution.")
        if joins
        else _(
            "Your delegation does not join this contribution. If that was a mistake, ask the lead to ask you again."
        ),
    )
    return back
