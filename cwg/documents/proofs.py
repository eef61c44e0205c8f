"""What holds without the portal: signed statements, the public keys, the checker, and how to use them.

All but the statement of one receipt is public: whoever is handed a signed file has no account here.
"""

from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cwg.members.requests import PortalRequest, VisitorRequest
from cwg.record import journal, signing, verify_receipt
from cwg.record.models import SigningKey

from . import statements, symbols
from .filenames import content_disposition
from .finding import receipt_or_404

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
        return render(
            request,
            "409.html",
            {"exception": _("The receipt does not match the register, so the portal does not sign it.")},
            status=409,
        )
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
    return render(request, "documents/recipe.html", {"portal": settings.PORTAL_URL})
