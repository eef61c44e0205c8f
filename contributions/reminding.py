"""Who is reminded of the deadline for contributions, and when.

At the hours each group has set (14 days, 7 days, 48 hours, 6 hours) before the deadline that binds
contributions to an announced meeting. Only the nearest mark counts: what was missed while the system was down
is not made up for mark by mark.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cwg.documents import deadlines, rules
from cwg.documents.kinds import CONTRIBUTION_KINDS
from cwg.documents.models import Deadline, Register, Source
from cwg.members.rights import Rights
from cwg.notices.reminders import DueReminder

from .models import Contribution

REMINDER = "deadline_reminder"
# The second one, for people who ask for it: "remind me although we have submitted".
REMINDER_ALL_THE_SAME = "deadline_reminder_submitted"


def nearest_mark(
    deadline: datetime, hours: Iterable[int], *, not_before: datetime, now: datetime
) -> int | None:
    """The mark (hours before `deadline`) that counts at `now`: the last one reached; None where there is none.

    A mark is reached at its very instant. One that lies before `not_before`, when the meeting was announced
    or its deadline set, counts for nothing: that news told the deadline itself. All instants are aware.
    """
    reached = [mark for mark in hours if deadline - timedelta(hours=mark) <= now]
    if not reached or now >= deadline:
        return None
    nearest = min(reached)
    return nearest if deadline - timedelta(hours=nearest) >= not_before else None


def binding(register: Register) -> Deadline | None:
    """The deadline that binds contributions: the first that closes the door; where none does, the earliest.

    Reads the prefetched `register.deadlines`.
    """
    found = [d for kind in CONTRIBUTION_KINDS if (d := rules.deadline_for(register, kind)) is not None]
    return found[deadlines.binding_of([(d.as_rule, d.instant) for d in found])] if found else None


def mark_of(register: Register, deadline: Deadline, now: datetime) -> int | None:
    """The mark that counts now for this announced register (with its group)."""
    assert register.announced_at is not None  # `open_registers` gives no other
    return nearest_mark(
        deadline.instant,
        register.group.reminder_hours,
        not_before=max(register.announced_at, deadline.set_at),
        now=now,
    )


def open_registers(now: datetime):
    """The registers of meetings to come, with their deadlines."""
    return Register.objects.coming(now).select_related("group").prefetch_related("deadlines")


def due(now: datetime) -> Iterator[DueReminder]:
    """What is due at `now`: for each register whose nearest mark is reached, one event of each kind."""
    for register in open_registers(now):
        deadline = binding(register)
        if deadline is None:
            continue
        mark = mark_of(register, deadline, now)
        if mark is None:
            continue
        for kind in (REMINDER, REMINDER_ALL_THE_SAME):
            yield DueReminder(
                kind=kind,
                key=f"{register.pk}:{deadline.pk}:{mark}",
                group_id=register.group_id,
                due_at=deadline.instant - timedelta(hours=mark),
                facts={"register": register.pk, "deadline": deadline.pk, "hours": mark},
            )


@dataclass(frozen=True)
class Standing:
    """Which delegations have submitted to a register, and which have open drafts: ids of Member States."""

    delivered: frozenset[int]
    drafting: frozenset[int]

    def owing(self, rights: Rights, group_id: int) -> frozenset[int]:
        """The delegations of this person, in the group, that have not submitted."""
        return rights.states_in(group_id) - self.delivered


def standing(register_id: int) -> Standing:
    """How the delegations stand, in two queries.

    A delegation has submitted when it leads a registered contribution, also one withdrawn since; or when it
    is named in another's, and has no draft of its own that still waits.
    """
    named = Source.objects.filter(
        revision__document__register_id=register_id,
        revision__document__kind__in=CONTRIBUTION_KINDS,
        state__isnull=False,
    ).values_list("state_id", "is_lead")
    drafting = frozenset(
        Contribution.objects.open()
        .of_their_own()
        .filter(register_id=register_id, state__isnull=False)
        .values_list("state_id", flat=True)
    )
    leading: set[int] = set()
    joining: set[int] = set()
    for state_id, is_lead in named:
        if state_id is not None:
            (leading if is_lead else joining).add(state_id)
    return Standing(frozenset(leading | (joining - drafting)), drafting)
