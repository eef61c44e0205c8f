"""What a delegation, or an office, sends: the draft and its life until it is registered.

A draft is visible to those in whose hands it is, and to nobody else: its own delegation or office, or the secretariat
of its group that files it for them (`Contribution.filed_for_another`). None of these models is registered in the
console, and they keep no history rows that anybody else could read.
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cwg.documents.kinds import Kind
from cwg.documents.models import Blob, CameBy, Document, PolicyIssue, Register, Revision, Slot
from cwg.languages import LANGUAGE_CODES, LANGUAGES
from cwg.members.models import Group, MemberState, Office, Person
from cwg.members.parties import OfParty, Party, PartyQuerySet, one_party
from cwg.members.rights import Rights
from meetings.models import Addressee


class ContributionQuerySet(PartyQuerySet["Contribution"]):
    def visible_to(self, rights: Rights) -> "ContributionQuerySet":
        """What is in the person's own hands, in the groups where the person is accredited. Nobody else's, for nobody.

        A State that was asked to join, or has joined, sees the draft too: it must know what it signs. It sees it
        as long as it may still be signed, or was; not what the lead has discarded, and not once it declined or left.
        What the secretariat files for others is seen by nobody else before it is registered.
        """
        signing = Sponsorship.objects.signing().of_delegations(rights)
        still = models.Q(sponsorships__in=signing) & ~models.Q(status=Contribution.Status.DISCARDED)
        still &= Contribution.not_filed_for_another()
        return self.filter(rights.where_works_for(Contribution) | still).distinct()

    def open(self) -> "ContributionQuerySet":
        return self.filter(status__in=[Contribution.Status.DRAFT, Contribution.Status.HELD])

    def of_their_own(self) -> "ContributionQuerySet":
        """Those that the party they name writes itself: all that it may be told of."""
        return self.filter(Contribution.not_filed_for_another())


class Contribution(OfParty):
    """A draft in one party's name for one meeting, or for a meeting not yet convened (`register` empty).

    `party` is whose name it bears: the source, whose kinds, slots and deadlines count. Who works on it, sees and submits
    it is `in_hand`.
    """

    says_filed_for_another = "filed_for_another"

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        HELD = "held", _("Held for the next meeting")
        SUBMITTED = "submitted", _("Submitted")
        DISCARDED = "discarded", _("Discarded")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    register = models.ForeignKey(
        Register, models.PROTECT, null=True, blank=True, related_name="contributions"
    )
    state = models.ForeignKey(MemberState, models.PROTECT, null=True, blank=True, related_name="+")
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+")
    # The secretariat of the group files it for the party, which does not write itself. Never changed.
    filed_for_another = models.BooleanField(default=False)
    # How the paper reached that secretariat; the letter itself is in `letters`.
    came_by = models.CharField(_("how it came"), max_length=10, choices=CameBy.choices, blank=True)
    dated = models.DateField(_("date of the letter"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.DRAFT)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind.choices, default=Kind.CONTRIBUTION_ACTION)
    title = models.CharField(_("title"), max_length=400, blank=True)
    original_languages = ArrayField(
        models.CharField(max_length=2, choices=LANGUAGES), default=list, verbose_name=_("original language")
    )
    summary = models.TextField(_("summary"), blank=True, max_length=4000)
    action_required = models.TextField(_("action required"), blank=True, max_length=2000)
    references = models.TextField(_("references"), blank=True, max_length=2000)
    issues = models.ManyToManyField(
        PolicyIssue, blank=True, related_name="+", verbose_name=_("policy issues")
    )
    # A change of a registered document: which one, and what sort of change.
    revises = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="changes")
    revision_kind = models.CharField(
        max_length=10, choices=Revision.Kind.choices, default=Revision.Kind.ORIGINAL
    )
    corrected_language = models.CharField(max_length=2, choices=LANGUAGES, blank=True)
    slot = models.ForeignKey(Slot, models.SET_NULL, null=True, blank=True, related_name="+")
    # The dated request of the Group that it answers, for whatever meeting it is: it excuses from no deadline.
    answers = models.ForeignKey(Addressee, models.PROTECT, null=True, blank=True, related_name="+")
    # Goes up with every change; a form that was opened on an older one is told so and loses nothing.
    edition = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    held_from = models.ForeignKey(Register, models.PROTECT, null=True, blank=True, related_name="+")
    # The names of the fields that its file said when it began with that, until a person saves or changes them.
    proposed = ArrayField(
        models.CharField(max_length=30), default=list, db_default=[], blank=True, editable=False
    )
    revision = models.OneToOneField(
        Revision, models.PROTECT, null=True, blank=True, related_name="contribution"
    )

    objects = ContributionQuerySet.as_manager()

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        ordering = ["-changed_at", "-pk"]
        constraints = [
            one_party("a_contribution_has_one_party"),
            models.CheckConstraint(
                name="a_draft_answers_one_request",
                condition=models.Q(slot__isnull=True) | models.Q(answers__isnull=True),
            ),
            models.CheckConstraint(
                name="only_what_is_filed_for_another_came_somehow",
                condition=models.Q(filed_for_another=True) | models.Q(came_by="", dated__isnull=True),
            ),
            models.CheckConstraint(
                name="a_paper_of_a_state_says_how_it_came",
                condition=models.Q(filed_for_another=False)
                | models.Q(state__isnull=True)
                | (~models.Q(came_by="") & models.Q(dated__isnull=False)),
            ),
            models.CheckConstraint(
                name="submitted_is_registered",
                condition=models.Q(status="submitted", revision__isnull=False)
                | (~models.Q(status="submitted") & models.Q(revision__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_change_names_its_document",
                condition=models.Q(revision_kind="original", revises__isnull=True)
                | (~models.Q(revision_kind="original") & models.Q(revises__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["group", "state", "status"], name="contribution_of_delegation")]

    def __str__(self) -> str:
        return self.title or gettext("Untitled draft")

    def get_absolute_url(self) -> str:
        return reverse("contributions:contribution", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status in (self.Status.DRAFT, self.Status.HELD)

    @property
    def is_held(self) -> bool:
        """For the next meeting."""
        return self.status == self.Status.HELD

    @property
    def is_change(self) -> bool:
        return self.revises_id is not None

    @property
    def is_revision(self) -> bool:
        return self.revision_kind == Revision.Kind.REV

    @property
    def is_corrigendum(self) -> bool:
        return self.revision_kind == Revision.Kind.CORR

    @property
    def takes_sponsors(self) -> bool:
        """Whether other Member States may be asked to join: a delegation's own draft of a whole text. A Corr. or an
        Add. keeps the sources of what it belongs to, and what the secretariat files is seen by no other State before.
        """
        return self.in_hand.is_delegation and self.revision_kind in Revision.WHOLE_TEXTS

    @property
    def languages_taken(self) -> tuple[str, ...]:
        """The languages that its files may be in: of a corrigendum of one language, that one."""
        return (self.corrected_language,) if self.corrected_language else LANGUAGE_CODES

    @property
    def open_slot(self) -> Slot | None:
        """The request of the Group that it answers, while that is open to its party in its meeting."""
        slot, register = self.slot, self.register
        if slot is None or register is None or self.is_change:
            return None
        return slot if slot.is_open_in(register) and slot.belongs(self) else None

    @property
    def open_request(self) -> Addressee | None:
        """The dated request of the Group that it answers, while no document is linked to that."""
        asked = self.answers
        if asked is None or self.is_change:
            return None
        return asked if asked.awaits_document and asked.belongs(self) else None

    @property
    def open_requests(self) -> models.QuerySet[Addressee]:
        """The dated requests that its party may still answer, of whatever meeting of the group, nearest date first."""
        if self.is_change:
            return Addressee.objects.none()
        asked = Addressee.objects.awaiting_document().of_party(self.party).shown()
        return asked.order_by("request__due_on", "pk")

    @property
    def open_slots(self) -> models.QuerySet[Slot]:
        """The requests of the Group that its party may still answer in its meeting: with a new document, not a change."""
        if self.register is None or self.is_change:
            return Slot.objects.none()
        return Slot.objects.open().filter(register=self.register).of_party(self.party)


class DraftFile(models.Model):
    """A file of a draft in one language; stored, hashed and inspected before anybody submits."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="files")
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    uploaded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file of a draft")
        verbose_name_plural = _("files of drafts")
        ordering = ["language", "uploaded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contribution", "language", "blob"], name="a_file_once_in_a_language"
            )
        ]

    def __str__(self) -> str:
        return self.name


class DraftLetter(models.Model):
    """A file of the letter by which a paper came that the secretariat files for another; kept, never part of the paper."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="letters")
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=200)
    uploaded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("letter of a draft")
        verbose_name_plural = _("letters of drafts")
        ordering = ["uploaded_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["contribution", "blob"], name="a_letter_once")]

    def __str__(self) -> str:
        return self.name


class SponsorshipQuerySet(models.QuerySet["Sponsorship"]):
    def of_delegations(self, rights: Rights) -> "SponsorshipQuerySet":
        """Those of the States in whose delegations the person is, each in its own group."""
        seats = models.Q(pk__in=[])
        for seat in rights.delegation_seats():
            seats |= models.Q(state_id=seat.state_id, contribution__group_id=seat.group_id)
        return self.filter(seats)

    def signing(self) -> "SponsorshipQuerySet":
        """Asked, or joined: the State may read what it signs. One that declined or left may not."""
        return self.filter(status__in=Sponsorship.SIGNING)

    def of_open_drafts(self) -> "SponsorshipQuerySet":
        return self.filter(contribution__in=Contribution.objects.open().of_their_own())

    def on_record(self) -> "SponsorshipQuerySet":
        """Those that the lead has not taken off its draft, with their State."""
        return self.exclude(status=Sponsorship.Status.REMOVED).select_related("state")


class Sponsorship(models.Model):
    """Another Member State asked to join a contribution; its own focal point confirms or declines."""

    class Status(models.TextChoices):
        ASKED = "asked", _("Asked")
        CONFIRMED = "confirmed", _("Confirmed")
        DECLINED = "declined", _("Declined")
        LEFT = "left", _("Left")
        # Kept, so that asking and taking back in a loop sends one mail.
        REMOVED = "removed", _("Taken off by the lead")

    SIGNING = (Status.ASKED, Status.CONFIRMED)

    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="sponsorships")
    state = models.ForeignKey(MemberState, models.PROTECT, related_name="+", verbose_name=_("Member State"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ASKED)
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = SponsorshipQuerySet.as_manager()

    class Meta:
        verbose_name = _("sponsorship")
        verbose_name_plural = _("sponsorships")
        ordering = ["asked_at", "state", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["contribution", "state"], name="a_state_sponsors_once"),
        ]

    def __str__(self) -> str:
        return f"{self.state} ({self.get_status_display()})"

    # For templates, which name no value. Code compares with the members.
    @property
    def has_joined(self) -> bool:
        return self.status == self.Status.CONFIRMED

    @property
    def has_left(self) -> bool:
        return self.status == self.Status.LEFT

    @property
    def party(self) -> Party:
        """The delegation that is asked to join: who submits for it answers."""
        return Party(self.contribution.group, state=self.state)


class SubmitToken(models.Model):
    """A one-use token of the preview page: what was previewed, by whom. Used once, whatever is clicked."""

    token = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contribution = models.ForeignKey(Contribution, models.CASCADE, related_name="tokens")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    # SHA-256 of the draft as the preview page showed it; a draft that changed since is not submitted.
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("submit token")
        verbose_name_plural = _("submit tokens")

    def __str__(self) -> str:
        return str(self.token)
