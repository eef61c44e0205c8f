"""The preview of a draft has the header block that the document will have."""

import dataclasses
from datetime import timedelta

import pytest

from contributions import draft_presentation, previewing
from contributions.models import Contribution
from cwg.documents import header_block
from cwg.documents.header_block import HeaderBlock
from cwg.documents.models import Document
from cwg.texts.tree import Run, words
from tests import drafts, factories

pytestmark = pytest.mark.django_db

FILLED = {"summary": "A summary.", "action_required": "To note it.", "references": "Resolution 75"}


def preview_of(draft: Contribution) -> HeaderBlock:
    prepared = previewing.preview(previewing.load(draft.pk), person=draft.created_by)
    return draft_presentation.header(draft, [line.printed_as for line in prepared.filing.sources])


def test_the_document_has_the_header_block_of_its_preview_with_number_and_date(dg, held, saudi_focal_point):
    register = factories.make_register(dg, opens_at=held.at + timedelta(days=10))
    draft = drafts.make_draft(dg, register, by=saudi_focal_point, **FILLED)
    preview = preview_of(draft)
    drafts.submit(draft, saudi_focal_point)
    document = Document.objects.get()
    registered = header_block.of(document, document.current)
    differing = {
        field.name
        for field in dataclasses.fields(HeaderBlock)
        if getattr(preview, field.name) != getattr(registered, field.name)
    }
    assert differing == {"symbol", "date", "is_draft"}
    assert len(preview.box) == 3
    assert preview.symbol.value == (Run("Number given on submission", marks="i"),)
    assert words(registered.symbol.value) == "DG-2/1"


def test_a_draft_that_nobody_has_filled_in_says_what_is_missing(dg, saudi_focal_point):
    draft = drafts.make_draft(dg, None, by=saudi_focal_point, title="")
    preview = preview_of(draft)
    assert words(preview.title.runs) == "(no title yet)"
    assert words(preview.meeting.value) == "Meeting not yet convened"
    assert preview.box == ()


def test_the_page_of_the_preview_prints_every_part(client_of, dg, held, saudi_focal_point):
    register = factories.make_register(dg, opens_at=held.at + timedelta(days=10))
    draft = drafts.make_draft(dg, register, by=saudi_focal_point, **FILLED)
    page = client_of(saudi_focal_point).get(f"/contributions/{draft.pk}/proof/").content.decode()
    preview = preview_of(draft)
    for part in (*preview.facts, *preview.box):
        for line in words(part.value).split("\n"):
            assert line in page
    assert '<article class="paper paper-draft">' in page and "<h2 " in page
