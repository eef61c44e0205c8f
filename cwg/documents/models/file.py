"""Bytes: content-addressed, immutable. A row names them only once they are stored and verified."""

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from cwg.documents.intake import MEDIA_TYPES
from cwg.members.rights import Rights

ENDINGS = {media_type: ending for ending, media_type in MEDIA_TYPES.items()}


class Blob(models.Model):
    """Bytes by their SHA-256, in lower-case hex, stored once however often they are sent."""

    class Scan(models.TextChoices):
        NOT_SCANNED = "not_scanned", _("Not scanned for viruses")
        CLEAN = "clean", _("Scanned, clean")
        INFECTED = "infected", _("A virus was found")
        FAILED = "failed", _("The scan failed and will be tried again")
        TOO_LARGE = "too_large", _("Too large for the virus scanner")
        GIVEN_UP = "given_up", _("Could not be scanned for viruses")

    class Reading(models.TextChoices):
        """How far the text of the file is known, which nobody waits for (`text_reading`)."""

        WAITING = "waiting", _("Its text is being read")
        READ = "read", _("Its text is read")
        PARTIAL = "partial", _("Its text could be read only in part")
        UNREADABLE = "unreadable", _("Its text could not be read")

    class Damage(models.TextChoices):
        """What is wrong with the bytes as the storage holds them."""

        MISSING = "missing", _("missing")
        SIZE = "size", _("of another size")
        ALTERED = "altered", _("altered")
        UNREADABLE = "unreadable", _("unreadable")

    sha256 = models.CharField(
        primary_key=True, max_length=64, validators=[RegexValidator(r"^[0-9a-f]{64}\Z")]
    )
    size = models.PositiveBigIntegerField(_("size in bytes"))
    media_type = models.CharField(_("type"), max_length=120)
    stored_at = models.DateTimeField(_("stored"))
    # When the same bytes were last sent: what nothing names is removed thirty days later (`unused_files`).
    sent_at = models.DateTimeField(_("last sent"))
    scan = models.CharField(_("virus scan"), max_length=20, choices=Scan.choices, default=Scan.NOT_SCANNED)
    scanned_at = models.DateTimeField(_("scanned"), null=True, blank=True)
    # How often a scan has failed, and when it is tried next; empty: with the next round (`rescan`).
    scan_failures = models.PositiveSmallIntegerField(_("failed scans"), default=0, db_default=0)
    scan_due_at = models.DateTimeField(_("next scan"), null=True, blank=True)
    # When the stored bytes were last read whole and hashed to what they should; when that was last tried (`recheck`).
    whole_at = models.DateTimeField(_("last found whole"), db_default=Now())
    looked_at = models.DateTimeField(_("last looked at"), db_default=Now())
    # What was found wrong with them since, and when it was first found; nothing of whole ones.
    damage = models.CharField(
        _("damage"), max_length=12, choices=Damage.choices, blank=True, default="", db_default=""
    )
    damaged_at = models.DateTimeField(_("found damaged"), null=True, blank=True)
    # What intake found, as `intake.Inspection.to_json()`; null for files the portal made itself.
    inspection = models.JSONField(_("inspection"), null=True, blank=True)
    # What search and comparison find in it. It comes once, at intake or after it, and nothing that was registered changes.
    text = models.TextField(blank=True)
    # Without a word, what is kept is read: a process of the version before reads it at intake, and the portal's own files
    # come with their text.
    reading = models.CharField(
        _("text"),
        max_length=12,
        choices=Reading.choices,
        default=Reading.READ,
        db_default=Reading.READ.value,
    )
    # How often reading was begun, and when it is begun next; empty: with the next round.
    readings = models.PositiveSmallIntegerField(_("attempts to read the text"), default=0, db_default=0)
    read_due_at = models.DateTimeField(_("next attempt to read the text"), null=True, blank=True)

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        constraints = [
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="sha256_is_hex"),
            models.CheckConstraint(
                condition=models.Q(damage="", damaged_at=None)
                | (~models.Q(damage="") & models.Q(damaged_at__isnull=False)),
                name="damage_has_its_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["looked_at"], name="blob_by_last_look"),
            models.Index(fields=["whole_at"], name="blob_by_last_found_whole"),
            models.Index(fields=["damaged_at"], condition=~models.Q(damage=""), name="blob_damaged"),
            models.Index(fields=["stored_at"], condition=models.Q(reading="waiting"), name="blob_to_be_read"),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def path(self) -> str:
        """Where the storage keeps it."""
        return f"sha256/{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"

    @property
    def ending(self) -> str:
        """How the name of a file with these bytes ends: "docx", "pdf", "bin" for what the portal takes from nobody."""
        return ENDINGS.get(self.media_type, "bin")

    @property
    def is_damaged(self) -> bool:
        """Whether the stored bytes are known not to be the right ones: whoever asks for them gets a page instead."""
        return self.damage != ""


class FileQuerySet(models.QuerySet["File"]):
    def with_bytes(self) -> "FileQuerySet":
        """With the row of their bytes, but without the text read from them: as long as the paper, and read only once."""
        return self.select_related("blob").defer("blob__text")

    def visible_to(self, rights: Rights) -> "FileQuerySet":
        """Files of visible, not withdrawn documents, from the instant their revision is available."""
        from .document import Document

        return self.filter(
            version__revision__document__in=Document.objects.visible_to(rights).filter(
                withdrawn_at__isnull=True
            ),
            version__revision__available_at__lte=rights.at,
        )


class File(models.Model):
    """A named file of one language version."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey("documents.Version", models.PROTECT, related_name="files")
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="files")
    name = models.CharField(_("name"), max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    objects = FileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["version_id", "position"]
        constraints = [models.UniqueConstraint(fields=["version", "position"], name="file_position_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def extension(self) -> str:
        return self.name.rpartition(".")[2].lower()
