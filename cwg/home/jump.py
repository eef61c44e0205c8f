"""The box at the head of each page: a document's symbol, in any spelling people use, opens the document; words are searched for."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cwg.documents import header_block, listing, lost_numbers, search, symbols
from cwg.documents.models import Document
from cwg.members.requests import PortalRequest

# What is typed into a jump box is a symbol or a few words; anything longer is neither.
MOST_CHARACTERS = 200
MOST_HITS = 50


@require_safe
def jump(request: PortalRequest) -> HttpResponse:
    """One document: there, at the revision named. Several: a list. None, or no symbol at all: the search.

    A document that a restore lost is one as well: its address says what became of it.
    """
    asked = request.GET.get("q", "").strip()[:MOST_CHARACTERS]
    if not asked:
        return redirect("documents:documents")
    try:
        symbol = symbols.parse(asked)
    except symbols.NotASymbol:
        return redirect(_search_for(asked))
    found = list(
        header_block.for_page(Document.objects.visible_to(request.rights))
        .filter(search.of_symbol(symbol))
        .order_by("-register__opens_at", "pk")[:MOST_HITS]
    )
    told = lost_numbers.meant_by(symbol, request.rights)
    lost = [each for each in told if each.is_document]
    if len(found) == 1 and not lost:
        return redirect(_address_in(request, found[0], symbol, told))
    if not found and len(lost) == 1:
        return redirect("documents:document", path=lost[0].path)
    rows = listing.Rows()
    if found:
        several = Document.objects.visible_to(request.rights).filter(pk__in=[d.pk for d in found])
        rows = listing.rows(several.order_by("-register__opens_at", "pk"), with_meeting=True)
    return render(
        request,
        "home/jump.html",
        {
            "asked": asked,
            "symbol": str(symbol),
            "rows": rows,
            "meant": len(rows) + len(lost),
            "lost": lost,
            "search_url": _search_for(asked),
        },
    )


def _search_for(words: str) -> str:
    params = QueryDict(mutable=True)
    params["q"] = words
    return f"{reverse('documents:documents')}?{params.urlencode()}"


def _address_in(
    request: HttpRequest, document: Document, symbol: symbols.Symbol, lost: Iterable[lost_numbers.Lost]
) -> str:
    """The document's page, at the revision that `symbol` names last, or where it says that this is lost; or that there is none."""
    address = document.get_absolute_url()
    if not symbol.suffixes:
        return address
    last = symbol.suffixes[-1]
    wanted = [revision for revision in document.revisions.all() if revision.suffix == last]
    # A corrigendum may exist for one language only: the one named, else the first.
    wanted.sort(key=lambda revision: revision.language != (symbol.language or ""))
    if not wanted and any(each.is_of(document) and each.symbol.suffixes[-1] == last for each in lost):
        return f"{address}#lost"
    if not wanted:
        messages.info(
            request,
            _("%(document)s has no %(suffix)s.") % {"document": document.symbol, "suffix": last.bare},
        )
        return address
    return f"{address}#{symbols.anchor(wanted[0].suffix, wanted[0].language)}"
