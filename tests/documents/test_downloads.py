"""Downloads: the bytes that were sent, as an attachment, to those who may."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from cwg.documents import blobs, register, stored
from cwg.documents.models import Blob, Document, File
from cwg.documents.storage import StorageFailed
from cwg.members.models import Role
from cwg.record.models import AccessEntry
from tests import factories

from . import harm

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
    assert response["Content-Disposition"] == 'attachment; filename="DG-2-1_en.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"
    assert response["ETag"] == f'"{Blob.objects.get().pk}"'
    # It would tell when a draft was uploaded.
    assert "Last-Modified" not in response
    entry = AccessEntry.objects.get(act="downloaded")
    assert (entry.person_id, entry.subject) == (saudi_delegate.pk, f"DG-2/1 en {Blob.objects.get().pk[:12]}")


def test_a_file_is_called_by_its_symbol_language_and_place_whatever_its_sender_called_it(
    client_of, held, document, saudi_delegate
):
    first = File.objects.get()
    second = first.version.files.create(blob=first.blob, name="وثيقة نهائية 3.pdf", position=1)
    response = client_of(saudi_delegate).get(reverse("documents:file", args=[second.pk]))
    assert response["Content-Disposition"] == 'attachment; filename="DG-2-1_en_2.pdf"'


def test_nginx_is_told_where_the_bytes_are(client_of, document, saudi_delegate, settings):
    settings.X_ACCEL_PREFIX = "/internal/"
    response = client_of(saudi_delegate).get(url_of(document))
    blob = Blob.objects.get()
    assert response["X-Accel-Redirect"] == f"/internal/{blob.path}"
    assert response.content == b""
    assert response["Content-Disposition"] == 'attachment; filename="DG-2-1_en.pdf"'


@pytest.mark.parametrize("prefix", ["/internal/", ""])
def test_it_is_told_the_name_in_a_header_of_its_own_where_it_asks_for_that(
    client_of, document, saudi_delegate, settings, prefix
):
    settings.X_ACCEL_PREFIX = prefix
    response = client_of(saudi_delegate).get(url_of(document), headers={"X-Accel-Disposition": "yes"})
    named, other = "X-Accel-Disposition", "Content-Disposition"
    if not prefix:
        named, other = other, named
    assert response[named] == 'attachment; filename="DG-2-1_en.pdf"' and other not in response


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


@pytest.mark.parametrize("behind_nginx", [False, True], ids=["direct", "nginx"])
@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("kind", harm.KINDS)
def test_harmed_bytes_are_a_fault_of_ours_on_a_page_and_never_sent(
    client_of, document, saudi_delegate, settings, kind, method, behind_nginx
):
    settings.X_ACCEL_PREFIX = "/internal/" if behind_nginx else ""
    client, url = client_of(saudi_delegate), url_of(document)
    assert client.head(url).status_code == 200
    content = harm.do(Blob.objects.get(), kind)
    for _ in range(2):
        response = getattr(client, method)(url)
        assert response.status_code == 503
        assert "X-Accel-Redirect" not in response and "Content-Disposition" not in response
        if method == "get":
            page = response.content.decode()
            assert "damaged or missing" in page and "en.pdf" in page
            assert f'href="{document.get_absolute_url()}">Back to its page</a>' in page
    assert not AccessEntry.objects.filter(act="downloaded").exists()
    assert Blob.objects.get().damage == kind
    harm.mend(Blob.objects.get(), content)
    assert client.get(url).status_code == 200
    assert AccessEntry.objects.filter(act="downloaded").count() == 1


def test_where_a_file_is_offered_it_is_said_that_it_cannot_be_downloaded(
    client_of, document, saudi_delegate, held
):
    client, page = client_of(saudi_delegate), document.get_absolute_url()
    told = "cannot be downloaded at the moment"
    assert told not in client.get(page).content.decode()
    stored.note(Blob.objects.get(), "missing", held.at)
    # In the table of languages, and in the list of the revision's files; the link stays, for it may be put back any moment.
    assert client.get(page).content.decode().count(told) == 2
    assert url_of(document) in client.get(page).content.decode()
    assert b"".join(client.get(url_of(document)).streaming_content)
    assert told not in client.get(page).content.decode()


def test_a_storage_that_does_not_answer_is_told_as_that(client_of, document, saudi_delegate, monkeypatch):
    def away(self, name):
        raise StorageFailed("connection refused to secret-host")

    monkeypatch.setattr("cwg.documents.storage.DurableFileSystemStorage.likeness", away)
    response = client_of(saudi_delegate).get(url_of(document))
    assert response.status_code == 503 and response["Retry-After"] == "60"
    said = response.content.decode()
    assert "The file storage does not answer" in said and "secret-host" not in said
    assert Blob.objects.get().damage == "" and not AccessEntry.objects.filter(act="downloaded").exists()


def whole_of(document: Document) -> bytes:
    return harm.path_of(Blob.objects.get()).read_bytes()


def test_a_download_goes_on_where_it_broke_off(client_of, document, saudi_delegate):
    client, url, whole = client_of(saudi_delegate), url_of(document), whole_of(document)
    first = client.get(url)
    assert first["Accept-Ranges"] == "bytes"
    rest = client.get(url, headers={"Range": "bytes=10-", "If-Range": first["ETag"]})
    assert rest.status_code == 206 and b"".join(rest.streaming_content) == whole[10:]
    assert rest["Content-Range"] == f"bytes 10-{len(whole) - 1}/{len(whole)}"
    assert rest["Content-Length"] == str(len(whole) - 10)
    for name in ("Content-Type", "Content-Disposition", "Content-Security-Policy", "Cache-Control", "ETag"):
        assert rest[name] == first[name], name


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=0-1,4-5"},
        {"Range": "bytes=10-", "If-Range": '"another"'},
        {"Range": "bytes=10-", "If-Range": "Thu, 26 Nov 2026 22:00:00 GMT"},
    ],
)
def test_several_parts_or_a_part_of_something_else_are_answered_with_the_whole(
    client_of, document, saudi_delegate, headers
):
    response = client_of(saudi_delegate).get(url_of(document), headers=headers)
    assert response.status_code == 200 and b"".join(response.streaming_content) == whole_of(document)


def test_a_part_beyond_the_end_is_416_and_no_download(client_of, document, saudi_delegate):
    response = client_of(saudi_delegate).get(url_of(document), headers={"Range": "bytes=100000-"})
    assert response.status_code == 416 and response.content == b""
    assert response["Content-Range"] == f"bytes */{len(whole_of(document))}"
    assert not AccessEntry.objects.filter(act="downloaded").exists()


def test_a_head_says_what_a_get_would_send_and_is_no_download(client_of, document, saudi_delegate):
    client, url = client_of(saudi_delegate), url_of(document)
    head = client.head(url, headers={"Range": "bytes=3-"})
    got = client.get(url)
    assert head.status_code == 200 and head.content == b""
    for name in ("Content-Length", "Content-Type", "ETag", "Accept-Ranges", "Content-Disposition"):
        assert head[name] == got[name], name
    assert AccessEntry.objects.filter(act="downloaded").count() == 1


@pytest.mark.parametrize("behind_nginx", [False, True], ids=["direct", "nginx"])
def test_a_download_in_parts_is_one_line_of_the_access_log(
    client_of, held, document, saudi_delegate, settings, behind_nginx
):
    settings.X_ACCEL_PREFIX = "/internal/" if behind_nginx else ""
    client, url = client_of(saudi_delegate), url_of(document)
    for part in ("bytes=0-9", "bytes=10-19", "bytes=20-"):
        assert client.get(url, headers={"Range": part}).status_code == (200 if behind_nginx else 206)
    assert AccessEntry.objects.filter(act="downloaded").count() == 1
    # A day later it is another download.
    held.forward(days=1, microseconds=1)
    client.get(url, headers={"Range": "bytes=20-"})
    assert AccessEntry.objects.filter(act="downloaded").count() == 2


def test_nobody_keeps_out_of_the_access_log_by_leaving_out_the_first_byte(
    client_of, dg, document, saudi_delegate
):
    other = factories.accredit("d@fra.example", dg, Role.DELEGATE, "FRA").person
    client_of(saudi_delegate).get(url_of(document))
    response = client_of(other).get(url_of(document), headers={"Range": "bytes=1-"})
    assert response.status_code == 206
    assert set(AccessEntry.objects.filter(act="downloaded").values_list("person_id", flat=True)) == {
        saudi_delegate.pk,
        other.pk,
    }


def test_a_part_of_another_file_of_the_same_version_is_another_download(
    client_of, held, document, saudi_delegate
):
    content = b"another file of the same version"
    blob = blobs.keep_own(content, media_type=factories.PDF, at=held.at)
    made = File.objects.get().version.files.create(blob=blob, name="annex.pdf", position=1)
    client = client_of(saudi_delegate)
    client.get(reverse("documents:file", args=[File.objects.get(position=0).pk]))
    other = reverse("documents:file", args=[made.pk])
    for _ in range(2):
        assert client.get(other, headers={"Range": "bytes=1-"}).status_code == 206
    subjects = AccessEntry.objects.filter(act="downloaded").order_by("pk").values_list("subject", flat=True)
    first = File.objects.get(position=0).blob_id
    assert list(subjects) == [f"DG-2/1 en {first[:12]}", f"DG-2/1 en {blob.pk[:12]}"]


def test_each_part_that_somebody_unknown_fetches_is_noted(client, document, saudi_delegate):
    """Behind one address there may be many."""
    register.change_disclosure(document, "public", actor=saudi_delegate, reason="x")
    for part in ("bytes=0-9", "bytes=10-", "bytes=10-"):
        assert client.get(url_of(document), headers={"Range": part}).status_code == 206
    assert AccessEntry.objects.filter(act="downloaded", person_id=None).count() == 3


@pytest.mark.parametrize("header", ["If-Unmodified-Since", "If-Match"])
def test_nginx_is_not_asked_what_it_would_answer_by_the_time_of_the_file(
    client_of, document, saudi_delegate, settings, header
):
    settings.X_ACCEL_PREFIX = "/internal/"
    response = client_of(saudi_delegate).get(
        url_of(document), headers={header: "Thu, 01 Jan 1970 00:00:00 GMT"}
    )
    assert response.status_code == 200 and "X-Accel-Redirect" not in response
    assert b"".join(response.streaming_content) == whole_of(document)


def test_a_download_is_only_read(client_of, document, saudi_delegate):
    assert client_of(saudi_delegate).post(url_of(document)).status_code == 405
    assert client_of(saudi_delegate).get("/files/not-an-id/").status_code == 404
