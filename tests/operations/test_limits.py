"""What holds on every page: bytes that are no text, and the second factor of the staff where it is required."""

import re
import subprocess
from io import BytesIO
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver, reverse

from cwg.documents import uploads
from cwg.operations import long_forms
from tests import drafts, factories, hostile_files
from tests.compose_file import SERVICES

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


def test_who_has_no_second_factor_yet_is_signed_in_nevertheless(client_of, settings, secretary):
    """nginx asks, and understands no other answer."""
    settings.STAFF_MFA_REQUIRED = True
    assert client_of(secretary).get("/signed-in/").status_code == 204


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


# --- Where large bodies are taken ---------------------------------------------------------------------------------

SMALL = 3 * 1024 * 1024


def views(patterns=None, namespace: str = ""):
    """(name, view) of every address of the portal."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", entry.callback
        else:
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from views(entry.url_patterns, inner)


def test_files_are_sent_to_few_addresses_and_nginx_knows_the_same():
    nginx = SERVICES["nginx"]["environment"]["NGINX_RULES"]
    let_through = re.findall(
        r"location ~ (\S+) \{\s*include /tmp/upload-limit.conf;", nginx.replace("$$", "$")
    )
    draft, path = uuid4(), "WG-WSIS-14/7"
    samples = {
        "contributions:new-from-file": [],
        "contributions:upload": [draft],
        "contributions:upload-letter": [draft],
        "documents:translation-upload": [path],
    }
    assert {name for name, view in views() if getattr(view, "takes_files", False)} == set(samples)

    def matches(address: str) -> bool:
        return any(re.search(pattern, address) for pattern in let_through)

    for name, given in samples.items():
        assert matches(reverse(name, args=given)), name
    for name, given in {
        "contributions:draft-file": [draft, draft],
        "contributions:remove-file": [draft, draft],
        "contributions:move-file": [draft, draft],
        "contributions:replace-earlier": [draft, draft],
        "contributions:submit": [draft],
        "documents:translations": [path],
        "members:import": [],
    }.items():
        assert not matches(reverse(name, args=given)), name


@pytest.mark.parametrize("megabytes", [1, 50, 200])
def test_nginx_takes_as_much_as_the_portal_reads_whatever_a_file_may_have(settings, megabytes):
    """The very words of docker-compose.yml, reckoned by sh."""
    *shell, script = SERVICES["nginx"]["command"]
    assert shell == ["sh", "-ec"]
    reckons = script.splitlines()[0].replace("$$", "$").replace("${MAX_FILE_MB:-50}", str(megabytes))
    said = subprocess.run(
        ["sh", "-ec", reckons.partition(" > ")[0]], capture_output=True, text=True, check=True
    ).stdout
    settings.MAX_FILE_BYTES = megabytes * 1024 * 1024
    at_an_upload = RequestFactory().post(reverse("contributions:upload", args=[uuid4()]))
    assert said == f"client_max_body_size {uploads.most_bytes(at_an_upload) // 1024 // 1024}m;\n"
    elsewhere = RequestFactory().post("/meetings/")
    limit = f"client_max_body_size {uploads.most_bytes(elsewhere) // 1024 // 1024}m;"
    rules = SERVICES["nginx"]["environment"]["NGINX_RULES"]
    assert limit in rules and f"client_max_body_size {uploads.BEFORE_SIGN_IN // 1024}k;" in rules


@pytest.mark.parametrize("address", ["/meetings/", "/accounts/login/", "/no-such-page/"])
def test_a_large_body_elsewhere_is_413_with_its_sentence(client_of, saudi_delegate, address):
    client = client_of(saudi_delegate)
    form = "application/x-www-form-urlencoded"
    answer = client.generic("POST", address, b"", content_type=form, CONTENT_LENGTH=str(SMALL + 1))
    assert answer.status_code == 413
    assert "larger than 2 MB, the most that a form may hold" in answer.content.decode()


def test_a_script_is_told_in_a_sentence_what_is_too_large(client_of, saudi_delegate, dg):
    draft = drafts.make_draft(dg, factories.make_register(dg), by=saudi_delegate)
    before = list(draft.files.values_list("pk", flat=True))
    answer = client_of(saudi_delegate).generic(
        "POST",
        f"/contributions/{draft.pk}/files/",
        b"",
        content_type=MULTIPART,
        CONTENT_LENGTH=str(10**9),
        HTTP_ACCEPT="application/json",
    )
    assert answer.status_code == 413
    assert answer.json()["errors"] == ["The file is larger than 50 MB. Make it smaller, or divide it."]
    assert list(draft.files.values_list("pk", flat=True)) == before


def test_words_past_every_limit_are_413_too(client_of, saudi_delegate, dg):
    """Beside a file more is let in; what is typed there is still held to what a form may hold."""
    draft = drafts.make_draft(dg, factories.make_register(dg), by=saudi_delegate)
    client = client_of(saudi_delegate, raise_request_exception=False)
    words = {"language": "en", "title": "w" * SMALL}
    answer = client.post(f"/contributions/{draft.pk}/files/", words)
    assert answer.status_code == 413
    assert "the most that a form may hold" in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["/accounts/login/", "/language/", "/invitation/a-secret/", "/no-such-page/"]
)
def test_before_signing_in_a_form_is_small_and_nothing_larger_is_read(address):
    """CSRF would have it all read before any view says no."""
    client, length = Client(enforce_csrf_checks=True), uploads.BEFORE_SIGN_IN + 1
    body = BytesIO(b"a=" + b"%" * (length - 2))
    answer = client.generic(
        "POST",
        address,
        content_type=long_forms.URLENCODED,
        **{"wsgi.input": body, "CONTENT_LENGTH": str(length)},
    )
    assert answer.status_code == 413
    assert "larger than 64 KB, the most that may be sent before signing in" in answer.content.decode()
    assert body.tell() == 0


@pytest.mark.parametrize("size", [uploads.BEFORE_SIGN_IN + 1, 98 * 1024 * 1024, 10**12])
def test_a_file_of_somebody_not_signed_in_is_not_read(dg, saudi_delegate, size):
    draft = drafts.make_draft(dg, factories.make_register(dg), by=saudi_delegate)
    before = list(draft.files.values_list("pk", flat=True))
    address, body = reverse("contributions:upload", args=[draft.pk]), BytesIO(BODY)
    answer = Client().generic(
        "POST", address, content_type=MULTIPART, **{"wsgi.input": body, "CONTENT_LENGTH": str(size)}
    )
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={address}")
    assert body.tell() == 0
    assert list(draft.files.values_list("pk", flat=True)) == before


def test_a_long_form_is_read_by_what_needs_little_memory_before_csrf_reads_it(
    client_of, saudi_delegate, monkeypatch
):
    client, taken = client_of(saudi_delegate, enforce_csrf_checks=True), []
    read = long_forms.words_in
    monkeypatch.setattr(long_forms, "words_in", lambda body: taken.append(len(body)) or read(body))
    for length in (uploads.BEFORE_SIGN_IN, uploads.BEFORE_SIGN_IN + 1):
        sent = "a=" + "%" * (length - 2)
        assert client.post("/language/", sent, content_type=long_forms.URLENCODED).status_code == 403
    assert taken == [uploads.BEFORE_SIGN_IN + 1]


def test_words_of_a_form_that_came_short_are_400(client_of, saudi_delegate):
    """Half a reason is not the reason."""
    client = client_of(saudi_delegate)
    sent = b"language=fr&next=/me"
    form = {"content_type": "application/x-www-form-urlencoded"}
    assert client.generic("POST", "/language/", sent, **form).status_code == 302
    cut = {"CONTENT_LENGTH": str(len(sent) + 1), "wsgi.input": BytesIO(sent)}
    answer = client.generic("POST", "/language/", sent, **form, **cut)
    assert answer.status_code == 400
    assert "before everything had arrived" in answer.content.decode()


# --- Who may try how often ----------------------------------------------------------------------------------------


def test_nginx_counts_every_address_where_somebody_may_guess_or_have_a_mail_sent():
    rules = SERVICES["nginx"]["environment"]["NGINX_RULES"]
    (counted,) = re.findall(r'"~(\S+ \S+)" \$\$network_of_sender;', rules)
    counted = counted.replace("$$", "$")
    link = {"token": "a-secret"}
    for name, given in {
        "account_login": {},
        "account_reauthenticate": {},
        "account_change_password": {},
        "account_reset_password": {},
        "account_reset_password_from_key": {"uidb36": "2b", "key": "a-secret"},
        "account_sign_in_link": {},
        "account_use_sign_in_link": link,
        "account_confirm_address": link,
        "mfa_authenticate": {},
        "mfa_reauthenticate": {},
        "mfa_login_webauthn": {},
        "members:invitation": link,
    }.items():
        address = reverse(name, kwargs=given)
        assert re.search(counted, f"POST {address}"), name
        assert not re.search(counted, f"GET {address}"), name
    for name in ("account_logout", "home:home", "contributions:new", "members:invite"):
        assert not re.search(counted, f"POST {reverse(name)}"), name
    assert not re.search(counted, "POST /accounts/no-such-page/")
