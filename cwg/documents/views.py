"""Pages of documents: the list over all meetings, one document, its cover sheet.

Who is not signed in reads what is public and is otherwise sent to sign in, whether the address exists or not.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cwg.languages import current_language
from cwg.look.pages import page_of
from cwg.members.requests import PortalRequest, VisitorRequest
from cwg.members.rights import anybody_submits_for
from cwg.texts import pdf_out

from . import (
    corrigenda,
    cover,
    filed_for,
    header_block,
    listing,
    lost_numbers,
    main_file,
    offers,
    symbols,
    upward,
)
from .filenames import content_disposition
from .finding import document_or_404, or_sign_in
from .models import Document, Letter, Register

PAGE_LENGTH = 50


@require_safe
def documents(request: PortalRequest) -> HttpResponse:
    """All documents this person sees, searched, filtered, 50 a page."""
    visible = Document.objects.visible_to(request.rights)
    kinds, sources = listing.choices_of(visible)
    meetings = list(
        Register.objects.filter(pk__in=visible.order_by().values("register")).values_list("slug", "title")
    )
    form = listing.FilterForm(
        request.GET,
        kinds=kinds,
        sources=sources,
        languages=listing.languages_of(visible),
        meetings=meetings,
        default_sort=listing.BY_TIME,
    )
    paginator = Paginator(form.found_among(visible), PAGE_LENGTH)
    page = page_of(paginator, request.GET.get("page"))
    shown = list(page.object_list)
    asked = upward.requests_answered_by(_of_read_meetings(request, shown))
    rows = listing.rows(
        Document.objects.filter(pk__in=shown), asked=asked, with_meeting=True, sought=form.sought
    )
    rows.sort(key=lambda row: shown.index(row.document_id))
    return render(
        request,
        "documents/documents.html",
        {
            "form": form,
            "page": page,
            "found": paginator.count,
            "rows": rows,
        },
    )


def _of_read_meetings(request: PortalRequest, document_ids: list[int]) -> QuerySet[Document]:
    """Those documents that are of groups whose meetings this person reads."""
    return Document.objects.filter(
        pk__in=document_ids,
        register__in=Register.objects.visible_to(request.rights),
    )


@login_not_required
@require_safe
@or_sign_in
def document(request: VisitorRequest, path: str) -> HttpResponse:
    """One document: header block, languages and files, every revision with its verdict; or that it is lost."""
    try:
        found = document_or_404(request, path)
    except Http404:
        return _lost_document(request, path)
    register, rights = found.register, request.rights
    reads_meeting = register.is_of_a_meeting and (
        register.group_id in rights.readable_groups or register.group_id in rights.prepared_groups
    )
    current = found.current
    slot = getattr(found, "answers_slot", None)
    answered = upward.requests_answered_by(Document.objects.filter(pk=found.pk)) if reads_meeting else {}
    requests = answered.get(found.pk, [])
    languages, own = corrigenda.languages_of(found), _language_of_reader(request)
    absent = [line for line in languages if line.is_absent]
    offered = main_file.offers(languages, own)
    entries = header_block.entries(found, with_receipts=request.user.is_authenticated)
    return render(
        request,
        "documents/document.html",
        {
            "document": found,
            "register": register,
            "head": header_block.of(found, current),
            "heading": current.symbol or found.heading or _("Document without symbol"),
            "entries": entries,
            "standing": next(entry for entry in entries if entry.current),
            "offers": offered,
            "not_in": next((line.name for line in absent if line.code == own), ""),
            "applying": corrigenda.at_the_head(found, offered[0].code if offered else ""),
            "languages": [line for line in languages if not line.is_absent],
            "absent": [line.name for line in absent],
            "reads_meeting": reads_meeting,
            "slot": slot,
            "asked_url": next((each.url for each in requests if not each.dated), ""),
            "answers": [each for each in requests if each.dated],
            **_filed_for(request, found),
            "acts": {act.name.lower(): True for act in offers.acts_on(found, rights)},
            "zone": register.zone,
            "lost": _lost_of(found) if reads_meeting else [],
        },
    )


def _language_of_reader(request: VisitorRequest) -> str:
    """In which documents are offered first: the one a person chose, even where pages are not yet offered in it."""
    return request.user.language if request.user.is_authenticated else current_language()


def _lost_of(found: Document) -> list[lost_numbers.Lost]:
    """What is lost of a document that is there: a Rev., Corr. or Add."""
    told = lost_numbers.of_register(found.register)
    return [lost for lost in told if lost.is_of(found)]


def _lost_document(request: VisitorRequest, path: str) -> HttpResponse:
    """That the document of that address was registered and is lost. Raises Http404 for who does not see its register.

    410 and not 404: it was there and never will be again, because no number is issued twice. A script learns as from 404 that
    there is nothing to fetch, and need not ask again.
    """
    lost = lost_numbers.at_path(path, request.rights)
    if not lost or not lost[0].is_document:
        raise Http404
    register, rights = lost[0].register, request.rights
    return render(
        request,
        "documents/lost.html",
        {
            "lost": lost,
            "register": register,
            "registered": lost_numbers.entries_of(lost),
            "starting": offers.starts_at(register, rights),
            "may_file": offers.may_file_at(register, rights),
        },
        status=410,
    )


def _filed_for(request: VisitorRequest, found: Document) -> dict[str, Any]:
    """Of what the secretariat filed for others: the objection to it, the letters that this person may read."""
    filed, rights = filed_for.filers_of(found), request.rights
    filer, party = filed_for.filer_of(found), found.party
    by_reader = rights.submits_for(filer)
    letters = Letter.objects.none()
    if filed and request.user.is_authenticated:
        letters = Letter.objects.visible_to(rights).filter(filed_for__in=filed).select_related("blob")
    return {
        "objection": filed_for.objection_to(found),
        "letters": letters.order_by("filed_for", "position"),
        "party": party,
        "filed_by_reader": by_reader,
        "untold": by_reader
        and party is not None
        and party.is_delegation
        and not anybody_submits_for(party, rights.at),
    }


@login_not_required
@require_safe
@or_sign_in
def cover_sheet(request: VisitorRequest, path: str) -> HttpResponse:
    """The generated cover sheet as PDF: the header block, never merged into a delegation's own file."""
    found = document_or_404(request, path)
    name = f"{symbols.in_file_name(found.symbol or found.path)}_cover.pdf"
    response = HttpResponse(cover.as_pdf(found, current_language()), content_type=pdf_out.MEDIA_TYPE)
    response["Content-Disposition"] = content_disposition(name)
    response["Cache-Control"] = "private, no-store"
    return response
