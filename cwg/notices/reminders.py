"""Reminders: a sweep once a minute puts what has fallen due into the outbox, each once. Never a task set for later.

What is due is known above: an app registers a source that reads its own tables.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from cwg import clock

from .models import Event
from .wake import wake


@dataclass(frozen=True)
class DueReminder:
    """A reminder that is due. `kind` is a registered notice kind, `key` makes it the same one at every sweep."""

    kind: str
    key: str
    group_id: int | None
    due_at: datetime
    facts: dict[str, Any] = field(default_factory=dict)


Source = Callable[[datetime], Iterable[DueReminder]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """`source(now)` yields what is due at `now` (aware); it may yield the same reminder at every sweep."""
    if source not in _sources:
        _sources.append(source)


def put_due() -> int:
    """Put every due reminder into the outbox once; returns how many were new.

    Two sweeps at once: the key is unique, and the second insert does nothing.
    """
    now = clock.now()
    due = {f"{r.kind}:{r.key}": r for source in _sources for r in source(now)}
    known = set(Event.objects.filter(key__in=due).values_list("key", flat=True))
    new = [
        Event(kind=r.kind, key=key, happened_at=r.due_at, group_id=r.group_id, facts=r.facts)
        for key, r in due.items()
        if key not in known
    ]
    if new:
        with transaction.atomic():
            Event.objects.bulk_create(new, ignore_conflicts=True)
            transaction.on_commit(wake, robust=True)
    return len(new)
