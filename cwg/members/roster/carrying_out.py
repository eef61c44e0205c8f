"""Importing a list that was shown and confirmed: each line by the verb that invites, or gives a role, one person.

One transaction for the whole list, under the lock of its groups: what was shown is compared once more with what would
come of it now, and where anything differs nothing is done. A line that its verb refuses all the same is reported and
costs the others nothing. The same form sent twice finds what the first has done.
"""

import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from cwg import clock
from cwg.record.reasons import clean_reason

from .. import directory, granting, people, refusals
from ..models import Group, Person
from ..people import lock_groups
from ..rights import Rights, rights_of
from . import reading
from .judging import Entry, Outcome, Plan, Step, judge
from .models import Roster

KEPT = timedelta(days=30)


class Fate(TextChoices):
    """What was done for one role of one line."""

    INVITED = "invited", _("Invited")
    GIVEN = "given", _("Role given")
    NOTHING = "nothing", _("Nothing to do")
    LEFT_OUT = "left_out", _("Left out")
    REFUSED = "refused", _("Refused")


@dataclass(frozen=True)
class Done:
    """One role of one line, in the words in which it was shown; `person` is the number of somebody known."""

    line: int
    name: str
    address: str
    place: str
    role: str
    group: str
    fate: str
    why: str = ""
    person: int | None = None

    @property
    def words(self) -> str:
        return str(Fate(self.fate).label)


class NothingToDo(refusals.Refused):
    """No line of the list changes anything."""

    sentence = _("No line of this list changes anything.")


class Changed(refusals.Refused):
    """Something would come of the list now that was not shown; `plan` is what would. Nothing was done."""

    sentence = _("Something has changed since this list was checked. Nothing was done.")

    def __init__(self, plan: Plan, shown: str):
        super().__init__()
        self.plan = plan
        before = shown.split(".")
        self.entries = [
            (entry, before[index].partition(":")[0] if index < len(before) else "")
            for index, entry in enumerate(plan.entries)
            if index >= len(before) or before[index] != entry.mark
        ]


def carry_out(
    sheet: reading.Sheet,
    *,
    token: uuid.UUID,
    shown: str,
    default_group: Group | None,
    default_language: str,
    reason: str,
    actor: Person,
    at: datetime,
) -> Roster:
    """Invite the people of the list, and give roles to those who are known. Lines with problems are left out.

    `shown` is the plan's as the actor saw it, `token` the number under which it was shown, `reason` is asked for where
    a role is given. `at` is aware. Raises NotEntitled, Changed, NothingToDo, ReasonMissing; nothing is changed then.
    """

    def planned() -> Plan:
        rights = rights_of(actor, at)
        if not directory.keeps_people(rights):
            raise refusals.NotEntitled
        return judge(sheet, rights=rights, default_group=default_group, default_language=default_language)

    with transaction.atomic():
        lock_groups(planned().group_ids)
        if (before := Roster.objects.filter(pk=token).first()) is not None:
            if before.person_id != actor.pk:
                raise refusals.NotEntitled
            return before
        # Once more, now that nobody else changes the people of these groups.
        plan = planned()
        if plan.shown != shown:
            raise Changed(plan, shown)
        if not plan.does_something:
            raise NothingToDo
        reason = clean_reason(reason) if plan.gives else ""
        done = [asdict(one) for one in _carried_out(plan, reason, actor, at)]
        return Roster.objects.create(id=token, person=actor, at=at, group_ids=plan.group_ids, lines=done)


def _carried_out(plan: Plan, reason: str, actor: Person, at: datetime) -> Iterator[Done]:
    invited = _invited(plan, actor, at)
    for entry in plan.entries:
        if entry.problems:
            groups = entry.line.cells.get(reading.GROUPS, "")
            yield _told(entry, groups, Fate.LEFT_OUT, " ".join(entry.problems))
        for step in entry.steps:
            fate, why = Fate.NOTHING, step.why
            if step.outcome == Outcome.INVITE:
                fate, why = invited[entry.number, step.group.pk]
            elif step.outcome == Outcome.GIVE:
                fate, why = _given(entry, step, reason, actor, at)
            yield _told(entry, step.group.code, fate, why)


def _invited(plan: Plan, actor: Person, at: datetime) -> dict[tuple[int, int], tuple[Fate, str]]:
    """All who are to be invited, at once: what became of each, by line and group."""
    wanted = {
        (entry.number, step.group.pk): people.Wanted(
            entry.email, entry.name, entry.language, step.group, entry.role or "", entry.state, entry.office
        )
        for entry in plan.entries
        for step in entry.steps
        if step.outcome == Outcome.INVITE
    }
    made = people.invite_all(wanted.values(), actor=actor, at=at)
    return {
        key: (Fate.REFUSED, str(one)) if isinstance(one, refusals.Refused) else (Fate.INVITED, "")
        for key, one in zip(wanted, made, strict=True)
    }


def _given(entry: Entry, step: Step, reason: str, actor: Person, at: datetime) -> tuple[Fate, str]:
    assert entry.person is not None and entry.role is not None  # else nothing is given
    try:
        granting.grant(
            entry.person,
            group=step.group,
            role=entry.role,
            state=entry.state,
            office=entry.office,
            actor=actor,
            at=at,
            reason=reason,
        )
    except refusals.Refused as refused:
        return Fate.REFUSED, str(refused)
    return Fate.GIVEN, ""


def _told(entry: Entry, group: str, fate: Fate, why: str) -> Done:
    return Done(
        line=entry.number,
        name=entry.name,
        address=entry.email,
        place=entry.place,
        role=entry.role_words,
        group=group,
        fate=fate.value,
        why=why,
        person=entry.person.pk if entry.person else None,
    )


# --- What was done ------------------------------------------------------------------------------------------------


def own(rights: Rights, pk: uuid.UUID) -> Roster | None:
    """The list that this person imported, while they keep the people of all its groups."""
    found = Roster.objects.filter(pk=pk, person=rights.holder.pk).first()
    if found is None or not directory.keeps_people(rights):
        return None
    mine = set(directory.groups_to_invite_to(rights).values_list("pk", flat=True))
    return found if set(found.group_ids) <= mine else None


def done_in(roster: Roster) -> list[Done]:
    return [Done(**line) for line in roster.lines]


def forget_what_is_over() -> int:
    """Background work: delete what came of lists imported thirty days ago; returns how many."""
    return forget_old(clock.now())


def forget_old(at: datetime) -> int:
    return Roster.objects.filter(at__lte=at - KEPT).delete()[0]
