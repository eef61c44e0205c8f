"""The record: the journal of the register's acts and its chain, the access log, the heartbeat.

The journal and the access log are append-only; triggers of the database refuse UPDATE, DELETE and TRUNCATE.
"""

import uuid
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

GENESIS = "0" * 64


class Chained(models.Model):
    """A row whose acts are chained. Lock the row before appending to its chain."""

    chain = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    chain_head = models.CharField(max_length=64, default=GENESIS, editable=False)
    chain_length = models.PositiveBigIntegerField(default=0, editable=False)
    # No column: when its last entry was made, as whoever holds the lock has read it (`chain_clock.py`).
    last_entry_at: datetime | None = None
    # No columns either, and read with it: what is noted of the chain's copies (`restore_guard.py`). None: not read yet.
    length_in_storage: int | None = None
    differs_at: int | None = None

    class Meta:
        abstract = True


class PortalJournal(Chained):
    """The portal's own chain (one row): seals of the access log, deadline rules, acts of no one register."""

    singleton = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("portal journal")
        constraints = [
            models.CheckConstraint(condition=models.Q(singleton=True), name="portal_journal_is_one_row")
        ]

    def __str__(self) -> str:
        return str(_("The portal"))


class JournalEntry(models.Model):
    """One act of the register, hashed over its canonical JSON and the hash before it. Never changed."""

    chain = models.UUIDField(_("chain"))
    position = models.PositiveBigIntegerField(_("position"))
    act = models.CharField(_("act"), max_length=60)
    at = models.DateTimeField(_("at"))
    # A number, not a foreign key: the record stands below the people and outlives every row above it.
    actor_id = models.BigIntegerField(_("person"), null=True, blank=True)
    facts = models.JSONField(_("facts"))
    version = models.PositiveSmallIntegerField(default=1)
    # From version 2 on: keeps a withheld content from being guessed by trying. Empty before.
    salt = models.CharField(max_length=32, blank=True, default="")
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        ordering = ["chain", "position"]
        constraints = [models.UniqueConstraint(fields=["chain", "position"], name="journal_position_once")]
        indexes = [
            models.Index(fields=["-at"], name="journal_by_time"),
            # Few entries, which every page of a meeting or a document asks for: what a restore found lost.
            models.Index(
                fields=["chain", "position"],
                condition=models.Q(act__in=("restored", "numbers_told")),
                name="journal_of_lost_numbers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.act}"


class SigningKey(models.Model):
    """A key with which the portal signs what it says. Its public half is published and stays so (`signing.py`).

    Append-only but for retirement: that sets `retired_at`, and removes the private half.
    """

    # The beginning of the fingerprint, which is the SHA-256 of the public key's 32 bytes. All in lower-case hex.
    key = models.CharField(_("key"), max_length=16, unique=True)
    public_key = models.CharField(_("public key"), max_length=64)
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    # Encrypted with a key derived from SECRET_KEY; empty once the key is retired.
    sealed_private_key = models.TextField(blank=True)
    made_at = models.DateTimeField(_("made"))
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)
    retired_because = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="a_retired_key_signs_no_more",
                condition=models.Q(retired_at__isnull=True) | models.Q(sealed_private_key=""),
            )
        ]

    def __str__(self) -> str:
        return self.key


class ChainCopy(models.Model):
    """How far a chain has been copied to file storage, so that a restore can tell what it lacks."""

    chain = models.UUIDField(unique=True)
    # Every entry up to this one has its copy; there may be copies of later ones that nobody has counted yet.
    copied = models.PositiveBigIntegerField(default=0)
    # Since when an answer went out without its copy; empty once all are there.
    behind_since = models.DateTimeField(null=True, blank=True)

    # How many entries the storage was last found to know, where that was more than the database had; 0 otherwise.
    length_in_storage = models.PositiveBigIntegerField(default=0, db_default=0)
    # The first position at which the storage was found to hold another entry than the journal.
    differs_at = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("chain copy")
        verbose_name_plural = _("chain copies")

    def __str__(self) -> str:
        return f"{self.chain}: {self.copied}"


class AccessEntry(models.Model):
    """A sign-in, a download, an act on an account. No lock; sealed once a day into the portal's chain."""

    at = models.DateTimeField(_("at"), db_index=True)
    person_id = models.BigIntegerField(_("person"), null=True, blank=True)
    act = models.CharField(_("act"), max_length=60)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    address = models.GenericIPAddressField(_("network address"), null=True, blank=True)
    # The group whose documents or people the act is about, as a number; empty for acts of an account itself.
    group_id = models.BigIntegerField(_("group"), null=True, blank=True)

    class Meta:
        verbose_name = _("access entry")
        verbose_name_plural = _("access log")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.act} {self.subject}"


class AccessSeal(models.Model):
    """The digest of one UTC day of the access log, as it entered the portal's chain."""

    day = models.DateField(_("day"), unique=True)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    count = models.PositiveBigIntegerField(_("entries"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    position = models.PositiveBigIntegerField(_("position in the portal's chain"))

    class Meta:
        verbose_name = _("access seal")
        verbose_name_plural = _("access seals")
        ordering = ["-day"]

    def __str__(self) -> str:
        return str(self.day)


class VerificationRun(models.Model):
    """What the nightly verification found (`checks.note_outcome`). Never changed."""

    at = models.DateTimeField(_("at"), db_index=True)
    held = models.BooleanField(_("held"))
    # In the order of the checks: {"name", "count", "found": the first sentences, as many as are kept}.
    outcome = models.JSONField()

    class Meta:
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}Z"


class Heartbeat(models.Model):
    """When a background process was last seen working."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
