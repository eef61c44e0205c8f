"""How far the copies of the chains have come: what `/readyz`, Today and the mark in the storage say of it."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from cwg import clock

from .models import ChainCopy, Chained, JournalEntry
from .readiness import Answer

# A copy is written within seconds of its COMMIT; one that is missing longer was lost with its process.
COPIED_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True)
class State:
    """A chain, its length, how many entries of it were counted as copied, and the instant of the first that was not.

    `behind_since`: since when answers go out without their copies. `differs_at`: where the storage holds another entry.
    """

    chain: uuid.UUID
    length: int
    copied: int
    behind_since: datetime | None
    oldest: datetime | None
    differs_at: int | None

    @property
    def missing(self) -> int:
        return max(self.length - self.copied, 0)


@dataclass(frozen=True)
class Behind:
    """How many entries have no copy, and since when a restore cannot promise what it promises."""

    entries: int
    since: datetime


def all_chains() -> list[State]:
    """Every chain, the portal's and the registers'. One query."""
    counted = ChainCopy.objects.filter(chain=OuterRef("chain"))
    later = JournalEntry.objects.filter(chain=OuterRef("chain"), position__gt=OuterRef("copied"))
    each = [
        model._base_manager.order_by()
        .annotate(
            copied=Coalesce(Subquery(counted.values("copied")), Value(0)),
            behind_since=Subquery(counted.values("behind_since")),
            other_history_at=Subquery(counted.values("differs_at")),
            oldest=Subquery(later.order_by("position").values("at")[:1]),
        )
        .values_list("chain", "chain_length", "copied", "behind_since", "oldest", "other_history_at")
        for model in Chained.__subclasses__()
    ]
    return [State(*row) for row in each[0].union(*each[1:], all=True)]


def behind(at: datetime) -> Behind | None:
    """What has no copy at `at` though it should; None where all is well. One query."""
    late = [
        (state.missing, state.behind_since or state.oldest)
        for state in all_chains()
        # Copies of another history are no matter of time (`restore_guard.py`).
        if state.differs_at is None
        if state.behind_since or (state.oldest and at - state.oldest > COPIED_WITHIN)
    ]
    since = [instant for _missing, instant in late if instant]
    return Behind(sum(missing for missing, _since in late), min(since)) if since else None


def question() -> Answer:
    """For `/readyz`: whether every act has its copy, so that a restore loses no number."""
    now = clock.now()
    found = behind(now)
    if found is None:
        return {"ok": True, "missing": 0}
    return {
        "ok": False,
        "missing": found.entries,
        "behind_seconds": int((now - found.since).total_seconds()),
        "restore_is_complete": False,
    }
