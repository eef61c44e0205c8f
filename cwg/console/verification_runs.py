"""What the nightly verification found: for auditors and the secretariat."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from cwg.documents import downloads
from cwg.documents.filenames import content_disposition
from cwg.members.accounts import address_of
from cwg.members.oversight import seen_groups, sees_every_group
from cwg.members.requests import PortalRequest
from cwg.members.rights import Rights
from cwg.record import access, chain_export, journal
from cwg.record.models import VerificationRun
from meetings.acts import portal_entries
from meetings.record import CHAIN_TYPE

NIGHTS = 30


def _only_overseers(rights: Rights) -> None:
    """Raises Http404 for whoever is neither in a secretariat nor an auditor."""
    if not seen_groups(rights):
        raise Http404


@require_safe
def verification(request: PortalRequest, pk: int | None = None) -> HttpResponse:
    """One run of the verification, the last unless another is asked for, and the last thirty."""
    rights = request.rights
    _only_overseers(rights)
    runs = list(VerificationRun.objects.all()[:NIGHTS])
    shown = get_object_or_404(VerificationRun, pk=pk) if pk is not None else (runs[0] if runs else None)
    context: dict[str, Any] = {
        "run": shown,
        "runs": runs,
        "sentences": sees_every_group(rights),
        "is_last": bool(runs) and shown == runs[0],
    }
    return TemplateResponse(request, "console/verification.html", context)


@require_safe
def portal_chain(request: PortalRequest) -> HttpResponseBase:
    """The portal's own chain as JSON Lines; facts that tell of other groups are withheld."""
    rights = request.rights
    _only_overseers(rights)
    row = journal.portal_as_it_stands()
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse(content_type=CHAIN_TYPE)
    else:
        read = set(portal_entries(rights).values_list("pk", flat=True))
        lines = chain_export.lines(row, lambda entry: entry.pk in read, portal=settings.PORTAL_URL)
        response = StreamingHttpResponse(lines, content_type=CHAIN_TYPE)
        access.note(
            "exported chain",
            at=request.server_now,
            person_id=request.user.pk,
            subject="portal",
            address=address_of(request),
        )
    response["Content-Disposition"] = content_disposition("portal-chain.jsonl")
    downloads.harden(response)
    return response
