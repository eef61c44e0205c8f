"""The same in an S3-compatible store, over HTTP: written, read after a loss, and not waited for where it hangs or is gone."""

import time

import pytest
from django.db import transaction

from cwg import clock
from cwg.record import chain_copies, copy_mark, copy_states, copying, journal, patience
from cwg.record.chain_copies import Span
from cwg.record.models import PortalJournal
from tests import object_store
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with object_store.running(tmp_path_factory.mktemp("s3") / "log") as store:
        yield store


@pytest.fixture
def bucket(server, settings, storage):
    settings.STORAGES = {**settings.STORAGES, "documents": server.storage}
    copying.store.forget()
    copy_mark.forget()
    return server


def act() -> None:
    with transaction.atomic():
        journal.append(journal.portal(), "noted", at=clock.now(), actor_id=3, facts={})


def test_acts_are_copied_with_their_answers_and_a_survey_finds_a_gap(bucket):
    assert chain_copies.survey(PortalJournal().chain).length == 0
    for _ in range(3):
        act()
    portal = PortalJournal.objects.get()
    assert copy_states.question() == {"ok": True, "missing": 0}
    assert portal.chain in chain_copies.chains()
    assert copy_mark.read().lengths[portal.chain] >= 1
    assert [copied.position for copied in chain_copies.survey(portal.chain).entries] == [1, 2, 3]
    bucket.client().delete_object(Bucket=object_store.BUCKET, Key=chain_copies.path(portal.chain, 2))
    assert chain_copies.survey(portal.chain).unknown == [Span(2, 2)]
    assert copying.catch_up() == 0
    assert list(copying.faults()) == []


def test_a_bucket_that_hangs_costs_one_answer_some_seconds_and_heals(bucket):
    act()
    bucket.hang()
    try:
        took = []
        for _ in range(3):
            began = time.monotonic()
            act()
            took.append(time.monotonic() - began)
    finally:
        bucket.go_on()
    assert took[0] < 8
    assert sum(took[1:]) < 3, "nobody else waits for it"
    assert copy_states.question()["missing"] == 3
    until(_caught_up)  # it works off what waited for it first
    assert copy_states.question() == {"ok": True, "missing": 0}


def _caught_up() -> bool:
    copying.store.forget()
    try:
        copying.catch_up()
    except (OSError, patience.StorageAway):
        return False
    return True
