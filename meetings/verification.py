"""What must hold between requests of the Group, their slots and the documents that answer them, for `manage.py verify`."""

from collections.abc import Iterator

from django.db.models import Q

from cwg.record import replay

from .models import Addressee


def register(checks) -> None:
    checks.register("I8 each request of the Group fits its slot and its answer", requests_hold)
    checks.register("I5 the journal tells which document answers a request", answers_told)


def requests_hold() -> Iterator[str]:
    """Every addressee against its slot, its request and the document that is linked to it."""
    rows = Addressee.objects.shown().select_related("document__register").order_by("pk")
    for row in rows.iterator(chunk_size=200):
        name = f"request {row.request_id} to {row.party.record}"
        slot, register = row.slot, row.request.meeting.register
        if slot is not None:
            if not slot.belongs(row) or slot.register_id != register.pk:
                yield f"{name}: its slot is somebody else's"
            if slot.withdrawn_at != row.withdrawn_at:
                yield f"{name}: it is withdrawn, or its slot is, and not both"
            if row.request.due_on is not None:
                yield f"{name}: it has a due date, and opened a slot all the same"
        if row.withdrawn_at is not None and slot is None and row.is_answered:
            yield f"{name}: it is withdrawn, and a document answers it"
        if row.document is not None and row.document.register.group_id != register.group_id:
            yield f"{name}: a document of another group is linked to it"


def answers_told() -> Iterator[str]:
    """What is linked to an addressee is what the record says last of it, in whatever chain; and nothing else."""
    told: dict[tuple[int, str], int] = {}
    acts = replay.in_effect(Q(act__in=["request_answered", "request_unlinked"]))
    for entry in sorted(acts, key=lambda each: (each.at, each.pk)):
        key = entry.facts["request"], entry.facts["addressee"]
        if entry.act == "request_answered":
            told[key] = entry.facts["document"]
        else:
            told.pop(key, None)
    # In an archive nobody linked them here.
    linked = Addressee.objects.shown().filter(document__isnull=False, linked_at__isnull=False)
    for row in linked.order_by("pk"):
        if told.pop((row.request_id, row.party.record), None) != row.document_id:
            yield f"request {row.request_id} to {row.party.record}: the record tells of no such answer"
    for request, party in sorted(told):
        yield f"request {request} to {party}: the document that the record tells of is not linked"
