"""What holds without the portal: signed statements, the public keys, the checker, and how to use them.

All but the statement of one receipt is public: whoever is handed a signed file has no account here.
"""

from datetime import date
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cwg.look import overtaken
from cwg.look.pages import page_of
from cwg.members.requests import PortalRequest, VisitorRequest
from cwg.record import journal, signing, verify_receipt
from cwg.record.models import PortalJournal, SigningKey

from . import statements, symbols
from .filenames import content_disposition
from .finding import receipt_or_404
from .models import PublishedHeads, Register

HEADS_PAGE_LENGTH = 31
CHECKER = Path(verify_receipt.__file__)


def as_file(content: bytes, name: str, media_type: str) -> HttpResponse:
    """A download of what the portal wrote itself, under `name`."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition(name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def signed_statement(request: PortalRequest, code: str) -> HttpResponse:
    """The signed statement of a receipt as canonical JSON, for whoever sees the receipt."""
    receipt = receipt_or_404(request, code)
    try:
        signed = statements.signed(receipt, portal=settings.PORTAL_URL)
    except statements.NotAsRegistered:
        said = _("The receipt does not match the register, so the portal does not sign it.")
        return overtaken.page(request, said=said)
    name = f"statement_{symbols.in_file_name(receipt.statement['symbol'])}.json"
    response = as_file(journal.canonical(signed) + b"\n", name, "application/json")
    response["Cache-Control"] = "private, no-store"
    return response


@login_not_required
@require_safe
def keys(request: VisitorRequest) -> HttpResponse:
    """The public keys for people, with their fingerprints."""
    return render(request, "documents/keys.html", {"keys": SigningKey.objects.all()})


@login_not_required
@require_safe
def keys_json(request: VisitorRequest) -> HttpResponse:
    """The public keys for programs: `--keys` of the checker."""
    return JsonResponse(signing.published(), json_dumps_params={"indent": 1})


@login_not_required
@require_safe
def checker(request: VisitorRequest) -> HttpResponse:
    """`verify_receipt.py`, as it stands in the portal's source."""
    return as_file(CHECKER.read_bytes(), CHECKER.name, "text/x-python; charset=utf-8")


@login_not_required
@require_safe
def recipe(request: VisitorRequest) -> HttpResponse:
    """How to check a receipt without this portal."""
    return render(request, "documents/recipe.html")


@login_not_required
@require_safe
def heads_page(request: VisitorRequest) -> HttpResponse:
    """The heads published last, and the signed files of the days before, 31 a page.

    Who may read a register sees its name; for everybody else it is a number.
    """
    published = PublishedHeads.objects.all()
    page = page_of(Paginator(published, HEADS_PAGE_LENGTH), request.GET.get("page"))
    latest = published.first()
    registers = Register.objects.visible_to(request.rights).values_list("chain", "title", "slug")
    names = {str(chain): (title, reverse("meetings:record", args=[slug])) for chain, title, slug in registers}
    names |= {
        str(chain): (_("The portal"), "") for chain in PortalJournal.objects.values_list("chain", flat=True)
    }
    heads = latest.content["heads"] if latest else []
    return render(
        request,
        "documents/heads.html",
        {
            "latest": latest,
            "signed_at": parse_datetime(latest.content["signed_at"]) if latest else None,
            "heads": [
                {**head, "name": name, "url": url}
                for head in heads
                for name, url in [names.get(head["chain"], ("", ""))]
            ],
            "page": page,
        },
    )


@login_not_required
@require_safe
def heads_of_day(request: VisitorRequest, day: date) -> HttpResponse:
    """The signed heads of one day, byte for byte what the mail's digest is of."""
    published = get_object_or_404(PublishedHeads, day=day)
    return as_file(
        journal.canonical(published.content) + b"\n",
        f"chain-heads-{day.isoformat()}.json",
        "application/json",
    )


@login_not_required
@require_safe
def heads_json(request: VisitorRequest) -> HttpResponse:
    """The signed heads published last. 404 before the first night."""
    latest = PublishedHeads.objects.first()
    if latest is None:
        raise Http404
    return HttpResponse(journal.canonical(latest.content) + b"\n", content_type="application/json")
