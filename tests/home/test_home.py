"""Home: what is next, what is asked, what was sent; each for the right person only."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contributions import drafting, sponsors
from cwg import clock
from cwg.documents import register as the_register
from cwg.documents import rules
from cwg.documents.models import DeadlineRule, Slot
from cwg.look.instants import instant_text
from cwg.members.models import Role
from cwg.members.rights import rights_of
from cwg.record import copying
from cwg.record.models import ChainCopy
from meetings import calling_off
from meetings.models import Addressee, Request
from tests import factories

pytestmark = pytest.mark.django_db


def begin_draft(person, register, title):
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


def test_home_says_of_which_meeting_the_documents_are_that_it_leads_to(
    client_of, saudi_delegate, meeting, dg
):
    factories.make_document(factories.make_meeting(dg, 4).register)
    text = client_of(saudi_delegate).get("/").content.decode()
    assert f'href="{meeting.get_absolute_url()}">All documents: {meeting}</a>' in text


def test_a_meeting_in_session_says_when_it_really_opened(client_of, saudi_delegate, meeting, held):
    client, planned = client_of(saudi_delegate), meeting.register.opens_at
    held.move_to(planned + timedelta(minutes=20))
    assert "opened" not in client.get("/").content.decode()
    factories.open_session(meeting)
    page = client.get("/").content.decode()
    assert f'opened <time class="instant" datetime="{held.at:%Y-%m-%dT%H:%M:%SZ}">' in page
    assert f'datetime="{planned:%Y-%m-%dT%H:%M:%SZ}"' not in page


def bands_of(client) -> list[str]:
    return [entry.meeting.register.title for entry in client.get("/").context["bands"]]


def test_home_leads_with_the_nearest_deadline_and_shows_every_open_one(client_of, saudi_delegate, held, dg):
    """The nearest deadline, not the nearest opening: a rule of 37 days closes the later meeting's door first."""
    near = factories.make_meeting(dg, 4, opens_at=held.at + timedelta(days=10))
    far = factories.make_meeting(dg, 5, opens_at=held.at + timedelta(days=40))
    client = client_of(saudi_delegate)
    assert bands_of(client) == [near.register.title, far.register.title]
    DeadlineRule.objects.create(
        name="Long before", offset=37 * 24, unit="hours", kinds=["contribution_action"], source="x"
    )
    with transaction.atomic():
        rules.set_deadlines(the_register.lock(far.register_id), actor_id=None, at=held.at, reason="x")
    page = client.get("/")
    assert page.context["lead"].meeting == far
    text = page.content.decode()
    for meeting in (near, far):
        assert (
            f'data-deadline="{meeting.register.deadlines.order_by("instant").first().instant:%Y-%m-%dT%H:%M}'
            in text
        )
        assert f"?meeting={meeting.register.slug}" in text


def test_a_band_is_open_up_to_the_very_instant_of_its_deadline(client_of, saudi_delegate, held, meeting):
    client, deadline = client_of(saudi_delegate), meeting.register.deadlines.get().instant
    tick = timedelta(microseconds=1)
    for at, shown in ((deadline - tick, True), (deadline, True), (deadline + tick, False)):
        held.move_to(at)
        assert (bands_of(client) == [meeting.register.title]) is shown
    assert client.get("/").context["lead"].meeting == meeting


def test_several_rules_show_the_door_that_binds(client_of, saudi_delegate, held, dg, meeting):
    """A rule that only flags is earlier, and is not the door."""
    flags = DeadlineRule.objects.create(
        name="Twelve days", offset=12, unit="days", effect="flag", kinds=["contribution_action"], source="x"
    )
    with transaction.atomic():
        rules.set_deadlines(the_register.lock(meeting.register_id), actor_id=None, at=held.at, reason="x")
    [band] = client_of(saudi_delegate).get("/").context["bands"]
    assert band.has_several_rules
    assert band.door.deadline.rule_id != flags.pk and band.door.is_door


def test_a_meeting_that_is_called_off_has_no_band(client_of, saudi_delegate, meeting, secretary):
    client = client_of(saudi_delegate)
    assert bands_of(client) == [meeting.register.title]
    assert "has no date yet" not in client.get("/").content.decode()
    calling_off.postpone(meeting, actor=secretary, reason="no hall")
    assert bands_of(client) == []


def test_a_postponed_meeting_does_not_vanish_from_home(client_of, saudi_delegate, nobody, meeting, secretary):
    calling_off.postpone(meeting, actor=secretary, reason="no hall")
    page = client_of(saudi_delegate).get("/").content.decode()
    assert f'<a href="{meeting.get_absolute_url()}">{meeting}</a>' in page and "has no date yet" in page
    assert "No meeting is announced" not in page
    assert str(meeting) not in client_of(nobody).get("/").content.decode()
    calling_off.cancel(meeting, actor=secretary, reason="no hall at all")
    page = client_of(saudi_delegate).get("/").content.decode()
    assert "has no date yet" not in page and "No meeting is announced" in page


def test_who_only_reads_sees_the_deadline_and_no_act(client_of, auditor, meeting):
    page = client_of(auditor).get("/")
    assert page.context["lead"].meeting == meeting
    assert f"?meeting={meeting.register.slug}" not in page.content.decode()


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
    syria = factories.make_state("SYR")
    slot = Slot.objects.create(
        register=meeting.register, state=syria, wording="A paper on tariffs", opened_at=clock.now()
    )
    request = Request.objects.create(meeting=meeting, item="4", wording="A paper on tariffs")
    Addressee.objects.create(request=request, state=syria, slot=slot)
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


def test_a_question_of_sponsorship_leads_to_its_answer_and_says_until_when(
    client_of, saudi_focal_point, syrian_delegate, dg, meeting
):
    draft = begin_draft(saudi_focal_point, meeting.register, "Jointly on access")
    asked = sponsors.ask(
        draft.pk, factories.make_state("SYR"), rights=saudi_focal_point.rights, at=clock.now()
    )
    focal_point = factories.accredit_once("focal.syr@test.example", dg, Role.FOCAL_POINT, "SYR")
    answer = f"{reverse('contributions:seat', args=['dg', 'syr'])}#sponsorship-{asked.pk}"
    page = client_of(focal_point).get("/").content.decode()
    assert answer in page
    deadline = meeting.register.opens_at - timedelta(hours=24)
    assert f"until {instant_text(deadline, meeting.register.zone, 'short')}" in page
    there = client_of(focal_point).get(answer.partition("#")[0]).content.decode()
    assert f'id="sponsorship-{asked.pk}"' in there
    # A delegate sees that it is asked, and is not offered what only the focal point may do.
    page = client_of(syrian_delegate).get("/").content.decode()
    assert "Jointly on access" in page and answer not in page


def test_a_draft_that_is_to_be_submitted_is_asked_of_the_focal_point_and_leads_to_the_act(
    client_of, saudi_delegate, saudi_focal_point, held, meeting
):
    draft = begin_draft(saudi_delegate, meeting.register, "To be sent")
    act = reverse("contributions:preview", args=[draft.pk])
    client = client_of(saudi_focal_point)
    assert act not in client.get("/").content.decode()
    drafting.ask_to_submit(draft.pk, rights=rights_of(saudi_delegate), at=clock.now())
    page = client.get("/").content.decode()
    assert "You are asked to submit it" in page and act in page and "until " in page
    assert "You are asked to submit it" not in client_of(saudi_delegate).get("/").content.decode()
    held.move_to(meeting.register.opens_at - timedelta(hours=24))
    assert "The deadline has passed:" not in client_of(saudi_focal_point).get("/").content.decode()
    held.forward(microseconds=1)
    assert "The deadline has passed:" in client_of(saudi_focal_point).get("/").content.decode()


def test_what_one_sent_oneself_and_what_was_withdrawn_is_not_new(
    client_of, saudi_delegate, saudi_focal_point, syrian_delegate, meeting
):
    document = factories.make_document(meeting.register, "Sent by us", actor=saudi_focal_point)

    def new(person) -> list[str]:
        return [row.title for row in client_of(person).get("/").context["recent"]]

    assert new(syrian_delegate) == ["Sent by us"]
    assert new(saudi_delegate) == []
    the_register.withdraw(document, actor=saudi_focal_point, reason="Sent by mistake")
    assert new(syrian_delegate) == []


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


def test_acts_without_a_copy_are_told_to_the_secretariat_and_to_nobody_else(
    client_of, secretary, saudi_focal_point, meeting, now
):
    copying.catch_up()
    assert "lacks the cop" not in client_of(secretary).get("/").content.decode()
    ChainCopy.objects.filter(chain=meeting.register.chain).update(copied=0, behind_since=now)
    text = client_of(secretary).get("/").content.decode()
    assert "lacks the copy of 1 act<" in text
    assert "lacks the cop" not in client_of(saudi_focal_point).get("/").content.decode()


@pytest.mark.parametrize("page", ["/", "/meetings/", "/documents/"])
def test_who_reads_no_group_is_not_told_to_wait_for_a_meeting(
    client_of, administrator, nobody, saudi_delegate, page
):
    told = "You are not a member of a group"
    assert 'href="/meetings/"' in client_of(saudi_delegate).get("/").content.decode()
    for person, works_elsewhere in ((administrator, True), (nobody, False)):
        content = client_of(person).get(page).content.decode()
        assert told in content
        for promise in ("No meeting is announced", "as soon as it is announced", "No documents yet"):
            assert promise not in content
        assert ("Your work is under Today" in content) is works_elsewhere
        # No menu leads to what is empty for them.
        menus = content.partition("<main")[0]
        assert 'href="/meetings/"' not in menus and 'href="/documents/"' not in menus
    assert told not in client_of(saudi_delegate).get(page).content.decode()
