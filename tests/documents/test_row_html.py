"""What a line of a list says, and what it leaves out: only what departs from the rule is marked."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from cwg.documents import listing
from cwg.documents.deadlines import Verdict
from cwg.documents.models import Document
from cwg.documents.row_parts import RowParts
from cwg.documents.verdicts import words
from cwg.documents.why_found import Why
from tests import factories

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ROW = listing.Row(
    document_id=1,
    register_id=1,
    url="/documents/dg-2/1/",
    symbol="DG-2/1",
    suffixes="",
    title="On spam",
    title_language="en",
    known_as="",
    source="Saudi Arabia",
    kind="Contribution for action",
    at=AT,
    zone="Europe/Zurich",
    verdict_html="",
    requested=False,
    languages_html="EN",
    withdrawn=False,
    is_new=False,
    asked_url="",
    answers=False,
)


def lines(*rows: listing.Row) -> str:
    return listing.Rows(rows).lines


def said(*rows: listing.Row) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", lines(*rows)).split())


def marked(verdict: str) -> str:
    return RowParts().verdict(verdict)


# --- What is marked ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "departs"),
    [
        (Verdict.IN_TIME, False),
        (Verdict.NO_RULE, False),
        (Verdict.EXEMPT, False),
        (Verdict.NOT_MEASURED, False),
        (Verdict.LATE_FLAGGED, True),
        (Verdict.LATE_KEPT, True),
        (Verdict.REQUESTED_IN_SESSION, True),
    ],
)
def test_only_what_departs_from_the_rule_is_marked(verdict, departs):
    assert words(verdict).departs == departs
    assert (str(words(verdict).badge) in marked(verdict)) == departs
    row = replace(ROW, verdict_html=marked(verdict), requested=verdict == Verdict.REQUESTED_IN_SESSION)
    assert (str(words(verdict).badge) in said(row)) == departs


def test_what_the_meeting_requested_says_so_once_and_leads_to_the_request():
    row = replace(
        ROW,
        verdict_html=marked("requested_in_session"),
        requested=True,
        answers=True,
        asked_url="/requests/7/",
    )
    assert said(row).count("Requested by the meeting") == 1
    assert re.search(r'<a href="/requests/7/">.*?Requested by the meeting', lines(row))
    answering = replace(ROW, answers=True, asked_url="/requests/8/")
    assert '<a href="/requests/8/">Requested by the meeting</a>' in lines(answering)


def test_a_line_says_source_kind_and_meeting_beside_the_title():
    assert said(replace(ROW, meeting="Second meeting")) == (
        "DG-2/1 On spam Saudi Arabia · Contribution for action · Second meeting 2 Mar 2026, 10:30 EN"
    )


def test_what_a_person_typed_is_escaped():
    evil = "<script>x</script>"
    html = lines(replace(ROW, title=evil, source=evil, filed=evil, meeting=evil, symbol=evil))
    assert "<script" not in html and html.count("&lt;script&gt;") == 5
    assert "<script" not in lines(replace(ROW, title="", known_as=evil))


# --- The zone ---------------------------------------------------------------------------------------------------------


def test_the_zone_is_said_once_for_the_table_in_winter_and_summer():
    rows = listing.Rows([ROW, replace(ROW, at=AT + timedelta(days=120))])
    assert (rows.zone, rows.zone_name) == ("Europe/Zurich", "Central European Time")
    assert "2 Mar 2026, 10:30" in rows.lines and "30 Jun 2026, 11:30" in rows.lines
    assert "CET" not in rows.lines and "CEST" not in rows.lines


def test_a_time_of_another_seat_names_its_own_zone():
    rows = listing.Rows([ROW, ROW, replace(ROW, zone="Asia/Riyadh")])
    assert rows.zone == "Europe/Zurich"
    assert len(re.findall("instant-zone", rows.lines)) == 1 and "12:30" in rows.lines


def test_where_no_time_is_known_no_zone_is_named():
    rows = listing.Rows([replace(ROW, at=date(2009, 2, 13)), replace(ROW, at=None)])
    assert (rows.zone, rows.zone_name) == ("", "")


def test_the_zone_is_named_in_the_language_of_the_page():
    with translation.override("fr"):
        assert listing.Rows([ROW]).zone_name == "heure d’Europe centrale"


# --- An archive -------------------------------------------------------------------------------------------------------


def test_an_archive_is_divided_by_whether_the_text_is_held():
    held = replace(ROW, of_archive=True)
    known = replace(held, symbol="", title="", known_as="The agenda", source="", at=None, languages_html="")
    text = said(known, held)
    assert (
        text.index("Text held") < text.index("On spam") < text.index("Known from the record, text not held")
    )
    assert text.index("text not held") < text.index("“The agenda”")
    assert "Text held" not in said(ROW, known)  # among others of the portal no list is divided


def test_what_nobody_knows_of_an_archives_document_is_said_to_who_listens_and_not_shouted():
    row = replace(ROW, of_archive=True, title="", known_as="The agenda", at=None, languages_html="")
    assert "“The agenda” Saudi Arabia · Contribution for action · title not known" in said(row)
    assert lines(row).count('<span class="visually-hidden">not known</span>') == 2
    assert 'class="unknown"' not in lines(row)
    untitled = replace(row, known_as="")
    assert "Contribution for action Saudi Arabia · title not known" in said(untitled)


# --- Why a search found it --------------------------------------------------------------------------------------------


def test_what_was_found_is_marked_in_title_and_source_and_shown_below():
    why = Why("On <mark>spam</mark>", "<mark>Saudi</mark> Arabia", "… du <mark>spam</mark> …", "fr")
    shown = lines(replace(ROW, why=why))
    assert 'dir="auto">On <mark>spam</mark></a>' in shown
    assert '<bdi class="cell-source"><mark>Saudi</mark> Arabia</bdi>' in shown
    assert '<span class="cell-found" lang="fr" dir="auto">… du <mark>spam</mark> …</span></th>' in shown
    assert "cell-found" not in lines(ROW)


def test_what_was_found_in_the_words_of_an_archive_stays_quoted_and_escaped():
    row = replace(ROW, title="", known_as="A <b>paper</b>")
    assert "“A &lt;b&gt;paper&lt;/b&gt;”" in lines(row)
    shown = lines(replace(row, why=Why("A &lt;b&gt;<mark>paper</mark>&lt;/b&gt;", "", "", "")))
    assert "“A &lt;b&gt;<mark>paper</mark>&lt;/b&gt;”" in shown


# --- Times ---------------------------------------------------------------------------------------------------------


def test_days_are_written_alike_whether_or_not_the_time_of_the_day_is_known():
    archived = replace(ROW, at=date(2009, 2, 12), of_archive=True)
    shown = said(ROW, archived)
    assert "2 Mar 2026, 10:30" in shown and "12 Feb 2009" in shown and "February" not in shown
    assert "12 Feb 2009" in said(archived)


# --- Languages --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_line_shows_the_languages_there_are_and_no_other(held, dg):
    meeting = factories.make_register(dg, opens_at=held.at + timedelta(days=10))
    versions = (factories.version_line("en"), factories.version_line("fr", "Le texte.", is_original=False))
    factories.make_document(meeting, versions=versions)
    (row,) = listing.rows(Document.objects.all())
    assert re.findall(r">([A-Z]{2})<", row.languages_html) == ["EN", "FR"]
    assert "In time" not in lines(row)
