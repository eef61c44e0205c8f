"""Why an act on people was refused. Each has a `sentence` for the person who asked for it."""

import math
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class Refused(ValueError):
    """An act on people was refused; nothing was changed. `field` is what of the act it is about, "" for the whole of it."""

    sentence: Any = _("This cannot be done.")
    field = ""

    def __str__(self) -> str:
        return str(self.sentence)


class NotEntitled(Refused):
    """The actor holds no accreditation that allows it."""

    sentence = _("You may not do this. Ask your delegation's focal point, or the secretariat.")


class NotYourself(Refused):
    """Nobody gives a role to themselves."""

    sentence = _("Nobody gives a role to themselves. Ask somebody else who may.")


class RoleDoesNotFit(Refused):
    """The role needs a delegation or an office, or has none of them."""

    sentence = _("This role does not go with this delegation or office.")


class DelegationMissing(RoleDoesNotFit):
    sentence = _("Choose the delegation: this role is held in one.")
    field = "state"


class DelegationNamed(RoleDoesNotFit):
    sentence = _("Leave the delegation empty: this role is held in none.")
    field = "state"


class OfficeMissing(RoleDoesNotFit):
    sentence = _("Choose the office: this role is held in one. An administrator adds offices under Records.")
    field = "office"


class OfficeNamed(RoleDoesNotFit):
    sentence = _("Leave the office empty: this role is held in none.")
    field = "office"


class NameRefused(Refused):
    """No name, one too long, or one that is unfit (`cwg.look.signs`): of several lines, say, or of invisible signs."""

    field = "name"
    sentence = _("Write the name on one line, with at most 150 characters and no control characters.")


class AddressRefused(Refused):
    """Not an e-mail address."""

    field = "email"
    sentence = _("This is not an e-mail address.")


class AlreadyAccredited(Refused):
    """The person holds a role there already."""

    sentence = _("This person already has a role there. Change the role instead of sending an invitation.")


class AlreadyInvited(Refused):
    """An invitation to the same place is open."""

    sentence = _("This address has an open invitation already. Send that one again, or revoke it first.")
    field = "email"


class AlreadyThere(Refused):
    """Somebody holds the role: they invite whoever comes after them."""

    sentence = _("Somebody has this role already and can invite others to it.")


class PlaceRefused(Refused):
    """A new group, or its secretariat, cannot be made of what was given: `sentence` says why."""

    def __init__(self, field: str, sentence: str):
        super().__init__()
        self.field, self.sentence = field, sentence


class GroupUnknown(Refused):
    """No group has that code, and none was to be made."""

    field = "group"
    sentence = _("There is no group of this code.")


class OfficeUnclear(Refused):
    """There are several secretariats, or the office named is none."""

    field = "office"
    sentence = _("Say by its code which office is the secretariat.")


class AlreadyEnded(Refused):
    """The accreditation is not in force any more."""

    sentence = _("This role has already ended.")


class AlreadySo(Refused):
    """The change asks for what already is."""

    sentence = _("No change: this is already the case.")


class LastFocalPoint(Refused):
    """A delegation's last focal point would lock the delegation out."""

    sentence = _(
        "You are the only focal point of your delegation. Make somebody else focal point first, or ask the"
        " secretariat to end your role."
    )


class InvitationGone(Refused):
    """The link is no longer valid: used, revoked or expired."""

    sentence = _("This invitation is no longer valid. Ask whoever invited you to send it again.")


class InvitationUsed(InvitationGone):
    sentence = _("This invitation was used already. Sign in with your e-mail address.")


class InvitationRevoked(InvitationGone):
    sentence = _("This invitation was revoked.")


class InvitationExpired(InvitationGone):
    sentence = _("This invitation has expired. Ask whoever invited you to send it again.")


class InvitationUnknown(Refused):
    """The link was never given out, or was changed on its way."""

    sentence = _(
        "This link is not known here. Part of it may have been lost on the way, or it is from before the portal's keys were changed. Ask whoever invited you for a new one."
    )


class SignInFirst(Refused):
    """The address has an account: whoever accepts has to be signed in as that person."""

    sentence = _("This address has an account. Sign in with it, then accept the invitation.")


class Wait(Refused):
    """Something is slow on purpose; after `wait` it may be done again."""

    def __init__(self, wait: timedelta):
        super().__init__()
        self.wait = wait

    @property
    def minutes(self) -> int:
        """Whole minutes, rounded up: whoever waits that long is never told to wait again."""
        return max(1, math.ceil(self.wait.total_seconds() / 60))


class TooManyWrongPasswords(Wait):
    """Wrong passwords for one address, or from one network, came too fast."""

    def __init__(self, wait: timedelta, *, in_network: bool = False):
        super().__init__(wait)
        self.in_network = in_network

    @property
    def sentence(self) -> str:
        if self.in_network:
            words = ngettext(
                "Too many wrong passwords from your network. Wait %(minutes)d minute, or use the link we mail you.",
                "Too many wrong passwords from your network. Wait %(minutes)d minutes, or use the link we mail you.",
                self.minutes,
            )
        else:
            words = ngettext(
                "Too many wrong passwords for this address. Wait %(minutes)d minute, or use the link we mail you.",
                "Too many wrong passwords for this address. Wait %(minutes)d minutes, or use the link we mail you.",
                self.minutes,
            )
        return words % {"minutes": self.minutes}


class TooManyMails(Wait):
    """Very many mails were asked for from one network."""

    @property
    def sentence(self) -> str:
        words = ngettext(
            "Too many mails were requested from your network. Wait %(minutes)d minute, then ask again.",
            "Too many mails were requested from your network. Wait %(minutes)d minutes, then ask again.",
            self.minutes,
        )
        return words % {"minutes": self.minutes}


class LinkGone(Refused):
    """A mailed link that was used, is too old, or was never given out."""

    sentence = _(
        "This link no longer works. It was used already, it is too old, part of it was lost on the way, or the portal's keys have been changed since."
    )


class AddressTaken(Refused):
    """Somebody has an account at that address."""

    sentence = _(
        "There is another account at this address. If both are one person's, the secretariat joins the two accounts."
    )


class TooManyChanges(Refused):
    """The same person asked for another address again and again."""

    sentence = _("You have asked for this often today. Try again tomorrow, or write to the secretariat.")


class NoSecondFactor(Refused):
    """There is nothing to remove."""

    sentence = _("This person has no second factor.")


class SamePerson(Refused):
    """An account cannot be joined with itself."""

    sentence = _("Name another account: an account is not joined with itself.")


class AccountClosed(Refused):
    """The account that is to stay must be open, the one to close not closed already."""

    sentence = _("One of the two accounts is closed already.")


class RolesDiffer(Refused):
    """Both accounts hold a role in one delegation or office, and not the same one."""

    sentence = _(
        "Both accounts have a role in the same delegation, and not the same one. End one of the two roles first."
    )


class NoSuchAccount(Refused):
    """The account that is to stay was named by an address that none of the accounts in the actor's care has."""

    sentence = _("There is no account at this address among those you look after.")


class JoinedAway(Refused):
    """The account was joined with another one, which goes on in its place."""

    sentence = _(
        "This account was joined with another one, which goes on in its place. It is not opened again."
    )
