"""What came of an imported list, for whoever imported it. The people themselves stand where they always do."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Roster(models.Model):
    """A list of people that was carried out, line by line. Kept for thirty days (`carrying_out.py`).

    Its number is drawn when the list is shown, so that sending the same form twice carries it out once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(
        "members.Person", models.PROTECT, related_name="+", verbose_name=_("imported by")
    )
    at = models.DateTimeField(_("imported"), db_index=True)
    group_ids = ArrayField(models.BigIntegerField(), verbose_name=_("groups"))
    # One entry for each role of each line, as `carrying_out.Done` has it.
    lines = models.JSONField(_("lines"))

    class Meta:
        verbose_name = _("imported list")
        verbose_name_plural = _("imported lists")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return str(self.id)
