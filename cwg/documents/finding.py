"""The row of the register behind an address, as this person sees it, or 404: as if it did not exist."""

import uuid
from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.db.models import Prefetch, prefetch_related_objects
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404

from cwg.members.requests import PortalRequest, VisitorRequest

from . import filed_for, header_block
from .models import Document, File, Letter, Receipt, Register, Revision, Slot, Version


def or_sign_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For the pages of what may be public: who is not signed in and finds nothing there is asked to sign in.

    So whether an address exists is told to nobody.
    """

    @wraps(view)
    def answered(request: VisitorRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Http404:
            if request.user.is_authenticated:
                raise
            return redirect_to_login(request.get_full_path())

    return answered


def document_or_404(request: VisitorRequest, path: str) -> Document:
    """The document at `path` as this person sees it. Raises Http404."""
    found = get_object_or_404(header_block.for_page(Document.objects.visible_to(request.rights)), path=path)
    if filed_for.filers_of(found):
        prefetch_related_objects([found], "objections__state")
    return found


def receipt_or_404(request: PortalRequest, code: str) -> Receipt:
    """The receipt of that code if this person sees its document. Raises Http404."""
    receipts = Receipt.objects.filter(
        revision__document__in=Document.objects.visible_to(request.rights)
    ).select_related("revision__document__register__group", "revision__slot", "revision__filed_for")
    return get_object_or_404(
        receipts.prefetch_related(
            "revision__sources",
            Prefetch("revision__versions", Version.objects.with_files()),
            "revision__filed_for__letters__blob",
            "revision__document__objections__state",
            Prefetch("revision__document__revisions", Revision.objects.select_related("filed_for")),
        ),
        code=code,
    )


def file_or_404(request: VisitorRequest, pk: uuid.UUID) -> File:
    """The file of a registered document, with its bytes' row. Raises Http404; withdrawn ones are closed."""
    files = File.objects.visible_to(request.rights).with_bytes()
    files = files.select_related("version__revision__document__register").defer("version__text")
    return get_object_or_404(files, pk=pk)


def letter_or_404(request: PortalRequest, pk: uuid.UUID) -> Letter:
    """A file of the letter by which a paper came, for the few who may read it. Raises Http404."""
    letters = Letter.objects.visible_to(request.rights).select_related(
        "blob", "filed_for__revision__document__register"
    )
    return get_object_or_404(letters, pk=pk)


def register_or_404(request: PortalRequest, slug: str) -> Register:
    """The register of the meeting at that address. Raises Http404."""
    return get_object_or_404(Register.objects.visible_to(request.rights), slug=slug)


def slot_or_404(request: PortalRequest, pk: int) -> Slot:
    """The exemption that a request of the Group gave, open or not, at a meeting this person sees. Raises Http404."""
    registers = Register.objects.visible_to(request.rights)
    return get_object_or_404(Slot.objects.select_related("register").filter(register__in=registers), pk=pk)
