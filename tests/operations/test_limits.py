"""What holds on every page: bytes that are no text, and the second factor of the staff where it is required."""

from io import BytesIO

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tests import drafts, factories, hostile_files

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/me/%00/", "/me/?q=%00", "/\x00"])
def test_nul_bytes_are_a_bad_request(client, address):
    assert client.get(address).status_code == 400


@pytest.mark.parametrize("charset", ["utf-16", "utf-7", "latin-1"])
def test_another_encoding_than_utf_8_is_a_bad_request(client_of, saudi_delegate, charset):
    """Or the page that says so fails too, and `+AAA-` is a NUL that nobody saw."""
    client = client_of(saudi_delegate)
    form = f"application/x-www-form-urlencoded; charset={charset}"
    checked = Client(enforce_csrf_checks=True, raise_request_exception=False)
    for sender in (client, checked):
        assert sender.post("/language/", "language=fr", content_type=form).status_code == 400
    asked = client.get("/go/?q=%2BAAA-", CONTENT_TYPE=f"text/plain; charset={charset}")
    assert asked.status_code == 400
    as_ever = "application/x-www-form-urlencoded; charset=UTF-8"
    assert client.post("/language/", "language=fr", content_type=as_ever).status_code == 302


@pytest.mark.parametrize("who", ["secretary", "administrator", "auditor"])
def test_where_it_is_required_staff_reach_nothing_without_a_second_factor(request, client_of, settings, who):
    settings.STAFF_MFA_REQUIRED = True
    client = client_of(request.getfixturevalue(who))
    for method in ("get", "post"):
        answer = getattr(client, method)("/me/")
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")
    assert client.get("/accounts/logout/").status_code == 200


def test_with_a_second_factor_staff_reach_their_pages(client_of, settings, secretary):
    settings.STAFF_MFA_REQUIRED = True
    Authenticator.objects.create(user=secretary, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert client_of(secretary).get("/me/").status_code == 200


def test_where_it_is_not_required_staff_reach_their_pages(client_of, settings, secretary):
    settings.STAFF_MFA_REQUIRED = False
    assert client_of(secretary).get("/me/").status_code == 200


def test_delegates_are_never_asked_for_a_second_factor(client_of, settings, saudi_delegate):
    settings.STAFF_MFA_REQUIRED = True
    assert client_of(saudi_delegate).get("/me/").status_code == 200


# --- Bodies -------------------------------------------------------------------------------------------------------

BODY = (
    b'--B\r\nContent-Disposition: form-data; name="language"\r\n\r\nen\r\n'
    b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
    b"Content-Type: application/pdf\r\n\r\n" + hostile_files.pdf_file("Words") + b"\r\n--B--\r\n"
)
MULTIPART = "multipart/form-data; boundary=B"


@pytest.fixture
def send(client_of, saudi_delegate, dg):
    """`send(**extra)`: an upload, its envelope as `extra` says; the status, and how many files were kept."""
    draft = drafts.make_draft(dg, factories.make_register(dg), by=saudi_delegate)
    client, before = client_of(saudi_delegate), draft.files.count()

    def sent(body: bytes = BODY, **extra):
        answer = client.generic(
            "POST", f"/contributions/{draft.pk}/files/", body, content_type=MULTIPART, **extra
        )
        return answer.status_code, draft.files.count() - before

    return sent


def test_a_whole_body_is_taken(send):
    assert send() == (302, 1)


def test_a_body_of_no_announced_length_is_411(send):
    assert send(CONTENT_LENGTH="") == (411, 0)
    assert send(CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked") == (411, 0)


@pytest.mark.parametrize("part", [BODY, BODY[:-200]])
def test_a_body_shorter_than_announced_is_400(send, part):
    envelope = {"CONTENT_LENGTH": str(len(BODY) + 1000), "wsgi.input": BytesIO(part)}
    assert send(part, **envelope) == (400, 0)


def test_a_body_far_past_the_limit_is_413_and_not_read(send, settings):
    settings.MAX_FILE_BYTES = 1000
    assert send(CONTENT_LENGTH=str(99_999_999_999_999)) == (413, 0)
