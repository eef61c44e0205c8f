"""Meetings are convened, moved, announced and closed by their verbs; requests are recorded; rules are entered."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from cwg.documents.models import Deadline, DeadlineRule, Slot
from cwg.record.models import JournalEntry, PortalJournal
from meetings.models import Meeting, Request, Sitting
from tests import factories

ADD = "/console/meetings/meeting/add/"


@pytest.fixture
def plan(dg):
    factories.twenty_four_hours()
    return {
        "group": dg.pk,
        "ordinal": 5,
        "title": "Fifth meeting",
        "place": "Geneva",
        "zone": "Europe/Zurich",
        "opens_local": "2026-06-22T09:30",
        "days": 2,
    }


def test_a_meeting_is_convened_with_its_deadline(secretary, plan, client_of, held):
    assert client_of(secretary).post(ADD, plan).status_code == 302
    meeting = Meeting.objects.get()
    assert meeting.register.opens_at == datetime(2026, 6, 22, 7, 30, tzinfo=UTC)
    assert Deadline.objects.get().instant == datetime(2026, 6, 21, 7, 30, tzinfo=UTC)
    assert meeting.register.announced_at is None


@pytest.mark.parametrize(
    "local", ["2026-03-29T02:30", "2026-10-25T02:30", "nonsense", "2026-06-22T09:30+02:00", ""]
)
def test_an_opening_that_is_not_one_instant_is_refused(local, secretary, plan, client_of, held):
    assert client_of(secretary).post(ADD, plan | {"opens_local": local}).status_code == 400
    assert not Meeting.objects.exists()


def test_another_groups_meeting_cannot_be_convened(other_secretary, plan, client_of, held):
    assert client_of(other_secretary).post(ADD, plan).status_code == 400
    assert not Meeting.objects.exists()


def test_the_next_meeting_is_proposed_from_the_last(secretary, meeting, client_of):
    text = client_of(secretary).get(f"{ADD}?after={meeting.pk}").content.decode()
    assert 'name="ordinal" value="3"' in text
    assert "meeting 3" in text


@pytest.mark.parametrize("after", ["abc", "0", "99999999999999999999", "-1"])
def test_a_proposal_from_nothing_is_an_empty_form(after, secretary, client_of, held):
    assert client_of(secretary).get(f"{ADD}?after={after}").status_code == 200


def test_the_record_leads_to_the_page_that_moves_the_meeting(secretary, auditor, meeting, client_of):
    page = reverse("console:meetings_meeting_change", args=[meeting.pk])
    move = reverse("meetings:move", args=[meeting.register.slug])
    assert move in client_of(secretary).get(page).content.decode()
    assert move not in client_of(auditor).get(page).content.decode()


def test_a_meeting_is_announced_and_closed_by_its_verbs(secretary, dg, held, client_of):
    meeting = factories.make_meeting(dg, announced=False)
    client = client_of(secretary)
    act = {"index": "0", "_selected_action": meeting.pk, "confirmed": "1"}
    client.post("/console/meetings/meeting/", act | {"action": "close"})
    meeting.register.refresh_from_db()
    assert meeting.register.closed_at is None
    client.post("/console/meetings/meeting/", act | {"action": "announce"})
    meeting.register.refresh_from_db()
    assert meeting.register.announced_at == held.at
    held.move_to(meeting.register.opens_at)
    client.post("/console/meetings/meeting/", act | {"action": "close"})
    meeting.register.refresh_from_db()
    assert meeting.register.closed_at == held.at


def test_a_request_in_session_opens_a_slot(secretary, in_session, client_of):
    state = factories.make_state("LVA")
    data = {"meeting": in_session.pk, "item": "4", "state": state.pk, "wording": "Figures on prices"}
    client = client_of(secretary)
    office = secretary.accreditations.get().office
    assert client.post("/console/meetings/request/add/", data | {"office": office.pk}).status_code == 400
    assert not Request.objects.exists()
    assert client.post("/console/meetings/request/add/", data).status_code == 302
    slot = Slot.objects.get()
    assert (slot.state, slot.register) == (state, in_session.register)
    page = "/console/meetings/request/"
    act = {"action": "withdraw", "index": "0", "_selected_action": Request.objects.get().pk, "confirmed": "1"}
    client.post(page, act | {"reason": "Asked twice"})
    slot.refresh_from_db()
    assert slot.withdrawn_at is not None


def test_no_request_before_the_opening(secretary, meeting, client_of):
    state = factories.make_state("LVA")
    data = {"meeting": meeting.pk, "item": "4", "state": state.pk, "wording": "Figures"}
    assert client_of(secretary).post("/console/meetings/request/add/", data).status_code == 400
    assert not Slot.objects.exists()


def test_a_sitting_is_entered_on_the_clock_of_the_seat(secretary, meeting, client_of):
    data = {
        "meeting": meeting.pk,
        "number": 1,
        "title": "Morning",
        "starts_at": "2026-03-12T09:30",
        "ends_at": "2026-03-12T12:30",
        "reason": "As planned",
    }
    client = client_of(secretary)
    bad = client.post(
        "/console/meetings/sitting/add/", data | {"starts_at": "2026-03-29T02:30", "ends_at": ""}
    )
    assert bad.status_code == 200 and not Sitting.objects.exists()
    assert client.post("/console/meetings/sitting/add/", data).status_code == 302
    assert Sitting.objects.get().starts_at == datetime(2026, 3, 12, 8, 30, tzinfo=UTC)


# --- Rules ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def rule(dg):
    return {
        "name": "Decision 556",
        "group": dg.pk,
        "kinds": ["contribution_action"],
        "exempt_kinds": ["administrative"],
        "offset": 12,
        "unit": "days",
        "anchor": "opening",
        "measured": "received",
        "effect": "flag",
        "source": "Council Decision 556",
        "active": "on",
        "reason": "Adopted",
    }


def test_several_rules_are_entered_and_the_house_keeps_them(secretary, rule, client_of):
    client = client_of(secretary)
    assert client.post("/console/documents/deadlinerule/add/", rule).status_code == 302
    second = rule | {"name": "Posted", "offset": 7, "measured": "available"}
    assert client.post("/console/documents/deadlinerule/add/", second).status_code == 302
    assert DeadlineRule.objects.count() == 2
    entry = JournalEntry.objects.filter(chain=PortalJournal.objects.get().chain, act="deadline_rule").first()
    assert (entry.facts["reason"], entry.facts["after"]["offset"]) == ("Adopted", 12)


@pytest.mark.parametrize(
    "wrong",
    [
        {"anchor": "item"},
        {"offset": "-1"},
        {"kinds": ["nonsense"]},
        {"exempt_kinds": ["contribution_action"]},
        {"reason": ""},
    ],
)
def test_a_wrong_rule_is_refused_at_entry(wrong, secretary, rule, client_of):
    answer = client_of(secretary).post("/console/documents/deadlinerule/add/", rule | wrong)
    assert answer.status_code == 200
    assert not DeadlineRule.objects.exists()
    if "anchor" in wrong:
        assert "the items of an agenda have no times" in answer.content.decode()


def test_a_rule_for_every_group_needs_the_secretariat_of_every_group(secretary, rule, dg, client_of):
    from cwg.members.models import Group, Office

    answer = client_of(secretary).post("/console/documents/deadlinerule/add/", rule | {"group": ""})
    assert answer.status_code == 200 and not DeadlineRule.objects.exists()
    office = Office.objects.get(kind="secretariat")
    for group in Group.objects.exclude(pk=dg.pk):
        factories.accredit(secretary, group, "secretariat", office=office)
    assert (
        client_of(secretary).post("/console/documents/deadlinerule/add/", rule | {"group": ""}).status_code
        == 302
    )
    assert DeadlineRule.objects.get().group is None


def test_changing_a_rule_moves_no_deadline(secretary, meeting, rule, client_of):
    kept = DeadlineRule.objects.get()
    kept.group = meeting.register.group
    kept.save()
    before = Deadline.objects.get().instant
    page = reverse("console:documents_deadlinerule_change", args=[kept.pk])
    seen = kept.history.latest("history_id").history_id
    assert (
        client_of(secretary).post(page, rule | {"offset": 48, "unit": "hours", "seen": seen}).status_code
        == 302
    )
    assert Deadline.objects.get().instant == before
