"""Whom and what staff look after: the groups whose record they see, the people they know, what binds everybody.

Everything that names a group is read through the reader's groups. What binds all groups (Member States, offices,
lists of policy issues) is the administrator's.
"""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from .models import DELEGATION_ROLES, Accreditation, Group, Invitation, Person, Role
from .rights import Rights


def _groups(rights: Rights, roles: Iterable[str]) -> frozenset[int]:
    return frozenset(a.group_id for a in rights.accreditations if a.role in roles)


def seen_groups(rights: Rights) -> frozenset[int]:
    """Groups whose meetings, documents and record are shown: the secretariat's own, the auditor's."""
    return _groups(rights, {Role.SECRETARIAT, Role.AUDITOR})


def sees_every_group(rights: Rights) -> bool:
    """Whether no group is hidden from this person: then acts of no one group are shown too."""
    return not Group.objects.exclude(pk__in=seen_groups(rights)).exists()


def is_administrator(rights: Rights) -> bool:
    return rights.has_role(Role.ADMINISTRATOR)


def account_groups(rights: Rights) -> frozenset[int]:
    """Groups whose people are shown: an administrator looks after the people of every group."""
    if is_administrator(rights):
        return frozenset(Group.objects.values_list("pk", flat=True))
    return seen_groups(rights)


def managed_groups(rights: Rights) -> frozenset[int]:
    """Groups whose people this person may change."""
    return account_groups(rights) if is_administrator(rights) else rights.secretariat_groups


def people_of(groups: Iterable[int]) -> QuerySet[Person]:
    """People who have, or had, a role in one of these groups, or came by an invitation to one."""
    role = Accreditation.objects.filter(person=OuterRef("pk"), group_id__in=groups)
    invitation = Invitation.objects.filter(person=OuterRef("pk"), group_id__in=groups)
    return Person.objects.filter(Exists(role) | Exists(invitation))


def known_people(rights: Rights) -> QuerySet[Person]:
    """The people of the groups this person looks after; an administrator knows everybody.

    That somebody has an account at all is another group's affair.
    """
    return Person.objects.all() if is_administrator(rights) else people_of(account_groups(rights))


# --- Who may ------------------------------------------------------------------------------------------------------


def may_manage(rights: Rights, *, group_id: int, role: str, state_id: int | None = None) -> bool:
    """Whether these rights allow giving, changing or ending `role` in that group (and delegation).

    Only administrators make administrators: who looks after accounts everywhere is no one group's affair.
    """
    if role == Role.ADMINISTRATOR:
        return rights.has_role(Role.ADMINISTRATOR)
    if rights.has_role(Role.ADMINISTRATOR) or group_id in rights.secretariat_groups:
        return True
    return role in DELEGATION_ROLES and state_id is not None and rights.is_focal_point(group_id, state_id)


def may_manage_people(rights: Rights) -> bool:
    """Whether these rights allow closing and opening accounts."""
    return rights.has_role(Role.ADMINISTRATOR) or rights.is_secretariat
