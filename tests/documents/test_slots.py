"""When a slot is open: one definition, whether the database is asked or a row at hand."""

import pytest

from cwg.documents.models import Slot
from cwg.members.parties import Party
from tests import drafts, factories

pytestmark = pytest.mark.django_db


def is_open(slot: Slot) -> bool:
    """As both say it."""
    fresh = Slot.objects.select_related("register").get(pk=slot.pk)
    by_row = fresh.is_open_in(fresh.register)
    assert Slot.objects.open().filter(pk=slot.pk).exists() is by_row
    return by_row


def test_a_slot_is_open_until_it_is_used(register, saudi_focal_point):
    slot = drafts.make_slot(register)
    assert is_open(slot)
    factories.make_document(register, slot_id=slot.pk, actor=saudi_focal_point)
    assert not is_open(slot)


def test_a_slot_is_open_until_its_request_is_withdrawn(register, held):
    slot = drafts.make_slot(register)
    assert is_open(slot)
    Slot.objects.filter(pk=slot.pk).update(withdrawn_at=held.at)
    assert not is_open(slot)


def test_a_slot_is_open_until_its_meeting_closes(register, held):
    slot = drafts.make_slot(register)
    assert is_open(slot)
    register.closed_at = held.at
    register.save(update_fields=["closed_at"])
    assert not is_open(slot)


def test_a_slot_is_open_in_its_own_meeting_only(register, dg):
    slot = drafts.make_slot(register)
    assert slot.is_open_in(register)
    assert not slot.is_open_in(factories.make_register(dg, 7))


def test_the_open_slots_of_a_party_are_its_own_in_its_group(register, dg):
    mine = drafts.make_slot(register)
    drafts.make_slot(register, "SYR")
    drafts.make_slot(register, office=factories.make_office())
    drafts.make_slot(factories.make_register(factories.make_group("ELSEWHERE")))
    party = Party(dg, state=factories.make_state("SAU"))
    assert list(Slot.objects.open().of_party(party)) == [mine]
