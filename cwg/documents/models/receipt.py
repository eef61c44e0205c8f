"""What was told and published of the register: receipts, their signed statements, the heads of the chains."""

import uuid

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .document import Revision


class Receipt(models.Model):
    """What the portal told the delegation, word for word, at a stable address. Never changed."""

    revision = models.OneToOneField(Revision, models.PROTECT, related_name="receipt")
    code = models.CharField(max_length=26, unique=True, editable=False)
    token = models.UUIDField(unique=True, editable=False, default=uuid.uuid4)
    issued_at = models.DateTimeField(_("issued"))
    statement = models.JSONField(_("statement"))
    # SHA-256 of the statement's canonical JSON: printed on the receipt, also in the journal.
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["-issued_at", "-pk"]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("documents:receipt", args=[self.code])


class SignedStatement(models.Model):
    """A receipt's statement as the portal signed it, with the journal's entry that names it. Never changed.

    Signed when it is first asked for, and again when the key was retired meanwhile.
    """

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="signed_statements")
    key = models.CharField(_("key"), max_length=16)
    # The whole file: what `signing.sign` gave back.
    content = models.JSONField()

    class Meta:
        verbose_name = _("signed statement")
        verbose_name_plural = _("signed statements")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["receipt", "key"], name="one_signed_statement_for_a_key")
        ]

    def __str__(self) -> str:
        return f"{self.receipt} {self.key}"


class PublishedHeads(models.Model):
    """The heads of the chains as they were published for a UTC day, signed (`heads.py`). Never changed."""

    day = models.DateField(_("day"), unique=True)
    content = models.JSONField()

    class Meta:
        verbose_name = _("published heads")
        verbose_name_plural = _("published heads")
        ordering = ["-day"]

    def __str__(self) -> str:
        return str(self.day)
