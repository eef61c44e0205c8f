"""How the first people come in: an empty portal has nobody who could invite them.

Whoever may run commands on the server stands above every right in the portal, so the act names no actor; the
access log keeps it, and the mail and the page are those of every invitation. Everybody after them is invited by
somebody (people.py).
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify

from cwg.record import access
from cwg.record.history import sign

from . import people, refusals
from .cleaning import clean_address, clean_name
from .models import Accreditation, Group, Invitation, Office, Person, Role

REASON = "first people of the portal"
FIRST_ROLES = (Role.ADMINISTRATOR, Role.SECRETARIAT)


@dataclass(frozen=True)
class Invited:
    """The invitation, and whether an open one was found and sent again."""

    invitation: Invitation
    again: bool


def invite(
    *,
    email: str,
    name: str,
    role: str,
    group_code: str,
    group_name: str = "",
    office_code: str = "",
    another: bool = False,
    at: datetime,
) -> Invited:
    """Invite the first administrator, or the first of a group's secretariat, without anybody who invites.

    `group_name` makes the group where there is none of that code; without it there must be one. The secretariat's
    office is made where there is none, whichever of the two is invited: whom the administrator invites needs one. An
    invitation of the same address to the same role that is open is sent again instead. `another` allows it also where
    somebody holds the role already: everybody who held it may have left. `at` is aware, in UTC.
    Raises GroupUnknown, PlaceRefused, OfficeUnclear, AlreadyThere, AlreadyAccredited, NameRefused, AddressRefused,
    RoleDoesNotFit; nothing is changed then.
    """
    if role not in FIRST_ROLES:
        raise refusals.RoleDoesNotFit
    email = clean_address(email)
    with transaction.atomic():
        group = _group(group_code, group_name)
        # As every act on the people of a group: one at a time.
        Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        if not another and _somebody_is(role, group, at):
            raise refusals.AlreadyThere
        office = _secretariat(office_code) if role == Role.SECRETARIAT else None
        if office is None and not Office.objects.filter(kind=Office.Kind.SECRETARIAT).exists():
            _secretariat(office_code)
        held = Accreditation.objects.in_force(at).filter(
            person__email=email, group=group, role=role, office=office
        )
        if held.exists():
            raise refusals.AlreadyAccredited
        of_the_same = Invitation.objects.select_for_update(of=("self",)).filter(
            email=email, group=group, role=role, office=office, used_at=None, revoked_at=None
        )
        found = of_the_same.first()
        if found is None:
            found = Invitation(
                email=email,
                name=_name(name, email),
                group=group,
                role=role,
                office=office,
                invited_by=None,
                invited_at=at,
            )
            again = False
        else:
            again = True
        found.expires_at = at + settings.INVITATION_LIFETIME
        found.save()
        people.tell(found, at)
        parties = (found.pk, role, office.code if office else "", group.code)
        access.note(
            "invitation_sent_again" if again else "invited_from_the_server",
            at=at,
            person_id=None,
            subject=" ".join(("invitation", *(str(part) for part in parties if part))),
            group_id=group.pk,
        )
    return Invited(found, again)


def _somebody_is(role: str, group: Group, at: datetime) -> bool:
    """Administrators look after every group; a secretariat is one group's."""
    held = Accreditation.objects.in_force(at).filter(role=role, person__is_active=True)
    return (held if role == Role.ADMINISTRATOR else held.filter(group=group)).exists()


def _group(code: str, name: str) -> Group:
    group = Group.objects.filter(code__iexact=code.strip()).first()
    if group is not None:
        return group
    code, name = code.strip(), name.strip()
    if not name or not slugify(code):
        raise refusals.GroupUnknown
    group = Group(code=code, slug=slugify(code), name=name, short_name=code)
    sign(group, None, REASON)
    _refuse_what_is_wrong(group, {"name": "group_name"}, otherwise="group")
    group.save()
    return group


def _refuse_what_is_wrong(row: Group | Office, names: dict[str, str], *, otherwise: str) -> None:
    """Raises PlaceRefused with what of `invite` gave the first column that cannot be kept, and why it cannot."""
    try:
        row.full_clean()
    except ValidationError as error:
        column, said = next(iter(error.message_dict.items()))
        raise refusals.PlaceRefused(names.get(column, otherwise), " ".join(said)) from error


def _secretariat(code: str) -> Office:
    """The secretariat's office: the one of that code, or the only one there is; made where there is none."""
    offices = Office.objects.filter(kind=Office.Kind.SECRETARIAT)
    found = list(offices.filter(code=code) if code else offices[:2])
    if len(found) > 1 or (code and not found and Office.objects.filter(code=code).exists()):
        raise refusals.OfficeUnclear
    if found:
        return found[0]
    office = Office(code=code or "secretariat", kind=Office.Kind.SECRETARIAT, name="Secretariat")
    sign(office, None, REASON)
    _refuse_what_is_wrong(office, {}, otherwise="office")
    office.save()
    return office


def _name(name: str, email: str) -> str:
    """What was given; else the name of the account; else the address until the person writes a name."""
    person = Person.objects.filter(email=email).first()
    return clean_name(name or (person.name if person else email[:150]))
