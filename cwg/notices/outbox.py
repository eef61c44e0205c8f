"""Putting an event into the outbox: one row, within the transaction of the act it tells of."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from cwg.members.models import Group
from cwg.record import log_lines

from .models import Event
from .wake import wake


def tell(
    kind: str,
    *,
    key: str,
    at: datetime,
    group: Group | int | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Insert the event once; a second call with the same `key` changes nothing.

    `kind` is a registered NoticeKind's name, `at` an aware instant. Needs no Redis: a sweep picks it up, and
    after the commit the worker is woken if it can be.
    """
    group_id = group.pk if isinstance(group, Group) else group
    Event.objects.bulk_create(
        [
            Event(
                kind=kind,
                key=f"{kind}:{key}",
                happened_at=at,
                group_id=group_id,
                facts=facts or {},
                request_id=log_lines.request_id(),
            )
        ],
        ignore_conflicts=True,
    )
    _wake_after_commit()


def _wake_after_commit() -> None:
    """Once for a transaction, however many events it tells of: three hundred taps take seconds of somebody's request.

    A tap that a savepoint takes with it as it is rolled back stands in the list no longer, and is asked for again.
    """
    if not any(hook[1] is wake for hook in connection.run_on_commit):
        transaction.on_commit(wake, robust=True)
