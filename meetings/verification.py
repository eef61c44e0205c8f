"""What must hold between requests of the Group, their slots and the documents that answer them, for `manage.py verify`."""

from collections.abc import Iterator

from .models import Addressee


def register(checks) -> None:
    checks.register("I8 each request of the Group is answered as its record says", requests_hold)


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
        if row.document is not None and row.document.register.group_id != register.group_id:
            yield f"{name}: a document of another group is linked to it"
