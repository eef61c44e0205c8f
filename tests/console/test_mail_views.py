"""A mail is sent again on one page, by the secretariat of its group, with a reason that the journal keeps."""

import pytest
from django.urls import reverse

from cwg.notices import kinds
from cwg.notices.models import Event, Notice
from cwg.record.models import JournalEntry


@pytest.fixture
def make_notice(dg, now):
    def made(status="failed", kind="meeting_announced", group=dg, person=None) -> Notice:
        number = Notice.objects.count()
        event = Event.objects.create(
            kind=kind, key=f"k{number}", group=group, happened_at=now, expanded_at=now
        )
        return Notice.objects.create(
            event=event,
            person=person,
            address=f"lost{number}@test.example",
            status=status,
            due_at=now,
            last_error="refused",
            message_id=f"<{number}@x>",
        )

    return made


def page(notice: Notice) -> str:
    return reverse("today:send-again", args=[notice.pk])


def test_a_failed_mail_is_sent_again_with_a_reason(secretary, make_notice, client_of):
    client, failed = client_of(secretary), make_notice()
    record = reverse("console:notices_notice_change", args=[failed.pk])
    assert page(failed) in client.get(record).content.decode()
    assert failed.address in client.get(page(failed)).content.decode()
    assert client.post(page(failed), {"reason": " "}).status_code == 422
    failed.refresh_from_db()
    assert failed.status == "failed"
    assert client.post(page(failed), {"reason": "Address corrected"}).status_code == 302
    failed.refresh_from_db()
    assert failed.status == "waiting"
    entry = JournalEntry.objects.get(act="notice_sent_again")
    assert (entry.actor_id, entry.facts["reason"]) == (secretary.pk, "Address corrected")
    assert client.get(page(failed)).status_code == 409
    assert client.post(page(failed), {"reason": "And again"}).status_code == 409
    assert JournalEntry.objects.filter(act="notice_sent_again").count() == 1


@pytest.mark.parametrize(
    "who", ["other_secretary", "auditor", "administrator", "chair", "saudi_focal_point", "nobody"]
)
def test_nobody_else_sends_it(who, make_notice, client_of, request):
    client, failed = client_of(request.getfixturevalue(who)), make_notice()
    assert client.get(page(failed)).status_code == 404
    assert client.post(page(failed), {"reason": "x"}).status_code == 404
    failed.refresh_from_db()
    assert failed.status == "failed"
    assert not JournalEntry.objects.filter(act="notice_sent_again").exists()


def test_a_mail_of_no_group_is_sent_again_to_those_one_knows(
    secretary, other_secretary, saudi_delegate, make_notice, client_of
):
    mail = make_notice("sent", "password_reset", None, saudi_delegate)
    assert client_of(other_secretary).get(page(mail)).status_code == 404
    assert client_of(secretary).get(page(mail)).status_code == 200


def test_a_mail_about_a_draft_is_reached_only_once_it_failed(secretary, make_notice, client_of):
    kind = next(iter(kinds.of_drafts()))
    client = client_of(secretary)
    assert client.get(page(make_notice("failed", kind))).status_code == 200
    assert client.get(page(make_notice("sent", kind))).status_code == 404


def test_the_record_offers_no_act_of_its_own(secretary, make_notice, client_of):
    failed = make_notice()
    forged = {"action": "send_again", "index": "0", "_selected_action": failed.pk, "confirmed": "1"}
    assert client_of(secretary).post("/console/notices/notice/", forged | {"reason": "x"}).status_code == 403
    failed.refresh_from_db()
    assert failed.status == "failed"
