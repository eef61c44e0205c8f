"""What the secretariat does for a person's account: another address, the second factor, two accounts made one."""

import html
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.test import Client

from cwg.members import account_care, refusals
from cwg.members.models import Accreditation, Person, Role, Session
from cwg.members.rights import rights_of
from cwg.record.models import AccessEntry
from tests.factories import PASSWORD, accredit, make_group, make_person, make_state
from tests.members.door import sign_in, signed_in, text_of, without_its_own_words

pytestmark = pytest.mark.django_db
NEW = "Sara.New@Ministry.Example"


def with_second_factor(person):
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    Authenticator.objects.create(user=person, type=Authenticator.Type.RECOVERY_CODES, data={})
    return person


def path(person, act):
    return f"/people/{person.pk}/{act}/"


def told(mailoutbox):
    call_command("sweep")
    return sorted(mail.to[0] for mail in mailoutbox)


# --- Another address ----------------------------------------------------------------------------------------------


def test_the_secretariat_changes_an_address_and_both_are_told(
    client_of, secretary, saudi_delegate, mailoutbox
):
    old = saudi_delegate.email
    answer = client_of(secretary).post(
        path(saudi_delegate, "address"), {"email": NEW, "reason": "Has left the old office"}
    )
    assert answer.status_code == 302
    saudi_delegate.refresh_from_db()
    assert saudi_delegate.email == NEW
    entry = saudi_delegate.history.first()
    assert (entry.history_user, entry.history_change_reason) == (secretary, "Has left the old office")
    assert told(mailoutbox) == sorted([old, NEW])
    client = Client()
    sign_in(client, NEW.lower())
    assert signed_in(client)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"email": NEW, "reason": ""}, 422),
        ({"email": "nothing", "reason": "x"}, 422),
        ({"email": "DELEGATE.SYR@test.example", "reason": "x"}, 409),
        ({"email": "delegate.sau@test.example", "reason": "x"}, 409),
    ],
)
def test_a_refused_change_changes_nothing(client_of, secretary, saudi_delegate, syrian_delegate, given, said):
    before = list(Person.objects.order_by("pk").values("email"))
    assert client_of(secretary).post(path(saudi_delegate, "address"), given).status_code == said
    assert list(Person.objects.order_by("pk").values("email")) == before
    assert not AccessEntry.objects.filter(act="address_changed").exists()


# --- The second factor --------------------------------------------------------------------------------------------


def test_the_second_factor_is_taken_away_with_a_reason_and_the_person_is_told(
    client_of, secretary, saudi_delegate, mailoutbox
):
    with_second_factor(saudi_delegate)
    phone = client_of(saudi_delegate)
    page = client_of(secretary).get(path(saudi_delegate, "second-factor"))
    assert "by a call to a number you know" in text_of(page)
    client_of(secretary).post(path(saudi_delegate, "second-factor"), {"reason": "Lost the phone"})
    assert not Authenticator.objects.filter(user=saudi_delegate).exists()
    assert phone.get("/me/").status_code == 302, "a lost phone is signed out"
    assert not Session.objects.filter(person=saudi_delegate).exists()
    assert told(mailoutbox) == [saudi_delegate.email]
    entry = saudi_delegate.history.first()
    assert (entry.history_user, entry.history_change_reason) == (secretary, "Lost the phone")
    client = Client()
    sign_in(client, saudi_delegate.email)
    assert signed_in(client)


def test_where_there_is_none_nothing_is_done(now, secretary, saudi_delegate, client_of):
    phone = client_of(saudi_delegate)
    with pytest.raises(refusals.NoSecondFactor):
        account_care.reset_second_factor(saudi_delegate, actor=secretary, at=now, reason="x")
    assert phone.get("/me/").status_code == 200


# --- Two accounts of one person -----------------------------------------------------------------------------------


@pytest.fixture
def twice(dg, saudi_delegate):
    """The delegate's second account, a focal point of another group."""
    other = make_group("OTHER", name="Other group")
    return accredit("sara.private@x.example", other, Role.FOCAL_POINT, "SAU").person


def test_two_accounts_become_one(client_of, administrator, saudi_delegate, twice, dg, mailoutbox):
    old = client_of(saudi_delegate)
    answer = client_of(administrator).post(
        path(saudi_delegate, "join"), {"email": twice.email.upper(), "reason": "Both are Sara"}
    )
    assert answer.status_code == 302
    saudi_delegate.refresh_from_db()
    assert (saudi_delegate.is_active, saudi_delegate.joined_into) == (False, twice)
    assert old.get("/me/").status_code == 302
    ended, moved = saudi_delegate.accreditations.get(), twice.accreditations.get(group=dg)
    assert ended.until == moved.since, "no instant without the role, and none with two"
    assert (moved.role, moved.state, moved.until) == (ended.role, ended.state, None)
    assert [row.history.first().history_change_reason for row in (ended, moved)] == ["Both are Sara"] * 2
    assert {a.group.code for a in twice.rights.accreditations} == {"DG", "OTHER"}
    assert told(mailoutbox) == sorted([saudi_delegate.email, twice.email])
    call_command("verify")


def test_the_closed_account_says_where_it_went(client, now, administrator, saudi_delegate, twice):
    account_care.join(saudi_delegate, twice, actor=administrator, at=now, reason="x")
    answer = client.post(
        "/accounts/login/", {"login": saudi_delegate.email, "password": PASSWORD}, follow=True
    )
    assert not signed_in(client)
    assert f"Sign in with {twice.email}." in text_of(answer)
    wrong = Client().post(
        "/accounts/login/", {"login": saudi_delegate.email, "password": "wrong"}, follow=True
    )
    assert twice.email not in text_of(wrong)


def test_a_joined_account_is_not_opened_again(now, administrator, saudi_delegate, twice):
    account_care.join(saudi_delegate, twice, actor=administrator, at=now, reason="x")
    with pytest.raises(refusals.JoinedAway):
        account_care.enable(saudi_delegate, actor=administrator, at=now, reason="x")
    saudi_delegate.refresh_from_db()
    assert not saudi_delegate.is_active


def test_the_same_role_in_one_delegation_is_kept_once(now, dg, secretary, saudi_delegate):
    twin = accredit("sara.twin@x.example", dg, Role.DELEGATE, "SAU").person
    account_care.join(saudi_delegate, twin, actor=secretary, at=now, reason="x")
    assert Accreditation.objects.in_force(now).filter(state=make_state("SAU")).get().person == twin


def test_two_roles_in_one_delegation_are_refused(now, dg, secretary, saudi_delegate):
    twin = accredit("sara.twin@x.example", dg, Role.FOCAL_POINT, "SAU").person
    before = list(Accreditation.objects.order_by("pk").values())
    with pytest.raises(refusals.RolesDiffer):
        account_care.join(saudi_delegate, twin, actor=secretary, at=now, reason="x")
    assert list(Accreditation.objects.order_by("pk").values()) == before
    assert Person.objects.filter(is_active=True, pk__in=[saudi_delegate.pk, twin.pk]).count() == 2


def test_ended_roles_stay_where_they_were(now, dg, administrator, saudi_delegate, twice):
    old = accredit(
        saudi_delegate, dg, Role.DELEGATE, "SYR", since=now - timedelta(days=9), until=now - timedelta(days=1)
    )
    account_care.join(saudi_delegate, twice, actor=administrator, at=now, reason="x")
    old.refresh_from_db()
    assert (old.person, old.until) == (saudi_delegate, now - timedelta(days=1))


def test_what_are_not_two_open_accounts_is_refused(now, administrator, saudi_delegate, twice):
    with pytest.raises(refusals.SamePerson):
        account_care.join(twice, twice, actor=administrator, at=now, reason="x")
    account_care.disable(twice, actor=administrator, at=now, reason="x")
    with pytest.raises(refusals.AccountClosed):
        account_care.join(saudi_delegate, twice, actor=administrator, at=now, reason="x")
    saudi_delegate.refresh_from_db()
    assert saudi_delegate.is_active


def test_an_address_of_nobody_joins_nothing(client_of, administrator, saudi_delegate):
    answer = client_of(administrator).post(
        path(saudi_delegate, "join"), {"email": "no@x.example", "reason": "x"}
    )
    assert answer.status_code == 409
    assert "There is no account at this address among those you look after" in text_of(answer)


def test_whether_another_group_knows_an_address_is_not_told(
    client_of, held, secretary, saudi_delegate, twice
):
    page = client_of(secretary)
    answers = {
        email: without_its_own_words(
            page.post(path(saudi_delegate, "join"), {"email": email, "reason": "x"}), email
        )
        for email in (twice.email, "no@x.example")
    }
    assert "There is no account at this address among those you look after" in html.unescape(
        answers[twice.email]
    )
    assert answers[twice.email] == answers["no@x.example"]
    saudi_delegate.refresh_from_db()
    assert saudi_delegate.is_active


# --- Who may ------------------------------------------------------------------------------------------------------

ACTS = {
    "address": lambda person, actor, at: account_care.change_address(
        person, NEW, actor=actor, at=at, reason="x"
    ),
    "second-factor": lambda person, actor, at: account_care.reset_second_factor(
        person, actor=actor, at=at, reason="x"
    ),
    "join": lambda person, actor, at: account_care.join(
        person, make_person("stays@x.example"), actor=actor, at=at, reason="x"
    ),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "who", ["saudi_focal_point", "chair", "auditor", "bureau", "nobody", "elsewhere", "former"]
)
def test_nobody_else_may(request, client_of, now, dg, saudi_delegate, secretary, act, who):
    with_second_factor(saudi_delegate)
    if who == "elsewhere":
        actor = accredit(
            "secretariat.other@x.example",
            make_group("OTHER"),
            Role.SECRETARIAT,
            office=secretary.rights.accreditations[0].office,
        ).person
    elif who == "former":
        actor = secretary
        held = Accreditation.objects.get(person=secretary)
        held.until = now
        held.save()
        actor = Person.objects.get(pk=secretary.pk)
    else:
        actor = request.getfixturevalue(who)
    with pytest.raises(refusals.NotEntitled):
        ACTS[act](saudi_delegate, actor, now)
    client = client_of(actor)
    for method in ("get", "post"):
        assert (
            getattr(client, method)(path(saudi_delegate, act), {"email": NEW, "reason": "x"}).status_code
            == 404
        )
    saudi_delegate.refresh_from_db()
    assert (saudi_delegate.email, saudi_delegate.is_active) == ("delegate.sau@test.example", True)
    assert Authenticator.objects.filter(user=saudi_delegate).exists()


@pytest.mark.parametrize("act", ACTS)
def test_who_was_only_ever_in_another_group_is_not_there(client_of, now, secretary, twice, act):
    """Without a role now, and never with one here: not even the name is this secretariat's to read."""
    with_second_factor(twice)
    role = twice.accreditations.get()
    role.until = now
    role.save()
    with pytest.raises(refusals.NotEntitled):
        ACTS[act](twice, secretary, now)
    with pytest.raises(refusals.NotEntitled):
        account_care.disable(twice, actor=secretary, at=now, reason="x")
    assert client_of(secretary).get(path(twice, act)).status_code == 404
    assert Authenticator.objects.filter(user=twice).exists()


@pytest.mark.parametrize("act", ACTS)
def test_the_secretariat_looks_after_its_former_people(client_of, now, secretary, saudi_delegate, act):
    with_second_factor(saudi_delegate)
    role = saudi_delegate.accreditations.get()
    role.until = now
    role.save()
    answer = client_of(secretary).get(path(saudi_delegate, act))
    assert saudi_delegate.email in text_of(answer)


@pytest.mark.parametrize("act", ACTS)
def test_the_secretariat_does_not_touch_an_administrator(client_of, now, secretary, administrator, act):
    with_second_factor(administrator)
    with pytest.raises(refusals.NotEntitled):
        ACTS[act](administrator, secretary, now)
    assert client_of(secretary).get(path(administrator, act)).status_code == 404


@pytest.mark.parametrize("act", ACTS)
def test_nobody_looks_after_their_own_account(client_of, now, administrator, act):
    with_second_factor(administrator)
    with pytest.raises(refusals.NotYourself):
        ACTS[act](administrator, administrator, now)
    assert client_of(administrator).get(path(administrator, act)).status_code == 404


def test_the_persons_page_offers_what_can_be_done(client_of, secretary, saudi_delegate):
    page = f"/people/{saudi_delegate.pk}/"
    text = text_of(client_of(secretary).get(page))
    assert path(saudi_delegate, "address") in text
    assert path(saudi_delegate, "second-factor") not in text
    with_second_factor(saudi_delegate)
    assert path(saudi_delegate, "second-factor") in text_of(client_of(secretary).get(page))


# --- Closing and opening -----------------------------------------------------------------------------------------------------


def test_a_closed_account_has_no_rights_until_it_is_opened_again(dg, administrator, saudi_delegate, now):
    account_care.disable(saudi_delegate, actor=administrator, at=now, reason="Lost telephone")
    assert not rights_of(Person.objects.get(pk=saudi_delegate.pk), now).accreditations
    assert saudi_delegate.history.first().history_change_reason == "Lost telephone"
    account_care.enable(saudi_delegate, actor=administrator, at=now, reason="Found again")
    assert rights_of(Person.objects.get(pk=saudi_delegate.pk), now).accreditations
    assert set(AccessEntry.objects.values_list("act", flat=True)) == {"person_disabled", "person_enabled"}


@pytest.mark.parametrize("who", ["saudi_focal_point", "chair", "auditor", "nobody"])
def test_nobody_else_closes_accounts(request, dg, syrian_delegate, now, who):
    actor = request.getfixturevalue(who)
    with pytest.raises(refusals.NotEntitled):
        account_care.disable(syrian_delegate, actor=actor, at=now, reason="because")
    assert Person.objects.get(pk=syrian_delegate.pk).is_active
    assert syrian_delegate.history.count() == 1 and not AccessEntry.objects.exists()


def test_a_secretariat_closes_the_accounts_of_its_own_group_only(dg, secretary, saudi_delegate, now):
    accredit(saudi_delegate, make_group("OTHER"), Role.DELEGATE, "SAU")
    with pytest.raises(refusals.NotEntitled):
        account_care.disable(saudi_delegate, actor=secretary, at=now, reason="because")
    assert Person.objects.get(pk=saudi_delegate.pk).is_active
    saudi_delegate.accreditations.filter(group__code="OTHER").update(until=now)
    account_care.disable(saudi_delegate, actor=secretary, at=now, reason="Lost telephone")
    assert not Person.objects.get(pk=saudi_delegate.pk).is_active


def test_no_secretariat_closes_the_account_of_an_administrator(secretary, administrator, now):
    with pytest.raises(refusals.NotEntitled):
        account_care.disable(administrator, actor=secretary, at=now, reason="because")
    assert Person.objects.get(pk=administrator.pk).is_active


def test_nobody_closes_their_own_account(administrator, now):
    with pytest.raises(refusals.NotYourself):
        account_care.disable(administrator, actor=administrator, at=now, reason="because")
    assert Person.objects.get(pk=administrator.pk).is_active
