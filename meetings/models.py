"""What the Group does: its meetings, their sittings, and what it asks for in session."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cwg.documents import states
from cwg.documents.models import Register, Slot
from cwg.documents.rules import DeadlineLine
from cwg.documents.states import MeetingState
from cwg.members.models import MemberState, Office, Person
from cwg.members.parties import OfParty, PartyQuerySet, one_party
from cwg.members.rights import Rights


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, rights: Rights) -> "MeetingQuerySet":
        """The meetings whose register this person sees."""
        return self.filter(register__in=Register.objects.visible_to(rights))

    def in_state(self, at: datetime, *wanted: MeetingState) -> "MeetingQuerySet":
        """Those in one of these states at the aware instant `at`."""
        return self.filter(states.among(*wanted, at=at, prefix="register__"))

    def not_over(self, at: datetime) -> "MeetingQuerySet":
        """Those to which sittings and acts can still be added: not closed, not cancelled, not of the archive."""
        return self.exclude(states.among(*states.OVER, at=at, prefix="register__"))


class Meeting(models.Model):
    """A meeting of a group. Its opening is `register.opens_at`; sittings never define it."""

    register = models.OneToOneField(Register, models.PROTECT, related_name="meeting")
    # As entered at the seat; the instant derived from it stands in the register.
    opens_local = models.DateTimeField(_("opening at the seat"))
    venue = models.CharField(_("venue"), max_length=200, blank=True)
    chair = models.CharField(_("chair"), max_length=150, blank=True)
    note = models.TextField(_("note"), blank=True)
    # Counts the moves, so that a calendar entry replaces the one before it.
    sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    history = HistoricalRecords()

    # No columns: what `visits.with_visit` reads with a meeting, and what the list of meetings puts on one.
    seen_at: datetime | None
    previous_at: datetime | None
    next_deadline: DeadlineLine | None

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-register__opens_at"]

    def __str__(self) -> str:
        return self.register.title

    def get_absolute_url(self) -> str:
        return reverse("meetings:meeting", args=[self.register.slug])

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.register.zone)

    def state_at(self, at: datetime) -> MeetingState:
        """Where the meeting stands at the aware instant `at`."""
        return self.register.state_at(at)


class Sitting(models.Model):
    """One sitting of a meeting: a morning, an afternoon."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="sittings", verbose_name=_("meeting"))
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=150, blank=True)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    # When it really opened, as the secretariat recorded it.
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")
        ordering = ["meeting", "number"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="sitting_number_once"),
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=models.F("starts_at")),
                name="sitting_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return self.title or gettext("Sitting %(number)d") % {"number": self.number}


class RequestQuerySet(PartyQuerySet["Request"]):
    pass


class RequestStanding(models.TextChoices):
    """What has become of a request of the Group, with the words people read."""

    WITHDRAWN = "withdrawn", _("Withdrawn")
    NOTED = "noted", _("Noted")  # due later: it excuses no late document at this meeting
    ANSWERED = "answered", _("Answered")
    AWAITED = "awaited", _("Awaiting answer")
    ENDED = "ended", _("Ended with the meeting")

    # For templates, which name no value. Code compares with the members.
    @property
    def is_awaited(self) -> bool:
        return self is RequestStanding.AWAITED

    @property
    def is_noted(self) -> bool:
        return self is RequestStanding.NOTED

    @property
    def can_be_withdrawn(self) -> bool:
        """Nobody has answered it, and it still stands."""
        return self not in (RequestStanding.WITHDRAWN, RequestStanding.ANSWERED)


class Request(OfParty):
    """A request of the Group, recorded while in session. Without a later due date it opens a slot."""

    path_to_group = "meeting__register__group"

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="requests", verbose_name=_("meeting"))
    sitting = models.ForeignKey(
        Sitting, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("sitting")
    )
    item = models.CharField(_("agenda item"), max_length=200)
    state = models.ForeignKey(
        MemberState, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("delegation")
    )
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("office")
    )
    wording = models.TextField(_("wording"))
    due_on = models.DateField(_("due by"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )
    slot = models.OneToOneField(
        Slot, models.PROTECT, null=True, blank=True, related_name="request", verbose_name=_("slot")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    history = HistoricalRecords()

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request of the Group")
        verbose_name_plural = _("requests of the Group")
        ordering = ["meeting", "recorded_at", "pk"]
        constraints = [
            one_party("a_request_has_one_addressee"),
            models.CheckConstraint(
                name="a_request_due_later_opens_no_slot",
                condition=models.Q(due_on__isnull=True) | models.Q(slot__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.addressee}: {self.wording[:80]}"

    def get_absolute_url(self) -> str:
        return reverse("meetings:request", args=[self.meeting.register.slug, self.pk])

    @property
    def standing(self) -> RequestStanding:
        """Read from the request, its slot and its meeting's register: select them where many are shown."""
        if self.withdrawn_at is not None:
            return RequestStanding.WITHDRAWN
        if self.slot is None:
            return RequestStanding.NOTED
        if self.slot.document_id is not None:
            return RequestStanding.ANSWERED
        is_open = self.slot.is_open_in(self.meeting.register)
        return RequestStanding.AWAITED if is_open else RequestStanding.ENDED

    @property
    def addressee(self) -> MemberState | Office | None:
        return self.state or self.office


class Visit(models.Model):
    """When a person last looked at a meeting's page, for "new since my last visit"."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()
    # The visit before: what is new is counted from here until the next visit begins.
    previous_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [models.UniqueConstraint(fields=["meeting", "person"], name="one_visit_row_a_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.meeting_id}"
