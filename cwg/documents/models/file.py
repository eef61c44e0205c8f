"""Bytes: content-addressed, immutable. A row names them only once they are stored and verified."""

import uuid

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cwg.members.rights import Rights


class Blob(models.Model):
    """Bytes by their SHA-256, in lower-case hex, stored once however often they are sent."""

    class Scan(models.TextChoices):
        NOT_SCANNED = "not_scanned", _("Not scanned for viruses")
        CLEAN = "clean", _("Scanned, clean")
        INFECTED = "infected", _("A virus was found")
        FAILED = "failed", _("The scan failed")

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
    # What intake found, as `intake.Inspection.to_json()`; null for files the portal made itself.
    inspection = models.JSONField(_("inspection"), null=True, blank=True)
    # The text extracted at intake; copied to the version at registration for search and comparison.
    text = models.TextField(blank=True)

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        constraints = [
            models.CheckConstraint(condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="sha256_is_hex")
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def path(self) -> str:
        """Where the storage keeps it."""
        return f"sha256/{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"


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
