"""Downloads: the bytes that were sent, as an attachment, to those who may."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from cwg.documents import blobs, register
from cwg.documents.models import Blob, Document, File
from cwg.documents.storage import documents as storage
from cwg.members.models import Role
from cwg.record.models import AccessEntry
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(held, dg) -> Document:
    dg_2 = factories.make_register(dg, opens_at=held.at + timedelta(days=10))
    return factories.make_document(dg_2, versions=(factories.version_line(text="The text"),))


def url_of(document: Document) -> str:
    return reverse("documents:file", args=[File.objects.get(version__revision__document=document).pk])


def test_a_download_is_byte_for_byte_what_was_sent(client_of, document, saudi_delegate):
    response = client_of(saudi_delegate).get(url_of(document))
    content = b"".join(response.streaming_content)
    assert content == factories.pdf_bytes("The text")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(len(content))
    assert response["Content-Disposition"] == 'attachment; filename="en.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"
    assert "ETag" not in response
    entry = AccessEntry.objects.get(act="downloaded")
    assert (entry.person_id, entry.subject) == (saudi_delegate.pk, "DG-2/1 en")


def test_nginx_is_told_where_the_bytes_are(client_of, document, saudi_delegate, settings):
    settings.X_ACCEL_PREFIX = "/internal/"
    response = client_of(saudi_delegate).get(url_of(document))
    blob = Blob.objects.get()
    assert response["X-Accel-Redirect"] == f"/internal/{blob.path}"
    assert response.content == b""


def test_a_type_that_intake_does_not_know_goes_out_as_bytes(client_of, held, document, saudi_delegate):
    page = blobs.keep_own(b"<script>alert(1)</script>", media_type="text/html", at=held.at)
    file = File.objects.get()
    made = file.version.files.create(blob=page, name="x.html\r\nSet-Cookie: a=b", position=1)
    response = client_of(saudi_delegate).get(reverse("documents:file", args=[made.pk]))
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment;")
    assert "\n" not in response["Content-Disposition"] and "Set-Cookie" not in response.headers


def test_who_may_not_read_the_document_gets_no_file(client_of, client, document, saudi_delegate, nobody):
    other = factories.accredit("d@fra.example", factories.make_group("CWG-Internet"), Role.DELEGATE, "FRA")
    url = url_of(document)
    assert client_of(saudi_delegate).get(url).status_code == 200
    for person in (nobody, other.person):
        assert client_of(person).get(url).status_code == 404
        assert client_of(person).get(reverse("documents:file", args=[uuid.uuid4()])).status_code == 404
    for address in (url, reverse("documents:file", args=[uuid.uuid4()])):
        response = client.get(address)
        assert response.status_code == 302 and response["Location"].startswith("/accounts/login/")
    assert AccessEntry.objects.filter(act="downloaded").count() == 1


def test_a_public_document_is_downloaded_without_signing_in(client, document, saudi_delegate):
    register.change_disclosure(document, "public", actor=saudi_delegate, reason="x")
    assert client.get(url_of(document)).status_code == 200
    assert AccessEntry.objects.get(act="downloaded").person_id is None


def test_the_file_of_a_withdrawn_document_is_404(client_of, document, saudi_delegate):
    url = url_of(document)
    assert client_of(saudi_delegate).get(url).status_code == 200
    register.withdraw(document, actor=saudi_delegate, reason="A mistake")
    assert client_of(saudi_delegate).get(url).status_code == 404


def test_a_copied_link_ends_with_the_accreditation_and_with_the_account(client_of, held, dg, document):
    seat = factories.accredit("d@lva.example", dg, Role.DELEGATE, "LVA", until=held.at + timedelta(hours=1))
    client, url = client_of(seat.person), url_of(document)
    assert client.get(url).status_code == 200
    held.forward(hours=1)
    assert client.get(url).status_code == 404
    seat.person.is_active = False
    seat.person.save()
    assert client.get(url).status_code in (302, 404)


def test_bytes_that_are_away_are_a_fault_of_ours_not_a_missing_page(client_of, document, saudi_delegate):
    storage().delete(Blob.objects.get().path)
    assert client_of(saudi_delegate).get(url_of(document)).status_code == 503
    assert not AccessEntry.objects.filter(act="downloaded").exists()


def test_a_download_is_only_read(client_of, document, saudi_delegate):
    assert client_of(saudi_delegate).post(url_of(document)).status_code == 405
    assert client_of(saudi_delegate).get("/files/not-an-id/").status_code == 404
