"""Beside people and invitations it is said whether mail gets through to them, for whoever can mend that."""

import pytest
from django.urls import reverse

from cwg.members import mailboxes, people
from cwg.members.models import Invitation, Role
from cwg.notices import kinds, sending
from cwg.notices.expansion import expand_due
from cwg.notices.models import Event, Notice
from cwg.record import jobs
from tests import factories

pytestmark = pytest.mark.django_db

FAILS = "Mail to this address fails"


@pytest.fixture
def make_notice(dg, now):
    def made(address="lost@test.example", status="failed", why="no_mailbox", kind="meeting_announced"):
        number = Notice.objects.count()
        event = Event.objects.create(kind=kind, key=f"k{number}", group=dg, happened_at=now, expanded_at=now)
        given_up = status in ("failed", "set_aside")
        return Notice.objects.create(
            event=event,
            address=address,
            status=status,
            why=why,
            due_at=now,
            failing_since=now if why else None,
            failed_at=now if given_up else None,
            sent_at=now if status == "sent" else None,
            message_id=f"<{number}@x>",
        )

    return made


def words(address="lost@test.example") -> str:
    trouble = mailboxes.troubles([address]).get(address.lower())
    return str(trouble.words) if trouble else ""


@pytest.mark.parametrize("status", ["failed", "set_aside"])
def test_an_address_that_failed_for_good_is_in_trouble_until_a_mail_got_through(make_notice, status):
    make_notice(status=status)
    assert words("Lost@TEST.example") == FAILS
    assert words("other@test.example") == ""
    make_notice(status="sent", why="")
    assert words() == ""


def test_what_is_still_tried_or_not_the_addresss_fault_is_said_as_such(make_notice, held):
    make_notice(status="waiting", why="try_later")
    assert words() == "Mail to this address does not get through yet"
    make_notice(why="refused")
    assert words() == "The last mail to this address failed"
    make_notice(status="waiting", why="")
    assert words() == "The last mail to this address failed"  # the newest is not due for long yet
    held.forward(hours=1)
    assert words() == "A mail to this address has not left the portal yet"


def test_a_draft_is_not_told_of_by_a_mail_that_waits(make_notice, held):
    make_notice(status="waiting", why="try_later", kind=next(iter(kinds.of_drafts())))
    held.forward(days=1)
    assert words() == ""


def test_many_addresses_are_one_question_and_none_is_none(make_notice, django_assert_num_queries):
    make_notice()
    with django_assert_num_queries(1):
        assert len(mailboxes.troubles(["lost@test.example", "a@test.example", "b@test.example"])) == 1
    with django_assert_num_queries(0):
        assert mailboxes.troubles([]) == {}


def test_the_people_of_the_secretariat_show_it_beside_the_person(
    secretary, saudi_delegate, make_notice, client_of
):
    pages = [
        reverse("members:people"),
        reverse("members:person", args=[saudi_delegate.pk]),
        reverse("members:state-people", args=["sau"]),
    ]
    client = client_of(secretary)
    for page in pages:
        assert FAILS not in client.get(page).content.decode()
    make_notice(address=saudi_delegate.email)
    for page in pages:
        assert client.get(page).content.decode().count(FAILS) == 1


def test_whoever_invited_sees_that_the_mail_failed_and_sends_it_anew(
    smtp, dg, saudi_focal_point, syrian_focal_point, client_of, held
):
    people.invite(
        email="new@test.example",
        name="Nadia New",
        language="en",
        group=dg,
        role=Role.DELEGATE,
        state=factories.make_state("SAU"),
        actor=saudi_focal_point,
        at=held.at,
    )
    smtp.refuse = {"new@test.example": "550 5.1.1 unknown"}
    jobs.run("notices")
    assert Notice.objects.get(address="new@test.example").status == "failed"
    client, own = client_of(saudi_focal_point), reverse("contributions:delegation")
    assert FAILS in client.get(own, follow=True).content.decode()
    smtp.refuse = {}
    again = reverse("members:invitation-again", args=[Invitation.objects.get().pk])
    held.forward(minutes=1)
    assert client.post(again).status_code == 302
    expand_due()
    sending.send_due()
    assert smtp.recipients == ["new@test.example"]
    assert FAILS not in client.get(own, follow=True).content.decode()
