"""The people, roles and invitations that somebody reaches in the workspace, and what is offered on each: decided here.

The secretariat and administrators keep the people of their groups; a focal point those of the own delegation. A row
that somebody may look at elsewhere but not act on (an auditor in the records) is not reached here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from cwg.folding import fold

from . import mailboxes
from .addresses import folded
from .models import DELEGATION_ROLES, OFFICE_ROLES, Accreditation, Group, Invitation, Person, Role, not_ended
from .oversight import account_groups, is_administrator, known_people, may_manage, may_manage_people
from .parties import Party
from .rights import Rights

_Named = TypeVar("_Named", Person, Invitation)


def own_delegations(rights: Rights) -> tuple[Party, ...]:
    """The delegations whose people this person looks after as their focal point. No query."""
    return tuple(
        party
        for party in rights.own_parties
        if party.state_id and rights.is_focal_point(party.group_id, party.state_id)
    )


def keeps_people(rights: Rights) -> bool:
    """Whether the workspace of people is there: for a group's secretariat and for administrators. No query."""
    return may_manage_people(rights)


def _of_own_delegations(rights: Rights) -> Q:
    found = Q(pk__in=[])
    for party in own_delegations(rights):
        found |= Q(group_id=party.group_id, state_id=party.state_id)
    return found


def roles(rights: Rights) -> QuerySet[Accreditation]:
    """Roles this person reaches, ended ones too; of a delegation, for its focal point, those not ended."""
    own = _of_own_delegations(rights) & not_ended(rights.at)
    kept = Q(group_id__in=account_groups(rights)) if keeps_people(rights) else Q(pk__in=[])
    return Accreditation.objects.filter(kept | own).select_related("person", "group", "state", "office")


def reached(rights: Rights) -> QuerySet[Person]:
    """People whose page this person reaches."""
    own = Exists(
        Accreditation.objects.filter(_of_own_delegations(rights), not_ended(rights.at), person=OuterRef("pk"))
    )
    if not keeps_people(rights):
        return Person.objects.filter(own)
    return Person.objects.filter(Q(pk__in=known_people(rights).values("pk")) | Q(own))


def invitations(rights: Rights) -> QuerySet[Invitation]:
    """Invitations this person reaches that were neither used nor revoked; their link may have expired."""
    kept = Q(group_id__in=account_groups(rights)) if keeps_people(rights) else Q(pk__in=[])
    return Invitation.objects.filter(
        kept | _of_own_delegations(rights), used_at__isnull=True, revoked_at__isnull=True
    ).select_related("group", "state", "office", "invited_by")


def named(rows: QuerySet[_Named], words: str) -> QuerySet[_Named]:
    """Those of `rows` (people or invitations) of which each of `words` is in the name or the address, as `fold` has them.

    Read and compared here: an installation has some thousands of people at most.
    """
    wanted = fold(words).split()
    found = [
        pk
        for pk, name, email in rows.order_by().values_list("pk", "name", "email")
        if all(word in fold(f"{name} {email}") for word in wanted)
    ]
    return rows.filter(pk__in=found)


# --- What is offered ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OfferedRole:
    """A role with the acts that are offered on it."""

    role: Accreditation
    may_end: bool
    may_change: bool


@dataclass(frozen=True)
class OfferedInvitation:
    """An invitation nobody has accepted; `open` says whether its link still works."""

    invitation: Invitation
    open: bool
    may_act: bool
    trouble: mailboxes.Trouble | None = None


def _manages(rights: Rights, about: Accreditation | Invitation) -> bool:
    return may_manage(rights, group_id=about.group_id, role=about.role, state_id=about.state_id)


def offered_on_role(role: Accreditation, rights: Rights) -> OfferedRole:
    """What the verbs let this person do with a role; nobody gives another role to themselves. No query."""
    may = not role.has_ended_at(rights.at) and _manages(rights, role)
    own = role.person_id == rights.holder.pk
    return OfferedRole(
        role, may, may and (not own or role.role == Role.FOCAL_POINT) and bool(others(role, rights))
    )


def offered_on_invitations(invitations: Iterable[Invitation], rights: Rights) -> list[OfferedInvitation]:
    """Each with whether its mail gets through. One query for that, and none of its own for the rest."""
    rows = list(invitations)
    troubles = mailboxes.troubles(each.email for each in rows)
    return [
        OfferedInvitation(
            each, each.is_open_at(rights.at), _manages(rights, each), troubles.get(folded(each.email))
        )
        for each in rows
    ]


def others(role: Accreditation, rights: Rights) -> list[Role]:
    """The roles that this one may be changed into: those that go with the same delegation, or office, or neither."""
    if role.state_id:
        kin: Iterable[Role] = DELEGATION_ROLES
    elif role.office_id:
        kin = OFFICE_ROLES
    else:
        kin = [each for each in Role if each not in (*DELEGATION_ROLES, *OFFICE_ROLES)]
    if role.role == Role.FOCAL_POINT and role.person_id == rights.holder.pk:
        kin = [Role.DELEGATE]
    return [each for each in kin if each != role.role and _may_give(each, role, rights)]


def _may_give(each: Role, role: Accreditation, rights: Rights) -> bool:
    return may_manage(rights, group_id=role.group_id, role=each, state_id=role.state_id)


def groups_to_invite_to(rights: Rights) -> QuerySet[Group]:
    """Groups to which this person may invite somebody."""
    kept = account_groups(rights) if is_administrator(rights) else rights.secretariat_groups
    return Group.objects.filter(pk__in=kept | {party.group_id for party in own_delegations(rights)})


# --- Or 404 -------------------------------------------------------------------------------------------------------


def person_or_404(rights: Rights, pk: int) -> Person:
    """The person, for whoever reaches the page. Raises Http404."""
    found = reached(rights).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def role_or_404(rights: Rights, pk: int, *, also_ended: bool = False) -> Accreditation:
    """A role, not ended, that this person may end or change. Raises Http404.

    `also_ended`: for what was sent, so that the verb says that somebody was quicker and the form keeps its words. Of
    those that the person reaches: a focal point reaches none that has ended.
    """
    known = roles(rights).filter(pk=pk)
    found = (known if also_ended else known.filter(not_ended(rights.at))).first()
    if found is None or not _manages(rights, found):
        raise Http404
    return found


def invitation_or_404(rights: Rights, pk) -> Invitation:
    """An invitation, neither used nor revoked, that this person may send again or revoke. Raises Http404."""
    found = invitations(rights).filter(pk=pk).first()
    if found is None or not _manages(rights, found):
        raise Http404
    return found


def trail_to(person: Person) -> list[tuple[str, str]]:
    """The way to an act on somebody, for its breadcrumbs: labels and addresses. For who keeps people."""
    return [
        (_("People"), reverse("members:people")),
        (person.name, reverse("members:person", args=[person.pk])),
    ]
