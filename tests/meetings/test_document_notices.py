"""Whoever registers a document, with or without a draft, it is announced once."""

import pytest
from django.db import IntegrityError

from cwg.documents import register as the_register
from cwg.documents.kinds import Kind
from cwg.documents.models import Document
from cwg.notices import kinds
from cwg.notices.models import Event, Notice
from cwg.record import jobs
from meetings import document_notices
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(dg, held):
    return factories.make_register(dg, 2)


def events():
    return list(Event.objects.filter(kind="document_registered"))


def test_a_document_that_never_was_a_draft_is_announced_to_its_own_party(dg, register, secretary, held):
    office = secretary.accreditations.get().office
    document = factories.make_document(
        register,
        "Report of the meeting",
        actor=secretary,
        kind=Kind.SECRETARIAT_REPORT,
        sources=(factories.office_source(office),),
    )
    (event,) = events()
    assert event.key == f"document_registered:{document.original.pk}"
    assert (event.facts, event.happened_at) == ({"revision": document.original.pk}, held.at)
    jobs.run("notices")
    assert [notice.person for notice in Notice.objects.filter(event=event)] == [secretary]


def test_each_change_is_an_event_of_its_own(register, saudi_focal_point):
    document = factories.make_document(register)
    factories.make_document(register, "New words", revises_id=document.pk, revision_kind="rev")
    assert len(events()) == Document.objects.get().revisions.count() == 2


def test_what_is_late_is_not_announced(register, saudi_focal_point, held):
    held.move_to(register.opens_at)
    with pytest.raises(AssertionError, match="not registered"):
        factories.make_document(register)
    assert events() == []


def test_what_is_taken_back_with_its_transaction_is_not_announced(register, saudi_focal_point, monkeypatch):
    def fails(revision):
        raise IntegrityError

    monkeypatch.setattr(the_register, "_on_registered", [document_notices.tell, fails])
    with pytest.raises(IntegrityError):
        factories.make_document(register)
    assert not Document.objects.exists()
    assert events() == []


def test_an_event_under_the_name_of_before_is_told_as_today(register, saudi_focal_point):
    factories.make_document(register, actor=saudi_focal_point)
    Event.objects.update(kind="contribution_registered")
    assert kinds.get("contribution_registered") is kinds.get("document_registered")
    jobs.run("notices")
    assert Notice.objects.get().person == saudi_focal_point
    assert Notice.objects.get().status == Notice.Status.SENT


def test_a_kind_nobody_knows_under_any_name_is_unknown():
    with pytest.raises(KeyError):
        kinds.get("document_burnt")
