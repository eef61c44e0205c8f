"""The access log: who signed in, who downloaded what, what was done to an account."""

from datetime import datetime

from .models import AccessEntry


def note(
    act: str,
    *,
    at: datetime,
    person_id: int | None,
    subject: str = "",
    address: str | None = None,
    group_id: int | None = None,
) -> None:
    """Append one line. Takes no lock; subjects are symbols and identifiers, never the text of a document.

    `group_id`: the group whose documents or people it is about; its staff alone are shown the line.
    """
    AccessEntry.objects.create(
        act=act,
        at=at,
        person_id=person_id,
        subject=subject[:300],
        address=address or None,
        group_id=group_id,
    )


def was_noted(act: str, *, since: datetime, person_id: int, subject: str) -> bool:
    """Whether such a line of this person was appended since."""
    return AccessEntry.objects.filter(
        act=act, at__gte=since, person_id=person_id, subject=subject[:300]
    ).exists()
