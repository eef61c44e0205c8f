"""A registered document, its revisions and sources."""

from collections.abc import Iterable

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cwg.documents import states, symbols, verdicts
from cwg.documents.kinds import Kind
from cwg.languages import LANGUAGES
from cwg.members.models import MemberState, Office, Person
from cwg.members.parties import NamesParty, Party, PartyQuerySet, named_where
from cwg.members.rights import Rights

from .register import Deadline, Register, Series, Slot
from .version import Version


class PolicyIssue(models.Model):
    """An entry of a list of international Internet-related public policy issues (Resolution 1305, annex)."""

    list_name = models.CharField(_("list"), max_length=80)
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("policy issue")
        verbose_name_plural = _("policy issues")
        ordering = ["list_name", "number"]
        constraints = [models.UniqueConstraint(fields=["list_name", "number"], name="issue_number_once")]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, rights: Rights) -> "DocumentQuerySet":
        """The only way to reach documents.

        Available ones of the registers this person reads; those disclosed to ITU's membership, for whoever
        belongs to it; public ones for everybody. Committed is available: visibility is this query, no flag.
        """
        disclosed = models.Q(disclosure=Document.Disclosure.PUBLIC)
        if rights.is_membership:
            disclosed |= models.Q(disclosure=Document.Disclosure.MEMBERSHIP)
        announced = states.announced(rights.at, prefix="register__")
        return self.filter(
            models.Q(register__group_id__in=rights.readable_groups) & announced
            | models.Q(register__group_id__in=rights.prepared_groups)
            | disclosed & announced,
            available_at__lte=rights.at,
        )

    def for_list(self) -> "DocumentQuerySet":
        """With all that a row of a list shows, in a constant number of queries."""
        return self.select_related("register__group", "series", "answers_slot").prefetch_related(
            "objections",
            models.Prefetch(
                "revisions",
                Revision.objects.order_by("position")
                .select_related("filed_for")
                .prefetch_related(
                    models.Prefetch("sources", Source.objects.select_related("state", "office")),
                    models.Prefetch("versions", Version.objects.with_files()),
                ),
            ),
        )


class Document(models.Model):
    """A symbol, what it is about, who may read it. Its text lives in its revisions."""

    class Disclosure(models.TextChoices):
        MEMBER_STATES = "member_states", _("Member States only")
        MEMBERSHIP = "membership", _("ITU membership")
        PUBLIC = "public", _("Public")

    register = models.ForeignKey(Register, models.PROTECT, related_name="documents")
    series = models.ForeignKey(Series, models.PROTECT, related_name="documents")
    number = models.PositiveIntegerField(_("number"), null=True, blank=True)
    symbol = models.CharField(_("symbol"), max_length=60, blank=True)
    # Its address under /documents/: "wg-wsis-14/7", "wg-wsis-14/inf/3".
    path = models.CharField(max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind.choices)
    # As its latest revision has it; empty where the archive knows no title.
    title = models.CharField(_("title"), max_length=400, blank=True)
    # In what words the archive's sources speak of a document whose title they do not give. Never a title.
    known_as = models.CharField(_("known as"), max_length=300, blank=True)
    disclosure = models.CharField(
        _("disclosure"), max_length=20, choices=Disclosure.choices, default=Disclosure.MEMBER_STATES
    )
    available_at = models.DateTimeField(_("available"))
    # An archive often knows the day only; then the time of `available_at` is not shown.
    date_only = models.BooleanField(default=False)
    undated = models.BooleanField(default=False)
    note = models.TextField(_("note of the archive"), blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawal_reason = models.CharField(_("reason of the withdrawal"), max_length=500, blank=True)
    issues = models.ManyToManyField(
        PolicyIssue, blank=True, related_name="documents", verbose_name=_("issues")
    )
    history = HistoricalRecords()

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["register", "series__code", "number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="number_once_in_a_series"),
            models.UniqueConstraint(
                fields=["symbol"], condition=~models.Q(symbol=""), name="symbol_names_one_document"
            ),
            models.CheckConstraint(
                condition=models.Q(number__isnull=True, symbol="") | ~models.Q(symbol=""),
                name="a_number_has_a_symbol",
            ),
        ]
        indexes = [
            models.Index(fields=["register", "available_at"], name="document_by_register"),
            models.Index(fields=["disclosure"], name="document_by_disclosure"),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} {self.title}".strip()

    def get_absolute_url(self) -> str:
        return reverse("documents:document", args=[self.path])

    @property
    def heading(self) -> str:
        """What to call it in a list: its title, else the words the archive has for it, else its symbol."""
        return self.title or self.known_as or self.symbol

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    # These five read the prefetched revisions: no query when the document came through `for_list`.
    @property
    def original(self) -> "Revision":
        return next(r for r in self.revisions.all() if r.kind == Revision.Kind.ORIGINAL)

    @property
    def current(self) -> "Revision":
        """The revision that stands for the document's text: the latest Rev., else the original."""
        standing = [r for r in self.revisions.all() if r.is_whole_text]
        return standing[-1]

    @property
    def applying(self) -> list["Revision"]:
        """The corrigenda and addenda that apply to the current text, in their order."""
        revisions = list(self.revisions.all())
        standing = Revision.which_apply((each.kind, each.same_bytes) for each in revisions)
        return [revisions[index] for index in standing]

    @property
    def is_joint(self) -> bool:
        """Whether its current text bears several names."""
        return len(self.current.sources.all()) > 1

    @property
    def party(self) -> Party | None:
        """Who leads it, as its current revision has it: whoever acts for that party acts on the document."""
        sources = list(self.current.sources.all())
        lead = next((source for source in sources if source.is_lead), sources[0] if sources else None)
        return lead.party if lead else None


class RevisionQuerySet(models.QuerySet["Revision"]):
    def in_force(self) -> "RevisionQuerySet":
        """The current text of each document and what applies to it: as `Document.current` and `applying` of rows at hand."""
        later = Revision.objects.filter(
            document=models.OuterRef("document"),
            position__gt=models.OuterRef("position"),
            kind=Revision.Kind.REV,
        )
        return self.exclude(models.Exists(later), kind__in=Revision.WHOLE_TEXTS).exclude(
            models.Exists(later.filter(same_bytes=False)), kind=Revision.Kind.CORR
        )


class Revision(models.Model):
    """The original, a Rev. (replaces), a Corr. (corrects) or an Add. (extends): each with its own verdict. Immutable."""

    class Kind(models.TextChoices):
        ORIGINAL = "original", _("Original")
        REV = "rev", _("Revision")
        CORR = "corr", _("Corrigendum")
        ADD = "add", _("Addendum")

    WHOLE_TEXTS = (Kind.ORIGINAL, Kind.REV)

    document = models.ForeignKey(Document, models.PROTECT, related_name="revisions")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.ORIGINAL)
    number = models.PositiveSmallIntegerField(_("number"), default=0)
    position = models.PositiveSmallIntegerField(_("order"))
    language = models.CharField(_("only for the text in"), max_length=2, choices=LANGUAGES, blank=True)
    title = models.CharField(_("title"), max_length=400, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    action_required = models.TextField(_("action required"), blank=True)
    references = models.TextField(_("references"), blank=True)
    same_bytes = models.BooleanField(_("a change of sponsors alone"), default=False)
    # What the header block says of the group and its meeting, as they stood when this was registered
    # (`Register.as_printed`): a group may change its name, a meeting its place and days. The days are empty
    # where an archive states no meeting.
    printed_group = models.CharField(_("group, as printed"), max_length=200)
    printed_meeting = models.CharField(_("meeting, as printed"), max_length=250)
    printed_place = models.CharField(_("place, as printed"), max_length=120, blank=True)
    printed_first_day = models.DateField(_("first day, as printed"), null=True, blank=True)
    printed_last_day = models.DateField(_("last day, as printed"), null=True, blank=True)

    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    available_at = models.DateTimeField(_("available"))
    # The instant the rule was held against, and the deadline as it stood; empty where nothing was measured.
    measured_at = models.DateTimeField(_("measured"), null=True, blank=True)
    deadline = models.ForeignKey(Deadline, models.PROTECT, null=True, blank=True, related_name="+")
    deadline_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    verdict = models.CharField(
        _("timing"),
        max_length=30,
        choices=verdicts.CHOICES,
    )
    # What each rule alone said (`judgements.kept`), earliest deadline first; None where it was registered before this
    # was kept, or not measured. `deadline` and `verdict` are those of the rule that binds.
    per_rule = models.JSONField(_("timing under each rule"), null=True, blank=True)
    slot = models.ForeignKey(Slot, models.PROTECT, null=True, blank=True, related_name="revisions")
    filed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("submitted by")
    )

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["document_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "kind", "number", "language"], name="revision_once_in_a_document"
            ),
            models.UniqueConstraint(fields=["document", "position"], name="revision_order_once"),
            models.UniqueConstraint(
                fields=["document"], condition=models.Q(kind="original"), name="one_original_in_a_document"
            ),
            models.CheckConstraint(
                name="in_time_is_at_or_before_a_deadline",
                condition=~models.Q(verdict="in_time")
                | models.Q(
                    deadline_at__isnull=False,
                    measured_at__isnull=False,
                    measured_at__lte=models.F("deadline_at"),
                ),
            ),
            models.CheckConstraint(
                name="late_is_after_a_deadline",
                condition=~models.Q(verdict__in=["late_flagged", "late_kept", "requested_in_session"])
                | models.Q(
                    deadline_at__isnull=False,
                    measured_at__isnull=False,
                    measured_at__gt=models.F("deadline_at"),
                ),
            ),
            models.CheckConstraint(
                name="requested_in_session_names_its_slot",
                condition=~models.Q(verdict="requested_in_session") | models.Q(slot__isnull=False),
            ),
            models.CheckConstraint(
                name="a_deadline_has_its_instant",
                condition=models.Q(deadline__isnull=True) | models.Q(deadline_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_revision_names_its_group_and_meeting",
                condition=~models.Q(printed_group="") & ~models.Q(printed_meeting=""),
            ),
        ]

    def __str__(self) -> str:
        return self.symbol

    @classmethod
    def which_apply(cls, revisions: Iterable[tuple[str, bool]]) -> list[int]:
        """Which revisions of a document, given in order by kind and `same_bytes`, apply beside its current text.

        A Corr. corrects a text until a Rev. replaces that; a Rev. of the sponsors alone replaces none. An Add. has a
        text of its own, which no Rev. of the document takes the place of. Given by their places in `revisions`.
        """
        found: list[int] = []
        in_order = list(revisions)
        for index, (kind, same_bytes) in enumerate(in_order):
            if kind == cls.Kind.REV and not same_bytes:
                found = [each for each in found if in_order[each][0] != cls.Kind.CORR]
            elif kind in (cls.Kind.CORR, cls.Kind.ADD):
                found.append(index)
        return found

    @property
    def suffix(self) -> symbols.Suffix | None:
        """ "(Rev.1)"; None for the original."""
        return symbols.Suffix.of(self.kind, self.number)

    @property
    def is_whole_text(self) -> bool:
        """It stands for the document's text, which a Corr. only corrects and an Add. extends."""
        return self.kind in self.WHOLE_TEXTS

    @property
    def symbol(self) -> str:
        return symbols.of_revision(self.document.symbol, self.suffix, self.language)

    # These read the prefetched versions.
    @property
    def texts(self) -> list[Version]:
        """What it is read in, one a language: of a translation that was replaced, the latest edition."""
        latest: dict[str, Version] = {}
        for version in self.versions.all():
            known = latest.get(version.language)
            if known is None or known.edition < version.edition:
                latest[version.language] = version
        return list(latest.values())

    @property
    def replaced_texts(self) -> list[Version]:
        """Translations that another edition has taken the place of; they stay readable."""
        standing = self.texts
        return [version for version in self.versions.all() if version.is_added and version not in standing]

    @property
    def as_filed(self) -> list[Version]:
        """What came with it when it was registered: all that its receipt states."""
        return [version for version in self.versions.all() if not version.is_added]

    @property
    def original_languages(self) -> list[str]:
        return [v.language for v in self.versions.all() if v.is_original]


class SourceQuerySet(PartyQuerySet["Source"]):
    pass


class Source(NamesParty):
    """Who a revision comes from, with the name as it stood when it was registered."""

    path_to_group = "revision__document__register__group"

    class Kind(models.TextChoices):
        STATE = "state", _("Member State")
        OFFICE = "office", _("Office")
        ORGANIZATION = "organization", _("Regional organization")

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="sources")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    state = models.ForeignKey(MemberState, models.PROTECT, null=True, blank=True, related_name="+")
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+")
    is_lead = models.BooleanField(_("lead"), default=False)
    # A State may change its name; what was registered under the old one keeps it.
    printed_as = models.CharField(_("printed as"), max_length=250)

    objects = SourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["revision_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "position"], name="source_position_once"),
            named_where("sources_of_states_and_only_they_name_a_state", "state", kind="state"),
            # An archive's sources name offices of the past that are no rows of today.
            models.CheckConstraint(
                name="only_sources_of_offices_name_an_office",
                condition=models.Q(kind="office") | models.Q(office__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["state"], name="source_of_state")]

    def __str__(self) -> str:
        return self.printed_as
