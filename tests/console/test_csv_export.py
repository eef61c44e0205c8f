from datetime import UTC, datetime

import pytest

from cwg.console import csv_export
from tests import factories


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", " =1+1", "\u00a0=1"])
def test_a_formula_becomes_text(text):
    assert csv_export.cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "France", "a=b", "C-11/2", "السعودية"])
def test_words_stay_as_they_are(text):
    assert csv_export.cell(text) == text


def test_an_instant_is_utc():
    assert csv_export.cell(datetime(2009, 2, 11, 8, tzinfo=UTC)) == "2009-02-11T08:00:00Z"


def test_the_documents_of_a_meeting_come_as_csv(meeting, document, secretary, client_of):
    factories.make_document(meeting.register, "=HYPERLINK(A1)")
    other = factories.make_meeting(meeting.register.group, 7)
    factories.make_document(other.register, "Of another meeting")
    answer = client_of(secretary).get(
        f"/console/documents/document/csv/?register__id__exact={meeting.register_id}"
    )
    text = answer.content.decode("utf-8-sig")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    assert "'=HYPERLINK(A1)" in text and ",=HYPERLINK" not in text
    assert document.symbol in text
    assert "Of another meeting" not in text


def test_the_people_of_a_delegation_come_as_csv(saudi_delegate, syrian_delegate, secretary, client_of):
    state = saudi_delegate.accreditations.get().state
    text = (
        client_of(secretary)
        .get(f"/console/members/accreditation/csv/?state__id__exact={state.pk}")
        .content.decode()
    )
    assert saudi_delegate.email in text
    assert syrian_delegate.email not in text


def test_a_csv_holds_only_what_the_list_shows(document, other_secretary, client_of):
    text = client_of(other_secretary).get("/console/documents/document/csv/").content.decode()
    assert document.title not in text
