"""Meetings, sittings, requests and rules are shown in the console, and lead to the pages on which they are acted on."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from cwg.documents.models import DeadlineRule
from meetings import requests
from meetings.models import Addressee
from meetings.offers import MeetingAct
from tests import factories


def links_of(client, row) -> str:
    page = reverse(f"console:meetings_{row._meta.model_name}_change", args=[row.pk])
    return client.get(page).content.decode()


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("draft", {"announce", "deadlines", "edit", "move", "cancel"}),
        ("announced", {"deadlines", "edit", "move", "postpone", "cancel"}),
        ("about to open", {"open-sitting", "deadlines", "edit", "move", "postpone", "cancel"}),
        ("in session", {"open-sitting", "undo-opening", "record-request", "close", "edit"}),
        ("closed", set()),
    ],
)
def test_the_record_leads_to_the_pages_of_what_can_be_done_now(
    secretary, auditor, dg, held, client_of, state, offered
):
    more = {
        "draft": {"announced": False},
        "announced": {},
        "about to open": {"opens_at": held.at + timedelta(minutes=5)},
        "in session": {"opens_at": held.at},
        "closed": {"opens_at": held.at, "closed_at": held.at},
    }[state]
    meeting = factories.make_meeting(dg, 5, **more)
    sitting = meeting.sittings.create(number=1, starts_at=held.at)
    acts = MeetingAct.values
    for row in (meeting, sitting):
        seen = links_of(client_of(secretary), row)
        addresses = {act: reverse(f"meetings:{act}", args=[meeting.register.slug]) for act in acts}
        assert {act for act, address in addresses.items() if f'"{address}"' in seen} == offered
        told = links_of(client_of(auditor), row)
        assert not any(f'"{address}"' in told for address in addresses.values())


@pytest.mark.parametrize("model", ["meeting", "sitting", "request", "addressee"])
def test_nothing_of_a_meeting_is_entered_or_changed_here(secretary, in_session, client_of, held, model):
    sitting = in_session.sittings.create(number=1, starts_at=held.at)
    asked = requests.record(
        in_session, addressees=[factories.make_state("LVA")], item="4", wording="Figures", actor=secretary
    )
    row = {"meeting": in_session, "sitting": sitting, "request": asked, "addressee": asked.addressees.get()}[
        model
    ]
    client, page = client_of(secretary), reverse(f"console:meetings_{model}_change", args=[row.pk])
    assert client.get(page).status_code == 200
    assert client.get(f"/console/meetings/{model}/add/").status_code == 404
    assert client.post(page, {"title": "x", "venue": "x", "reason": "x"}).status_code == 403
    act = {"action": "close", "index": "0", "_selected_action": row.pk, "confirmed": "1", "reason": "x"}
    assert client.post(f"/console/meetings/{model}/", act).status_code in (400, 403)
    in_session.register.refresh_from_db()
    assert in_session.register.closed_at is None
    assert Addressee.objects.get().withdrawn_at is None


def test_a_request_leads_to_the_page_that_withdraws_it_while_it_is_open(secretary, in_session, client_of):
    asked = requests.record(
        in_session, addressees=[factories.make_state("LVA")], item="4", wording="Figures", actor=secretary
    )
    withdraw = reverse("meetings:withdraw-request", args=[in_session.register.slug, asked.pk])
    assert withdraw in links_of(client_of(secretary), asked)
    requests.withdraw(asked, actor=secretary, reason="Asked twice")
    assert withdraw not in links_of(client_of(secretary), asked)


def test_times_of_a_meeting_are_those_of_its_seat(secretary, dg, held, client_of):
    """Not of the secretariat's seat: the same instant is 09:30 in Riyadh and 07:30 in Geneva."""
    opens = datetime(2026, 6, 22, 6, 30, tzinfo=UTC)
    meeting = factories.make_meeting(dg, 6, opens_at=opens, zone="Asia/Riyadh")
    sitting = meeting.sittings.create(number=1, starts_at=opens)
    client = client_of(secretary)
    for row in (meeting, sitting):
        shown = links_of(client, row)
        assert "09:30" in shown and "08:30" not in shown
        listed = client.get(reverse(f"console:meetings_{row._meta.model_name}_changelist")).content.decode()
        assert "09:30" in listed and "08:30" not in listed
    register = client.get(reverse("console:documents_register_change", args=[meeting.register_id]))
    assert "09:30" in register.content.decode() and "08:30" not in register.content.decode()


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
