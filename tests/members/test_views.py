"""The invitation's page: what it shows to whom, and that a link works once, for its own person, by POST only."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cwg.members import people
from cwg.members.models import Accreditation, Invitation, Person, Role
from cwg.record.models import AccessEntry
from tests.factories import PASSWORD, make_person

pytestmark = pytest.mark.django_db
ADDRESS = "new.person@mcit.gov.sa"  # of the fixture `invitation`
FORM = {"name": "Sara", "language": "fr", "password": PASSWORD, "password_again": PASSWORD}


@pytest.fixture
def page(invitation, settings):
    return people.invitation_link(invitation).removeprefix(settings.PORTAL_URL)


def nothing_came_of(invitation):
    invitation.refresh_from_db()
    return (
        invitation.used_at is None
        and not Accreditation.objects.filter(person__email=ADDRESS).exists()
        and not AccessEntry.objects.filter(act="invitation_accepted").exists()
    )


def test_the_page_says_what_one_is_invited_to(client, page, invitation):
    answer = client.get(page)
    text = answer.content.decode()
    assert answer.status_code == 200
    for said in ("Dedicated Group", "Saudi Arabia", "Delegate", ADDRESS, 'value="New Person"'):
        assert said in text
    assert "no-store" in answer["Cache-Control"]
    assert nothing_came_of(invitation)


def test_the_page_speaks_the_invitations_language_until_somebody_chooses(client, page, invitation):
    Invitation.objects.filter(pk=invitation.pk).update(language="ar")
    answer = client.get(page)
    assert answer["Content-Language"] == "ar"
    assert 'dir="rtl"' in answer.content.decode()
    client.cookies["language"] = "fr"
    assert client.get(page)["Content-Language"] == "fr"


def test_accepting_makes_the_account_and_signs_in(client, page, dg):
    answer = client.post(page, FORM)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    person = Person.objects.get(email=ADDRESS)
    assert client.session["_auth_user_id"] == str(person.pk)
    assert (person.name, person.language) == ("Sara", "fr")
    assert person.accreditations.get().state.iso3 == "SAU"
    assert (
        Client().post(reverse("account_login"), {"login": ADDRESS, "password": PASSWORD}).status_code == 302
    )


def test_a_link_works_once(client, page, invitation):
    client.post(page, FORM)
    before = list(Person.objects.values()), list(Accreditation.objects.values())
    for method in ("get", "post"):
        answer = getattr(Client(), method)(page, FORM)
        assert answer.status_code == 410
        assert ADDRESS not in answer.content.decode()
        assert "Saudi" not in answer.content.decode()
    assert (list(Person.objects.values()), list(Accreditation.objects.values())) == before


def test_an_expired_or_revoked_link_is_gone_and_says_no_more(
    client, page, invitation, held, saudi_focal_point
):
    held.forward(days=14)
    for change in ("expired", "revoked"):
        for method in ("get", "post"):
            answer = getattr(client, method)(page, FORM)
            assert answer.status_code == 410, change
            assert ADDRESS not in answer.content.decode()
        held.forward(days=-1)
        if change == "expired":
            people.revoke(invitation, actor=saudi_focal_point, at=held.at)
    assert nothing_came_of(invitation)


@pytest.mark.parametrize("token", ["x", "a:b:c", "%00", "\x00", "é", "a" * 3000, "..%2f..", "1' or '1'='1"])
def test_a_link_we_did_not_make_is_not_there(client, invitation, token):
    answer = client.post(f"/invitation/{token}/", FORM)
    assert answer.status_code in (400, 404)
    assert nothing_came_of(invitation)


def test_a_changed_token_is_not_there(client, page, invitation):
    changed = page[:-2] + ("a" if page[-2] != "a" else "b") + "/"
    assert client.post(changed, FORM).status_code == 404
    assert nothing_came_of(invitation)


def test_somebody_elses_invitation_is_refused_and_not_described(client_of, page, invitation, syrian_delegate):
    client = client_of(syrian_delegate)
    for method in ("get", "post"):
        answer = getattr(client, method)(page, FORM)
        assert answer.status_code == 403
        assert ADDRESS not in answer.content.decode()
        assert "Saudi" not in answer.content.decode()
    assert nothing_came_of(invitation)


def test_whoever_has_an_account_signs_in_first(client, page, invitation):
    known = make_person(ADDRESS.upper(), password="her own password")
    answer = client.get(page)
    assert f"{reverse('account_login')}?next=/invitation/" in answer.content.decode().replace("%2F", "/")
    assert client.post(page, FORM).status_code == 403
    assert nothing_came_of(invitation)
    known.refresh_from_db()
    assert known.check_password("her own password")


def test_whoever_is_signed_in_accepts_with_one_press(client_of, page, invitation):
    known = make_person(ADDRESS, password="her own password")
    client = client_of(known)
    assert "password" not in client.get(page).content.decode().replace("Change the password", "")
    assert client.post(page, {"password": "another one altogether"}).status_code == 302
    assert known.accreditations.get().role == Role.DELEGATE
    known.refresh_from_db()
    assert known.check_password("her own password")


@pytest.mark.parametrize(
    "change",
    [
        {"password": "short", "password_again": "short"},
        {"password": "password123", "password_again": "password123"},
        {"password": ADDRESS, "password_again": ADDRESS},
        {"password_again": "not the same"},
        {"password": ""},
        {"name": ""},
        {"name": "A\nBcc: all@itu.example"},
        {"language": "tlh"},
    ],
)
def test_what_is_wrong_is_said_and_the_link_stays_good(client, page, invitation, change):
    answer = client.post(page, FORM | change)
    assert answer.status_code == 422
    assert nothing_came_of(invitation)
    assert client.post(page, FORM).status_code == 302


def test_posted_rights_are_ignored(client, page, dg):
    client.post(page, FORM | {"role": "secretariat", "email": "other@x.example", "group": "1", "state": "2"})
    held = Accreditation.objects.get(person__email=ADDRESS)
    assert (held.role, held.group, held.state.iso3) == ("delegate", dg, "SAU")


def test_an_invitation_that_cannot_be_used_leads_to_where_one_signs_in(client, db):
    answer = client.get("/invitation/no-such-token/")
    assert answer.status_code == 404
    assert "This invitation cannot be used" in answer.content.decode()
    assert "Go to the sign-in page</a>" in answer.content.decode()


def test_a_foreign_form_is_refused(page, invitation):
    assert Client(enforce_csrf_checks=True).post(page, FORM).status_code == 403
    assert nothing_came_of(invitation)


def test_hostile_names_are_inert(client, page, invitation):
    Invitation.objects.filter(pk=invitation.pk).update(name="<script>alert(1)</script>")
    assert "<script>alert" not in client.get(page).content.decode()


def test_the_link_expires_at_its_instant(client, page, invitation, held):
    held.move_to(invitation.expires_at - timedelta(microseconds=1))
    assert client.get(page).status_code == 200
    held.move_to(invitation.expires_at)
    assert client.get(page).status_code == 410
