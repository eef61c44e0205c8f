"""The workspace shows what came in and what is stuck; of drafts only how many."""

from datetime import timedelta

import pytest

from contributions.counts import open_drafts_by_party
from cwg.notices.models import Event, Notice
from cwg.record import heartbeat
from cwg.record.models import JournalEntry
from tests import factories
from tests.console.conftest import SECRET

TODAY = "/console/today/"


@pytest.fixture
def failed(dg, now):
    event = Event.objects.create(
        kind="meeting_announced", key="k", group=dg, happened_at=now, expanded_at=now
    )
    return Notice.objects.create(
        event=event,
        address="lost@test.example",
        status="failed",
        due_at=now,
        last_error="refused",
        message_id="<1@x>",
    )


def test_drafts_are_a_number(secretary, draft, client_of):
    text = client_of(secretary).get(TODAY).content.decode()
    assert SECRET not in text
    assert "Saudi Arabia" in text and "<dd>1</dd>" in text


def test_the_count_leaves_out_other_groups_and_what_is_submitted(draft, other_group):
    assert open_drafts_by_party([draft.group_id]) == [("Saudi Arabia", 1)]
    assert open_drafts_by_party([other_group.pk]) == []
    draft.status = "discarded"
    draft.save()
    assert open_drafts_by_party([draft.group_id]) == []


def test_the_auditor_gets_no_count_of_drafts(auditor, draft, client_of):
    assert "<dd>1</dd>" not in client_of(auditor).get(TODAY).content.decode()


def test_submissions_come_newest_first_and_alone_for_the_script(secretary, meeting, held, client_of):
    first = factories.make_document(meeting.register, "First")
    held.forward(minutes=5)
    second = factories.make_document(meeting.register, "Second")
    for page in (TODAY, f"{TODAY}submissions/"):
        text = client_of(secretary).get(page).content.decode()
        assert text.index(f"/{second.pk}/change/") < text.index(f"/{first.pk}/change/")
    assert "<html" not in client_of(secretary).get(f"{TODAY}submissions/").content.decode()


def test_a_deadline_of_the_week_is_shown_and_a_later_one_is_not(secretary, dg, now, client_of):
    near = factories.make_meeting(dg, 3, opens_at=now + timedelta(days=5))
    far = factories.make_meeting(dg, 4, opens_at=now + timedelta(days=30))
    text = client_of(secretary).get(TODAY).content.decode()
    assert f"/register/{near.register_id}/change/" in text
    assert f"/register/{far.register_id}/change/" not in text


def test_failed_mail_is_sent_again_with_a_reason(secretary, failed, client_of):
    client = client_of(secretary)
    assert "lost@test.example" in client.get(TODAY).content.decode()
    data = {"action": "send_again", "index": "0", "_selected_action": failed.pk}
    assert 'name="reason"' in client.post("/console/notices/notice/", data).content.decode()
    failed.refresh_from_db()
    assert failed.status == "failed"
    client.post("/console/notices/notice/", data | {"confirmed": "1", "reason": "Address corrected"})
    failed.refresh_from_db()
    assert failed.status == "waiting"
    assert JournalEntry.objects.get(act="notice_sent_again").facts["reason"] == "Address corrected"


def test_another_groups_mail_is_not_shown(other_secretary, failed, client_of):
    client = client_of(other_secretary)
    assert "lost@test.example" not in client.get(TODAY).content.decode()
    data = {
        "action": "send_again",
        "index": "0",
        "_selected_action": failed.pk,
        "confirmed": "1",
        "reason": "x",
    }
    assert client.post("/console/notices/notice/", data).status_code == 404


def test_the_worker_is_seen_or_missed(secretary, held, client_of):
    client = client_of(secretary)
    assert "never been seen" in client.get(TODAY).content.decode()
    heartbeat.beat()
    assert "The worker is at work" in client.get(TODAY).content.decode()
    held.forward(minutes=5)
    assert "last seen" in client.get(TODAY).content.decode()


def test_files_that_nobody_scanned_are_named_by_their_document(secretary, document, client_of):
    text = client_of(secretary).get(TODAY).content.decode()
    assert "Not scanned for viruses: 1" in text
    assert document.symbol in text


def test_an_administrator_sees_health_and_nothing_of_the_groups(administrator, document, failed, client_of):
    text = client_of(administrator).get(TODAY).content.decode()
    assert document.symbol not in text and "lost@test.example" not in text


@pytest.mark.parametrize("page", [TODAY, f"{TODAY}submissions/"])
def test_today_is_only_looked_at(page, secretary, client_of):
    assert client_of(secretary).post(page).status_code == 405
