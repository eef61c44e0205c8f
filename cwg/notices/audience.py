"""Who stands in a group at an instant, read at once: an event reaches 200 people in as many queries as two."""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import groupby

from cwg.members.models import Accreditation
from cwg.members.rights import Rights


def of_group(group_id: int, now: datetime) -> list[Rights]:
    """The rights, at `now`, of every person who may sign in and holds an accreditation in the group. One query.

    Each `Rights` holds the person's accreditations in every group, as `rights_of` gives them.
    """
    here = Accreditation.objects.in_force(now).filter(group_id=group_id)
    held = (
        Accreditation.objects.in_force(now)
        .filter(person__is_active=True, person_id__in=here.values("person_id"))
        .select_related("person", "group", "state", "office")
        .order_by("person_id", "group__code", "role")
    )
    return [
        Rights(accreditations[0].person, now, accreditations)
        for accreditations in (tuple(rows) for _, rows in groupby(held, key=lambda row: row.person_id))
    ]


def who_see(audience: Iterable[Rights], sees: Callable[[Rights], bool]) -> list[Rights]:
    """Those for whom `sees` holds, where that depends on what may be read and not on who reads.

    `visible_to` of registers, meetings and documents is such a question: it is asked once for all who have the
    same rights of reading, not once a person.
    """
    answers: dict[tuple, bool] = {}
    seeing = []
    for rights in audience:
        reading = (rights.readable_groups, rights.prepared_groups)
        if reading not in answers:
            answers[reading] = sees(rights)
        if answers[reading]:
            seeing.append(rights)
    return seeing
