"""Meetings are convened, moved, announced and closed by their verbs; requests are recorded; rules are entered."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from cwg.documents.models import Deadline, DeadlineRule, Slot
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


@pytest.mark.parametrize("after", ["abc", "0", "99999999999999999999", "-1", "\u00b2", "\u0663"])
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
    factories.open_session(meeting)
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


def test_rules_are_shown_and_kept_elsewhere(secretary, dg, client_of):
    general = factories.twenty_four_hours()
    client = client_of(secretary)
    page = client.get(reverse("console:documents_deadlinerule_change", args=[general.pk])).content.decode()
    assert "must be available on the website not later than 24 hours before the opening" in page
    assert reverse("documents:rule", args=[general.pk]) in page
    assert 'name="offset"' not in page
    assert client.get("/console/documents/deadlinerule/add/").status_code == 404
    changed = reverse("console:documents_deadlinerule_change", args=[general.pk])
    assert client.post(changed, {"offset": 48, "reason": "Mine"}).status_code == 403
    assert DeadlineRule.objects.get().offset == 24


def test_rules_are_exported_as_sentences(secretary, dg, client_of):
    factories.twenty_four_hours()
    foreign = DeadlineRule.objects.create(
        group=factories.make_group("CWG-INTERNET"),
        name="Theirs",
        offset=48,
        unit="hours",
        effect="flag",
        source="X",
    )
    content = client_of(secretary).get(reverse("console:documents_deadlinerule_csv")).content.decode()
    assert "A late one is kept as a draft." in content and foreign.name not in content
