"""Giving a role to somebody who has an account, without an invitation: an act of the secretariat, with a reason."""

from datetime import datetime

from django.db import transaction

from cwg.record import access
from cwg.record.history import sign
from cwg.record.reasons import clean_reason

from . import refusals
from .models import Accreditation, Group, MemberState, Office, Person, Role
from .oversight import may_manage
from .people import lock_groups
from .places import refuse_unless_fits, same_place
from .rights import rights_of


def grant(
    person: Person,
    *,
    group: Group,
    role: str,
    state: MemberState | None = None,
    office: Office | None = None,
    actor: Person,
    at: datetime,
    reason: str,
) -> Accreditation:
    """Accredit `person` from `at` (aware, UTC) on. Only administrators make administrators.

    Raises NotEntitled, NotYourself, ReasonMissing, RoleDoesNotFit, AlreadyAccredited; nothing is changed then.
    """
    reason = clean_reason(reason)
    accreditation = Accreditation(person=person, group=group, role=role, state=state, office=office, since=at)
    with transaction.atomic():
        lock_groups([group.pk])
        rights = rights_of(actor, at)
        if not may_manage(rights, group_id=group.pk, role=role, state_id=state.pk if state else None):
            raise refusals.NotEntitled
        if role == Role.ADMINISTRATOR and not rights.has_role(Role.ADMINISTRATOR):
            raise refusals.NotEntitled
        if person.pk == actor.pk:
            raise refusals.NotYourself
        if _holds_one_there(accreditation, at):
            raise refusals.AlreadyAccredited
        refuse_unless_fits(role, state, office)
        sign(accreditation, actor, reason)
        accreditation.save(force_insert=True)
        party = state.iso3 if state else office.code if office else ""
        subject = f"accreditation {accreditation.pk} {role} {party} {group.code}"
        access.note(
            "accreditation_granted",
            at=at,
            person_id=actor.pk,
            subject=" ".join(subject.split()),
            group_id=group.pk,
        )
    return accreditation


def _holds_one_there(like: Accreditation, at: datetime) -> bool:
    """One open role in a delegation at a time; for offices and the others, one of a kind."""
    return same_place(Accreditation.objects.not_ended(at).filter(person=like.person), like).exists()
