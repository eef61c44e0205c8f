"""The cover sheet of a document: its header block on one page, made by the portal."""

from django.conf import settings
from django.utils.translation import gettext as _

from cwg.look.instants import date_text, instant_text
from cwg.texts import pdf_out
from cwg.texts.tree import Block, Text, heading, pair, paragraph, title

from . import header_block
from .models import Document


def as_pdf(document: Document, language: str) -> bytes:
    """The cover sheet as PDF in the active language, of which `language` is the two-letter code."""
    revision = document.current
    head = header_block.head(document, revision)
    day = head["date"]
    dated = (
        instant_text(day, document.register.zone, "date") if hasattr(day, "hour") else day and date_text(day)
    )
    pairs = [
        (_("Group"), head["group"]),
        (_("Meeting"), f"{head['meeting']}, {head['place']}, {head['dates']}"),
        (_("Symbol"), head["symbol"] or _("not known")),
        (_("Date"), dated or _("not known")),
        (_("Kind"), str(head["kind"])),
        (_("Source"), head["source"]),
    ]
    if head["original"]:
        pairs.append((_("Language"), head["original"]))
    blocks: list[Block] = [title(head["title"]), *(pair(label, value) for label, value in pairs)]
    if document.is_withdrawn:
        blocks.append(paragraph(_("This document has been withdrawn.")))
    for label, text in (
        (_("Summary"), head.get("summary")),
        (_("Action required"), head.get("action_required")),
        (_("References"), head.get("references")),
    ):
        if text:
            blocks += [heading(1, label), paragraph(text)]
    address = f"{settings.PORTAL_URL}{document.get_absolute_url()}"
    blocks.append(paragraph(_("Languages, files and revisions: %(address)s") % {"address": address}))
    return pdf_out.to_pdf(
        Text(head["title"], language, tuple(blocks)), header=head["symbol"], replace_missing=True
    )
