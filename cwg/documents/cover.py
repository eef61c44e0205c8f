"""The cover sheet of a document: its header block on one page, made by the portal."""

from django.conf import settings
from django.utils.translation import gettext as _

from cwg.texts import pdf_out
from cwg.texts.references import itself
from cwg.texts.tree import Block, Run, Text, around, heading, pair, paragraph, words

from . import corrigenda, filed_for, header_block, judgements, verdicts
from .models import Document


def as_pdf(document: Document, language: str) -> bytes:
    """The cover sheet as PDF in the active language, of which `language` is the two-letter code."""
    revision = document.current
    head = header_block.of(document, revision)
    blocks: list[Block] = [head.title, *head.facts]
    if document.is_withdrawn:
        blocks.append(paragraph(_("This document has been withdrawn.")))
    if objection := filed_for.objection_text(document):
        blocks.append(paragraph(objection))
    blocks += [
        paragraph(corrigenda.as_runs(each, document.register.zone))
        for each in corrigenda.at_the_head(document)
    ]
    if told := judgements.of_revision(revision):
        blocks.append(pair(str(verdicts.HEADING), "\n".join(f"{each.rule}: {each.badge}" for each in told)))
    for part in head.box:
        blocks += [heading(1, part.label), paragraph(part.value, language=part.language)]
    address = f"{settings.PORTAL_URL}{document.get_absolute_url()}"
    sentence = _("Languages, files and revisions: %(address)s")
    blocks.append(paragraph(around(sentence, "address", Run(address, reference=address))))
    text = Text(words(head.title.runs), language, tuple(blocks))
    return pdf_out.to_pdf(text, header=revision.symbol, address_of=itself, replace_missing=True)
