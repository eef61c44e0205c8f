"""Addresses compare in small letters and are shown as typed, also those that an older portal stored with capitals."""

import importlib

import pytest
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test import Client

from cwg.members import accounts, addresses, people
from cwg.members.models import Accreditation, Invitation, Person, Role
from cwg.notices.models import Event
from tests.factories import PASSWORD, make_state
from tests.tampering import as_owner

pytestmark = pytest.mark.django_db
TYPED = "Jean.Dupont@Ministere.Example"
OTHER_CASES = [
    "jean.dupont@ministere.example",
    "JEAN.DUPONT@MINISTERE.EXAMPLE",
    "Jean.Dupont@ministere.example",
]


@pytest.fixture
def jean(dg) -> Person:
    """As an old installation has him: the row was written with the capitals of the invitation."""
    person = Person(email=TYPED, name="Jean Dupont")
    person.set_password(PASSWORD)
    person.save()
    Accreditation.objects.create(
        person=person, group=dg, role=Role.DELEGATE, state=make_state("FRA"), since="2020-01-01T00:00Z"
    )
    return person


def sign_in(email: str) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    return client


@pytest.mark.parametrize("written", [TYPED, *OTHER_CASES])
def test_whoever_was_stored_with_capitals_signs_in(jean, written):
    assert sign_in(written).session["_auth_user_id"] == str(jean.pk)


@pytest.mark.parametrize("written", [TYPED, *OTHER_CASES])
def test_whoever_was_stored_with_capitals_gets_a_link_for_a_new_password(jean, written):
    Client().post("/accounts/password/reset/", {"email": written})
    assert Event.objects.get(kind="password_reset").facts["person"] == jean.pk
    link = accounts.reset_link(jean)
    client = Client()
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "a new long password", "password2": "a new long password"})
    jean.refresh_from_db()
    assert jean.check_password("a new long password")
    assert jean.email == TYPED
    assert not EmailAddress.objects.exists(), "no second list of addresses is kept"


def test_an_invitation_with_capitals_makes_a_person_who_can_come_back(client, dg, saudi_focal_point, now):
    invitation = people.invite(
        email=f" {TYPED} ",
        name="Jean Dupont",
        language="fr",
        group=dg,
        role=Role.DELEGATE,
        state=make_state("SAU"),
        actor=saudi_focal_point,
        at=now,
    )
    assert invitation.email == TYPED
    people.accept(invitation, password=PASSWORD, at=now)
    person = Person.objects.get(email=OTHER_CASES[0])
    assert person.email == TYPED, "shown as it was typed"
    assert sign_in(OTHER_CASES[0]).session["_auth_user_id"] == str(person.pk)


def test_an_open_invitation_is_found_in_any_case(dg, saudi_focal_point, now):
    invited = {
        "name": "Jean",
        "language": "fr",
        "group": dg,
        "role": Role.DELEGATE,
        "state": make_state("SAU"),
    }
    people.invite(email=TYPED, **invited, actor=saudi_focal_point, at=now)
    with pytest.raises(people.refusals.AlreadyInvited):
        people.invite(email=OTHER_CASES[1], **invited, actor=saudi_focal_point, at=now)
    assert Invitation.objects.count() == 1


def test_an_invitation_in_other_letters_is_ones_own(client_of, jean, dg, saudi_focal_point, now, settings):
    invitation = people.invite(
        email=OTHER_CASES[1],
        name="Jean",
        language="fr",
        group=dg,
        role=Role.DELEGATE,
        state=make_state("SAU"),
        actor=saudi_focal_point,
        at=now,
    )
    page = people.invitation_link(invitation).removeprefix(settings.PORTAL_URL)
    assert client_of(jean).post(page).status_code == 302
    assert jean.accreditations.filter(state__iso3="SAU").exists()
    assert Person.objects.filter(email=TYPED).count() == 1


def test_nobody_gets_a_second_account_in_other_letters(jean):
    for written in OTHER_CASES:
        with pytest.raises(IntegrityError), transaction.atomic():
            Person(email=written, name="Another").save()
        with pytest.raises(ValidationError):
            Person(email=written, name="Another", password="x").full_clean()
    assert Person.objects.filter(email=TYPED).count() == 1


@pytest.mark.parametrize("written", [TYPED, *OTHER_CASES])
def test_every_question_finds_the_same_person(jean, written):
    """The lookups of the column, the natural key, the backend, and the library's own question."""
    found = [
        Person.objects.get(email=written),
        Person.objects.get(email__iexact=written),
        Person.objects.get(email__in=["x@x.example", written]),
        Person.objects.get_by_natural_key(written),
        Accreditation.objects.get(person__email=written).person,
        authenticate(None, email=written, password=PASSWORD),
        *filter_users_by_email(written),
    ]
    assert found == [jean] * 7
    assert not Person.objects.exclude(email=written).exists()


def test_two_columns_of_addresses_compare_alike(jean, dg, now):
    Invitation.objects.create(
        email=OTHER_CASES[1],
        name="x",
        group=dg,
        role=Role.AUDITOR,
        invited_at=now,
        expires_at=now,
        person=jean,
    )
    assert Invitation.objects.filter(email=F("person__email")).exists()


def test_a_subquery_of_addresses_is_refused_and_not_compared_by_case(jean):
    with pytest.raises(TypeError):
        Person.objects.filter(email__in=Invitation.objects.values("email")).exists()


def test_no_address_finds_nobody(jean):
    assert not Person.objects.filter(email="").exists()
    assert not Person.objects.filter(email=None).exists()
    assert not Person.objects.filter(email__in=[]).exists()


def test_the_question_is_answered_by_the_index(jean):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for question in (Person.objects.filter(email=TYPED), Person.objects.filter(email__iexact=TYPED)):
        assert "email_once_whatever_its_case" in question.explain()


def test_addresses_in_hand_compare_alike():
    assert all(addresses.same(TYPED, other) for other in OTHER_CASES)
    assert not addresses.same(TYPED, "jean.dupond@ministere.example")


# --- What an older portal stored ----------------------------------------------------------------------------------


def test_the_migration_trims_and_forgets_the_librarys_copies(jean):
    stored = Person(email=f" {TYPED}x ", name="With blanks")
    stored.save()
    EmailAddress.objects.create(user=jean, email="given.up@x.example", verified=True, primary=True)
    migration = importlib.import_module("cwg.members.migrations.0004_addresses_in_small_letters")
    with as_owner():
        migration.trim(apps, None)
        migration.forget_the_librarys_addresses(apps, None)
    stored.refresh_from_db()
    jean.refresh_from_db()
    assert (stored.email, jean.email) == (f"{TYPED}x", TYPED)
    assert not EmailAddress.objects.exists()
    assert "_auth_user_id" not in sign_in("given.up@x.example").session


@pytest.mark.parametrize(
    "written", ["i@\u0130tu.\u0130nt", "\u039f\u0394\u039f\u03a3@x.example", "\u212aelvin@x.example", TYPED]
)
def test_an_address_is_folded_as_the_database_compares_it(db, written):
    """Or each way of writing it would have guesses, and mails, of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower(%s)", [written])
        assert addresses.folded(written) == cursor.fetchone()[0]
