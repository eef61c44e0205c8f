"""My delegation: its drafts, what it submitted, what others ask of it, and its people."""

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cwg.documents import listing
from cwg.documents.models import Document, FiledFor, Source
from cwg.members.parties import Party
from cwg.members.requests import PortalRequest
from meetings import request_lines

from . import delegation_people
from .finding import code_of, seat_or_404, state_of
from .models import Contribution, Sponsorship


@require_http_methods(["GET", "HEAD"])
def delegation(request: PortalRequest) -> HttpResponse:
    """The one delegation of the person, or the choice between several; an office's own drafts and documents."""
    rights = request.rights
    seats = list(rights.delegation_seats())
    # The group at work stands first: the one whose meeting is nearest.
    if len({(s.group_id, s.state_id) for s in seats}) == 1:
        return redirect("contributions:seat", group=seats[0].group.slug, code=code_of(seats[0]))
    offices = [party for party in rights.own_parties if not party.is_delegation]
    own = Contribution.objects.worked_for_by(rights)
    drafts = own.exclude(Q(state__isnull=False) & Contribution.not_filed_for_another())
    sources = Source.objects.worked_for_by(rights).filter(
        office__isnull=False, revision__document=OuterRef("pk")
    )
    for_others = FiledFor.objects.filter(
        revision__document__register__group__in=rights.secretariat_groups, revision__document=OuterRef("pk")
    )
    shown = Document.objects.visible_to(rights).filter(Exists(sources) | Exists(for_others))
    submitted = shown.order_by("-available_at", "-pk")[:100]
    return render(
        request,
        "contributions/delegations.html",
        {
            "seats": seats,
            "offices": offices,
            "requests": request_lines.asked_of(rights, office__isnull=False) if offices else [],
            "filers": rights.filers,
            "office_drafts": office_rows(drafts) if offices else [],
            "office_submitted": listing.rows(submitted, with_meeting=True) if offices else [],
        },
    )


def office_rows(queryset):
    """Open drafts of the person's offices, newest change first."""
    return list(
        queryset.open()
        .select_related("register", "state", "office", "group", "revises")
        .order_by("-changed_at", "-pk")[:50]
    )


@require_http_methods(["GET", "HEAD"])
def seat(request: PortalRequest, group: str, code: str) -> HttpResponse:
    """One delegation in one group."""
    own = seat_or_404(request.rights, group, code)
    party = Party(own.group, state=state_of(own))
    drafts = (
        Contribution.objects.of_party(party)
        .exclude(status=Contribution.Status.SUBMITTED)
        .select_related("group", "register", "changed_by", "asked_by", "held_from", "revises")
        .prefetch_related(Prefetch("sponsorships", Sponsorship.objects.on_record()), "files")
    )
    open_ones = [d for d in drafts if d.is_open]
    asked = (
        Sponsorship.objects.filter(state=own.state, contribution__group=own.group)
        .on_record()
        .of_open_drafts()
        .select_related("contribution__state", "contribution__register")
    )
    sources = Source.objects.of_party(party).filter(revision__document=OuterRef("pk"))
    submitted = listing.rows(
        Document.objects.visible_to(request.rights)
        .filter(Exists(sources))
        .order_by("-available_at", "-pk")[:100],
        with_meeting=True,
    )
    return render(
        request,
        "contributions/delegation.html",
        {
            "seat": own,
            "group": own.group,
            "state": own.state,
            "party": party,
            "submits": request.rights.submits_for(party),
            "drafts": open_ones,
            "discarded": [d for d in drafts if d.status == Contribution.Status.DISCARDED],
            "requests": request_lines.asked_of(
                request.rights, state=own.state, request__meeting__register__group=own.group
            ),
            "asked": [one for one in asked if one.status in Sponsorship.SIGNING],
            "not_joined": [one for one in asked if one.status not in Sponsorship.SIGNING],
            "submitted": submitted,
            "other_seats": [s for s in request.rights.delegation_seats() if s.pk != own.pk],
            **delegation_people.section(request, own),
        },
    )
