"""A revision in one language: as it came with the document, or as the secretariat added it; and what it prepares."""

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils.translation import gettext_lazy as _

from cwg.languages import LANGUAGES
from cwg.members.models import Person

from .file import File


class VersionQuerySet(models.QuerySet["Version"]):
    def with_files(self) -> "VersionQuerySet":
        """As pages and lists show them: with their files, one query for all, and without any extracted text."""
        return self.defer("text").prefetch_related(Prefetch("files", File.objects.with_bytes()))

    def standing(self) -> "VersionQuerySet":
        """One a language: what is read, found and downloaded as the text. `Revision.texts` says the same of rows at hand."""
        later = Version.objects.filter(
            revision=OuterRef("revision"), language=OuterRef("language"), edition__gt=OuterRef("edition")
        )
        return self.filter(~Exists(later))


class Version(models.Model):
    """A revision in one language. Immutable: a translation that was wrong is replaced by another edition."""

    revision = models.ForeignKey("documents.Revision", models.PROTECT, related_name="versions")
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    # The latest one stands.
    edition = models.PositiveSmallIntegerField(_("edition"), default=1)
    is_original = models.BooleanField(_("original"), default=True)
    text_held = models.BooleanField(_("text held"), default=True)
    # Written and read by release 0.2.0, which may work beside this one during an update. The text lives with the bytes.
    text = models.TextField(blank=True)
    # Of a translation that the secretariat added: when, who, and why it took the place of the edition before. Empty
    # where it came with the document.
    added_at = models.DateTimeField(_("added"), null=True, blank=True)
    added_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("added by")
    )
    reason = models.CharField(_("reason of the replacement"), max_length=500, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("language version")
        verbose_name_plural = _("language versions")
        ordering = ["revision_id", "language", "edition"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "language", "edition"], name="edition_once_in_a_language"
            ),
            models.CheckConstraint(
                name="what_is_added_is_a_translation",
                condition=Q(added_at__isnull=True, added_by__isnull=True, reason="", edition=1)
                | Q(added_at__isnull=False, added_by__isnull=False, is_original=False, text_held=True),
            ),
        ]

    def __str__(self) -> str:
        return self.language

    @property
    def is_added(self) -> bool:
        """The secretariat added it: it did not come with the document."""
        return self.added_at is not None


class PreparedFile(models.Model):
    """A file of a translation that somebody of the secretariat has uploaded and not added yet. Theirs alone."""

    revision = models.ForeignKey("documents.Revision", models.CASCADE, related_name="prepared_files")
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    blob = models.ForeignKey("documents.Blob", models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    uploaded_by = models.ForeignKey(Person, models.CASCADE, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("prepared file")
        verbose_name_plural = _("prepared files")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "language", "uploaded_by", "blob"], name="prepared_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
