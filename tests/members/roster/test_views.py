"""The pages of an import: pasted or uploaded, checked, confirmed, told; for who keeps people, and for nobody else."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from lxml import html

from cwg.members.models import Accreditation, Invitation, Role, Roster
from cwg.members.roster import reading
from cwg.notices.models import Event
from cwg.record.models import AccessEntry
from tests.factories import accredit, make_group, make_office, make_person, make_state

pytestmark = pytest.mark.django_db
NEW = "FRA;Delegate;Claire Martin;claire@delegation.example"


def url(name="import", *args):
    return reverse(f"members:{name}", args=args)


@pytest.fixture(autouse=True)
def _ground(now):
    for iso3 in ("FRA", "SAU"):
        make_state(iso3)
    make_office("chair", "chair", "Chair of the Group")


def rows():
    return (
        list(Invitation.objects.order_by("pk").values()),
        list(Accreditation.objects.order_by("pk").values()),
        Roster.objects.count(),
        Event.objects.count(),
        AccessEntry.objects.exclude(act="signed_in").count(),
    )


def form_of(answer) -> dict[str, str]:
    """What the page's form sends as it stands, as a browser makes it."""
    (form,) = html.document_fromstring(answer.content.decode()).xpath("//form[@enctype]")
    sent = {name: value for name, value in form.form_values() if name != "csrfmiddlewaretoken"}
    # The line break after <textarea> is none of its text: browsers take it off, the parser here does not.
    return sent | {"list": sent["list"].removeprefix("\n")}


def check(client, text="", **more):
    return client.post(url(), {"list": text, "group": "dg", "language": "en", "act": "check"} | more)


def confirm(client, checked, **more):
    return client.post(url(), form_of(checked) | {"act": "import"} | more)


# --- Who reaches it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["saudi_focal_point", "saudi_delegate", "chair", "auditor", "nobody"])
def test_nobody_but_the_secretariat_and_administrators_finds_the_pages(
    request, client_of, secretary, dg, who
):
    roster = confirm(client_of(secretary), check(client_of(secretary), NEW))["Location"]
    client = client_of(request.getfixturevalue(who))
    before = rows()
    for address in (url(), url("import-template"), roster, roster + "lines.csv"):
        assert client.get(address).status_code == 404
        assert client_of(secretary).get(address).status_code == 200
    assert check(client, NEW).status_code == 404
    assert rows() == before


@pytest.mark.parametrize("who", ["secretary", "administrator"])
def test_it_is_offered_where_people_are_looked_after(request, client_of, who):
    client = client_of(request.getfixturevalue(who))
    assert url() in client.get(url("people")).content.decode()
    page = client.get(url()).content.decode()
    assert url("import-template") in page and "FRA;Focal point;Claire Martin" in page


def test_the_template_has_headings_and_nobody(client_of, secretary, dg):
    client = client_of(secretary)
    answer = client.get(url("import-template"))
    assert (
        answer.content.decode("utf-8-sig") == "State or office,Role,Name,E-mail address,Groups,Language\r\n"
    )
    filled = answer.content + b"FRA,Delegate,Claire,claire@delegation.example,DG,fr\r\n"
    assert "New invitation" in check(client, file=SimpleUploadedFile("people.csv", filled)).content.decode()


# --- Checking -----------------------------------------------------------------------------------------------------


def test_checking_shows_every_line_and_writes_nothing(client_of, secretary, saudi_delegate, dg):
    client, before = client_of(secretary), rows()
    answer = check(client, f"{NEW}\nFranse;Delegate;A;nothing\nchair;Chair;X;{saudi_delegate.email}")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "New invitation" in page and "New role for a known person" in page
    assert "Did you mean France (FRA)?" in page and "“nothing” is not an e-mail address" in page
    assert reverse("members:person", args=[saudi_delegate.pk]) in page
    assert "Go on with the 2 good lines" in page
    assert rows() == before


def test_a_line_without_a_role_is_shown_without_a_stray_comma(client_of, secretary, dg):
    page = check(client_of(secretary), "FRA Delegate A a@x.example").content.decode()
    assert '<td data-label="Role"><bdi>FRA Delegate A a@x.example</bdi>' in page


def test_what_was_typed_stays_in_the_form_and_html_is_inert(client_of, secretary, dg):
    typed = "FRA;Delegate;<script>alert(1)</script>;a@x.example\r\nFRA;<b>;\u202eB;&amp;@x.example"
    answer = check(client_of(secretary), typed)
    assert form_of(answer)["list"].strip("\n").replace("\r\n", "\n") == typed.replace("\r\n", "\n")
    assert "<script>alert" not in answer.content.decode() and "<b>" not in answer.content.decode()


def test_a_uploaded_file_comes_back_in_the_form_to_be_corrected(client_of, secretary, dg):
    content = "Name\tState\tRole\tE-mail\r\nÉlodie\tFranse\tDelegate\te@x.example\r\n".encode("utf-16")
    answer = check(client_of(secretary), file=SimpleUploadedFile("people.csv", content))
    assert "Did you mean France" in answer.content.decode()
    assert "Élodie\tFranse" in form_of(answer)["list"]


# --- How large a list may be --------------------------------------------------------------------------------------

MB = 1024 * 1024
FIRST_OF_A_LARGE_ONE = f"{NEW}\n".encode()


def of_size(size: int) -> SimpleUploadedFile:
    return SimpleUploadedFile("people.csv", FIRST_OF_A_LARGE_ONE.ljust(size, b" "))


def test_a_file_of_exactly_the_limit_is_taken_shown_and_carried_out(client_of, secretary, dg):
    """What comes back in the form fits into it."""
    client = client_of(secretary)
    checked = check(client, file=of_size(reading.MOST_BYTES))
    assert checked.status_code == 200 and len(form_of(checked)["list"]) == reading.MOST_BYTES
    assert confirm(client, checked).status_code == 302
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize("megabytes", [1, 50])
@pytest.mark.parametrize("size", [reading.MOST_BYTES + 1, 2 * MB + 1, 3 * MB - 2000])
def test_a_larger_one_is_refused_by_the_form_whatever_a_document_may_have(
    client_of, secretary, dg, settings, size, megabytes
):
    settings.MAX_FILE_BYTES = megabytes * MB
    before = rows()
    answer = check(client_of(secretary), file=of_size(size))
    assert answer.status_code == 422 and "This file is larger than 1 MB" in answer.content.decode()
    assert rows() == before


# Of what no form holds, the limit of a list is told, so that whoever shortens it does so once.
LIMITS_OF_A_LIST = (
    "A list may have up to 1 MB, pasted or as a file; everything typed into the form up to 2 MB."
)


def test_of_a_body_longer_than_any_form_the_limit_of_a_list_is_told(client_of, secretary, dg):
    before = rows()
    answer = check(client_of(secretary), file=of_size(3 * MB))
    assert answer.status_code == 413
    assert LIMITS_OF_A_LIST in answer.content.decode()
    assert "CSV, at most 1 MB." in client_of(secretary).get(url()).content.decode()
    assert rows() == before


@pytest.mark.parametrize(
    ("size", "status", "said"),
    [
        (reading.MOST_BYTES + 1, 422, "This list is larger than 1 MB"),
        (2 * MB, 413, LIMITS_OF_A_LIST),
        (3 * MB - 2000, 413, LIMITS_OF_A_LIST),
        (3 * MB, 413, LIMITS_OF_A_LIST),
    ],
)
def test_a_pasted_list_is_told_the_limit_of_a_list_however_large_it_is(
    client_of, secretary, dg, size, status, said
):
    before = rows()
    answer = check(client_of(secretary), "x" * size)
    assert answer.status_code == status and said in answer.content.decode()
    assert rows() == before


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"list": ""}, "no line in the list"),
        ({"list": NEW, "file": SimpleUploadedFile("people.csv", NEW.encode())}, "not both"),
        ({"file": SimpleUploadedFile("people.xlsx", b"PK\x03\x04")}, "CSV UTF-8"),
        ({"file": SimpleUploadedFile("people.csv", b"")}, "no line in the list"),
        ({"list": NEW, "group": "no-such-group"}, "valid choice"),
    ],
)
def test_what_cannot_be_read_is_said(client_of, secretary, dg, sent, said):
    before = rows()
    answer = check(client_of(secretary), **sent)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert rows() == before


def test_a_nul_in_the_list_is_said_of_its_line_and_can_be_imported_past(client_of, secretary, dg):
    client = client_of(secretary)
    answer = check(client, f"{NEW}\nFRA;Delegate;A\x00B;a@x.example")
    assert "control characters" in answer.content.decode()
    answer = client.post(
        url(), form_of(answer) | {"act": "import", "list": f"{NEW}\nFRA;Delegate;A\x00B;a@x.example"}
    )
    assert answer.status_code == 302 and Invitation.objects.count() == 1


# --- Confirming ---------------------------------------------------------------------------------------------------


def test_one_confirmation_invites_and_the_result_tells_what_was_done(
    client_of, secretary, saudi_delegate, dg
):
    client = client_of(secretary)
    checked = check(client, f"{NEW}\nFranse;Delegate;=A;a@x.example\nchair;Chair;X;{saudi_delegate.email}")
    answer = confirm(client, checked, reason="From the list of the ministry")
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert Invitation.objects.get().email == "claire@delegation.example"
    assert Accreditation.objects.filter(person=saudi_delegate, role=Role.CHAIR).exists()
    assert "Left out" in page and "begins like a formula" in page
    assert reverse("members:person", args=[saudi_delegate.pk]) in page
    listed = client.get(re.search(r'href="([^"]*#invitations)"', page).group(1).replace("&amp;", "&"))
    assert "Claire Martin" in listed.content.decode()


def test_the_result_comes_as_csv_without_formulas(client_of, secretary, dg):
    client = client_of(secretary)
    answer = confirm(client, check(client, f"{NEW}\nFRA;Delegate;=HYPERLINK(A1);a@x.example"))
    text = client.get(answer["Location"] + "lines.csv").content.decode("utf-8-sig")
    assert "1,Claire Martin,claire@delegation.example,France (FRA),Delegate,DG,Invited," in text
    assert "2,'=HYPERLINK(A1),a@x.example" in text and "Left out" in text


def test_sending_the_confirmation_again_shows_the_same_result(client_of, secretary, dg):
    client = client_of(secretary)
    checked = check(client, NEW)
    first, before = confirm(client, checked), rows()
    second = confirm(client, checked)
    assert (second.status_code, second["Location"]) == (302, first["Location"])
    assert [row for row in rows() if row] == [row for row in before if row]


def test_a_difference_is_shown_and_can_be_confirmed_then(client_of, secretary, dg):
    client = client_of(secretary)
    checked = check(client, f"{NEW}\nFRA;Delegate;Marc;marc@delegation.example")
    confirm(client, check(client, NEW))
    before = rows()
    answer = confirm(client, checked)
    page = answer.content.decode()
    assert answer.status_code == 409 and "Something has changed since this list was checked" in page
    assert "was “New invitation”" in page and "is invited already" in page
    assert rows() == before
    assert confirm(client, answer).status_code == 302
    assert Invitation.objects.count() == 2


def test_a_missing_reason_is_asked_for_and_the_list_stays(client_of, secretary, saudi_delegate, dg):
    client, before = client_of(secretary), rows()
    answer = confirm(client, check(client, f"chair;Chair;X;{saudi_delegate.email}"), reason="")
    assert answer.status_code == 422 and "Say why" in answer.content.decode()
    assert rows() == before
    assert confirm(client, answer, reason="Elected").status_code == 302


def test_pressing_import_without_having_seen_anything_only_checks(client_of, secretary, dg):
    before = rows()
    answer = client_of(secretary).post(url(), {"list": NEW, "group": "dg", "language": "en", "act": "import"})
    assert answer.status_code == 200 and "What will happen" in answer.content.decode()
    assert rows() == before


# --- Walls --------------------------------------------------------------------------------------------------------


def test_the_page_is_the_same_whether_another_group_knows_the_address_or_not(client_of, secretary, dg):
    client = client_of(secretary)

    def page() -> str:
        text = check(client, f"{NEW};DG\n{NEW};OTHER").content.decode()
        return re.sub(r'(name="(csrfmiddlewaretoken|token)" value=|nonce=)"[^"]*"', "", text)

    before = page()
    accredit(
        make_person("claire@delegation.example", name="Known"), make_group("OTHER"), Role.DELEGATE, "FRA"
    )
    assert page() == before
