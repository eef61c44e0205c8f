"""Where a meeting stands, read from the columns of its register: decided here, for one row and for many.

The register knows no meeting, but it holds all that decides: whether it is an archive, when the meeting was
announced, opens, was closed. Everything else asks `Register.state_at` or `Register.objects.in_state`.
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
    IN_SESSION = "in_session", _("In session")
    CLOSED = "closed", _("Closed")
    ARCHIVE = "archive", _("Archive")

    # For templates, which name no value. Code compares with the members.
    @property
    def is_draft(self) -> bool:
        return self is MeetingState.DRAFT

    @property
    def is_in_session(self) -> bool:
        return self is MeetingState.IN_SESSION

    @property
    def is_over(self) -> bool:
        """Nothing more is recorded at this meeting, and it is not moved."""
        return self in OVER

    @property
    def is_open_to_contributions(self) -> bool:
        """A delegation can address a contribution to it; whether that would be late is the deadlines' affair."""
        return self in OPEN_TO_CONTRIBUTIONS


OVER = frozenset({MeetingState.CLOSED, MeetingState.ARCHIVE})
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
class _Recorded:
    """An act has been recorded (or not yet): acts are never entered ahead of their time, so no clock is asked."""

    column: str
    yes: bool = True

    def holds(self, register: Any, at: datetime) -> bool:
        return (getattr(register, self.column) is not None) is self.yes

    def as_q(self, prefix: str, at: datetime) -> Q:
        return Q(**{f"{prefix}{self.column}__isnull": not self.yes})


@dataclass(frozen=True)
class _Come:
    """A planned instant has come; the very instant counts."""

    column: str

    def holds(self, register: Any, at: datetime) -> bool:
        return getattr(register, self.column) <= at

    def as_q(self, prefix: str, at: datetime) -> Q:
        return Q(**{f"{prefix}{self.column}__lte": at})


# The first line whose condition holds names the state; where none does, the meeting is announced and to come.
_STEPS: tuple[tuple[MeetingState, _Condition], ...] = (
    (MeetingState.ARCHIVE, _Is("origin", Origin.ARCHIVE)),
    (MeetingState.CLOSED, _Recorded("closed_at")),
    (MeetingState.DRAFT, _Recorded("announced_at", yes=False)),
    (MeetingState.IN_SESSION, _Come("opens_at")),
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
