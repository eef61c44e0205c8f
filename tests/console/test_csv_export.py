"""What a list of the records holds when it is taken as CSV."""

from tests import factories


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
