"""Who comes, who goes, who becomes what: the verbs on invitations and accreditations. Accounts: `account_care.py`.

Every verb takes the actor and `at`, an aware instant in UTC; locks what it changes; asks again, under the lock,
whether the actor may; writes the access log and the history; raises one of `refusals.py` and then has changed
nothing. Rights follow the delegation or office (domain 2): a focal point acts for its own delegation, the
secretariat for its group, an administrator for every group.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from cwg.languages import LANGUAGE_CODES
from cwg.record import access
from cwg.record.history import save_signed
from cwg.record.reasons import clean_reason

from . import addresses, refusals
from .cleaning import clean_address, clean_name
from .models import (
    Accreditation,
    Group,
    Invitation,
    MemberState,
    Office,
    Person,
    Role,
)
from .oversight import may_manage
from .places import open_at, refuse_unless_fits, same_place, seat
from .rights import Rights, rights_of

TOKEN_SALT = "invitation"

InvitedCallback = Callable[[Invitation, datetime], None]
_on_invited: list[InvitedCallback] = []


def on_invited(callback: InvitedCallback) -> None:
    """`callback(invitation, at)` runs inside the transaction that makes an invitation, or sends it again."""
    if callback not in _on_invited:
        _on_invited.append(callback)


def _require(actor: Person, accreditation_or_invitation, at: datetime) -> Rights:
    rights = rights_of(actor, at)
    about = accreditation_or_invitation
    if not may_manage(rights, group_id=about.group_id, role=about.role, state_id=about.state_id):
        raise refusals.NotEntitled
    return rights


def lock_groups(group_ids: Iterable[int]) -> None:
    """One act on the people of a group at a time: two focal points cannot end each other at once. In one order.

    NO KEY: rows that merely refer to the group, and so every submission, go on meanwhile.
    """
    list(Group.objects.select_for_update(no_key=True).filter(pk__in=group_ids).order_by("pk"))


def _lock(group_id: int) -> None:
    lock_groups([group_id])


# --- Invitations --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """Whom to invite, to what: as it was written."""

    email: str
    name: str
    language: str
    group: Group
    role: str
    state: MemberState | None = None
    office: Office | None = None


def invite(
    *,
    email: str,
    name: str,
    language: str,
    group: Group,
    role: str,
    state: MemberState | None = None,
    office: Office | None = None,
    actor: Person,
    at: datetime,
) -> Invitation:
    """Invite somebody to a role; the mail goes out through `on_invited`.

    Raises NotEntitled, NotYourself, RoleDoesNotFit, NameRefused, AddressRefused, AlreadyAccredited and
    AlreadyInvited.
    """
    wanted = Wanted(email, name, language, group, role, state, office)
    (made,) = invite_all([wanted], actor=actor, at=at)
    if isinstance(made, refusals.Refused):
        raise made
    return made


def invite_all(
    wanted: Iterable[Wanted], *, actor: Person, at: datetime
) -> list[Invitation | refusals.Refused]:
    """Invite many, each as `invite` does: for each the invitation, or why it was refused, which stops nobody else."""
    asked = [_prepared(each, actor, at) for each in wanted]
    drafts = [each for each in asked if isinstance(each, Invitation)]
    emails, groups = {each.email for each in drafts}, {each.group_id for each in drafts}
    with transaction.atomic():
        lock_groups(groups)
        rights = rights_of(actor, at)
        roles = Accreditation.objects.not_ended(at).filter(person__email__in=emails, group__in=groups)
        open_ones = Invitation.objects.filter(open_at(at), email__in=emails, group__in=groups)
        held = {(addresses.folded(each.person.email), *seat(each)) for each in roles.select_related("person")}
        invited = {(addresses.folded(each.email), *seat(each)) for each in open_ones}
        for place, draft in enumerate(asked):
            if not isinstance(draft, Invitation):
                continue
            key = (addresses.folded(draft.email), *seat(draft))
            if not may_manage(rights, group_id=draft.group_id, role=draft.role, state_id=draft.state_id):
                asked[place] = refusals.NotEntitled()
            elif addresses.same(draft.email, actor.email):
                asked[place] = refusals.NotYourself()
            elif key in held:
                asked[place] = refusals.AlreadyAccredited()
            elif key in invited:
                asked[place] = refusals.AlreadyInvited()
            else:
                invited.add(key)
        made = [each for each in asked if isinstance(each, Invitation)]
        Invitation.objects.bulk_create(made)
        for invitation in made:
            tell(invitation, at)
            _note("invited", invitation, actor, at)
    return asked


def _prepared(wanted: Wanted, actor: Person, at: datetime) -> Invitation | refusals.Refused:
    try:
        email, name = clean_address(wanted.email), clean_name(wanted.name)
        refuse_unless_fits(wanted.role, wanted.state, wanted.office)
    except refusals.Refused as refused:
        return refused
    return Invitation(
        email=email,
        name=name,
        language=wanted.language if wanted.language in LANGUAGE_CODES else "en",
        group=wanted.group,
        role=wanted.role,
        state=wanted.state,
        office=wanted.office,
        invited_by=actor,
        invited_at=at,
        expires_at=at + settings.INVITATION_LIFETIME,
    )


def invitation_link(invitation: Invitation) -> str:
    """The absolute address that works once. Signed with SECRET_KEY: nothing in the database can forge it."""
    token = signing.dumps({"i": str(invitation.pk)}, salt=TOKEN_SALT)
    return settings.PORTAL_URL + reverse("members:invitation", args=[token])


def invitation_of(token: str) -> Invitation:
    """The invitation of a link, open or not. Raises InvitationUnknown for a token we did not make."""
    try:
        pk = signing.loads(token, salt=TOKEN_SALT)["i"]
        return Invitation.objects.select_related("group", "state", "office").get(pk=pk)
    except (signing.BadSignature, KeyError, TypeError, ValueError, ValidationError, Invitation.DoesNotExist):
        raise refusals.InvitationUnknown from None


def require_open(invitation: Invitation, at: datetime) -> None:
    """Raises InvitationUsed, InvitationRevoked or InvitationExpired."""
    if invitation.used_at is not None:
        raise refusals.InvitationUsed
    if invitation.revoked_at is not None:
        raise refusals.InvitationRevoked
    if at >= invitation.expires_at:
        raise refusals.InvitationExpired


def accept(
    invitation: Invitation,
    *,
    name: str = "",
    password: str | None = None,
    language: str = "",
    at: datetime,
    signed_in: Person | None = None,
    address: str | None = None,
) -> Person:
    """Make the invited person, or add the role to the person of that address, once.

    A person who has an account must be `signed_in` with it: a link alone opens nobody's account. `password` is
    validated by the caller; `address` is the network address for the access log. The invitation stays good when
    whoever sent it has left: it was an act of the delegation, which can revoke it.
    Raises InvitationUsed, InvitationRevoked, InvitationExpired, SignInFirst, AlreadyAccredited, NameRefused, and Busy where
    the password was not hashed in time.
    """
    # Before anything is locked: a password may have to wait until it is hashed.
    hashed = make_password(password)
    with transaction.atomic():
        invitation = (
            Invitation.objects.select_for_update(of=("self",))
            .select_related("group", "state", "office", "invited_by")
            .get(pk=invitation.pk)
        )
        require_open(invitation, at)
        person = Person.objects.filter(email=invitation.email).first()
        if person is None:
            person = _new_person(invitation, clean_name(name or invitation.name), hashed, language)
        elif signed_in is None or signed_in.pk != person.pk or not person.is_active:
            raise refusals.SignInFirst
        _lock(invitation.group_id)
        if _holds_a_role(invitation, at):
            raise refusals.AlreadyAccredited
        accreditation = Accreditation(
            person=person,
            group=invitation.group,
            role=invitation.role,
            state=invitation.state,
            office=invitation.office,
            since=at,
        )
        save_signed(accreditation, person, "invitation accepted")
        invitation.used_at = at
        invitation.person = person
        invitation.save(update_fields=["used_at", "person"])
        _note("invitation_accepted", invitation, person, at, address)
    return person


def _new_person(invitation: Invitation, name: str, hashed: str, language: str) -> Person:
    person = Person(
        password=hashed,
        email=invitation.email,
        name=name,
        language=language if language in LANGUAGE_CODES else invitation.language,
    )
    try:
        with transaction.atomic():
            save_signed(person, None, "invitation accepted")
    except IntegrityError:
        # Two invitations to one new address, accepted in the same moment: the other one made the account.
        raise refusals.SignInFirst from None
    return person


def revoke(invitation: Invitation, *, actor: Person, at: datetime) -> Invitation:
    """Make the link worthless. Raises NotEntitled, InvitationUsed and InvitationRevoked."""
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
        _require(actor, invitation, at)
        if invitation.used_at is not None or invitation.revoked_at is not None:
            require_open(invitation, at)
        invitation.revoked_at = at
        invitation.save(update_fields=["revoked_at"])
        _note("invitation_revoked", invitation, actor, at)
    return invitation


def send_again(invitation: Invitation, *, actor: Person, at: datetime) -> Invitation:
    """Mail the link again and let it live from now on, also where it had expired.

    Raises NotEntitled, InvitationUsed, InvitationRevoked and AlreadyAccredited.
    """
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
        _require(actor, invitation, at)
        if invitation.used_at is not None or invitation.revoked_at is not None:
            require_open(invitation, at)
        if _holds_a_role(invitation, at):
            raise refusals.AlreadyAccredited
        invitation.expires_at = at + settings.INVITATION_LIFETIME
        invitation.save(update_fields=["expires_at"])
        tell(invitation, at)
        _note("invitation_sent_again", invitation, actor, at)
    return invitation


# --- Accreditations -----------------------------------------------------------------------------------------------


def end(accreditation: Accreditation, *, actor: Person, at: datetime, reason: str) -> Accreditation:
    """End a role at once: the person's very next request finds it gone.

    Raises NotEntitled, ReasonMissing, AlreadyEnded, LastFocalPoint.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        accreditation, at = _in_force(accreditation, actor, at)
        accreditation.until = at
        save_signed(accreditation, actor, reason)
        _note("accreditation_ended", accreditation, actor, at)
    return accreditation


def change_role(
    accreditation: Accreditation, role: str, *, actor: Person, at: datetime, reason: str
) -> Accreditation:
    """End a role and begin another in the same delegation or office, in one instant. Returns the new one.

    Raises NotEntitled, NotYourself, ReasonMissing, RoleDoesNotFit, AlreadySo, AlreadyEnded, LastFocalPoint.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        old, at = _in_force(accreditation, actor, at)
        if role == old.role:
            raise refusals.AlreadySo
        refuse_unless_fits(role, old.state, old.office)
        _require(actor, Accreditation(group=old.group, role=role, state=old.state), at)
        gives_up = old.role == Role.FOCAL_POINT and role == Role.DELEGATE
        if old.person_id == actor.pk and not gives_up:
            raise refusals.NotYourself
        new = Accreditation(
            person=old.person,
            group=old.group,
            role=role,
            state=old.state,
            office=old.office,
            since=at,
            until=old.until,
        )
        old.until = at
        save_signed(old, actor, reason)
        save_signed(new, actor, reason)
        _note("role_changed", new, actor, at)
    return new


def _in_force(accreditation: Accreditation, actor: Person, at: datetime) -> tuple[Accreditation, datetime]:
    """The accreditation under the lock, with the instant of the act, once the actor may change it."""
    _lock(accreditation.group_id)
    found = (
        Accreditation.objects.select_for_update(of=("self",))
        .select_related("person", "group", "state", "office")
        .get(pk=accreditation.pk)
    )
    rights = _require(actor, found, at)
    # The instant was read before the wait for the lock; a role that began during the wait has not ended before.
    at = max(at, found.since)
    if found.has_ended_at(at):
        raise refusals.AlreadyEnded
    if found.person_id == actor.pk and found.role == Role.FOCAL_POINT and _last_focal_point(found, rights):
        raise refusals.LastFocalPoint
    return found, at


def _last_focal_point(accreditation: Accreditation, rights: Rights) -> bool:
    if rights.has_role(Role.ADMINISTRATOR) or accreditation.group_id in rights.secretariat_groups:
        return False
    others = Accreditation.objects.in_force(rights.at).filter(
        group=accreditation.group_id,
        state=accreditation.state_id,
        role=Role.FOCAL_POINT,
        person__is_active=True,
    )
    return not others.exclude(pk=accreditation.pk).exists()


# --- What the verbs share -----------------------------------------------------------------------------------------


def _holds_a_role(invitation: Invitation, at: datetime) -> bool:
    """One open role in a delegation at a time, also one that has yet to begin."""
    held = Accreditation.objects.not_ended(at).filter(person__email=invitation.email)
    return same_place(held, invitation).exists()


def tell(invitation: Invitation, at: datetime) -> None:
    """Call those who asked to hear of invitations, within the transaction that makes one or sends it again."""
    for callback in _on_invited:
        callback(invitation, at)


def _note(act: str, about, actor: Person, at: datetime, address: str | None = None) -> None:
    """Numbers and codes only; who it was stands in the rows themselves."""
    party = about.state.iso3 if about.state else about.office.code if about.office else ""
    kind = "invitation" if isinstance(about, Invitation) else "accreditation"
    subject = " ".join(part for part in (kind, str(about.pk), about.role, party, about.group.code) if part)
    access.note(act, at=at, person_id=actor.pk, subject=subject, address=address, group_id=about.group_id)
