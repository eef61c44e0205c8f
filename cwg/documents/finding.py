"""The row of the register behind an address, as this person sees it, or 404: as if it did not exist."""

from django.shortcuts import get_object_or_404

from cwg.members.requests import PortalRequest, VisitorRequest

from . import header_block
from .models import Document, Receipt, Register, Slot


def document_or_404(request: VisitorRequest, path: str) -> Document:
    """The document at `path` as this person sees it. Raises Http404."""
    return get_object_or_404(header_block.for_page(Document.objects.visible_to(request.rights)), path=path)


def receipt_or_404(request: PortalRequest, code: str) -> Receipt:
    """The receipt of that code if this person sees its document. Raises Http404."""
    receipts = Receipt.objects.filter(
        revision__document__in=Document.objects.visible_to(request.rights)
    ).select_related("revision__document__register__group", "revision__slot")
    return get_object_or_404(
        receipts.prefetch_related("revision__sources", "revision__versions__files__blob"), code=code
    )


def register_or_404(request: PortalRequest, slug: str) -> Register:
    """The register of the meeting at that address. Raises Http404."""
    return get_object_or_404(Register.objects.visible_to(request.rights), slug=slug)


def slot_or_404(request: PortalRequest, pk: int) -> Slot:
    """The exemption that a request of the Group gave, open or not, at a meeting this person sees. Raises Http404."""
    registers = Register.objects.visible_to(request.rights)
    return get_object_or_404(Slot.objects.select_related("register").filter(register__in=registers), pk=pk)
