"""Where a role lies: what goes with a delegation or an office, and which two roles are in one place."""

from datetime import datetime
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from . import refusals
from .models import DELEGATION_ROLES, OFFICE_ROLES, Accreditation, Invitation, MemberState, Office, Role

Row = TypeVar("Row", bound=Model)


def fits(role: str, state: MemberState | None, office: Office | None) -> bool:
    """Whether the role goes with that delegation or office."""
    try:
        refuse_unless_fits(role, state, office)
    except refusals.RoleDoesNotFit:
        return False
    return True


def refuse_unless_fits(role: str, state: MemberState | None, office: Office | None) -> None:
    """The same as the constraints of the database say (models.role_and_party).

    Raises RoleDoesNotFit, or the one of its kind that names what is missing or too much.
    """
    if role not in Role.values:
        raise refusals.RoleDoesNotFit
    if role in DELEGATION_ROLES and state is None:
        raise refusals.DelegationMissing
    if role not in DELEGATION_ROLES and state is not None:
        raise refusals.DelegationNamed
    if role in OFFICE_ROLES and office is None:
        raise refusals.OfficeMissing
    if role not in OFFICE_ROLES and office is not None:
        raise refusals.OfficeNamed


def seat(of: Accreditation | Invitation) -> tuple[object, ...]:
    """One person has one role in a delegation; for offices and the others, one of a kind. Alike where that is so."""
    return (of.group_id, of.state_id) if of.state_id else (of.group_id, None, of.office_id, of.role)


def same_place(rows: QuerySet[Row], like: Accreditation | Invitation) -> QuerySet[Row]:
    """Those whose `seat` is the same."""
    if like.state_id:
        return rows.filter(group=like.group_id, state=like.state_id)
    return rows.filter(group=like.group_id, office=like.office_id, role=like.role)


def open_at(at: datetime) -> Q:
    """Invitations whose link works at `at`; of a row at hand `is_open_at`."""
    return Q(used_at__isnull=True, revoked_at__isnull=True, expires_at__gt=at)
