"""Where a meeting stands, read from the columns of its register: decided here, for one row and for many.

The register knows no meeting, but it holds all that decides: whether it is an archive, and when the meeting was
announced, opened, postponed, cancelled, closed. Each of these is an act that somebody recorded; the planned
opening decides nothing. Everything else asks `Register.state_at` or `Register.objects.in_state`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Origin(models.TextChoices):
    """Who keeps a register: the portal, or the archive of what came before it."""

    PORTAL = "portal", _("Kept by the portal")
    ARCHIVE = "archive", _("Archive")


class MeetingState(models.TextChoices):
    """The states of a meeting, in the order it passes through them, with the words people read."""

    DRAFT = "draft", _("Not announced")
    ANNOUNCED = "announced", _("Announced")
    POSTPONED = "postponed", _("Postponed")
    IN_SESSION = "in_session", _("In session")
    CLOSED = "closed", _("Closed")
    CANCELLED = "cancelled", _("Cancelled")
    ARCHIVE = "archive", _("Archive")

    # For templates, which name no value. Code compares with the members.
    @property
    def is_announced(self) -> bool:
        """The Group knows of it and waits for its opening."""
        return self is MeetingState.ANNOUNCED

    @property
    def is_postponed(self) -> bool:
        """It has no date."""
        return self is MeetingState.POSTPONED

    @property
    def is_cancelled(self) -> bool:
        return self is MeetingState.CANCELLED

    @property
    def is_in_session(self) -> bool:
        return self is MeetingState.IN_SESSION

    @property
    def is_over(self) -> bool:
        """It was held, or will not be: nothing more is recorded at this meeting, and it is not moved."""
        return self in OVER

    @property
    def is_open_to_contributions(self) -> bool:
        """A delegation can address a contribution to it; whether that would be late is the deadlines' affair."""
        return self in OPEN_TO_CONTRIBUTIONS


OVER = frozenset({MeetingState.CLOSED, MeetingState.CANCELLED, MeetingState.ARCHIVE})
OPEN_TO_CONTRIBUTIONS = frozenset({MeetingState.ANNOUNCED, MeetingState.IN_SESSION})


class _Condition(Protocol):
    """Something that holds of a register, asked of a row in Python or of rows in the database."""

    def holds(self, register: Any, at: datetime) -> bool: ...

    def as_q(self, prefix: str, at: datetime) -> Q: ...


@dataclass(frozen=True)
class _Is:
    column: str
    value: str

    def holds(self, register: Any, at: datetime) -> bool:
        return getattr(register, self.column) == self.value

    def as_q(self, prefix: str, at: datetime) -> Q:
        return Q(**{f"{prefix}{self.column}": self.value})


@dataclass(frozen=True)
class _Done:
    """An act has been done (or not yet) by the instant asked about; its very instant counts."""

    column: str
    yes: bool = True

    def holds(self, register: Any, at: datetime) -> bool:
        done_at = getattr(register, self.column)
        return (done_at is not None and done_at <= at) is self.yes

    def as_q(self, prefix: str, at: datetime) -> Q:
        done = Q(**{f"{prefix}{self.column}__lte": at})
        return done if self.yes else ~done


# The first line whose condition holds names the state; where none does, the meeting is announced and waits to open.
_STEPS: tuple[tuple[MeetingState, _Condition], ...] = (
    (MeetingState.ARCHIVE, _Is("origin", Origin.ARCHIVE)),
    (MeetingState.CLOSED, _Done("closed_at")),
    (MeetingState.CANCELLED, _Done("cancelled_at")),
    (MeetingState.DRAFT, _Done("announced_at", yes=False)),
    (MeetingState.IN_SESSION, _Done("opened_at")),
    (MeetingState.POSTPONED, _Done("postponed_at")),
)
_ELSE = MeetingState.ANNOUNCED


def state_of(register: Any, at: datetime) -> MeetingState:
    """The state of the register's meeting at the aware instant `at`, from the columns of the row given."""
    return next((state for state, condition in _STEPS if condition.holds(register, at)), _ELSE)


def announced(at: datetime, *, prefix: str = "") -> Q:
    """The registers whose meeting the Group has been told of by the aware instant `at`, whatever became of it since."""
    return Q(**{f"{prefix}announced_at__lte": at})


def among(*states: MeetingState, at: datetime, prefix: str = "") -> Q:
    """The registers whose meeting is in one of `states` at the aware instant `at`, as `state_of` says of each.

    `prefix` leads to the register from the rows that are filtered: "register__" for meetings.
    """
    found, none_before = Q(pk__in=[]), Q()
    for state, condition in _STEPS:
        holds = condition.as_q(prefix, at)
        if state in states:
            found |= none_before & holds
        none_before &= ~holds
    return found | none_before if _ELSE in states else found
