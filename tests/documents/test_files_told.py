"""What a file may do or carries is told to everybody who sees the file: on its document, in the records, on Today."""

from dataclasses import asdict
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cwg import clock
from cwg.documents import blobs
from cwg.documents import register as the_register
from cwg.documents.filing import FileLine, VersionLine
from cwg.documents.intake import Inspection
from cwg.documents.intake.findings import info, warn
from cwg.documents.models import Blob, Document
from cwg.members.models import Role
from tests import drafts, factories, hostile_files
from tests.tampering import as_owner

pytestmark = pytest.mark.django_db

SENDERS = "Remove it unless it is meant to go out."
CARRIES = warn("pdf_embedded_files", count=1, names=["budget.xlsx"])
READERS = "The PDF carries 1 other file inside it (budget.xlsx)."


def carrying(*findings, language: str = "en", number: int = 0) -> VersionLine:
    content = factories.pdf_bytes(f"Text {number}")
    found = asdict(Inspection(format="pdf", findings=findings))
    at = clock.now()
    blob = blobs.keep_own(content, media_type=factories.PDF, at=at, text="Text")
    with as_owner():  # the portal writes it with the row
        Blob.objects.filter(pk=blob.pk).update(inspection=found)
    return VersionLine(language, (FileLine(f"{language}.pdf", blob.pk, blob.size),), language == "en")


@pytest.fixture
def scripted(register, held) -> Document:
    return factories.make_document(
        register, versions=(carrying(CARRIES, info("authors", names=["Anneliese Q."])),)
    )


def page_of(document: Document, client) -> str:
    response = client.get(document.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def test_every_reader_of_the_document_is_told_beside_the_file_and_not_advised(
    scripted, client_of, saudi_delegate, syrian_focal_point, secretary, auditor
):
    for person in (saudi_delegate, syrian_focal_point, secretary, auditor):
        page = page_of(scripted, client_of(person))
        assert READERS in page and SENDERS not in page and "Anneliese Q." not in page


def test_whoever_does_not_see_the_document_is_told_nothing(
    scripted, client_of, nobody, other_groups_delegate
):
    for person in (nobody, other_groups_delegate):
        response = client_of(person).get(scripted.get_absolute_url())
        assert response.status_code == 404 and READERS not in response.content.decode()


@pytest.fixture
def other_groups_delegate(held):
    other = factories.make_register(factories.make_group("CWG-Internet"), 11)
    return factories.accredit_once("focal.fra@test.example", other.group, Role.FOCAL_POINT, "FRA")


def test_of_a_withdrawn_document_nothing_of_its_files_is_told(scripted, client_of, saudi_delegate, secretary):
    the_register.withdraw(scripted, actor=secretary, reason="Sent twice")
    response = client_of(saudi_delegate).get(scripted.get_absolute_url())
    assert READERS not in response.content.decode()


def test_what_was_uploaded_is_told_to_its_sender_with_advice_and_then_to_readers_without(
    register, client_of, saudi_focal_point, syrian_focal_point
):
    draft = drafts.make_draft(register.group, register, by=saudi_focal_point)
    upload = SimpleUploadedFile("a.pdf", hostile_files.pdf_with_embedded_file(), content_type=factories.PDF)
    client = client_of(saudi_focal_point)
    client.post(f"/contributions/{draft.pk}/files/", {"language": "fr", "file": upload})
    assert SENDERS in client.get(f"/contributions/{draft.pk}/").content.decode()
    document = drafts.submit(draft, saudi_focal_point).receipt.revision.document
    assert READERS in page_of(document, client_of(syrian_focal_point))


def test_the_page_asks_the_same_of_the_database_for_one_file_and_for_three(
    register, client_of, saudi_delegate
):
    warned = [
        carrying(CARRIES, language=language, number=number)
        for number, language in enumerate(("en", "fr", "es"))
    ]
    one = factories.make_document(register, versions=warned[:1])
    three = factories.make_document(register, versions=tuple(warned))
    client, counts = client_of(saudi_delegate), []
    page_of(one, client)
    for document in (one, three):
        with CaptureQueriesContext(connection) as asked:
            page = page_of(document, client)
        counts.append(len(asked))
    assert page.count(READERS) >= 3
    assert counts[0] == counts[1]


# --- Today --------------------------------------------------------------------------------------------------------


def today(client) -> str:
    return client.get("/today/").content.decode()


def test_today_tells_the_secretariat_and_the_auditor_of_the_group_for_two_weeks(
    scripted, client_of, secretary, auditor, held
):
    for person in (secretary, auditor):
        assert READERS in today(client_of(person)) and scripted.symbol in today(client_of(person))
    held.move_to(scripted.available_at + timedelta(days=14))
    assert READERS in today(client_of(secretary))
    held.forward(microseconds=1)
    assert READERS not in today(client_of(secretary))


def test_today_tells_no_other_secretariat(scripted, client_of, secretary, dg):
    assert READERS in today(client_of(secretary))
    other = factories.make_group("OTHER")
    office = factories.make_office()
    stranger = factories.accredit("other@test.example", other, Role.SECRETARIAT, office=office).person
    assert READERS not in today(client_of(stranger))


def test_today_tells_nothing_of_drafts_and_nothing_that_only_informs(
    register, client_of, secretary, saudi_focal_point
):
    draft = drafts.make_draft(register.group, register, by=saudi_focal_point)
    upload = SimpleUploadedFile("a.pdf", hostile_files.pdf_with_embedded_file(), content_type=factories.PDF)
    client_of(saudi_focal_point).post(f"/contributions/{draft.pk}/files/", {"language": "fr", "file": upload})
    factories.make_document(register, versions=(carrying(info("comments", count=2)),))
    assert draft.files.filter(language="fr", blob__inspection__isnull=False).exists()
    assert READERS not in today(client_of(secretary)) and "2 comments" not in today(client_of(secretary))


def test_today_asks_the_same_of_the_database_for_one_file_and_for_three(register, client_of, secretary):
    client, counts = client_of(secretary), []
    for number in range(3):
        factories.make_document(register, versions=(carrying(CARRIES, number=number),))
        today(client)
        with CaptureQueriesContext(connection) as asked:
            page = today(client)
        counts.append(len(asked))
    assert page.count(READERS) == 3 and counts[0] == counts[2]


# --- The records --------------------------------------------------------------------------------------------------


def test_the_record_of_a_stored_file_says_what_readers_are_told(scripted, client_of, secretary, held):
    blob = Blob.objects.get()
    page = client_of(secretary).get(f"/console/documents/blob/{blob.pk}/change/").content.decode()
    assert READERS in page and "Its text is read" in page
