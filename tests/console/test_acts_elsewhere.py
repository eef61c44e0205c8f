"""The console does no act: it links to the page of each, and nothing forged is taken."""

import pytest
from django.urls import reverse

from cwg.documents.models import Document
from cwg.record.models import PortalJournal
from tests import factories

MAIL = "/console/notices/notice/"
DOCUMENTS = "/console/documents/document/"


def act(client, page, name, *rows, **data):
    return client.post(page, {"action": name, "index": "0", "_selected_action": [r.pk for r in rows], **data})


def test_acts_on_documents_are_linked_and_not_done_here(secretary, meeting, document, client_of):
    """Each has one page, in its workspace."""
    client = client_of(secretary)
    page = client.get(f"{DOCUMENTS}{document.pk}/change/").content.decode()
    assert reverse("documents:disclosure", args=[document.path]) in page
    assert reverse("contributions:withdraw", args=[document.pk]) not in page
    own = factories.make_document(
        meeting.register,
        "Information for participants",
        actor=secretary,
        kind="administrative",
        sources=(factories.office_source(secretary.accreditations.get().office),),
    )
    withdraw = reverse("contributions:withdraw", args=[own.pk])
    assert withdraw in client.get(f"{DOCUMENTS}{own.pk}/change/").content.decode()
    assert client.post(withdraw, {"reason": "Sent by mistake"}).status_code == 302
    own.refresh_from_db()
    assert (own.is_withdrawn, own.withdrawal_reason) == (True, "Sent by mistake")
    for name in ("withdraw", "change_disclosure"):
        assert act(client, DOCUMENTS, name, document).status_code == 403


@pytest.mark.parametrize("page", [MAIL, DOCUMENTS, "/console/members/person/", "/console/meetings/meeting/"])
@pytest.mark.parametrize("forged", ["delete_selected", "send_again", "close", "nonsense", ""])
def test_a_list_takes_no_act(forged, page, secretary, document, client_of):
    before = Document.objects.count(), PortalJournal.objects.filter(chain_length__gt=0).count()
    answer = client_of(secretary).post(
        page, {"action": forged, "index": "0", "_selected_action": document.pk, "confirmed": "1"}
    )
    assert answer.status_code == 403
    assert (Document.objects.count(), PortalJournal.objects.filter(chain_length__gt=0).count()) == before


@pytest.mark.parametrize(
    "page",
    ["/console/documents/document/{}/change/", "/console/documents/register/{}/change/"],
)
def test_a_forged_form_cannot_write_a_registered_row(page, secretary, document, client_of):
    pk = document.pk if "document/{}" in page else document.register_id
    answer = client_of(secretary).post(
        page.format(pk), {"number": "99", "title": "Forged", "disclosure": "public", "reason": "x"}
    )
    assert answer.status_code == 403
    kept = Document.objects.get(pk=document.pk)
    assert (kept.number, kept.title, kept.disclosure) == (document.number, document.title, "member_states")


def test_a_meeting_is_not_changed_by_a_forged_form(secretary, meeting, client_of):
    opens_at = meeting.register.opens_at
    page = reverse("console:meetings_meeting_change", args=[meeting.pk])
    answer = client_of(secretary).post(
        page,
        {"venue": "Room C", "opens_local": "2030-01-01T09:00", "sequence": "9", "seen": "", "reason": "x"},
    )
    assert answer.status_code == 403
    meeting.refresh_from_db()
    assert (meeting.venue, meeting.sequence, meeting.register.opens_at) == ("", 0, opens_at)
