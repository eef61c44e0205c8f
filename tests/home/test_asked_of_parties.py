"""Who is asked and may answer: Home, the request's page, its mail and the form behind the button say the same."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cwg.members.models import Office, Person, Role
from cwg.members.rights import rights_of
from cwg.notices.models import Event
from meetings import request_lines, requests
from meetings.models import Meeting, Request
from meetings.request_notices import _people
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(held, dg) -> Meeting:
    return factories.make_meeting(dg, 3, opens_at=held.at - timedelta(hours=1))


@pytest.fixture
def vice_chair(dg) -> Person:
    office = factories.make_office(Office.Kind.CHAIR)
    return factories.accredit("vice@test.example", dg, Role.VICE_CHAIR, office=office).person


def ask(meeting: Meeting, kind: str, secretary: Person) -> Request:
    return requests.record(
        meeting,
        addressees=[factories.make_office(kind)],
        item="3",
        wording="A paper for information",
        actor=secretary,
    )


def offered(person: Person, request: Request, client_of) -> set[str]:
    """Where the person is offered to answer, or is told to; the form behind the offer opens."""
    client = client_of(person)
    slot = request.addressees.get().slot_id
    query = f"?meeting={request.meeting.register.slug}&amp;slot={slot}"
    forms = [reverse(f"contributions:{name}") + query for name in ("new", "for")]
    found = set()
    for place, url in (("home", "/"), ("page", request.get_absolute_url())):
        page = client.get(url)
        for form in forms:
            if page.status_code == 200 and form in page.content.decode():
                found.add(place)
                answer = client.get(form.replace("&amp;", "&"), follow=True)
                assert answer.status_code == 200 and request.wording in answer.content.decode()
    event = Event.objects.get(kind="request_recorded", facts__request=request.pk)
    if person.pk in {recipient.person.pk for recipient in _people(event, event.happened_at)}:
        found.add("mail")
    return found


EVERYWHERE = {"home", "page", "mail"}


def test_a_request_to_an_invited_body_is_the_secretariats_to_answer(
    dg, meeting, secretary, chair, saudi_focal_point, client_of
):
    request = ask(meeting, Office.Kind.INVITED, secretary)
    body = request.addressees.get().office
    own = factories.accredit("gac@test.example", dg, Role.INVITED, office=body).person
    assert offered(secretary, request, client_of) == EVERYWHERE
    for other in (own, chair, saudi_focal_point):
        assert offered(other, request, client_of) == set()


def test_a_request_to_the_chair_is_the_chairs_and_the_vice_chairs_to_answer(
    meeting, secretary, chair, vice_chair, client_of
):
    request = ask(meeting, Office.Kind.CHAIR, secretary)
    assert offered(chair, request, client_of) == EVERYWHERE
    assert offered(vice_chair, request, client_of) == EVERYWHERE
    # The chair may hand the answer in: the secretariat is offered to file it, and is not asked for it.
    assert offered(secretary, request, client_of) == {"page"}


def test_a_vice_chair_begins_the_document_that_is_offered(meeting, vice_chair, client_of):
    client = client_of(vice_chair)
    desk = client.get(reverse("contributions:delegation")).content.decode()
    assert "?party=dg.chair" in desk
    answer = client.get(f"{reverse('contributions:new')}?party=dg.chair")
    assert answer.status_code == 200


def test_an_invited_contributor_is_offered_no_office(dg, meeting, client_of):
    body = factories.make_office(Office.Kind.INVITED)
    person = factories.accredit("gac@test.example", dg, Role.INVITED, office=body).person
    page = client_of(person).get(reverse("contributions:delegation")).content.decode()
    assert "?party=" not in page
    assert "My office" not in client_of(person).get("/").content.decode()


def test_a_request_of_another_group_to_the_same_state_is_not_offered(
    held, meeting, secretary, saudi_delegate, client_of
):
    """Somebody reads another group, and works for the State in this one only."""
    elsewhere = factories.make_meeting(
        factories.make_group("ELSEWHERE"), opens_at=held.at - timedelta(hours=1)
    )
    group = elsewhere.register.group
    factories.accredit(saudi_delegate, group, Role.AUDITOR)
    office = factories.make_office(Office.Kind.SECRETARIAT)
    theirs = factories.accredit("s@elsewhere.example", group, Role.SECRETARIAT, office=office).person
    here, there = (
        requests.record(
            place,
            addressees=[factories.make_state("SAU")],
            item="3",
            wording="A list",
            due_on=due_on,
            actor=actor,
        )
        for place, actor, due_on in ((meeting, secretary, None), (elsewhere, theirs, None))
    )
    page = client_of(saudi_delegate).get("/").content.decode()
    assert here.get_absolute_url() in page
    assert there.get_absolute_url() not in page


def test_home_and_the_delegation_list_what_is_asked_and_mark_what_is_overdue(
    held, meeting, secretary, saudi_delegate, syrian_delegate, client_of
):
    asked = requests.record(
        meeting,
        addressees=[factories.make_state("SAU"), factories.make_state("FRA")],
        item="3",
        wording="A report on activities",
        due_on=held.at.date() + timedelta(days=3),
        actor=secretary,
    )
    places = ("/", reverse("contributions:seat", args=["dg", "sau"]))
    for place in places:
        page = client_of(saudi_delegate).get(place).content.decode()
        assert asked.get_absolute_url() in page and "Overdue" not in page
    assert asked.get_absolute_url() not in client_of(syrian_delegate).get("/").content.decode()
    held.forward(days=4)
    for place in places:
        assert "Overdue" in client_of(saudi_delegate).get(place).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_asked_costs_one_question_however_much_it_is(
    meeting, secretary, saudi_delegate, client_of, django_assert_max_num_queries, count
):
    for number in range(count):
        requests.record(
            meeting,
            addressees=[factories.make_state("SAU"), factories.make_state("SYR")],
            item=f"{number}",
            wording="A list",
            actor=secretary,
        )
    rights = rights_of(saudi_delegate)
    with django_assert_max_num_queries(1):
        lines = request_lines.asked_of(rights)
        said = [(str(line.addressee.party), line.standing.is_open, line.answer) for line in lines]
    assert said == [("Saudi Arabia", True, None)] * count
