"""Home: what is next, what is asked, what was sent; each for the right person only."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contributions import drafting, sponsors
from cwg import clock
from cwg.documents.models import Slot
from tests import factories

pytestmark = pytest.mark.django_db


def begin_draft(person, register, title):
    from cwg.members.rights import rights_of

    rights = rights_of(person)
    return drafting.begin(
        rights=rights,
        at=clock.now(),
        party=rights.own_parties[0],
        wording=drafting.Wording(register, "contribution_action", title, ("en",)),
    )


@pytest.fixture
def meeting(held, dg):
    return factories.make_meeting(dg, 3)


def test_home_names_the_next_meeting_and_its_deadline(client_of, saudi_delegate, meeting):
    page = client_of(saudi_delegate).get(reverse("home:home"))
    assert page.status_code == 200
    text = page.content.decode()
    assert meeting.register.title in text
    deadline = meeting.register.opens_at - timedelta(hours=24)
    assert f'data-deadline="{deadline:%Y-%m-%dT%H:%M}' in text


def test_a_meeting_in_session_says_when_it_really_opened(client_of, saudi_delegate, meeting, held):
    client, planned = client_of(saudi_delegate), meeting.register.opens_at
    held.move_to(planned + timedelta(minutes=20))
    assert "opened" not in client.get("/").content.decode()
    factories.open_session(meeting)
    page = client.get("/").content.decode()
    assert f'opened <time class="instant" datetime="{held.at:%Y-%m-%dT%H:%M:%SZ}">' in page
    assert f'datetime="{planned:%Y-%m-%dT%H:%M:%SZ}"' not in page


def test_home_is_calm_when_no_meeting_is_announced(client_of, saudi_delegate, held, dg):
    hidden = factories.make_meeting(dg, 3, announced=False)
    page = client_of(saudi_delegate).get("/").content.decode()
    assert "No meeting is announced" in page
    assert hidden.register.title not in page


def test_a_draft_shows_to_its_own_delegation_only(
    client_of, saudi_delegate, syrian_delegate, secretary, meeting
):
    begin_draft(saudi_delegate, meeting.register, "A quiet draft")
    assert "A quiet draft" in client_of(saudi_delegate).get("/").content.decode()
    for other in (syrian_delegate, secretary):
        assert "A quiet draft" not in client_of(other).get("/").content.decode()


def test_an_open_request_shows_to_its_addressee_only(client_of, saudi_delegate, syrian_delegate, meeting):
    Slot.objects.create(
        register=meeting.register,
        state=factories.make_state("SYR"),
        wording="A paper on tariffs",
        opened_at=clock.now(),
    )
    assert "A paper on tariffs" in client_of(syrian_delegate).get("/").content.decode()
    assert "A paper on tariffs" not in client_of(saudi_delegate).get("/").content.decode()


def test_a_question_of_sponsorship_shows_to_the_state_that_is_asked(
    client_of, saudi_focal_point, syrian_delegate, meeting
):
    draft = begin_draft(saudi_focal_point, meeting.register, "Jointly on access")
    client = client_of(syrian_delegate)
    assert "Jointly on access" not in client.get("/").content.decode()
    sponsors.ask(draft.pk, factories.make_state("SYR"), rights=saudi_focal_point.rights, at=clock.now())
    assert "Jointly on access" in client.get("/").content.decode()


def test_home_asks_the_database_as_often_for_three_rows_as_for_one(client_of, saudi_focal_point, meeting):
    client = client_of(saudi_focal_point)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get("/").status_code == 200
        return len(seen)

    begin_draft(saudi_focal_point, meeting.register, "One")
    factories.make_document(meeting.register, "First", actor=saudi_focal_point)
    one = queries()
    for title in ("Two", "Three"):
        begin_draft(saudi_focal_point, meeting.register, title)
        factories.make_document(meeting.register, f"Paper {title}", actor=saudi_focal_point)
    assert queries() == one
    assert one <= 24


def test_who_reads_no_group_is_not_told_to_wait_for_a_meeting(client_of, administrator, nobody):
    for person, works_in_the_console in ((administrator, True), (nobody, False)):
        content = client_of(person).get("/").content.decode()
        assert "You are not a member of a group" in content and "No meeting is announced" not in content
        assert ("Your work is in the console" in content) is works_in_the_console
