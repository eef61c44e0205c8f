"""Handing out files: byte for byte, always as an attachment, of a type the portal chose; or a page that says why not.

A download that broke off goes on where it did (Range). No answer tells when a file was uploaded: there is no Last-Modified,
and the ETag is the SHA-256 of the bytes.
"""

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cwg.members.accounts import address_of
from cwg.members.requests import PortalRequest, VisitorRequest
from cwg.record import access

from . import header_block, ranges, stored
from .filenames import content_disposition
from .finding import file_or_404, letter_or_404, or_sign_in
from .header_block import KIND_OF_FILE
from .models import Blob
from .ranges import Part

# A download that goes on within this time is the one that was noted when it began.
GOES_ON_WITHIN = timedelta(hours=24)
# What only nginx would answer by the time of the file.
_BY_TIME = ("If-Unmodified-Since", "If-Match")


@login_not_required
@require_safe
@or_sign_in
def download(request: VisitorRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The file `pk`, if this person sees its document and it is not withdrawn; else as if it were not there.

    Behind nginx the bytes are handed out by X-Accel; nginx drops these headers and sets them itself.
    """
    file = file_or_404(request, pk)
    revision = file.version.revision
    # A folder of downloads is read by symbol and language; the name its sender gave stands on the receipt and in the pack's index.
    name = header_block.file_name(revision.document, revision, file.version, file)
    response = hand_out(request, file.blob, name, of=revision.document.get_absolute_url())
    _note(
        request,
        response,
        "downloaded",
        file.blob,
        subject=f"{revision.symbol or revision.document.path} {file.version.language}",
        group_id=revision.document.register.group_id,
    )
    return response


@require_safe
def letter(request: PortalRequest, pk: uuid.UUID) -> HttpResponseBase:
    """A file of the letter by which a paper came to the secretariat; for who may read it, else as if it were not there."""
    found = letter_or_404(request, pk)
    response = hand_out(
        request, found.blob, found.name, of=found.filed_for.revision.document.get_absolute_url()
    )
    revision = found.filed_for.revision
    _note(
        request,
        response,
        "downloaded letter",
        found.blob,
        subject=revision.symbol,
        group_id=revision.document.register.group_id,
    )
    return response


def hand_out(request: VisitorRequest, blob: Blob, name: str, *, of: str) -> HttpResponseBase:
    """The bytes of `blob` under `name`: all of them (200), the part that is asked for (206), or none (416).

    Where the stored bytes are not as they should be: a page that says so (503) and leads to `of`, the address of what the file
    belongs to; never other bytes. Raises StorageFailed where the storage does not answer.
    """
    etag = f'"{blob.pk}"'
    response: HttpResponseBase
    try:
        part = _part(request, blob, etag)
        if settings.X_ACCEL_PREFIX and not any(header in request.headers for header in _BY_TIME):
            stored.must_be_whole(blob)
            # nginx works out the part itself.
            response = HttpResponse()
            response["X-Accel-Redirect"] = f"{settings.X_ACCEL_PREFIX.rstrip('/')}/{blob.path}"
        else:
            response = _streamed(request, blob, part)
    except ranges.NotSatisfiable:
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{blob.size}"
    except stored.Damaged:
        return render(request, "documents/damaged_file.html", {"name": name, "of": of}, status=503)
    response["Content-Type"] = (
        blob.media_type if blob.media_type in KIND_OF_FILE else "application/octet-stream"
    )
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response[_disposition_header(request, response)] = content_disposition(name)
    harden(response)
    return response


def _disposition_header(request: VisitorRequest, response: HttpResponseBase) -> str:
    """Which header names the file. nginx keeps a Content-Disposition on whatever becomes of a hand-over, so that a browser
    saves its page for a lost file under the name of the document: where nginx asks for another header, it has that.
    """
    asks = "X-Accel-Redirect" in response and "X-Accel-Disposition" in request.headers
    return "X-Accel-Disposition" if asks else "Content-Disposition"


def _part(request: VisitorRequest, blob: Blob, etag: str) -> Part | None:
    if request.method != "GET":
        return None  # Range means nothing to a HEAD
    return ranges.asked_for(
        request.headers.get("Range", ""), request.headers.get("If-Range", ""), size=blob.size, etag=etag
    )


def _streamed(request: VisitorRequest, blob: Blob, part: Part | None) -> HttpResponseBase:
    response: HttpResponseBase
    if request.method == "HEAD":
        stored.must_be_whole(blob)
        response = HttpResponse()
        response["Content-Length"] = str(blob.size)
    elif part is None:
        response = StreamingHttpResponse(stored.bytes_of(blob))
        response["Content-Length"] = str(blob.size)
    else:
        response = StreamingHttpResponse(stored.bytes_of(blob, part.start, part.stop), status=206)
        response["Content-Length"] = str(part.stop - part.start)
        response["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{blob.size}"
    return response


def _note(
    request: VisitorRequest,
    response: HttpResponseBase,
    act: str,
    blob: Blob,
    *,
    subject: str,
    group_id: int,
) -> None:
    """One line of the access log for a download, in however many parts it is fetched."""
    if request.method != "GET" or response.status_code not in (200, 206):
        return
    person, address = request.user.pk, address_of(request)
    # Which file it was: a version may have several, and one may be replaced.
    subject = f"{subject} {blob.pk[:12]}"
    part = _part(request, blob, response["ETag"])
    # A part from the middle alone is a download like any other, where none was begun. Of who is not signed in nobody
    # knows whether it is the same one that goes on.
    if (
        person is not None
        and part is not None
        and part.start
        and access.was_noted(
            act,
            since=request.server_now - GOES_ON_WITHIN,
            person_id=person,
            subject=subject,
        )
    ):
        return
    access.note(
        act, at=request.server_now, person_id=person, subject=subject, address=address, group_id=group_id
    )


def harden(response: HttpResponseBase) -> None:
    """No guessing of types, no script, no keeping: what a download must not do in a browser or a cache."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
