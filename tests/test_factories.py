"""The tests' own ground: what the factories make is what the portal would have made."""

import io
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from cwg import clock
from cwg.documents.models import Document, Receipt
from cwg.record import journal
from cwg.record.models import AccessEntry, JournalEntry
from tests import factories


def test_a_document_of_the_factory_is_registered_by_the_decision(dg, now):
    register = factories.make_register(dg)
    first = factories.make_document(register)
    second = factories.make_document(register, "Another")
    assert (first.symbol, second.symbol) == ("DG-2/1", "DG-2/2")
    assert first.available_at == now
    assert first.original.verdict == "in_time"
    assert list(journal.faults(type(register).objects.get())) == []


def test_a_meeting_has_its_deadline_a_day_before_it_opens(dg, now):
    meeting = factories.make_meeting(dg, opens_at=now + timedelta(days=3))
    assert meeting.register.deadlines.get().instant == now + timedelta(days=2)


def test_the_held_clock_moves_only_when_the_test_says_so(held):
    assert clock.now() == factories.NOW
    held.forward(hours=2)
    assert clock.now() == factories.NOW + timedelta(hours=2)


def test_a_pdf_says_its_text_and_comes_out_the_same_each_time():
    made = factories.pdf_bytes("Access (for all)")
    assert PdfReader(io.BytesIO(made)).pages[0].extract_text() == "Access (for all)"
    assert made == factories.pdf_bytes("Access (for all)")


@pytest.mark.django_db
def test_a_client_of_a_person_is_signed_in(client_of, saudi_delegate, storage):
    assert client_of(saudi_delegate).session["_auth_user_id"] == str(saudi_delegate.pk)
    assert not storage.exists()


@pytest.mark.django_db(transaction=True)
def test_a_transactional_test_may_leave_a_document_behind(dg, held):
    factories.make_document(factories.make_register(dg))
    assert Document.objects.count() == Receipt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_next_one_finds_nothing_of_it():
    assert not Document.objects.exists()
    assert not JournalEntry.objects.exists()


@pytest.mark.django_db
def test_the_record_still_refuses_to_be_changed(now):
    entry = AccessEntry.objects.create(at=now, act="signed_in")
    with pytest.raises(DatabaseError), transaction.atomic():
        AccessEntry.objects.filter(pk=entry.pk).update(act="nothing")
