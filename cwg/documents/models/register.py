"""The register of one meeting of a group: its counters, its deadlines, its slots."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cwg.documents import deadlines, rule_words, states
from cwg.documents.kinds import Kind
from cwg.documents.states import MeetingState
from cwg.members.models import Group, MemberState, Office, Person, Role
from cwg.members.parties import OfParty, PartyQuerySet, one_party
from cwg.members.rights import Rights
from cwg.record.models import Chained


class RegisterQuerySet(models.QuerySet["Register"]):
    def visible_to(self, rights: Rights) -> "RegisterQuerySet":
        """Announced registers of the groups this person reads; unannounced ones for those who prepare them."""
        return self.filter(
            models.Q(group_id__in=rights.readable_groups) & states.announced(rights.at)
            | models.Q(group_id__in=rights.prepared_groups)
        )

    def in_state(self, at: datetime, *wanted: MeetingState) -> "RegisterQuerySet":
        """Those whose meeting is in one of these states at the aware instant `at`."""
        return self.filter(states.among(*wanted, at=at))

    def not_over(self, at: datetime) -> "RegisterQuerySet":
        """Kept by the portal, neither closed nor cancelled, announced or not."""
        return self.exclude(states.among(*states.OVER, at=at))

    def coming(self, at: datetime) -> "RegisterQuerySet":
        """Announced, not opened: the one that should open first comes first."""
        return self.in_state(at, MeetingState.ANNOUNCED).order_by("opens_at", "pk")

    def in_session(self, at: datetime) -> "RegisterQuerySet":
        return self.in_state(at, MeetingState.IN_SESSION)

    def open_to_contributions(self, at: datetime) -> "RegisterQuerySet":
        """Announced and not over, nearest first: where a delegation can send a contribution."""
        return self.in_state(at, *states.OPEN_TO_CONTRIBUTIONS).order_by("opens_at", "pk")


class Register(Chained):
    """One row per meeting of a group. This row is what the decision locks (design 2)."""

    Origin = states.Origin

    group = models.ForeignKey(Group, models.PROTECT, related_name="registers", verbose_name=_("group"))
    ordinal = models.PositiveSmallIntegerField(_("meeting number"), null=True, blank=True)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin.choices, default=Origin.PORTAL)
    # What the header block of the next document prints: kept here, because the register knows no meeting.
    title = models.CharField(_("title"), max_length=250)
    place = models.CharField(_("place"), max_length=120)
    zone = models.CharField(_("time zone of the seat"), max_length=60)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    opens_at = models.DateTimeField(_("opening"))
    announced_at = models.DateTimeField(_("announced"), null=True, blank=True)
    # When its first sitting really opened: from then on it is in session, whatever the planned opening was.
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    # Set while it has no date; the days and the opening are then those that no longer hold.
    postponed_at = models.DateTimeField(_("postponed"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = RegisterQuerySet.as_manager()

    class Meta:
        verbose_name = _("register")
        verbose_name_plural = _("registers")
        ordering = ["-opens_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["group", "ordinal"], name="one_register_for_a_meeting"),
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="register_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def as_printed(self) -> dict[str, Any]:
        """What a header block prints of the group and its meeting today: the fields of `Revision` that keep it."""
        return {
            "printed_group": self.group.name,
            "printed_meeting": self.title,
            "printed_place": self.place,
            "printed_first_day": self.first_day if self.is_of_a_meeting else None,
            "printed_last_day": self.last_day if self.is_of_a_meeting else None,
        }

    @property
    def is_of_a_meeting(self) -> bool:
        """False for an archive's documents whose meeting nobody stated: then place and days are not known."""
        return self.place != ""

    @property
    def is_archive(self) -> bool:
        return self.origin == self.Origin.ARCHIVE

    @property
    def is_announced(self) -> bool:
        """The Group has been told of the meeting; it stays so whatever becomes of the meeting later."""
        return self.announced_at is not None

    @property
    def is_called_off(self) -> bool:
        """Cancelled, or postponed without a date: nothing is registered for it."""
        return self.cancelled_at is not None or self.postponed_at is not None

    def state_at(self, at: datetime) -> MeetingState:
        """Where the meeting stands at the aware instant `at`."""
        return states.state_of(self, at)

    @property
    def deadlines_in_force(self) -> list["Deadline"]:
        """The deadlines that hold now, earliest first; prefetch `deadlines` where many registers are shown."""
        return sorted((d for d in self.deadlines.all() if d.is_in_force), key=lambda d: (d.instant, d.pk))

    @property
    def deadlines_ended_here(self) -> list["Deadline"]:
        """The last deadline of each rule that was ended for this meeting and is not set again. As above, prefetch."""
        return [d for d in self.deadlines_gone if d.ended_because]

    @property
    def deadlines_gone(self) -> list["Deadline"]:
        """The last deadline of each rule that has none in force any more, whatever ended it. As above, prefetch."""
        last = {d.rule_id: d for d in sorted(self.deadlines.all(), key=lambda d: d.pk)}
        return [d for d in last.values() if not d.is_in_force]


class Series(models.Model):
    """One run of numbers within a register. `last_number` moves only under the register's lock."""

    register = models.ForeignKey(Register, models.PROTECT, related_name="series")
    code = models.CharField(_("series"), max_length=5, blank=True)
    last_number = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        constraints = [models.UniqueConstraint(fields=["register", "code"], name="series_once_in_a_register")]

    def __str__(self) -> str:
        return self.code or "—"


def _choices(labels) -> list[tuple[str, str]]:
    return [(str(value), label) for value, label in labels.items()]


class DeadlineRuleQuerySet(models.QuerySet["DeadlineRule"]):
    def holding_for(self, group_id: int) -> "DeadlineRuleQuerySet":
        """The rules that bind a new meeting of the group: its own and the general ones, together.

        A general rule that an active rule of the group names as replaced does not hold for that group.
        """
        own = DeadlineRule.objects.filter(active=True, group_id=group_id)
        replaced = own.filter(replaces__isnull=False).values("replaces_id")
        return self.filter(
            models.Q(group_id=group_id) | models.Q(group__isnull=True) & ~models.Q(pk__in=replaced),
            active=True,
        )

    def visible_to(self, rights: Rights) -> "DeadlineRuleQuerySet":
        """The general rules, and those of the groups whose meetings this person prepares."""
        if not rights.prepared_groups and not rights.has_role(Role.ADMINISTRATOR):
            return self.none()
        return self.filter(models.Q(group__isnull=True) | models.Q(group_id__in=rights.prepared_groups))


class DeadlineRule(models.Model):
    """A deadline rule as data. `group` empty: it holds for every group."""

    group = models.ForeignKey(
        Group, models.PROTECT, null=True, blank=True, related_name="deadline_rules", verbose_name=_("group")
    )
    # Rules add up. The general rule that this one, a group's own, takes the place of for that group while it is active.
    replaces = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_by",
        verbose_name=_("replaces"),
    )
    name = models.CharField(_("name"), max_length=120)
    kinds = ArrayField(
        models.CharField(max_length=30, choices=Kind.choices),
        default=list,
        blank=True,
        verbose_name=_("kinds of document"),
        help_text=_("Empty: every kind."),
    )
    exempt_kinds = ArrayField(
        models.CharField(max_length=30, choices=Kind.choices),
        default=list,
        blank=True,
        verbose_name=_("exempt kinds"),
    )
    offset = models.PositiveSmallIntegerField(_("offset"))
    unit = models.CharField(_("unit"), max_length=10, choices=_choices(deadlines.UNIT_LABELS))
    anchor = models.CharField(
        _("before"),
        max_length=10,
        choices=_choices(deadlines.ANCHOR_LABELS),
        default=deadlines.Anchor.OPENING,
    )
    measured = models.CharField(
        _("measured"),
        max_length=10,
        choices=_choices(deadlines.MEASURED_LABELS),
        default=deadlines.Measured.AVAILABLE,
    )
    effect = models.CharField(
        _("effect on a late document"),
        max_length=20,
        choices=_choices(deadlines.EFFECT_LABELS),
        default=deadlines.Effect.REFUSE_AND_KEEP,
    )
    source = models.CharField(_("source of the rule"), max_length=250)
    active = models.BooleanField(_("applies to new meetings"), default=True)
    history = HistoricalRecords()

    objects = DeadlineRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline rule")
        verbose_name_plural = _("deadline rules")
        ordering = ["group", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="only_a_rule_of_a_group_replaces_another",
                condition=models.Q(replaces__isnull=True) | models.Q(group__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def as_rule(self) -> deadlines.Rule:
        """The row as the pure rule that `deadlines.py` judges by."""
        return deadlines.Rule(
            key=str(self.pk),
            name=self.name,
            kinds=frozenset(self.kinds),
            exempt_kinds=frozenset(self.exempt_kinds),
            offset=self.offset,
            unit=deadlines.Unit(self.unit),
            anchor=deadlines.Anchor(self.anchor),
            measured=deadlines.Measured(self.measured),
            effect=deadlines.Effect(self.effect),
            source=self.source,
        )


IN_FORCE = models.Q(superseded_at__isnull=True)


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def in_force(self) -> "DeadlineQuerySet":
        """Those that no recorded act has superseded, earliest first."""
        return self.filter(IN_FORCE).order_by("instant", "pk")


class Deadline(models.Model):
    """A rule in force for a register, as an instant. A recorded act supersedes it; nothing else changes it."""

    class Basis(models.TextChoices):
        """Why the instant is what it is."""

        RULE = "rule", _("as the rule counts")
        KEPT = "kept", _("kept when the opening moved")
        BY_HAND = "by_hand", _("set to another time")

    register = models.ForeignKey(Register, models.PROTECT, related_name="deadlines")
    rule = models.ForeignKey(DeadlineRule, models.PROTECT, related_name="+", verbose_name=_("rule"))
    # The rule as it read when the deadline was set: editing the rule later changes no verdict.
    terms = models.JSONField(_("terms"), default=dict)
    instant = models.DateTimeField(_("deadline"))
    basis = models.CharField(_("basis"), max_length=10, choices=Basis.choices, default=Basis.RULE)
    # What the rule counts to for the opening as it stood when this was set; empty where that is the deadline itself.
    by_rule = models.DateTimeField(_("by the rule"), null=True, blank=True)
    set_at = models.DateTimeField(_("set"))
    set_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("set by"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    superseded_at = models.DateTimeField(_("superseded"), null=True, blank=True)
    # Why it ended for this meeting although its rule holds on; empty where another followed, or the rule itself ended.
    ended_because = models.CharField(_("ended for this meeting because"), max_length=500, blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering = ["register_id", "instant", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["register", "rule"],
                condition=IN_FORCE,
                name="one_deadline_in_force_for_a_rule",
            ),
            models.CheckConstraint(
                name="a_deadline_beside_its_rule_says_what_the_rule_counts_to",
                condition=models.Q(basis="rule", by_rule__isnull=True)
                | ~models.Q(basis="rule") & models.Q(by_rule__isnull=False),
            ),
            models.CheckConstraint(
                name="only_a_superseded_deadline_has_ended",
                condition=models.Q(ended_because="") | models.Q(superseded_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.instant:%Y-%m-%d %H:%M}Z"

    @property
    def is_in_force(self) -> bool:
        return self.superseded_at is None

    @property
    def as_rule(self) -> deadlines.Rule:
        """The pure rule in the terms this deadline was set with: what documents are judged by."""
        return deadlines.rule_of(self.terms)

    @property
    def consequence(self) -> str:
        """What becomes of a document that comes later, as a sentence."""
        return rule_words.door_text(self.as_rule)

    @property
    def departure(self) -> str:
        """Where the deadline is not what its rule counts to: that, as a sentence; else nothing."""
        return rule_words.departure(self.basis, self.by_rule, self.register.zone)

    @property
    def ending(self) -> str:
        """Of one that was ended for this meeting: that, and why, as a sentence."""
        return rule_words.ending(self.ended_because)


class SlotQuerySet(PartyQuerySet["Slot"]):
    def open(self) -> "SlotQuerySet":
        """Those that still excuse a late document: not used, not withdrawn, their meeting not closed."""
        return self.filter(document__isnull=True, withdrawn_at__isnull=True, register__closed_at__isnull=True)


class Slot(OfParty):
    """A one-use exemption for one addressee, opened by a request of the Group in session.

    It lives from the record of the request until the meeting closes. `register.py` uses it up.
    """

    path_to_group = "register__group"

    register = models.ForeignKey(Register, models.PROTECT, related_name="slots")
    state = models.ForeignKey(MemberState, models.PROTECT, null=True, blank=True, related_name="+")
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="+")
    wording = models.TextField(_("wording of the request"))
    asked_in = models.CharField(_("sitting and item"), max_length=300, blank=True)
    opened_at = models.DateTimeField(_("recorded"))
    document = models.OneToOneField(
        "documents.Document",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="answers_slot",
        verbose_name=_("answered by"),
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("exemption by request")
        verbose_name_plural = _("exemptions by request")
        ordering = ["opened_at", "pk"]
        constraints = [one_party("a_slot_has_one_addressee")]

    def __str__(self) -> str:
        return f"{self.addressee}: {self.wording[:60]}"

    @property
    def addressee(self) -> MemberState | Office | None:
        return self.state or self.office

    def is_open_in(self, register: Register) -> bool:
        """`SlotQuerySet.open` of rows at hand: whether it still excuses a late document of that meeting."""
        return (
            self.register_id == register.pk
            and self.document_id is None
            and self.withdrawn_at is None
            and register.closed_at is None
        )
