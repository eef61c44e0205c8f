"""Handing out files: byte for byte, always as an attachment, of a type the portal chose."""

import uuid

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cwg.members.accounts import address_of
from cwg.members.requests import PortalRequest, VisitorRequest
from cwg.record import access

from .filenames import content_disposition
from .finding import file_or_404, letter_or_404, or_sign_in
from .header_block import KIND_OF_FILE
from .models import Blob
from .storage import documents as storage


@login_not_required
@require_safe
@or_sign_in
def download(request: VisitorRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The file `pk`, if this person sees its document and it is not withdrawn; else as if it were not there.

    Behind nginx the bytes are handed out by X-Accel; nginx drops these headers and sets them itself.
    """
    file = file_or_404(request, pk)
    response = hand_out(file.blob, file.name)
    if response is None:
        # The row is right and the bytes are away: a fault of ours, to be tried again later.
        return render(request, "503.html", status=503)
    if request.method == "GET":
        access.note(
            "downloaded",
            at=request.server_now,
            person_id=request.user.pk,
            subject=f"{file.version.revision.symbol or file.version.revision.document.path} {file.version.language}",
            address=address_of(request),
            group_id=file.version.revision.document.register.group_id,
        )
    return response


@require_safe
def letter(request: PortalRequest, pk: uuid.UUID) -> HttpResponseBase:
    """A file of the letter by which a paper came to the secretariat; for who may read it, else as if it were not there."""
    found = letter_or_404(request, pk)
    response = hand_out(found.blob, found.name)
    if response is None:
        return render(request, "503.html", status=503)
    if request.method == "GET":
        revision = found.filed_for.revision
        access.note(
            "downloaded letter",
            at=request.server_now,
            person_id=request.user.pk,
            subject=revision.symbol,
            address=address_of(request),
            group_id=revision.document.register.group_id,
        )
    return response


def hand_out(blob: Blob, name: str) -> HttpResponseBase | None:
    """The bytes of `blob` under `name`, byte for byte; None where the storage does not have them."""
    media_type = blob.media_type if blob.media_type in KIND_OF_FILE else "application/octet-stream"
    response: HttpResponseBase
    if settings.X_ACCEL_PREFIX:
        if not storage().exists(blob.path):
            return None  # nginx would say "not found" of a document that is there
        response = HttpResponse(content_type=media_type)
        response["X-Accel-Redirect"] = f"{settings.X_ACCEL_PREFIX.rstrip('/')}/{blob.path}"
    else:
        try:
            stored = storage().open(blob.path, "rb")
        except OSError:
            return None
        response = FileResponse(stored, content_type=media_type)
        response["Content-Length"] = blob.size
    response["Content-Disposition"] = content_disposition(name)
    harden(response)
    return response


def harden(response: HttpResponseBase) -> None:
    """No guessing of types, no script, no keeping: what a download must not do in a browser or a cache."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
