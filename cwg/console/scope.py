"""Which groups a person may look at and act for in the console. The rights themselves stand in `members.rights`."""

from collections.abc import Iterable

from cwg.members.models import Group, Role
from cwg.members.rights import Rights


def _groups(rights: Rights, roles: Iterable[str]) -> frozenset[int]:
    return frozenset(a.group_id for a in rights.accreditations if a.role in roles)


def seen_groups(rights: Rights) -> frozenset[int]:
    """Groups whose meetings, documents and record are shown: the secretariat's own, the auditor's."""
    return _groups(rights, {Role.SECRETARIAT, Role.AUDITOR})


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


def acts_for_all_groups(rights: Rights) -> bool:
    """Whether the person is in the secretariat of every group: what binds all groups is theirs to change."""
    return not Group.objects.exclude(pk__in=rights.secretariat_groups).exists()
