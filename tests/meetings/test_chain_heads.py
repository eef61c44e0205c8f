"""The heads by mail: to the focal points who asked for them, once a day, and to nobody else."""

import hashlib
from datetime import timedelta

import pytest
from django.core import mail

from cwg.documents import heads
from cwg.documents.models import PublishedHeads
from cwg.members.models import Role
from cwg.notices import expansion, preferences, reminders, sending
from cwg.notices.models import Event, Notice
from cwg.record import journal
from cwg.record.models import SigningKey
from meetings import chain_heads
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(held, dg, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return factories.make_register(dg, opens_at=held.at + timedelta(days=10))


def sweep() -> list:
    heads.publish()
    reminders.put_due()
    expansion.expand_due()
    sending.send_due()
    return mail.outbox


def test_a_focal_point_who_asked_gets_every_head_with_the_names_of_what_they_read(
    register, held, saudi_focal_point
):
    preferences.set_wanted(saudi_focal_point, chain_heads.KIND, True)
    elsewhere = factories.make_register(factories.make_group("OTHER"), opens_at=held.at + timedelta(days=10))
    (sent,) = sweep()
    assert sent.to == [saudi_focal_point.email]
    assert sent.subject == "Heads of the chains, 2 March 2026"
    for row in (register, elsewhere):
        row.refresh_from_db()
        assert row.chain_head in sent.body and str(row.chain) in sent.body
    assert register.title in sent.body and elsewhere.title not in sent.body
    assert SigningKey.objects.get().fingerprint in sent.body
    assert "/record/heads/2026-03-02.json" in sent.body


def test_the_mail_names_the_digest_of_the_file_that_is_published(register, client, saudi_focal_point):
    preferences.set_wanted(saudi_focal_point, chain_heads.KIND, True)
    (sent,) = sweep()
    content = client.get("/record/heads/2026-03-02.json").content
    assert hashlib.sha256(content).hexdigest() in sent.body
    assert content == journal.canonical(PublishedHeads.objects.get().content) + b"\n"


def test_nobody_gets_it_who_did_not_ask_and_nobody_but_focal_points(
    register, saudi_focal_point, saudi_delegate, chair
):
    for person in (saudi_delegate, chair):
        preferences.set_wanted(person, chain_heads.KIND, True)
    assert sweep() == []
    assert Event.objects.get(kind=chain_heads.KIND).expanded_at is not None
    assert not Notice.objects.exists()


def test_it_is_sent_once_for_a_day_however_often_the_sweep_comes(register, held, saudi_focal_point):
    preferences.set_wanted(saudi_focal_point, chain_heads.KIND, True)
    for _round in range(3):
        sweep()
        held.forward(minutes=1)
    assert len(mail.outbox) == 1
    held.forward(days=1)
    assert len(sweep()) == 2


def test_whose_role_ended_before_the_sending_is_not_told(register, dg, held):
    leaving = factories.accredit(
        "leaving@test.example", dg, Role.FOCAL_POINT, "SAU", until=held.at + timedelta(hours=1)
    ).person
    preferences.set_wanted(leaving, chain_heads.KIND, True)
    heads.publish()
    reminders.put_due()
    expansion.expand_due()
    assert Notice.objects.get().person == leaving
    held.forward(hours=1)
    sending.send_due()
    assert mail.outbox == []
    assert Notice.objects.get().status == Notice.Status.DROPPED


def test_heads_of_days_long_past_are_not_sent_in_a_heap(register, held, saudi_focal_point):
    preferences.set_wanted(saudi_focal_point, chain_heads.KIND, True)
    heads.publish()
    held.forward(days=3)
    reminders.put_due()
    assert not Event.objects.filter(kind=chain_heads.KIND).exists()


def test_heads_that_waited_for_the_mail_server_for_a_day_are_not_sent_in_a_heap(
    register, held, saudi_focal_point
):
    preferences.set_wanted(saudi_focal_point, chain_heads.KIND, True)
    heads.publish()
    reminders.put_due()
    expansion.expand_due()
    due = held.at
    for at, status in (
        (due + chain_heads.TOLD_WITHIN - timedelta(microseconds=1), "sent"),
        (due + chain_heads.TOLD_WITHIN, "dropped"),
    ):
        held.move_to(at)
        Notice.objects.update(status="waiting", sent_at=None)
        sending.send_due()
        assert Notice.objects.get().status == status
