"""What is remembered at the door: sessions, known browsers, tries not yet forgiven, words kept, changes of address."""

import uuid

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.http import QueryDict
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


class KeptWords(models.Model):
    """What somebody typed and sent when it could not be saved any more; kept for a day (`kept_words.py`).

    Read by that person alone, in that browser. Like the drafts it may become a part of, it is no record: no journal and
    no history has it.
    """

    class Why(models.TextChoices):
        SIGNED_OUT = "signed_out", _("Signed out")
        OLD_PAGE = "old_page", _("Page too old")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey("members.Person", models.CASCADE, related_name="+")
    # The number in the browser's signed cookie (`devices.py`).
    browser = models.UUIDField()
    # Where it was sent to, and the page it was typed on, empty where that is not known; both begin with a slash.
    address = models.TextField()
    page = models.TextField(blank=True)
    # Pairs of field and words, in the order in which they were sent.
    words = models.JSONField()
    # The names of the files that were sent along.
    files = models.JSONField(default=list)
    why = models.CharField(max_length=10, choices=Why.choices)
    kept_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("kept words")
        verbose_name_plural = _("kept words")

    def __str__(self) -> str:
        return str(self.pk)

    def as_sent(self) -> QueryDict:
        """As a form reads it."""
        sent = QueryDict(mutable=True)
        for name, value in self.words:
            sent.appendlist(name, value)
        sent._mutable = False  # type: ignore[attr-defined]
        return sent


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
