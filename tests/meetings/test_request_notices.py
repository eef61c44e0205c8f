"""What is told by mail of a request of the Group: to the people of every addressee, once a person, of their own answer."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cwg.members.models import Office, Person, Role
from cwg.notices.expansion import expand_due
from cwg.notices.models import Notice
from cwg.notices.reminders import put_due
from cwg.record import jobs
from meetings import answers, convening, request_reminding, requests
from meetings.models import Meeting, Request
from tests import factories

pytestmark = pytest.mark.django_db

DUE = date(2026, 5, 15)


@pytest.fixture
def meeting(held, dg) -> Meeting:
    return factories.make_meeting(dg, 3, opens_at=held.at - timedelta(hours=1))


@pytest.fixture
def readers(saudi_delegate, saudi_focal_point, syrian_delegate, secretary, chair, bureau, auditor) -> None:
    """One of each role that reads the group's documents."""


@pytest.fixture
def gac(dg) -> Office:
    office = factories.make_office(Office.Kind.INVITED, "gac", "GAC")
    factories.accredit("gac@test.example", dg, Role.INVITED, office=office)
    return office


def ask(meeting: Meeting, secretary: Person, *addressees, **fields) -> Request:
    return requests.record(
        meeting, addressees=addressees, item="4", wording="Report on activities", actor=secretary, **fields
    )


def told() -> list[str]:
    return sorted(address for message in mail.outbox for address in message.to)


def body_to(address: str) -> str:
    (message,) = (message for message in mail.outbox if message.to == [address])
    return message.body


def sau() -> object:
    return factories.make_state("SAU")


def test_a_request_is_told_to_the_people_of_the_delegation_asked(meeting, readers, secretary):
    request = ask(meeting, secretary, sau())
    jobs.run("notices")
    assert told() == ["delegate.sau@test.example", "focal.sau@test.example"]
    body = mail.outbox[0].body
    assert f"http://127.0.0.1:8000{request.get_absolute_url()}" in body
    assert "Report on activities" in body and "is accepted although the deadline has passed" in body
    assert "Also addressed to" not in body


def test_a_request_to_an_office_is_told_to_its_people(meeting, readers, secretary):
    ask(meeting, secretary, Office.objects.get(kind=Office.Kind.BUREAU))
    jobs.run("notices")
    assert told() == ["bureau@test.example"]


def test_a_request_to_a_body_without_presence_is_told_to_the_secretariat(meeting, readers, gac, secretary):
    ask(meeting, secretary, gac)
    jobs.run("notices")
    assert told() == ["secretariat@test.example"]


def test_each_addressee_is_told_of_its_own_answer_and_who_else_was_asked(meeting, readers, gac, secretary):
    bureau = Office.objects.get(kind=Office.Kind.BUREAU)
    ask(meeting, secretary, bureau, gac, sau(), due_on=DUE)
    jobs.run("notices")
    assert told() == [
        "bureau@test.example",
        "delegate.sau@test.example",
        "focal.sau@test.example",
        "secretariat@test.example",
    ]
    body = body_to("delegate.sau@test.example")
    own, _, others = body.partition("Also addressed to")
    assert "Saudi Arabia" in own and bureau.name not in own.partition("Addressed to")[2]
    assert f"{bureau.name}, GAC" in others
    assert "15 May 2026, the end of the day in Geneva" in body


def test_somebody_who_works_for_two_addressees_gets_one_mail(meeting, readers, gac, secretary):
    other = factories.make_office(Office.Kind.INVITED, "isoc", "ISOC")
    ask(meeting, secretary, gac, other)
    jobs.run("notices")
    assert told() == ["secretariat@test.example"]
    body = body_to("secretariat@test.example")
    assert "GAC" in body and "ISOC" in body and "Also addressed to" not in body


def test_a_request_with_a_later_date_says_so_and_offers_no_exception(meeting, saudi_delegate, secretary):
    ask(meeting, secretary, sau(), due_on=DUE)
    jobs.run("notices")
    assert "15 May 2026, the end of the day in Geneva" in mail.outbox[0].body
    assert "although the deadline" not in mail.outbox[0].body


@pytest.mark.parametrize("fate", ["withdrawn", "answered", "closed"])
def test_a_request_that_is_withdrawn_answered_or_closed_is_not_told(
    meeting, saudi_focal_point, secretary, fate
):
    request = ask(meeting, secretary, sau())
    expand_due()
    if fate == "withdrawn":
        requests.withdraw(request, actor=secretary, reason="Answered orally")
    elif fate == "answered":
        factories.make_document(meeting.register, slot_id=request.addressees.get().slot_id)
    else:
        convening.close(meeting, actor=secretary)
    jobs.run("notices")
    assert Notice.objects.get(event__kind="request_recorded").status == "dropped"
    # An answer is a document, of which its own party is told.
    assert len(mail.outbox) == (1 if fate == "answered" else 0)


def test_it_is_still_told_to_those_from_whom_it_was_not_withdrawn(
    meeting, saudi_delegate, syrian_delegate, secretary
):
    request = ask(meeting, secretary, sau(), factories.make_state("SYR"))
    expand_due()
    syria = request.addressees.get(state__iso3="SYR")
    requests.withdraw(request, addressee=syria, actor=secretary, reason="Asked by mistake")
    jobs.run("notices")
    assert told() == ["delegate.sau@test.example"]


# --- Reminders --------------------------------------------------------------------------------------------------------


@pytest.fixture
def dated(held, meeting, saudi_delegate, syrian_delegate, secretary) -> Request:
    request = ask(meeting, secretary, sau(), factories.make_state("SYR"), due_on=DUE)
    jobs.run("notices")
    mail.outbox.clear()
    return request


def remind() -> list[str]:
    put_due()
    jobs.run("notices")
    addresses = told()
    mail.outbox.clear()
    return addresses


BOTH = ["delegate.sau@test.example", "delegate.syr@test.example"]


def test_everybody_who_has_not_answered_is_reminded_a_week_and_a_day_before(held, dated):
    held.move_to(request_reminding.mark_at(dated, 7) - timedelta(microseconds=1))
    assert remind() == []
    for days in (7, 1):
        held.move_to(request_reminding.mark_at(dated, days))
        assert remind() == BOTH
        held.forward(microseconds=1)
        assert remind() == []


def test_a_reminder_names_the_date_and_the_request(held, dated):
    held.move_to(request_reminding.mark_at(dated, 7))
    put_due()
    jobs.run("notices")
    message = next(message for message in mail.outbox if message.to == ["delegate.sau@test.example"])
    assert message.subject == "Due 15 May 2026: request of the Group to Saudi Arabia"
    assert dated.get_absolute_url() in message.body and "Report on activities" in message.body


def test_who_has_answered_is_reminded_no_more(held, dg, dated, saudi_focal_point, secretary):
    document = factories.make_document(factories.make_meeting(dg, 4).register, actor=saudi_focal_point)
    mail.outbox.clear()
    answers.link(dated.addressees.get(state__iso3="SAU"), document, actor=secretary)
    held.move_to(request_reminding.mark_at(dated, 7))
    put_due()
    assert "delegate.syr@test.example" in remind()
    assert not Notice.objects.filter(event__kind="request_reminder", address=BOTH[0]).exists()


def test_an_answer_between_the_mark_and_the_sending_stops_the_reminder(held, dated, secretary):
    held.move_to(request_reminding.mark_at(dated, 7))
    put_due()
    expand_due()
    requests.withdraw(dated, actor=secretary, reason="Not needed")
    jobs.run("notices")
    assert mail.outbox == []
    assert set(Notice.objects.filter(event__kind="request_reminder").values_list("status", flat=True)) == {
        "dropped"
    }


def test_telling_many_people_asks_as_often_as_telling_two(held, dg, dated):
    held.move_to(request_reminding.mark_at(dated, 7))
    put_due()
    with CaptureQueriesContext(connection) as few:
        expand_due()
    assert Notice.objects.filter(event__kind="request_reminder").count() == 2
    for number in range(10):
        factories.accredit(f"{number}@test.example", dg, Role.DELEGATE, "SAU")
    held.move_to(request_reminding.mark_at(dated, 1))
    put_due()
    with CaptureQueriesContext(connection) as many:
        expand_due()
    assert Notice.objects.filter(event__kind="request_reminder").count() == 14
    assert len(many) == len(few)
