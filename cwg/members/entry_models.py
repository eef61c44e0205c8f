"""What is remembered at the door: sessions, known browsers, what was tried and not yet forgiven, changes of address."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from .addresses import AddressField


class Session(AbstractBaseSession):
    """One browser that is signed in, or on its way (`sessions.py`). Ended by deleting the row."""

    person = models.ForeignKey(
        "members.Person", models.CASCADE, null=True, related_name="sessions", verbose_name=_("person")
    )
    since = models.DateTimeField(_("signed in"), null=True)
    seen_at = models.DateTimeField(_("last seen"))
    address = models.GenericIPAddressField(_("network address"), null=True)
    # As the browser calls itself.
    device = models.CharField(_("device"), max_length=300, blank=True)
    browser = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """What a page may name: the key itself is as good as a password."""
        return salted_hmac("session", self.session_key).hexdigest()[:20]

    @classmethod
    def get_session_store_class(cls) -> type:
        from .sessions import SessionStore

        return SessionStore


class KnownDevice(models.Model):
    """A browser on which a person has signed in before: wrong passwords of strangers do not delay it (`devices.py`)."""

    person = models.ForeignKey("members.Person", models.CASCADE, related_name="known_devices")
    # The number in the browser's signed cookie; one browser may be known to several people who share it.
    browser = models.UUIDField()
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("known device")
        verbose_name_plural = _("known devices")
        constraints = [
            models.UniqueConstraint(fields=["person", "browser"], name="one_known_device_a_browser")
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.browser}"


class EntryAttempt(models.Model):
    """A password that was tried and did not fit, or a mail that was asked for (`guessing.py`). Kept for a day.

    Of an address only a keyed digest is kept: an unknown one is nobody's business.
    """

    class Kind(models.TextChoices):
        PASSWORD = "password", _("Password")
        MAIL = "mail", _("Mail")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    account = models.CharField(max_length=64)
    network = models.CharField(max_length=45, blank=True)
    browser = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("attempt to enter")
        verbose_name_plural = _("attempts to enter")
        indexes = [
            models.Index(fields=["account", "kind", "at"], name="attempt_of_account"),
            models.Index(fields=["network", "kind", "at"], name="attempt_from_network"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"


class AddressChange(models.Model):
    """A person's own wish for another address: done when both have been confirmed (`address_changes.py`)."""

    person = models.ForeignKey("members.Person", models.PROTECT, related_name="address_changes")
    old = AddressField(_("present address"))
    new = AddressField(_("new address"))
    asked_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("expires"))
    old_confirmed_at = models.DateTimeField(null=True)
    new_confirmed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    # Another wish came after it.
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("change of address")
        verbose_name_plural = _("changes of address")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=models.Q(done_at__isnull=True, dropped_at__isnull=True),
                name="one_open_change_of_address",
            )
        ]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"
