"""Asking a State to join, on the draft's page: a mail is promised only where somebody gets it."""

import pytest
from django.urls import reverse

from cwg.members.models import Accreditation, Role
from cwg.notices.models import Event
from tests import drafts, factories
from tests.tampering import as_owner

pytestmark = pytest.mark.django_db
PROMISE = "Its focal points get a mail"
NOBODY = "has no focal point here: nobody gets a mail, and nobody can answer yet"
NOTE = "No focal point here: nobody was told"


@pytest.fixture
def draft(dg, held, saudi_focal_point):
    return drafts.make_draft(dg, factories.make_register(dg), by=saudi_focal_point)


def asked_page(client, draft, iso3: str = "SYR") -> str:
    url = reverse("contributions:ask-sponsor", args=[draft.pk])
    answer = client.post(url, {"state": factories.make_state(iso3).pk}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_state_with_a_focal_point_gets_the_mail_that_is_promised(
    client_of, draft, saudi_focal_point, syrian_focal_point
):
    page = asked_page(client_of(saudi_focal_point), draft)
    assert PROMISE in page and NOBODY not in page and NOTE not in page
    assert Event.objects.filter(kind="sponsorship_asked").count() == 1


@pytest.mark.parametrize("who", ["a delegate only", "left", "closed", "of another group"])
def test_no_mail_is_promised_where_nobody_would_get_it(
    client_of, draft, saudi_focal_point, syrian_delegate, dg, held, who
):
    group = factories.make_group("OTHER") if who == "of another group" else dg
    if who != "a delegate only":
        until = held.at if who == "left" else None
        focal = factories.accredit("focal@syria.example", group, Role.FOCAL_POINT, "SYR", until=until).person
        focal.is_active = who != "closed"
        focal.save()
    page = asked_page(client_of(saudi_focal_point), draft)
    assert NOBODY in page and NOTE in page and PROMISE not in page
    assert not Event.objects.filter(kind="sponsorship_asked").exists()


def test_the_page_of_the_states_people_is_offered_to_who_may_see_it(
    client_of, draft, saudi_focal_point, syrian_delegate, dg
):
    people = reverse("members:state-people", args=["syr"])
    client = client_of(saudi_focal_point)
    assert people not in asked_page(client, draft)
    assert client.get(people).status_code == 404
    secretariat = factories.make_office("secretariat")
    factories.accredit(saudi_focal_point, dg, Role.SECRETARIAT, office=secretariat)
    assert people in client.get(draft.get_absolute_url()).content.decode()
    assert client.get(people).status_code == 200


def test_the_note_goes_when_there_is_a_focal_point(client_of, draft, saudi_focal_point, dg):
    client = client_of(saudi_focal_point)
    assert NOTE in asked_page(client, draft)
    factories.accredit("focal@syria.example", dg, Role.FOCAL_POINT, "SYR")
    assert NOTE not in client.get(draft.get_absolute_url()).content.decode()
    with as_owner():
        Accreditation.objects.filter(person__email="focal@syria.example").delete()
    assert NOTE in client.get(draft.get_absolute_url()).content.decode()


def test_the_page_asks_equally_often_for_one_asked_state_and_for_three(
    client_of, draft, saudi_focal_point, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(saudi_focal_point)
    asked_page(client, draft)
    with CaptureQueriesContext(connection) as one:
        client.get(draft.get_absolute_url())
    asked = len(one)  # before other requests empty the log
    for iso3 in ("FRA", "BRA"):
        asked_page(client, draft, iso3)
    with django_assert_num_queries(asked):
        client.get(draft.get_absolute_url())
