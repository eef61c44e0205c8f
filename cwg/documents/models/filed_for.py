"""What the secretariat filed for others: by whose hand, how the paper came, the letters kept; and objections to it."""

import uuid

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cwg.members.models import MemberState, Office, Person
from cwg.members.oversight import seen_groups
from cwg.members.rights import Rights

from .document import Document, Revision, Source
from .file import Blob


class CameBy(models.TextChoices):
    """How a paper reached the secretariat."""

    LETTER = "letter", _("Letter")
    EMAIL = "email", _("E-mail")
    BY_HAND = "by_hand", _("Handed over at the meeting")


class FiledFor(models.Model):
    """That the secretariat filed a revision for its source, and how it came. Written with the revision, never changed."""

    revision = models.OneToOneField(Revision, models.PROTECT, related_name="filed_for")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name=_("filed by"))
    # The office's name as it stood when this was registered.
    printed_as = models.CharField(_("printed as"), max_length=250)
    came_by = models.CharField(_("how it came"), max_length=10, choices=CameBy.choices, blank=True)
    dated = models.DateField(_("dated"), null=True, blank=True)

    class Meta:
        verbose_name = _("filed for others")
        verbose_name_plural = _("filed for others")
        constraints = [
            models.CheckConstraint(
                name="what_is_dated_says_how_it_came",
                condition=models.Q(dated__isnull=True) | ~models.Q(came_by=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.revision}: {self.printed_as}"


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, rights: Rights) -> "LetterQuerySet":
        """For the secretariat of the group, its auditor, and the people in whose party's name it was filed.

        Also of a document that is withdrawn since: it says why that was registered.
        """
        led = Source.objects.filter(is_lead=True).worked_for_by(rights).values("revision")
        return self.filter(
            models.Q(filed_for__revision__document__register__group_id__in=seen_groups(rights))
            | models.Q(filed_for__revision__in=led),
            filed_for__revision__document__in=Document.objects.visible_to(rights),
        )


class Letter(models.Model):
    """A file of the letter by which a paper came. Kept beside the register, never part of the document."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    filed_for = models.ForeignKey(FiledFor, models.PROTECT, related_name="letters")
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="letters")
    name = models.CharField(_("name"), max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["filed_for_id", "position"]
        constraints = [models.UniqueConstraint(fields=["filed_for", "position"], name="letter_position_once")]

    def __str__(self) -> str:
        return self.name


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def standing(self) -> "ObjectionQuerySet":
        """Those that were not taken back."""
        return self.filter(lifted_at__isnull=True)

    def standing_against(self, document: str) -> models.Exists:
        """For lists: whether one stands against the document that is at the path `document` of the outer query."""
        return models.Exists(self.standing().filter(document=models.OuterRef(document)))


class Objection(models.Model):
    """A Member State says that a document was not to be registered in its name. It may be taken back; it stays on record."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="objections")
    state = models.ForeignKey(MemberState, models.PROTECT, related_name="+", verbose_name=_("Member State"))
    reason = models.CharField(_("reason"), max_length=500)
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("made by"))
    lifted_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken back by")
    )

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["document_id", "made_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["document"],
                condition=models.Q(lifted_at__isnull=True),
                name="one_standing_objection_to_a_document",
            ),
            models.CheckConstraint(
                name="an_objection_is_taken_back_by_somebody",
                condition=models.Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state}: {self.document}"

    @property
    def sentence(self) -> str:
        return gettext("%(state)s objects to this document being registered in its name") % {
            "state": capfirst(self.state.in_text)
        }

    @property
    def is_standing(self) -> bool:
        return self.lifted_at is None
