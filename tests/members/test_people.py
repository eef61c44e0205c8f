"""The verbs on people: who may invite, end and change whom; each refusal leaves everything as it was."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.conf import settings
from django.core import signing
from django.db import connection

from cwg.members import people, refusals
from cwg.members.models import Accreditation, Invitation, Person, Role
from cwg.members.rights import rights_of
from cwg.record.models import AccessEntry
from cwg.record.reasons import ReasonMissing
from tests.factories import PASSWORD, accredit, make_group, make_office, make_person, make_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def told():
    """The invitations that callers were told of."""
    heard = []

    def hear(invitation, at):
        heard.append((invitation.pk, at))

    people.on_invited(hear)
    yield heard
    people._on_invited.remove(hear)


def invite(dg, actor, now, **changes):
    wanted = {
        "email": "new.person@mcit.gov.sa",
        "name": "New Person",
        "language": "ar",
        "group": dg,
        "role": Role.DELEGATE,
        "state": make_state("SAU"),
        "actor": actor,
        "at": now,
    }
    return people.invite(**wanted | changes)


def rows():
    """What no refusal may change."""
    return (
        list(Invitation.objects.order_by("pk").values()),
        list(Accreditation.objects.order_by("pk").values()),
        list(Person.objects.order_by("pk").values()),
        list(Accreditation.history.values_list("pk", flat=True)),
        list(AccessEntry.objects.values_list("act", "subject")),
    )


# --- Inviting -----------------------------------------------------------------------------------------------------


def test_a_focal_point_invites_to_its_own_delegation(dg, saudi_focal_point, now, told):
    invitation = invite(dg, saudi_focal_point, now)
    assert invitation.expires_at == now + settings.INVITATION_LIFETIME
    assert told == [(invitation.pk, now)]
    entry = AccessEntry.objects.get()
    assert (entry.act, entry.person_id) == ("invited", saudi_focal_point.pk)
    assert "mcit" not in entry.subject
    assert not Person.objects.filter(email__icontains="mcit").exists()


def test_of_many_each_is_invited_or_refused_by_itself(dg, saudi_focal_point, now, told):
    france, saudi = make_state("FRA"), make_state("SAU")

    def wanted(email, *, name="New Person", state=saudi, role=Role.DELEGATE):
        return people.Wanted(email, name, "en", dg, role, state)

    made = people.invite_all(
        [
            wanted("a@mcit.gov.sa"),
            wanted("no address"),
            wanted("b@mcit.gov.sa", name=" "),
            wanted("c@mcit.gov.sa", role=Role.CHAIR),
            wanted("d@mcit.gov.sa", state=france),
            wanted(saudi_focal_point.email),
            wanted("A@mcit.gov.sa", role=Role.FOCAL_POINT),
            wanted("e@mcit.gov.sa"),
        ],
        actor=saudi_focal_point,
        at=now,
    )
    assert [type(each).__name__ for each in made] == [
        "Invitation",
        "AddressRefused",
        "NameRefused",
        "DelegationNamed",
        "NotEntitled",
        "NotYourself",
        "AlreadyInvited",
        "Invitation",
    ]
    invited = {each.email: each.pk for each in Invitation.objects.all()}
    assert set(invited) == {"a@mcit.gov.sa", "e@mcit.gov.sa"}
    assert told == [(pk, now) for pk in (invited["a@mcit.gov.sa"], invited["e@mcit.gov.sa"])]
    assert AccessEntry.objects.filter(act="invited").count() == 2


@pytest.mark.parametrize("role", [Role.DELEGATE, Role.FOCAL_POINT])
def test_the_secretariat_and_an_administrator_invite_to_any_delegation(
    dg, secretary, administrator, now, role
):
    assert invite(dg, secretary, now, role=role).role == role
    assert invite(dg, administrator, now, role=role, email="other@mcit.gov.sa").role == role


def test_the_secretariat_invites_the_chair(dg, secretary, now):
    chair = make_office("chair")
    assert invite(dg, secretary, now, role=Role.CHAIR, state=None, office=chair).office == chair


@pytest.mark.parametrize(
    "change",
    [
        {"state": "SYR"},
        {"group": "WG-WSIS"},
        {"role": Role.SECRETARIAT, "state": None, "office": "secretariat"},
        {"role": Role.ADMINISTRATOR, "state": None},
        {"role": Role.AUDITOR, "state": None},
    ],
)
def test_a_focal_point_invites_to_nothing_else(dg, saudi_focal_point, now, told, change):
    change = dict(change)
    if isinstance(change.get("state"), str):
        change["state"] = make_state(change["state"])
    if "group" in change:
        change["group"] = make_group(change["group"])
    if "office" in change:
        change["office"] = make_office(change["office"])
    before = rows()
    with pytest.raises(refusals.NotEntitled):
        invite(dg, saudi_focal_point, now, **change)
    assert (rows(), told) == (before, [])


@pytest.mark.parametrize("who", ["saudi_delegate", "chair", "auditor", "nobody", "syrian_focal_point"])
def test_nobody_else_invites(request, dg, now, told, who):
    actor = request.getfixturevalue(who)
    make_state("SAU")
    before = rows()
    with pytest.raises(refusals.NotEntitled):
        invite(dg, actor, now)
    assert (rows(), told) == (before, [])


def test_only_administrators_make_and_end_administrators(dg, secretary, administrator, now):
    held = administrator.accreditations.get()
    before = rows()
    with pytest.raises(refusals.NotEntitled):
        invite(dg, secretary, now, role=Role.ADMINISTRATOR, state=None)
    with pytest.raises(refusals.NotEntitled):
        people.end(held, actor=secretary, at=now, reason="because")
    assert rows()[1:] == before[1:] and not Invitation.objects.exists()
    invite(dg, administrator, now, role=Role.ADMINISTRATOR, state=None)


def test_the_secretariat_of_one_group_invites_to_no_other(dg, secretary, now):
    with pytest.raises(refusals.NotEntitled):
        invite(dg, secretary, now, group=make_group("WG-WSIS"))


def test_a_focal_point_whose_role_has_ended_invites_nobody(dg, now):
    ended = accredit("old@mcit.gov.sa", dg, Role.FOCAL_POINT, "SAU", until=now).person
    with pytest.raises(refusals.NotEntitled):
        invite(dg, ended, now)


def test_nobody_invites_themselves(dg, secretary, administrator, now):
    for actor in (secretary, administrator):
        with pytest.raises(refusals.NotYourself):
            invite(dg, actor, now, email=actor.email.upper())
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"email": "no address"}, refusals.AddressRefused),
        ({"email": "a@b.example\r\nBcc: all@itu.example"}, refusals.AddressRefused),
        ({"name": "A\r\nBcc: all@itu.example"}, refusals.NameRefused),
        ({"name": " "}, refusals.NameRefused),
        ({"name": "\u200b\u2800"}, refusals.NameRefused),
        ({"name": "n" * 151}, refusals.NameRefused),
        ({"role": "king"}, refusals.RoleDoesNotFit),
        ({"role": Role.CHAIR}, refusals.RoleDoesNotFit),
        ({"role": Role.DELEGATE, "state": None}, refusals.RoleDoesNotFit),
    ],
)
def test_what_cannot_be_kept_is_refused(dg, secretary, now, told, change, error):
    make_state("SAU")
    before = rows()
    with pytest.raises(error):
        invite(dg, secretary, now, **change)
    assert (rows(), told) == (before, [])


def test_one_open_invitation_and_one_role_in_a_delegation(dg, saudi_focal_point, saudi_delegate, now):
    invite(dg, saudi_focal_point, now)
    before = rows()
    with pytest.raises(refusals.AlreadyInvited):
        invite(dg, saudi_focal_point, now, email="NEW.person@mcit.gov.sa", role=Role.FOCAL_POINT)
    with pytest.raises(refusals.AlreadyAccredited):
        invite(dg, saudi_focal_point, now, email=saudi_delegate.email)
    assert rows() == before
    invite(dg, saudi_focal_point, now + settings.INVITATION_LIFETIME)


# --- The link -----------------------------------------------------------------------------------------------------


def test_the_link_leads_to_its_invitation_and_no_other_token_does(dg, saudi_focal_point, now):
    invitation = invite(dg, saudi_focal_point, now)
    link = people.invitation_link(invitation)
    assert link.startswith(settings.PORTAL_URL + "/invitation/")
    token = link.rstrip("/").rpartition("/")[2]
    assert people.invitation_of(token) == invitation
    forged = [
        token[:-1] + ("a" if token[-1] != "a" else "b"),
        signing.dumps({"i": str(invitation.pk)}, salt="another"),
        signing.dumps({"i": "not-a-uuid"}, salt=people.TOKEN_SALT),
        signing.dumps({"i": "00000000-0000-0000-0000-000000000000"}, salt=people.TOKEN_SALT),
        signing.dumps(["i"], salt=people.TOKEN_SALT),
        str(invitation.pk),
        "",
    ]
    for bad in forged:
        with pytest.raises(refusals.InvitationUnknown):
            people.invitation_of(bad)


def test_accepting_makes_the_person_with_exactly_that_role(dg, saudi_focal_point, now):
    invitation = invite(dg, saudi_focal_point, now)
    person = people.accept(invitation, name="Sara", password=PASSWORD, language="fr", at=now, address="::1")
    assert (person.email, person.name, person.language) == ("new.person@mcit.gov.sa", "Sara", "fr")
    assert person.check_password(PASSWORD)
    rights = rights_of(person, now)
    assert [(a.role, a.state.iso3, a.since) for a in rights.accreditations] == [("delegate", "SAU", now)]
    assert person.accreditations.get().history.get().history_user == person
    entry = AccessEntry.objects.get(act="invitation_accepted")
    assert (entry.person_id, entry.address) == (person.pk, "::1")


def test_an_invitation_works_once(dg, saudi_focal_point, now):
    invitation = invite(dg, saudi_focal_point, now)
    people.accept(invitation, name="Sara", password=PASSWORD, at=now)
    before = rows()
    with pytest.raises(refusals.InvitationUsed):
        people.accept(invitation, name="Somebody else", password="another password", at=now)
    assert rows() == before


def test_an_invitation_works_until_just_before_it_expires(dg, saudi_focal_point, now):
    invitation = invite(dg, saudi_focal_point, now)
    before = rows()
    for late in (timedelta(), timedelta(microseconds=1)):
        with pytest.raises(refusals.InvitationExpired):
            people.accept(invitation, password=PASSWORD, at=invitation.expires_at + late)
    assert rows() == before
    people.accept(invitation, password=PASSWORD, at=invitation.expires_at - timedelta(microseconds=1))


def test_a_revoked_invitation_works_no_more(dg, saudi_focal_point, syrian_focal_point, now):
    invitation = invite(dg, saudi_focal_point, now)
    with pytest.raises(refusals.NotEntitled):
        people.revoke(invitation, actor=syrian_focal_point, at=now)
    people.revoke(invitation, actor=saudi_focal_point, at=now)
    before = rows()
    with pytest.raises(refusals.InvitationRevoked):
        people.accept(invitation, password=PASSWORD, at=now)
    with pytest.raises(refusals.InvitationRevoked):
        people.send_again(invitation, actor=saudi_focal_point, at=now)
    with pytest.raises(refusals.InvitationRevoked):
        people.revoke(invitation, actor=saudi_focal_point, at=now)
    assert rows() == before


def test_sending_again_gives_an_expired_link_a_new_life(dg, saudi_focal_point, saudi_delegate, now, told):
    invitation = invite(dg, saudi_focal_point, now)
    later = invitation.expires_at + timedelta(days=1)
    with pytest.raises(refusals.NotEntitled):
        people.send_again(invitation, actor=saudi_delegate, at=later)
    people.send_again(invitation, actor=saudi_focal_point, at=later)
    assert told == [(invitation.pk, now), (invitation.pk, later)]
    people.accept(invitation, password=PASSWORD, at=later)
    with pytest.raises(refusals.InvitationUsed):
        people.send_again(invitation, actor=saudi_focal_point, at=later)


def test_a_link_alone_opens_nobodys_account(dg, saudi_focal_point, syrian_delegate, now):
    known = make_person("New.Person@mcit.gov.sa", password="her own password")
    invitation = invite(dg, saudi_focal_point, now)
    before = rows()
    for signed_in in (None, syrian_delegate):
        with pytest.raises(refusals.SignInFirst):
            people.accept(invitation, password="the attacker's", at=now, signed_in=signed_in)
    assert rows() == before
    assert people.accept(invitation, at=now, signed_in=known) == known
    assert Person.objects.get(pk=known.pk).check_password("her own password")
    assert known.accreditations.get().role == Role.DELEGATE


def test_a_closed_account_accepts_nothing(dg, saudi_focal_point, now):
    known = make_person("new.person@mcit.gov.sa", is_active=False)
    invitation = invite(dg, saudi_focal_point, now)
    with pytest.raises(refusals.SignInFirst):
        people.accept(invitation, at=now, signed_in=known)
    assert not known.accreditations.exists()


def test_a_role_that_came_meanwhile_is_not_doubled(dg, saudi_focal_point, now):
    known = make_person("new.person@mcit.gov.sa")
    invitation = invite(dg, saudi_focal_point, now)
    accredit(known, dg, Role.FOCAL_POINT, "SAU")
    before = rows()
    with pytest.raises(refusals.AlreadyAccredited):
        people.accept(invitation, at=now, signed_in=known)
    assert rows() == before


# --- Ending and changing ------------------------------------------------------------------------------------------


def test_a_role_ends_at_once(dg, saudi_focal_point, saudi_delegate, now):
    accreditation = saudi_delegate.accreditations.get()
    people.end(accreditation, actor=saudi_focal_point, at=now, reason="Left the ministry")
    assert rights_of(saudi_delegate, now - timedelta(microseconds=1)).readable_groups == {dg.pk}
    assert rights_of(saudi_delegate, now).readable_groups == frozenset()
    kept = accreditation.history.first()
    assert (kept.history_user, kept.history_change_reason) == (saudi_focal_point, "Left the ministry")
    assert AccessEntry.objects.get().act == "accreditation_ended"


@pytest.mark.parametrize("who", ["saudi_delegate", "syrian_focal_point", "chair", "auditor", "nobody"])
def test_nobody_else_ends_or_changes_a_role(request, dg, now, who):
    accreditation = accredit("colleague@mcit.gov.sa", dg, Role.DELEGATE, "SAU")
    actor = request.getfixturevalue(who)
    before = rows()
    with pytest.raises(refusals.NotEntitled):
        people.end(accreditation, actor=actor, at=now, reason="because")
    with pytest.raises(refusals.NotEntitled):
        people.change_role(accreditation, Role.FOCAL_POINT, actor=actor, at=now, reason="because")
    assert rows() == before


def test_what_has_ended_does_not_end_again(dg, saudi_focal_point, now):
    ended = accredit("old@mcit.gov.sa", dg, Role.DELEGATE, "SAU", until=now)
    before = rows()
    with pytest.raises(refusals.AlreadyEnded):
        people.end(ended, actor=saudi_focal_point, at=now, reason="because")
    with pytest.raises(ReasonMissing):
        people.end(ended, actor=saudi_focal_point, at=now, reason=" ")
    assert rows() == before


def test_a_delegate_becomes_focal_point_without_a_gap(dg, saudi_focal_point, saudi_delegate, now):
    old = saudi_delegate.accreditations.get()
    new = people.change_role(
        old, Role.FOCAL_POINT, actor=saudi_focal_point, at=now, reason="My deputy from today"
    )
    assert [a.role for a in rights_of(saudi_delegate, now).accreditations] == ["focal_point"]
    assert [a.role for a in rights_of(saudi_delegate, now - timedelta(microseconds=1)).accreditations] == [
        "delegate"
    ]
    assert new.history.get().history_change_reason == "My deputy from today"
    assert AccessEntry.objects.get().act == "role_changed"


@pytest.mark.parametrize(
    ("role", "error"),
    [
        (Role.DELEGATE, refusals.AlreadySo),
        (Role.SECRETARIAT, refusals.RoleDoesNotFit),
        (Role.ADMINISTRATOR, refusals.RoleDoesNotFit),
        ("king", refusals.RoleDoesNotFit),
    ],
)
def test_a_delegate_becomes_nothing_else(dg, saudi_focal_point, saudi_delegate, now, role, error):
    before = rows()
    with pytest.raises(error):
        people.change_role(
            saudi_delegate.accreditations.get(), role, actor=saudi_focal_point, at=now, reason="because"
        )
    assert rows() == before


def test_the_last_focal_point_cannot_lock_the_delegation_out(dg, saudi_focal_point, secretary, now):
    own = saudi_focal_point.accreditations.get()
    accredit("other.group@mcit.gov.sa", make_group("WG-WSIS"), Role.FOCAL_POINT, "SAU")
    gone = make_person("gone@mcit.gov.sa", is_active=False)
    accredit(gone, dg, Role.FOCAL_POINT, "SAU")
    before = rows()
    with pytest.raises(refusals.LastFocalPoint):
        people.end(own, actor=saudi_focal_point, at=now, reason="I leave")
    with pytest.raises(refusals.LastFocalPoint):
        people.change_role(own, Role.DELEGATE, actor=saudi_focal_point, at=now, reason="I step back")
    assert rows() == before
    people.end(own, actor=secretary, at=now, reason="The ministry asked")
    assert not rights_of(saudi_focal_point, now).accreditations


def test_one_of_two_focal_points_may_step_back(dg, saudi_focal_point, now):
    accredit("second@mcit.gov.sa", dg, Role.FOCAL_POINT, "SAU")
    own = saudi_focal_point.accreditations.get()
    people.change_role(own, Role.DELEGATE, actor=saudi_focal_point, at=now, reason="I step back")
    assert [a.role for a in rights_of(saudi_focal_point, now).accreditations] == ["delegate"]


def test_nobody_raises_themselves(dg, administrator, now):
    own = accredit(administrator, dg, Role.DELEGATE, "FRA")
    with pytest.raises(refusals.NotYourself):
        people.change_role(own, Role.FOCAL_POINT, actor=administrator, at=now, reason="because")
    assert own.history.count() == 1


# --- At the same moment -------------------------------------------------------------------------------------------


def at_once(*acts):
    """Run the acts in threads that start together; what each returned or raised, in order."""
    barrier = Barrier(len(acts))

    def run(act):
        barrier.wait(timeout=10)
        try:
            return act()
        except refusals.Refused as refused:
            return type(refused)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=30) for future in [pool.submit(run, act) for act in acts]]


@pytest.mark.django_db(transaction=True)
def test_a_link_opened_twice_at_once_works_once(dg, saudi_focal_point, now):
    invitation = invite(dg, saudi_focal_point, now)
    results = at_once(
        *[lambda: people.accept(invitation, name="Sara", password=PASSWORD, at=now) for _ in range(4)]
    )
    assert sorted(str(r) for r in results if isinstance(r, type)) == [str(refusals.InvitationUsed)] * 3
    assert Accreditation.objects.filter(person__email=invitation.email).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_focal_points_who_leave_at_once_do_not_leave_the_delegation_without_one(
    dg, saudi_focal_point, now
):
    second = accredit("second@mcit.gov.sa", dg, Role.FOCAL_POINT, "SAU").person
    results = at_once(
        *[
            lambda who=who: people.end(who.accreditations.get(), actor=who, at=now, reason="I leave")
            for who in (saudi_focal_point, second)
        ]
    )
    assert results.count(refusals.LastFocalPoint) == 1
    assert Accreditation.objects.in_force(now).filter(role=Role.FOCAL_POINT).count() == 1
