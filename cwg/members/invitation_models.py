"""What is sent to somebody who is to come: a link, and the role that it leads to."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from cwg.languages import LANGUAGES

from .addresses import AddressField
from .models import Group, MemberState, Office, Person, Role, role_and_party
from .parties import NamesParty


class Invitation(NamesParty):
    """A mailed link that works once and expires. The link is signed; no secret is kept. See `people.py`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = AddressField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, default="en")
    group = models.ForeignKey(Group, models.PROTECT, related_name="+", verbose_name=_("group"))
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    state = models.ForeignKey(
        MemberState, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("delegation of")
    )
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("office")
    )
    # Nobody: made on the server itself, by whoever runs the portal (first_people.py).
    invited_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("invited by")
    )
    invited_at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-invited_at", "-pk"]
        constraints = role_and_party("inv_")

    def __str__(self) -> str:
        return self.email

    def is_open_at(self, now) -> bool:
        """Whether the link still works at the aware instant `now`: the instant of expiry itself is too late."""
        return self.used_at is None and self.revoked_at is None and now < self.expires_at
