"""Registers after a restore: what was registered is gone, and the journal says so. For tests that need no lost database."""

from collections.abc import Callable

from django.db import transaction

from cwg import clock
from cwg.documents import restore_gaps
from cwg.documents.models import Register
from cwg.record import journal, replay
from cwg.record.models import JournalEntry


def lose(register: Register, doing: Callable[[], object]) -> JournalEntry:
    """Do it, lose its rows, and bring back its entries as a restore does; returns the entry that says what is lost."""
    before = Register.objects.get(pk=register.pk).chain_length
    # A bare savepoint: a decision refuses to be made within a transaction that may still fail.
    savepoint = transaction.savepoint()
    doing()
    entries = list(
        JournalEntry.objects.filter(chain=register.chain, position__gt=before).order_by("position")
    )
    transaction.savepoint_rollback(savepoint)
    with transaction.atomic():
        locked = Register.objects.select_for_update(of=("self",)).select_related("group").get(pk=register.pk)
        for entry in entries:
            entry.pk = None
        JournalEntry.objects.bulk_create(entries)
        journal.move_head(locked, entries[-1].hash, entries[-1].position)
        restore_gaps.record(locked, restore_gaps.of(entries), at=clock.now())
    return JournalEntry.objects.filter(chain=register.chain, act=replay.ACT).latest("position")
