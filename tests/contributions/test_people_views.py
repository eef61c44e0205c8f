"""The people of a delegation: everybody in it sees them, only its focal point acts, and only on its own."""

import pytest
from django.urls import reverse

from cwg.members import people
from cwg.members.models import Accreditation, Invitation, Role
from cwg.notices.models import Event
from tests.factories import accredit, make_group, make_state

pytestmark = pytest.mark.django_db
NEW = {"email": "new@mcit.gov.sa", "name": "New Person", "role": "delegate", "language": "ar"}


def url(name, *rest, group="dg", code="sau"):
    return reverse(f"contributions:{name}", args=[group, code, *rest])


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
    text = client_of(saudi_delegate).get(url("seat")).content.decode()
    assert saudi_focal_point.email in text and saudi_delegate.email in text
    assert "new@mcit.gov.sa" not in text
    assert "/people/" not in text and "/invitations/" not in text


def test_a_focal_point_sees_people_invitations_and_what_can_be_done(
    client_of, saudi_delegate, saudi_focal_point, syrian_delegate, invitation, held
):
    client = client_of(saudi_focal_point)
    text = client.get(url("seat")).content.decode()
    held_role = saudi_delegate.accreditations.get()
    for address in (
        url("invite"),
        url("end", held_role.pk),
        url("role", held_role.pk),
        url("revoke", invitation.pk),
        url("invite-again", invitation.pk),
    ):
        assert address in text
    assert syrian_delegate.email not in text
    assert "open until" in text
    held.forward(days=14)
    assert "expired" in client.get(url("seat")).content.decode()


def test_who_has_left_is_not_in_the_list(client_of, saudi_focal_point, dg, now):
    accredit("gone@mcit.gov.sa", dg, Role.DELEGATE, "SAU", until=now)
    assert "gone@mcit.gov.sa" not in client_of(saudi_focal_point).get(url("seat")).content.decode()


def test_the_page_asks_equally_often_for_one_person_and_for_four(
    client_of, saudi_focal_point, dg, now, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(saudi_focal_point)
    invite_one(dg, saudi_focal_point, now, 0)
    with CaptureQueriesContext(connection) as one:
        client.get(url("seat"))
    for number in (1, 2, 3):
        accredit(f"colleague{number}@mcit.gov.sa", dg, Role.DELEGATE, "SAU")
        invite_one(dg, saudi_focal_point, now, number)
    with django_assert_num_queries(len(one)):
        client.get(url("seat"))


def invite_one(dg, actor, now, number):
    people.invite(
        **NEW | {"email": f"new{number}@mcit.gov.sa"}, group=dg, state=make_state("SAU"), actor=actor, at=now
    )


# --- Acting -------------------------------------------------------------------------------------------------------


def test_a_focal_point_invites_and_a_mail_waits_in_the_outbox(client_of, saudi_focal_point, dg):
    client = client_of(saudi_focal_point)
    assert client.get(url("invite")).status_code == 200
    answer = client.post(url("invite"), NEW | {"state": "SYR", "group": "WG-WSIS", "office": "1"})
    assert (answer.status_code, answer["Location"]) == (302, url("seat") + "#people")
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
        {"email": "delegate.sau@test.example"},
        {"email": "focal.sau@test.example"},
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_invited(client_of, saudi_focal_point, saudi_delegate, change):
    before = state_of_things()
    answer = client_of(saudi_focal_point).post(url("invite"), NEW | change)
    assert answer.status_code == 422
    assert state_of_things() == before


def test_a_role_ends_with_a_reason_and_in_mid_session(client_of, saudi_focal_point, saudi_delegate):
    theirs = client_of(saudi_delegate)
    assert theirs.get(url("seat")).status_code == 200
    client = client_of(saudi_focal_point)
    page = url("end", saudi_delegate.accreditations.get().pk)
    assert client.get(page).status_code == 200
    assert client.post(page, {"reason": " "}).status_code == 422
    assert theirs.get(url("seat")).status_code == 200
    assert client.post(page, {"reason": "Left the ministry"}).status_code == 302
    assert theirs.get(url("seat")).status_code == 404
    assert client.post(page, {"reason": "Again"}).status_code == 404
    kept = Accreditation.history.filter(person=saudi_delegate).first()
    assert (kept.history_change_reason, kept.history_user) == ("Left the ministry", saudi_focal_point)


def test_moving_to_another_delegation_closes_the_old_one_at_once(
    client_of, saudi_focal_point, saudi_delegate, dg, now
):
    theirs = client_of(saudi_delegate)
    people.end(saudi_delegate.accreditations.get(), actor=saudi_focal_point, at=now, reason="Moved")
    accredit(saudi_delegate, dg, Role.DELEGATE, "SYR", since=now)
    assert theirs.get(url("seat")).status_code == 404
    assert theirs.get(url("seat", code="syr")).status_code == 200


def test_a_role_changes_at_once(client_of, saudi_focal_point, saudi_delegate):
    client = client_of(saudi_focal_point)
    theirs = client_of(saudi_delegate)
    assert theirs.get(url("invite")).status_code == 403
    page = url("role", saudi_delegate.accreditations.get().pk)
    assert client.get(page).status_code == 200
    assert client.post(page, {"role": "focal_point", "reason": "My deputy"}).status_code == 302
    assert theirs.get(url("invite")).status_code == 200


@pytest.mark.parametrize("role", ["secretariat", "administrator", "chair", "king", ""])
def test_no_other_role_can_be_given(client_of, saudi_focal_point, saudi_delegate, role):
    before = state_of_things()
    page = url("role", saudi_delegate.accreditations.get().pk)
    assert client_of(saudi_focal_point).post(page, {"role": role, "reason": "because"}).status_code == 422
    assert state_of_things() == before


def test_the_last_focal_point_is_told_to_ask_the_secretariat(client_of, saudi_focal_point):
    client = client_of(saudi_focal_point)
    own = saudi_focal_point.accreditations.get().pk
    before = state_of_things()
    for answer in (
        client.post(url("end", own), {"reason": "I leave"}),
        client.post(url("role", own), {"role": "delegate", "reason": "I step back"}),
    ):
        assert answer.status_code == 422
        assert "secretariat" in answer.content.decode()
    assert state_of_things() == before


def test_one_of_two_focal_points_may_leave(client_of, saudi_focal_point, dg):
    accredit("second@mcit.gov.sa", dg, Role.FOCAL_POINT, "SAU")
    client = client_of(saudi_focal_point)
    answer = client.post(url("end", saudi_focal_point.accreditations.get().pk), {"reason": "I leave"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("contributions:delegation"))
    assert client.get(url("seat")).status_code == 404


def test_an_invitation_is_revoked_or_sent_again(client_of, saudi_focal_point, invitation, held):
    client = client_of(saudi_focal_point)
    held.forward(days=20)
    assert client.post(url("invite-again", invitation.pk)).status_code == 302
    invitation.refresh_from_db()
    assert invitation.is_open_at(held.at)
    assert Event.objects.filter(kind="invitation").count() == 2
    assert client.post(url("revoke", invitation.pk)).status_code == 302
    invitation.refresh_from_db()
    assert invitation.revoked_at == held.at
    before = state_of_things()
    client.post(url("invite-again", invitation.pk))
    client.post(url("revoke", invitation.pk))
    assert state_of_things() == before


# --- Nobody else --------------------------------------------------------------------------------------------------


def acts_on(held_role, invitation):
    return [
        (url("invite"), NEW | {"email": "other@x.example"}),
        (url("end", held_role.pk), {"reason": "because"}),
        (url("role", held_role.pk), {"role": "focal_point", "reason": "because"}),
        (url("revoke", invitation.pk), {}),
        (url("invite-again", invitation.pk), {}),
    ]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("saudi_delegate", 403),
        ("syrian_focal_point", 404),
        ("chair", 404),
        ("secretary", 404),
        ("auditor", 404),
        ("administrator", 404),
        ("nobody", 404),
    ],
)
def test_nobody_else_acts_here(request, client_of, dg, invitation, who, status):
    held_role = accredit("colleague@mcit.gov.sa", dg, Role.DELEGATE, "SAU")
    client = client_of(request.getfixturevalue(who))
    before = state_of_things()
    for address, posted in acts_on(held_role, invitation):
        assert client.post(address, posted).status_code == status, address
    assert state_of_things() == before


def test_visitors_are_asked_to_sign_in(client, dg, invitation):
    held_role = accredit("colleague@mcit.gov.sa", dg, Role.DELEGATE, "SAU")
    before = state_of_things()
    for address, posted in acts_on(held_role, invitation):
        assert client.post(address, posted)["Location"].startswith("/accounts/login/")
    assert state_of_things() == before


def test_people_and_invitations_of_other_delegations_are_not_there(
    client_of, saudi_focal_point, syrian_focal_point, syrian_delegate, dg, now
):
    other_group = accredit("elsewhere@mcit.gov.sa", make_group("WG-WSIS"), Role.DELEGATE, "SAU")
    theirs = people.invite(**NEW, group=dg, state=make_state("SYR"), actor=syrian_focal_point, at=now)
    client = client_of(saudi_focal_point)
    before = state_of_things()
    for pk in (syrian_delegate.accreditations.get().pk, other_group.pk, 999_999):
        assert client.post(url("end", pk), {"reason": "because"}).status_code == 404
        assert client.post(url("role", pk), {"role": "delegate", "reason": "because"}).status_code == 404
    for name in ("revoke", "invite-again"):
        assert client.post(url(name, theirs.pk)).status_code == 404
    assert state_of_things() == before


def test_nothing_is_revoked_or_sent_by_looking(client_of, saudi_focal_point, invitation):
    client = client_of(saudi_focal_point)
    before = state_of_things()
    for name in ("revoke", "invite-again"):
        assert client.get(url(name, invitation.pk)).status_code == 405
    assert state_of_things() == before


def test_hostile_names_are_inert(client_of, saudi_focal_point, invitation, dg):
    Invitation.objects.filter(pk=invitation.pk).update(name="<script>alert(1)</script>")
    text = client_of(saudi_focal_point).get(url("seat")).content.decode()
    assert "<script>alert" not in text and "&lt;script&gt;alert" in text
