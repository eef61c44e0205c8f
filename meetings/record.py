"""The record of a meeting: its journal in sentences, and its chain as a file to take away."""

import json
from dataclasses import dataclass

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cwg.documents import downloads
from cwg.documents.filenames import content_disposition
from cwg.documents.finding import register_or_404
from cwg.look.pages import page_of
from cwg.members.accounts import address_of
from cwg.members.requests import PortalRequest
from cwg.record import access, chain_export
from cwg.record.models import JournalEntry

from .acts import reads_facts, sentence
from .journal_names import names_in

PAGE_LENGTH = 100
CHAIN_TYPE = "application/x-ndjson"
# Of the position of an entry: what is longer is none.
MOST_DIGITS = 15


@dataclass(frozen=True)
class Line:
    """An entry on the page. `sentence` and `facts` are empty where the entry is withheld from this reader."""

    entry: JournalEntry
    sentence: str = ""
    facts: str = ""


@require_safe
def record(request: PortalRequest, slug: str) -> HttpResponse:
    """The journal of the register in the order of its acts, 100 a page; `?entry=7` opens the page with the seventh."""
    register = register_or_404(request, slug)
    entries = JournalEntry.objects.filter(chain=register.chain).order_by("position")
    page = page_of(Paginator(entries, PAGE_LENGTH), _page_asked(request, entries))
    read = {entry.pk for entry in page if reads_facts(request.rights, register, entry)}
    names = names_in([entry for entry in page if entry.pk in read], zone=register.zone)
    meeting = getattr(register, "meeting", None)
    trail = [(_("Meetings"), reverse("meetings:meetings"))]
    if meeting is not None:
        trail.append((str(meeting), meeting.get_absolute_url()))
    return render(
        request,
        "meetings/record.html",
        {
            "register": register,
            "page": page,
            "lines": [
                Line(entry, sentence(entry, names), as_json(names.with_parties(entry.facts)))
                if entry.pk in read
                else Line(entry)
                for entry in page
            ],
            "trail": trail,
        },
    )


def _page_asked(request: PortalRequest, entries: QuerySet[JournalEntry]) -> str | None:
    """The number of the page: as asked for, or that of the entry asked for. Positions may be lacking before it."""
    page, entry = request.GET.get("page"), request.GET.get("entry", "")
    if page or not (entry.isascii() and entry.isdigit() and len(entry) < MOST_DIGITS):
        return page
    return str(entries.filter(position__lt=int(entry)).count() // PAGE_LENGTH + 1)


def as_json(facts: dict) -> str:
    """Facts for people to read: indented, keys sorted."""
    return json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True)


@require_safe
def chain(request: PortalRequest, slug: str) -> HttpResponseBase:
    """The chain of the register as JSON Lines, for whoever sees it; facts that are not theirs are withheld."""
    register = register_or_404(request, slug)
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse(content_type=CHAIN_TYPE)
    else:
        rights = request.rights
        lines = chain_export.lines(
            register, lambda entry: reads_facts(rights, register, entry), portal=settings.PORTAL_URL
        )
        response = StreamingHttpResponse(lines, content_type=CHAIN_TYPE)
        access.note(
            "exported chain",
            at=request.server_now,
            person_id=request.user.pk,
            subject=register.slug,
            address=address_of(request),
            group_id=register.group_id,
        )
    response["Content-Disposition"] = content_disposition(f"{register.slug}-chain.jsonl")
    downloads.harden(response)
    return response
