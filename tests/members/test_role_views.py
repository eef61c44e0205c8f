"""Acts on roles and invitations: one page each, for a delegation's focal point, the secretariat and administrators.

The people of a delegation: everybody in it sees them, only its focal point acts, and only on its own.
"""

import pytest
from django.urls import reverse

from cwg.members import people
from cwg.members.models import Accreditation, Invitation, Role
from cwg.notices.models import Event
from tests.factories import LONG_AGO, accredit, make_group, make_office, make_state

pytestmark = pytest.mark.django_db
NEW = {"email": "new@mcit.gov.sa", "name": "New Person", "role": "delegate", "language": "ar"}
SENT = NEW | {"group": "dg", "state": "SAU"}


def seat(code="sau"):
    return reverse("contributions:seat", args=["dg", code])


def url(name, *rest):
    return reverse(f"members:{name}", args=rest)


@pytest.fixture
def invitation(dg, saudi_focal_point, now):
    return people.invite(**NEW, group=dg, state=make_state("SAU"), actor=saudi_focal_point, at=now)


def state_of_things():
    return (
        list(Accreditation.objects.order_by("pk").values()),
        list(Invitation.objects.order_by("pk").values()),
        Event.objects.count(),
    )


# --- Seeing -------------------------------------------------------------------------------------------------------


def test_a_delegate_sees_the_people_and_no_buttons(client_of, saudi_delegate, saudi_focal_point, invitation):
    text = client_of(saudi_delegate).get(seat()).content.decode()
    assert saudi_focal_point.email in text and saudi_delegate.email in text
    assert "new@mcit.gov.sa" not in text
    assert "/people/" not in text and "/invitations/" not in text


def test_a_focal_point_sees_people_invitations_and_what_can_be_done(
    client_of, saudi_delegate, saudi_focal_point, syrian_delegate, invitation, held
):
    client = client_of(saudi_focal_point)
    text = client.get(seat()).content.decode()
    held_role = saudi_delegate.accreditations.get()
    for address in (
        url("invite"),
        url("role-end", held_role.pk),
        url("role-change", held_role.pk),
        url("invitation-revoke", invitation.pk),
        url("invitation-again", invitation.pk),
    ):
        assert address in text
    assert syrian_delegate.email not in text
    assert "open until" in text
    held.forward(days=14)
    assert "expired" in client.get(seat()).content.decode()


def test_who_has_left_is_not_in_the_list(client_of, saudi_focal_point, dg, now):
    accredit("gone@mcit.gov.sa", dg, Role.DELEGATE, "SAU", until=now)
    assert "gone@mcit.gov.sa" not in client_of(saudi_focal_point).get(seat()).content.decode()


def test_the_page_asks_equally_often_for_one_person_and_for_four(
    client_of, saudi_focal_point, dg, now, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(saudi_focal_point)
    invite_one(dg, saudi_focal_point, now, 0)
    with CaptureQueriesContext(connection) as one:
        client.get(seat())
    for number in (1, 2, 3):
        accredit(f"colleague{number}@mcit.gov.sa", dg, Role.DELEGATE, "SAU")
        invite_one(dg, saudi_focal_point, now, number)
    with django_assert_num_queries(len(one)):
        client.get(seat())


def invite_one(dg, actor, now, number):
    people.invite(
        **NEW | {"email": f"new{number}@mcit.gov.sa"}, group=dg, state=make_state("SAU"), actor=actor, at=now
    )


# --- Acting -------------------------------------------------------------------------------------------------------


def test_a_focal_point_invites_and_a_mail_waits_in_the_outbox(client_of, saudi_focal_point, dg):
    client = client_of(saudi_focal_point)
    assert client.get(url("invite")).status_code == 200
    answer = client.post(url("invite"), SENT | {"office": "1"})
    assert (answer.status_code, answer["Location"]) == (302, seat() + "#people")
    made = Invitation.objects.get()
    assert (made.email, made.role, made.state.iso3, made.group) == (NEW["email"], "delegate", "SAU", dg)
    assert Event.objects.filter(kind="invitation").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"email": "no address"},
        {"email": "a@b.example\r\nBcc: all@itu.example"},
        {"name": "A\r\nBcc: all@itu.example"},
        {"role": "secretariat"},
        {"role": "administrator"},
        {"language": "tlh"},
        {"state": "SYR"},
        {"state": ""},
        {"group": "wg-wsis"},
        {"email": "delegate.sau@test.example"},
        {"email": "focal.sau@test.example"},
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_invited(client_of, saudi_focal_point, saudi_delegate, change):
    before = state_of_things()
    answer = client_of(saudi_focal_point).post(url("invite"), SENT | change)
    assert answer.status_code == 422
    assert state_of_things() == before


def test_a_role_ends_with_a_reason_and_in_mid_session(client_of, saudi_focal_point, saudi_delegate):
    theirs = client_of(saudi_delegate)
    assert theirs.get(seat()).status_code == 200
    client = client_of(saudi_focal_point)
    page = url("role-end", saudi_delegate.accreditations.get().pk)
    assert client.get(page).status_code == 200
    assert client.post(page, {"reason": " "}).status_code == 422
    assert theirs.get(seat()).status_code == 200
    assert client.post(page, {"reason": "Left the ministry"}).status_code == 302
    assert theirs.get(seat()).status_code == 404
    assert client.post(page, {"reason": "Again"}).status_code == 404
    kept = Accreditation.history.filter(person=saudi_delegate).first()
    assert (kept.history_change_reason, kept.history_user) == ("Left the ministry", saudi_focal_point)


@pytest.mark.parametrize("name", ["role-end", "role-change"])
def test_the_reason_typed_while_another_ended_the_role_is_in_the_answer(
    client_of, secretary, saudi_focal_point, saudi_delegate, now, name
):
    role, client = saudi_delegate.accreditations.get(), client_of(secretary)
    address = url(name, role.pk)
    assert client.get(address).status_code == 200
    people.end(role, actor=saudi_focal_point, at=now, reason="First")
    reason = "A reason of many words, typed while somebody else was quicker. " * 5
    answer = client.post(address, {"role": "focal_point", "reason": reason})
    page = answer.content.decode()
    assert answer.status_code in (409, 422)
    assert "This role has already ended." in page and reason.strip() in page
    assert saudi_delegate.accreditations.count() == 1
    assert client.get(address).status_code == 404


def test_moving_to_another_delegation_closes_the_old_one_at_once(
    client_of, saudi_focal_point, saudi_delegate, dg, now
):
    theirs = client_of(saudi_delegate)
    people.end(saudi_delegate.accreditations.get(), actor=saudi_focal_point, at=now, reason="Moved")
    accredit(saudi_delegate, dg, Role.DELEGATE, "SYR", since=now)
    assert theirs.get(seat()).status_code == 404
    assert theirs.get(seat("syr")).status_code == 200


def test_a_role_changes_at_once(client_of, saudi_focal_point, saudi_delegate):
    client = client_of(saudi_focal_point)
    theirs = client_of(saudi_delegate)
    assert theirs.get(url("invite")).status_code == 404
    page = url("role-change", saudi_delegate.accreditations.get().pk)
    assert client.get(page).status_code == 200
    assert client.post(page, {"role": "focal_point", "reason": "My deputy"}).status_code == 302
    assert theirs.get(url("invite")).status_code == 200


@pytest.mark.parametrize("role", ["secretariat", "administrator", "chair", "king", ""])
def test_no_other_role_can_be_given(client_of, saudi_focal_point, saudi_delegate, role):
    before = state_of_things()
    page = url("role-change", saudi_delegate.accreditations.get().pk)
    assert client_of(saudi_focal_point).post(page, {"role": role, "reason": "because"}).status_code == 422
    assert state_of_things() == before


def test_the_last_focal_point_is_told_to_ask_the_secretariat(client_of, saudi_focal_point):
    client = client_of(saudi_focal_point)
    own = saudi_focal_point.accreditations.get().pk
    before = state_of_things()
    for answer in (
        client.post(url("role-end", own), {"reason": "I leave"}),
        client.post(url("role-change", own), {"role": "delegate", "reason": "I step back"}),
    ):
        assert answer.status_code == 422
        assert "secretariat" in answer.content.decode()
    assert state_of_things() == before


def test_one_of_two_focal_points_may_leave(client_of, saudi_focal_point, dg):
    accredit("second@mcit.gov.sa", dg, Role.FOCAL_POINT, "SAU")
    client = client_of(saudi_focal_point)
    answer = client.post(url("role-end", saudi_focal_point.accreditations.get().pk), {"reason": "I leave"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("home:home"))
    assert client.get(seat()).status_code == 404


def test_an_invitation_is_revoked_or_sent_again(client_of, saudi_focal_point, invitation, held):
    client = client_of(saudi_focal_point)
    held.forward(days=20)
    assert client.post(url("invitation-again", invitation.pk)).status_code == 302
    invitation.refresh_from_db()
    assert invitation.is_open_at(held.at)
    assert Event.objects.filter(kind="invitation").count() == 2
    assert client.post(url("invitation-revoke", invitation.pk)).status_code == 302
    invitation.refresh_from_db()
    assert invitation.revoked_at == held.at
    before = state_of_things()
    client.post(url("invitation-again", invitation.pk))
    client.post(url("invitation-revoke", invitation.pk))
    assert state_of_things() == before


# --- Nobody else --------------------------------------------------------------------------------------------------


def acts_on(held_role, invitation):
    return [
        (url("invite"), SENT | {"email": "other@x.example"}),
        (url("role-end", held_role.pk), {"reason": "because"}),
        (url("role-change", held_role.pk), {"role": "focal_point", "reason": "because"}),
        (url("invitation-revoke", invitation.pk), {}),
        (url("invitation-again", invitation.pk), {}),
    ]


@pytest.fixture
def other_secretary(db):
    office = make_office("secretariat")
    return accredit("other@test.example", make_group("OTHER"), Role.SECRETARIAT, office=office).person


@pytest.mark.parametrize(
    "who", ["saudi_delegate", "syrian_focal_point", "chair", "auditor", "other_secretary", "nobody"]
)
def test_nobody_else_acts_here(request, client_of, dg, invitation, who):
    held_role = accredit("colleague@mcit.gov.sa", dg, Role.DELEGATE, "SAU")
    client = client_of(request.getfixturevalue(who))
    before = state_of_things()
    for address, posted in acts_on(held_role, invitation):
        refused = client.post(address, posted).status_code
        # Some of them invite too, and not to this delegation.
        invites = address == url("invite") and who in ("syrian_focal_point", "other_secretary")
        assert refused == (422 if invites else 404), address
    assert state_of_things() == before


@pytest.mark.parametrize("who", ["secretary", "administrator"])
def test_the_secretariat_and_administrators_use_the_same_pages(request, client_of, dg, invitation, who):
    held_role = accredit("colleague@mcit.gov.sa", dg, Role.DELEGATE, "SAU")
    client = client_of(request.getfixturevalue(who))
    assert client.get(url("invite")).status_code == 200
    for address, posted in acts_on(held_role, invitation):
        if address == url("role-change", held_role.pk):  # it has just ended
            held_role = accredit("another@mcit.gov.sa", dg, Role.DELEGATE, "SAU")
            address = url("role-change", held_role.pk)
        assert client.get(address).status_code in (200, 404)
        if address != url("invitation-again", invitation.pk):
            assert client.post(address, posted).status_code == 302, address
    assert Invitation.objects.filter(email="other@x.example", state__iso3="SAU").exists()
    assert Accreditation.objects.get(person=held_role.person, until=None).role == "focal_point"
    invitation.refresh_from_db()
    assert invitation.revoked_at is not None


def test_only_an_administrator_gives_the_role_of_one(client_of, secretary, administrator, saudi_delegate, dg):
    given = {"group": "dg", "role": "administrator", "reason": "x"}
    address = url("grant", saudi_delegate.pk)
    assert client_of(secretary).post(address, given).status_code == 422
    assert not saudi_delegate.accreditations.filter(role="administrator").exists()
    assert client_of(administrator).post(address, given).status_code == 302
    assert saudi_delegate.accreditations.filter(role="administrator").exists()


def test_the_secretariat_touches_no_administrators_role(client_of, secretary, administrator):
    role = administrator.accreditations.get()
    for name in ("role-end", "role-change"):
        assert client_of(secretary).get(url(name, role.pk)).status_code == 404
    page = client_of(secretary).get(url("person", administrator.pk)).content.decode()
    assert url("role-end", role.pk) not in page


def test_a_role_is_given_directly_with_a_reason(client_of, secretary, nobody, dg):
    state = make_state("FRA")
    client, address = client_of(secretary), url("grant", nobody.pk)
    given = {"group": "dg", "role": "delegate", "state": "FRA", "reason": "By letter"}
    assert client.post(address, given).status_code == 404  # not known to the group
    accredit(nobody, dg, "delegate", "SYR", until=LONG_AGO)
    assert client.post(address, given | {"reason": ""}).status_code == 422
    assert not nobody.accreditations.filter(until=None).exists()
    assert client.post(address, given).status_code == 302
    role = nobody.accreditations.get(until=None)
    kept = role.history.get()
    assert (role.state, kept.history_user, kept.history_change_reason) == (state, secretary, "By letter")
    again = client.post(address, given)
    assert again.status_code == 422
    assert "already has a role there" in again.content.decode()


def test_nobody_gives_a_role_to_themselves(client_of, secretary):
    given = {"group": "dg", "role": "auditor", "reason": "x"}
    assert client_of(secretary).post(url("grant", secretary.pk), given).status_code == 404
    assert secretary.accreditations.count() == 1


def test_visitors_are_asked_to_sign_in(client, dg, invitation):
    held_role = accredit("colleague@mcit.gov.sa", dg, Role.DELEGATE, "SAU")
    before = state_of_things()
    for address, posted in acts_on(held_role, invitation):
        answer = client.post(address, posted)
        if posted:  # whose words nobody can tell: the answer itself holds them
            assert answer.status_code == 403 and "Sign in in a new window" in answer.content.decode()
        else:
            assert answer["Location"].startswith("/accounts/login/")
    assert state_of_things() == before


def test_people_and_invitations_of_other_delegations_are_not_there(
    client_of, saudi_focal_point, syrian_focal_point, syrian_delegate, dg, now
):
    other_group = accredit("elsewhere@mcit.gov.sa", make_group("WG-WSIS"), Role.DELEGATE, "SAU")
    theirs = people.invite(**NEW, group=dg, state=make_state("SYR"), actor=syrian_focal_point, at=now)
    client = client_of(saudi_focal_point)
    before = state_of_things()
    for pk in (syrian_delegate.accreditations.get().pk, other_group.pk, 999_999):
        assert client.post(url("role-end", pk), {"reason": "because"}).status_code == 404
        assert (
            client.post(url("role-change", pk), {"role": "delegate", "reason": "because"}).status_code == 404
        )
    for name in ("invitation-revoke", "invitation-again"):
        assert client.post(url(name, theirs.pk)).status_code == 404
    assert state_of_things() == before


def test_nothing_is_revoked_or_sent_by_looking(client_of, saudi_focal_point, invitation):
    client = client_of(saudi_focal_point)
    before = state_of_things()
    for name in ("invitation-revoke", "invitation-again"):
        page = client.get(url(name, invitation.pk))
        assert page.status_code == 200
        assert invitation.email in page.content.decode()
    assert state_of_things() == before


def test_hostile_names_are_inert(client_of, saudi_focal_point, invitation, dg):
    Invitation.objects.filter(pk=invitation.pk).update(name="<script>alert(1)</script>")
    text = client_of(saudi_focal_point).get(seat()).content.decode()
    assert "<script>alert" not in text and "&lt;script&gt;alert" in text
