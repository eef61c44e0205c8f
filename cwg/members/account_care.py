"""Looking after somebody else's account: what the secretariat and administrators do for a person, besides `people.py`.

Rights, locks and refusals as there; the person is told by mail of whatever changes the way in.
"""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from cwg.record import access
from cwg.record.history import save_signed, sign
from cwg.record.reasons import clean_reason

from . import account_mail, address_changes, refusals, sessions
from .cleaning import clean_address
from .models import Accreditation, Person, Role
from .oversight import people_of
from .people import lock_groups
from .places import same_place
from .rights import Rights, rights_of


def may_look_after(rights: Rights, person: Person, at: datetime) -> bool:
    """An administrator looks after every account; the secretariat after those of its people with no role beyond its groups.

    An administrator's account is no secretariat's, in whatever group that role stands. Nor is that of somebody who never
    had to do with its groups: that there is such an account is another group's affair.
    """
    if rights.has_role(Role.ADMINISTRATOR):
        return True
    own = rights.secretariat_groups
    held = Accreditation.objects.not_ended(at).filter(person=person.pk)
    beyond = held.exclude(group_id__in=own) | held.filter(role=Role.ADMINISTRATOR)
    return bool(own) and people_of(own).filter(pk=person.pk).exists() and not beyond.exists()


def send_new_password_link(person: Person, *, actor: Person, at: datetime, address: str | None) -> None:
    """Mail `person` the link that the sign-in page offers; nobody else learns or sets a password.

    Raises NotEntitled, also where the account is closed.
    """
    if not person.is_active or not may_look_after(rights_of(actor, at), person, at):
        raise refusals.NotEntitled
    with transaction.atomic():
        account_mail.post("password_reset", person, at)
        access.note(
            "password_reset_sent", at=at, person_id=actor.pk, subject=f"person {person.pk}", address=address
        )


def change_address(person: Person, email: str, *, actor: Person, at: datetime, reason: str) -> Person:
    """Give `person` another address, for somebody who no longer reads the old one. Both addresses are told.

    Raises NotEntitled, NotYourself, ReasonMissing, AddressRefused, AlreadySo, AddressTaken.
    """
    email, reason = clean_address(email), clean_reason(reason)
    with transaction.atomic():
        person = _in_care(person, actor, at)
        if email == person.email:
            raise refusals.AlreadySo
        address_changes.move(person, email, actor=actor, reason=reason, at=at)
    return person


def offered(person: Person, rights: Rights) -> list[tuple[str, str]]:
    """The acts offered on an account: (words, name of the page), none that the verb would refuse for what it is."""
    if person.pk == rights.holder.pk or not may_look_after(rights, person, rights.at):
        return []
    found = [(_("Change the address"), "address")]
    if has_second_factor(person):
        found.append((_("Remove the second factor"), "second-factor"))
    if person.is_active:
        found = [(_("Send a link for a new password"), "new-password"), *found]
        found += [(_("Join with another account"), "join"), (_("Close the account"), "close")]
    elif person.joined_into_id is None:
        found.append((_("Open the account again"), "open"))
    return found


def has_second_factor(person: Person) -> bool:
    return Authenticator.objects.filter(user_id=person.pk).exists()


def reset_second_factor(person: Person, *, actor: Person, at: datetime, reason: str) -> Person:
    """Take away every authenticator app, passkey and recovery code of `person`, who signs in by password again.

    Whoever lost a phone may have lost it to somebody: every session ends too. The person is told.
    Raises NotEntitled, NotYourself, ReasonMissing, NoSecondFactor.
    """
    reason = clean_reason(reason)
    with transaction.atomic():
        person = _in_care(person, actor, at)
        if not Authenticator.objects.filter(user_id=person.pk).delete()[0]:
            raise refusals.NoSecondFactor
        sessions.end_all(person)
        sign(person, actor, reason)
        person.save()
        access.note("second_factor_reset", at=at, person_id=actor.pk, subject=f"person {person.pk}")
        account_mail.post("second_factor_reset", person, at)
    return person


def disable(person: Person, *, actor: Person, at: datetime, reason: str) -> Person:
    """Close an account: the very next request of the person is one of nobody's, on every device.

    Every session ends, so that none comes back to life with the account: a lost device stays signed out.
    Raises NotEntitled, NotYourself, ReasonMissing, AlreadySo.
    """
    return _set_active(person, False, actor, at, reason)


def enable(person: Person, *, actor: Person, at: datetime, reason: str) -> Person:
    """Open a closed account again; roles that ended meanwhile stay ended. Raises as `disable`."""
    return _set_active(person, True, actor, at, reason)


def _set_active(person: Person, active: bool, actor: Person, at: datetime, reason: str) -> Person:
    reason = clean_reason(reason)
    with transaction.atomic():
        person = _in_care(person, actor, at)
        if person.is_active == active:
            raise refusals.AlreadySo
        if active and person.joined_into_id:
            raise refusals.JoinedAway
        person.is_active = active
        save_signed(person, actor, reason)
        if not active:
            sessions.end_all(person)
        act = "person_enabled" if active else "person_disabled"
        access.note(act, at=at, person_id=actor.pk, subject=f"person {person.pk}")
    return person


def account_at(email: str, *, actor: Person, at: datetime) -> Person:
    """The account at that address, of those the actor looks after. Raises NoSuchAccount, alike for all others."""
    found = Person.objects.filter(email=email).first()
    if found is None or not may_look_after(rights_of(actor, at), found, at):
        raise refusals.NoSuchAccount
    return found


def join(closed: Person, stays: Person, *, actor: Person, at: datetime, reason: str) -> Person:
    """Make one account of two of the same human being: `closed` ends and says where it went, `stays` goes on.

    What was done under either account stays on record as it was done. Roles in force end there and begin here, in one
    instant. Both addresses are told. Returns the account that stays.
    Raises NotEntitled, NotYourself, ReasonMissing, SamePerson, AccountClosed, RolesDiffer.
    """
    reason = clean_reason(reason)
    if closed.pk == stays.pk:
        raise refusals.SamePerson
    with transaction.atomic():
        # As every act on the people of a group: one at a time, and always in the same order.
        held = Accreditation.objects.not_ended(at).filter(person__in=[closed.pk, stays.pk])
        lock_groups(set(held.values_list("group_id", flat=True)))
        pair = {
            one.pk: one
            for one in Person.objects.select_for_update().filter(pk__in=[closed.pk, stays.pk]).order_by("pk")
        }
        closed, stays = (_in_care(pair[one.pk], actor, at) for one in (closed, stays))
        if not (closed.is_active and stays.is_active):
            raise refusals.AccountClosed
        for role in held.select_for_update(of=("self",)).filter(person=closed.pk).order_by("pk"):
            _move_role(role, stays, actor, at, reason)
        closed.is_active, closed.joined_into = False, stays
        for person in (closed, stays):
            sign(person, actor, reason)
            person.save()
        sessions.end_all(closed)
        access.note(
            "accounts_joined", at=at, person_id=actor.pk, subject=f"person {closed.pk} person {stays.pk}"
        )
        account_mail.post("accounts_joined", stays, at, closed=closed.pk)
        account_mail.post("accounts_joined", stays, at, closed=closed.pk, to=closed.email)
    return stays


def _move_role(role: Accreditation, stays: Person, actor: Person, at: datetime, reason: str) -> None:
    """End the role of the account that closes, and begin it for the one that stays, unless it is there already."""
    there = same_place(Accreditation.objects.not_ended(at).filter(person=stays), role)
    same = there.filter(role=role.role).exists()
    if role.state_id and there.exists() and not same:
        raise refusals.RolesDiffer
    until, since = role.until, max(role.since, at)
    role.until = since
    sign(role, actor, reason)
    role.save()
    if not same:
        new = Accreditation(
            person=stays,
            group_id=role.group_id,
            role=role.role,
            state_id=role.state_id,
            office_id=role.office_id,
            since=since,
            until=until,
        )
        sign(new, actor, reason)
        new.save(force_insert=True)


def _in_care(person: Person, actor: Person, at: datetime) -> Person:
    """`person` under the lock, once the actor may look after the account. Nobody looks after their own."""
    person = Person.objects.select_for_update().get(pk=person.pk)
    if person.pk == actor.pk:
        raise refusals.NotYourself
    if not may_look_after(rights_of(actor, at), person, at):
        raise refusals.NotEntitled
    return person
