"""What the Group does: its meetings, their sittings, and what it asks for in session."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from cwg.documents import states
from cwg.documents.models import Document, Register, Slot
from cwg.documents.rules import DeadlineLine
from cwg.documents.seat_times import SeatTimeField
from cwg.documents.states import MeetingState
from cwg.members.models import MemberState, Office, Person
from cwg.members.parties import OfParty, PartyQuerySet, one_party
from cwg.members.rights import Rights

# "7", "7.2", "7c": an agenda item of which only the number was typed.
BARE_NUMBER = re.compile(r"\d+(\.\d+)*\.?[a-z]?", re.IGNORECASE)


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
    opens_local = SeatTimeField(_("opening at the seat"))
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
        ordering = ["-register__opens_at", "-pk"]

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
        ordering = ["meeting_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="sitting_number_once"),
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=models.F("starts_at")),
                name="sitting_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return self.title or gettext("Sitting %(number)d") % {"number": self.number}

    @property
    def opened_on_another_day(self) -> bool:
        """Whether it opened on another day at the seat than it was planned for; reads the meeting."""
        zone = self.meeting.zone
        return (
            self.opened_at is not None
            and self.opened_at.astimezone(zone).date() != self.starts_at.astimezone(zone).date()
        )


class Standing(models.TextChoices):
    """What has become of a request of the Group with one of those it was addressed to; the words people read."""

    WITHDRAWN = "withdrawn", _("Withdrawn")
    ANSWERED = "answered", _("Answered")
    AWAITED = "awaited", _("Awaiting answer")
    OVERDUE = "overdue", _("Overdue")
    ENDED = "ended", _("Ended with the meeting")
    NOTED = "noted", _("Noted")  # of the archive: what became of it was not recorded here

    # For templates, which name no value. Code compares with the members.
    @property
    def is_open(self) -> bool:
        """An answer is still awaited: it can be answered, and it can be withdrawn."""
        return self in (Standing.AWAITED, Standing.OVERDUE)

    @property
    def is_overdue(self) -> bool:
        return self is Standing.OVERDUE

    @property
    def is_answered(self) -> bool:
        return self is Standing.ANSWERED


def item_words(item: str) -> str:
    """An agenda item where nothing beside it says what it is: "7" is "Agenda item 7", "7. Closing" speaks for itself."""
    return gettext("Agenda item %(item)s") % {"item": item} if BARE_NUMBER.fullmatch(item) else item


def item_within(item: str) -> str:
    """The same in the middle of a sentence: "under agenda item 7", "under 7. Closing"."""
    return gettext("agenda item %(item)s") % {"item": item} if BARE_NUMBER.fullmatch(item) else item


class Request(models.Model):
    """A request of the Group, recorded while in session: one wording, one item, one date for all its addressees."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="requests", verbose_name=_("meeting"))
    sitting = models.ForeignKey(
        Sitting, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("sitting")
    )
    item = models.CharField(_("agenda item"), max_length=200)
    wording = models.TextField(_("wording"))
    # A date at the seat. With one, the request opens no slots: documents are linked to it as they come.
    due_on = models.DateField(_("due by"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("request of the Group")
        verbose_name_plural = _("requests of the Group")
        ordering = ["meeting_id", "recorded_at", "pk"]

    def __str__(self) -> str:
        return self.wording[:80]

    def get_absolute_url(self) -> str:
        return reverse("meetings:request", args=[self.meeting.register.slug, self.pk])

    @property
    def item_words(self) -> str:
        return item_words(self.item)

    @property
    def is_withdrawn(self) -> bool:
        """From all its addressees; reads `addressees`."""
        rows = self.addressees.all()
        return bool(rows) and all(row.withdrawn_at is not None for row in rows)

    @property
    def due_until(self) -> datetime | None:
        """The end of the day it is due on, at the seat, in UTC: from this instant on an answer is overdue."""
        if self.due_on is None:
            return None
        after = datetime.combine(self.due_on + timedelta(days=1), time(), tzinfo=self.meeting.zone)
        return after.astimezone(UTC)


# A dated request that no document answers: none is linked, or the one that is has been withdrawn since.
AWAITS_DOCUMENT = models.Q(
    models.Q(document__isnull=True) | models.Q(document__withdrawn_at__isnull=False),
    request__due_on__isnull=False,
    request__meeting__register__origin=Register.Origin.PORTAL,
    withdrawn_at__isnull=True,
)


class AddresseeQuerySet(PartyQuerySet["Addressee"]):
    def shown(self) -> Self:
        """With all that a page reads of them."""
        return self.select_related(*Addressee.SHOWN_WITH)

    def locked(self) -> "AddresseeQuerySet":
        """These rows as `shown`, locked until the end of the transaction.

        Read in a statement of its own after the lock: one that waited would find a row as it is now, and the document
        beside it as it was before.
        """
        rows = self.order_by("pk").select_for_update(of=("self",))
        return Addressee.objects.shown().filter(pk__in=[row.pk for row in rows]).order_by("pk")

    def awaiting_document(self) -> Self:
        """`Addressee.awaits_document` of rows not at hand, whether the date has passed or not."""
        return self.filter(AWAITS_DOCUMENT)

    def awaited(self) -> Self:
        """`Standing.is_open` of rows not at hand."""
        return self.filter(AWAITS_DOCUMENT | models.Q(slot__in=Slot.objects.open()))


class Addressee(OfParty):
    """One State or office that a request of the Group is addressed to, and its answer.

    Where the request has no date, its slot says what answers it, for the register uses that up. Where it has one,
    a registered document is linked here. It stays linked when it is withdrawn, and answers no more: nothing has to be
    undone, and the page still says what had come.
    """

    path_to_group = "request__meeting__register__group"
    # What is read with an addressee: whom it names and what answers it; and its request, where that is not at hand.
    ANSWERED_WITH = ("state", "office", "slot__document", "document")
    SHOWN_WITH = (*ANSWERED_WITH, "request__sitting", "request__meeting__register__group")

    request = models.ForeignKey(
        Request, models.PROTECT, related_name="addressees", verbose_name=_("request of the Group")
    )
    state = models.ForeignKey(
        MemberState, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("delegation")
    )
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("office")
    )
    slot = models.OneToOneField(
        Slot,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="asked",
        verbose_name=_("exemption by request"),
    )
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("linked document")
    )
    # When the document was linked, and by whom; empty in the archive.
    linked_at = models.DateTimeField(_("linked"), null=True, blank=True)
    linked_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("linked by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    history = HistoricalRecords()

    objects = AddresseeQuerySet.as_manager()

    class Meta:
        verbose_name = _("addressee of a request")
        verbose_name_plural = _("addressees of requests")
        ordering = ["request_id", "pk"]
        constraints = [
            one_party("an_addressee_is_one_party"),
            models.UniqueConstraint(
                fields=["request", "state", "office"], name="addressed_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="a_slot_names_its_own_document",
                condition=models.Q(slot__isnull=True) | models.Q(document__isnull=True),
            ),
            models.CheckConstraint(
                name="linked_means_a_document",
                condition=models.Q(linked_at__isnull=True) | models.Q(document__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.who.name

    @property
    def who(self) -> MemberState | Office:
        found = self.state or self.office
        assert found is not None  # an_addressee_is_one_party
        return found

    @property
    def answer(self) -> Document | None:
        """The registered document that came, through the slot or linked; whether it still answers: `is_answered`."""
        return self.slot.document if self.slot is not None else self.document

    @property
    def is_answered(self) -> bool:
        """Whether what came still answers. What excused a late document stays used until the register opens it again;
        a dated request excuses from nothing, and awaits another document once its own is withdrawn."""
        answer = self.answer
        return answer is not None and (self.slot is not None or not answer.is_withdrawn)

    @property
    def is_linked(self) -> bool:
        """Whether a document was linked to it, and can be taken off again."""
        return (
            self.document_id is not None
            and self.withdrawn_at is None
            and not self.request.meeting.register.is_archive
        )

    @property
    def awaits_document(self) -> bool:
        """Whether a document can be linked to it; an open slot is used by registering alone."""
        return (
            self.request.due_on is not None
            and not self.request.meeting.register.is_archive
            and not self.is_answered
            and self.withdrawn_at is None
        )

    def standing_at(self, at: datetime) -> Standing:
        """Where it stands at the aware instant `at`; reads what `AddresseeQuerySet.shown` selects."""
        register = self.request.meeting.register
        if self.withdrawn_at is not None:
            return Standing.WITHDRAWN
        if self.is_answered:
            return Standing.ANSWERED
        if self.slot is not None:
            return Standing.AWAITED if self.slot.is_open_in(register) else Standing.ENDED
        due_until = self.request.due_until
        if due_until is None or register.is_archive:
            return Standing.NOTED
        return Standing.OVERDUE if at >= due_until else Standing.AWAITED


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
