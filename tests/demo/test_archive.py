"""The 2009 archive says what its sources say and nothing more, and its files come out the same each time."""

import io
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from docx import Document
from pypdf import PdfReader

from cwg.demo.archive.archive_2009 import (
    DEDICATED_GROUP_1,
    MEETINGS,
    REFERENCE_TEXTS,
    UNPLACED_DOCUMENTS,
    WG_WSIS_14,
    all_documents,
)
from cwg.demo.archive.make_files import MADE_FROM_TEXT, TEXTS, files_of, parse, text_of
from cwg.demo.archive.records import KINDS
from cwg.members.states_file import read
from cwg.texts.numbering import plain_text
from cwg.texts.tree import Kind, Style, heading, items, pair, paragraph, words

HELD = [document for document in all_documents() if document.text_held]


def by_slug(slug):
    return next(document for document in all_documents() if document.slug == slug)


def test_the_14th_meeting_opened_at_half_past_nine_in_geneva():
    opening = WG_WSIS_14.opens_local.replace(tzinfo=ZoneInfo(WG_WSIS_14.zone))
    assert opening.astimezone(ZoneInfo("UTC")) == datetime(2009, 2, 11, 8, 30, tzinfo=ZoneInfo("UTC"))
    assert (WG_WSIS_14.ordinal, WG_WSIS_14.place, WG_WSIS_14.ends_on) == (14, "Geneva", date(2009, 2, 13))
    assert "Minkin" in WG_WSIS_14.chair and WG_WSIS_14.chair_state == "RUS"


def test_the_dedicated_group_opened_at_nine_on_the_second_day():
    assert DEDICATED_GROUP_1.opens_local.isoformat() == "2009-02-12T09:00:00"
    assert (DEDICATED_GROUP_1.chair, DEDICATED_GROUP_1.chair_state) == ("Majed Al Mazyed", "SAU")
    assert DEDICATED_GROUP_1.parent_slug == WG_WSIS_14.slug


def test_only_the_symbols_that_the_report_states_are_there():
    symbols = [document.symbol for document in all_documents() if document.symbol]
    assert symbols == [f"WG-WSIS-14/{number}" for number in (2, 3, 5, 7, 9)]
    for document in all_documents():
        assert (document.symbol is None) == (document.number is None)


def test_doc_6_is_known_by_that_name_alone():
    document = by_slug("wg-wsis-14-doc-6")
    assert document.known_as.startswith("Doc. 6")
    assert (
        document.symbol is None
        and document.number is None
        and document.title is None
        and not document.sources
    )


def test_only_titles_that_a_source_prints_are_there():
    report = plain_text(text_of(by_slug("wg-wsis-14-report")))
    titles = {document.slug: document.title for document in all_documents() if document.title}
    assert set(titles) == {
        "wg-wsis-14-3", "wg-wsis-14-summary", "dedicated-group-report", "wg-wsis-11-national-page",
    }  # fmt: skip
    for slug in ("wg-wsis-14-3", "wg-wsis-14-summary", "dedicated-group-report"):
        assert titles[slug] in report


def test_summaries_and_requests_are_the_report_s_own_words():
    report = plain_text(text_of(by_slug("wg-wsis-14-report")))
    for meeting in MEETINGS:
        for document in meeting.documents:
            for said in (document.summary, document.action_required):
                assert said in report, document.slug
        for request in meeting.requests:
            assert request.wording in report, request.slug
            assert request.due_in_words in report, request.slug


def test_the_bureaux_were_asked_for_reports_by_15_may_2009():
    request = DEDICATED_GROUP_1.requests[0]
    assert request.due_on == date(2009, 5, 15)
    assert [source.code for source in request.addressees] == ["GS", "TSB", "BDT"]
    assert request.standing == "requested"


def test_what_was_only_proposed_is_not_called_requested():
    standing = {request.slug: request.standing for request in DEDICATED_GROUP_1.requests}
    assert standing["dedicated-group-inventory"] == standing["dedicated-group-gac"] == "proposed"


def test_four_texts_are_held_and_no_other():
    assert {document.slug for document in HELD} == {
        "wg-wsis-14-report", "dedicated-group-report", "france-dedicated-group", "wg-wsis-11-national-page",
    }  # fmt: skip
    assert files_of(by_slug("wg-wsis-14-7")) == []
    with pytest.raises(LookupError, match="text not held"):
        text_of(by_slug("wg-wsis-14-7"))


def test_a_national_page_enters_no_meeting():
    placed = {document.slug for meeting in MEETINGS for document in meeting.documents}
    assert placed.isdisjoint(document.slug for document in (*REFERENCE_TEXTS, *UNPLACED_DOCUMENTS))


def test_kinds_sources_and_keys_are_in_order():
    states = {row.iso3 for row in read()}
    slugs = [document.slug for document in all_documents()]
    assert len(slugs) == len(set(slugs))
    for document in all_documents():
        assert document.kind in KINDS and document.heading
        assert all(source.code in states for source in document.sources if source.kind == "state")
    answered = {
        request.answered_by for meeting in MEETINGS for request in meeting.requests if request.answered_by
    }
    assert answered <= set(slugs)


def test_the_rule_of_24_hours_stands_in_the_annex():
    blocks = text_of(by_slug("dedicated-group-report")).blocks
    rule = next(block for block in blocks if block.kind is Kind.PARAGRAPH and block.fixed == "4.3")
    assert "24 hours prior to start of the meeting" in words(rule.runs)


def test_the_saudi_list_keeps_its_thirteen_numbers():
    blocks = text_of(by_slug("dedicated-group-report")).blocks
    first = next(at for at, block in enumerate(blocks) if block.style is Style.COUNT)
    saudi = [block for block in blocks[first : first + 13] if block.style is Style.COUNT]
    assert len(saudi) == 13 and blocks[first + 13].style is not Style.COUNT
    assert words(saudi[2].runs).startswith("coordination and management of critical Internet resources")


@pytest.mark.parametrize("path", sorted(TEXTS.glob("*.txt")), ids=lambda path: path.stem)
def test_texts_are_free_of_word_s_leftovers(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\[bookmark|\[footnoteRef|HYPERLINK|\u00a0|  |\t\t|[ \t]$", text, re.MULTILINE)


@pytest.mark.parametrize("document", HELD, ids=lambda document: document.slug)
def test_each_held_text_makes_a_word_file_and_a_pdf_that_carry_it(document):
    word, pdf = files_of(document)
    assert (word.name, pdf.name) == (f"{document.slug}-en.docx", f"{document.slug}-en.pdf")
    opened = Document(io.BytesIO(word.content))
    paragraphs = [paragraph.text for paragraph in opened.paragraphs]
    first = next(
        words(block.runs)
        for block in text_of(document).blocks
        if block.kind is Kind.PARAGRAPH and not block.numbered
    )
    assert first in paragraphs
    assert opened.sections[0].header.paragraphs[0].text == MADE_FROM_TEXT
    pages = PdfReader(io.BytesIO(pdf.content)).pages
    squeezed = re.sub(r"\s", "", "".join(page.extract_text() for page in pages))
    assert re.sub(r"\s", "", first)[:60] in squeezed
    assert re.sub(r"\s", "", MADE_FROM_TEXT) in squeezed


def test_files_come_out_the_same_byte_for_byte():
    for document in HELD:
        assert files_of(document) == files_of(document)


def test_the_markup_of_the_texts_is_read_line_by_line():
    text = (
        "# 1.\tHead\n\n## Sub\n\n4.2\tNumbered.\n\nPlain.\n- a\n- b\n\n- c\n+ one\n| Label | Value | more\n"
    )
    assert parse(text) == [
        heading(1, "Head", fixed="1."), heading(2, "Sub"), paragraph("Numbered.", fixed="4.2"),
        paragraph("Plain."), *items(["a", "b", "c"]), *items(["one"], Style.COUNT),
        pair("Label", "Value | more"),
    ]  # fmt: skip
