"""The outbox: what happened, who is to be told, and what each person wants to hear of.

Events are written in the transaction that makes them true; a sweep expands each into one notice per person.
"""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from cwg.members.models import Group, Person


class Event(models.Model):
    """Something that happened and that people are to be told of. One row in the transaction of its act."""

    kind = models.CharField(_("kind"), max_length=60)
    # What it is about, as the kind's renderer reads it: ids and plain values, never a text that is restricted.
    facts = models.JSONField(_("facts"), default=dict)
    # One event for one fact: reminders and the like are inserted with ON CONFLICT DO NOTHING.
    key = models.CharField(max_length=200, unique=True)
    group = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="+")
    happened_at = models.DateTimeField(_("happened"))
    expanded_at = models.DateTimeField(_("expanded"), null=True, blank=True)
    # The number of the request that made it true, as the log has it; empty for what a background job tells of. A column,
    # because mails go out later, by whichever process: nothing that is bound in the request lives so long.
    request_id = models.CharField(max_length=32, blank=True, default="", db_default="", editable=False)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-happened_at", "-pk"]
        indexes = [
            models.Index(
                fields=["happened_at"], condition=models.Q(expanded_at__isnull=True), name="event_to_expand"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Why(models.TextChoices):
    """Why a mail has not gone out, or not yet. In words, with what to do: `why_words.py`."""

    # What the receiving side, or the server, says of this one mail.
    NO_MAILBOX = "no_mailbox", _("The address takes no mail")
    MALFORMED = "malformed", _("The address is not valid")
    TRY_LATER = "try_later", _("The receiving server asks us to try later")
    REFUSED = "refused", _("The mail server refused this mail")
    BROKE_OFF = "broke_off", _("The connection broke off")
    UNWRITABLE = "unwritable", _("The portal could not write this mail")
    # What the server says to the portal, whatever mail it comes with.
    UNREACHABLE = "unreachable", _("The mail server cannot be reached")
    BUSY = "busy", _("The mail server takes no mail at the moment")
    INSECURE = "insecure", _("No secure connection to the mail server")
    SIGN_IN = "sign_in", _("The mail server does not accept the portal's sign-in")
    SENDER = "sender", _("The mail server does not take mail from the portal")
    # Why it will not go out at all.
    CLOSED = "closed", _("The account was closed")
    UNWANTED = "unwanted", _("The person switched these mails off")
    OVER = "over", _("What it told of was done, over or expired")
    RESTORED = "restored", _("The database was restored from a backup")


# Failures that speak of the address: with the next address, or a mended mailbox, they are gone.
ABOUT_THE_ADDRESS = (Why.NO_MAILBOX, Why.MALFORMED, Why.TRY_LATER)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def failing(self) -> Self:
        """Tried without success, and to be tried again."""
        return self.filter(Notice.FAILING)

    def failed(self) -> Self:
        """Given up, until somebody sends them again or sets them aside."""
        return self.filter(Notice.FAILED)

    def in_trouble(self) -> Self:
        return self.filter(Notice.FAILING | Notice.FAILED)

    def due(self, at: datetime) -> Self:
        """To be sent by `at`, tried before or not."""
        return self.filter(status=Notice.Status.WAITING, due_at__lte=at)

    def oldest_due(self, at: datetime) -> datetime | None:
        """Since when the oldest of those has been due."""
        return self.due(at).order_by("due_at").values_list("due_at", flat=True).first()


class Notice(models.Model):
    """One mail of one event to one person at one address. At least once is the promise."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        SET_ASIDE = "set_aside", _("Failed, set aside")
        DROPPED = "dropped", _("No longer matters")

    # As conditions on rows, for what is counted apart; of one mail: `is_failing`, `is_failed`.
    FAILING = models.Q(status=Status.WAITING, failing_since__isnull=False)
    FAILED = models.Q(status=Status.FAILED)

    event = models.ForeignKey(Event, models.PROTECT, related_name="notices", verbose_name=_("event"))
    # Empty for somebody who is not yet a person of the portal: an invitation.
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="notices", verbose_name=_("person")
    )
    address = models.EmailField(_("address"))
    language = models.CharField(max_length=2, default="en")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.WAITING)
    due_at = models.DateTimeField(_("due"))
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Attempts, the last ones, of which nobody wrote down what became of them: their worker died.
    broken_off = models.PositiveSmallIntegerField(default=0)
    # Why it has not gone out, and what the mail server said, word for word.
    why = models.CharField(_("why"), max_length=20, choices=Why.choices, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    failed_at = models.DateTimeField(_("failed"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    # Fixed when the notice is made, so that a mail sent twice is one mail to the reader's program.
    message_id = models.CharField(max_length=120, unique=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-due_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "person", "address"],
                name="one_notice_per_event_and_recipient",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(status="waiting"), name="notice_to_send"),
            models.Index(
                fields=["why"],
                condition=models.Q(status="failed") | models.Q(status="waiting", failing_since__isnull=False),
                name="notice_in_trouble",
            ),
            models.Index(Lower("address"), models.F("id").desc(), name="notices_to_an_address"),
        ]

    def __str__(self) -> str:
        return f"{self.event.kind} → {self.address}"

    @property
    def is_failing(self) -> bool:
        return self.status == self.Status.WAITING and self.failing_since is not None

    @property
    def is_failed(self) -> bool:
        return self.status == self.Status.FAILED

    @property
    def is_in_trouble(self) -> bool:
        return self.is_failing or self.is_failed


class Outage(models.Model):
    """The mail server takes no mail of the portal's, whatever mail it is; one row while that lasts."""

    singleton = models.BooleanField(default=True, unique=True, editable=False)
    since = models.DateTimeField(_("since"))
    tries = models.PositiveIntegerField(_("attempts"), default=1)
    next_try_at = models.DateTimeField(_("next attempt"))
    why = models.CharField(_("why"), max_length=20, choices=Why.choices)
    said = models.CharField(_("last error"), max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("outage of the mail server")
        constraints = [
            models.CheckConstraint(condition=models.Q(singleton=True), name="one_outage_at_a_time")
        ]

    def __str__(self) -> str:
        return self.get_why_display()


class Alarm(models.Model):
    """Something that is wrong with the installation and that the administrators are told of.

    The row goes some time after it is well, so that what comes and goes is not told each time.

    `name` is a question of the readiness (`cwg/record/readiness.py`) that is answered with no.
    """

    name = models.CharField(_("name"), max_length=60, unique=True)
    wrong_since = models.DateTimeField(_("since"))
    # When a mail was put into the outbox last; empty while it may still pass by itself.
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    # The first mail of this time that it is wrong; empty where it came back so soon that nobody was told again.
    first_told_at = models.DateTimeField(null=True, blank=True)
    # Answered with yes since; empty while it is wrong.
    well_since = models.DateTimeField(null=True, blank=True)
    # Well for long enough to be over; then the row only remembers when people were told last.
    is_over = models.BooleanField(default=False, db_default=False)
    all_clear_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        ordering = ["wrong_since", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def last_mail_at(self) -> datetime | None:
        """Of either kind: that it is wrong, that it is well."""
        return max((at for at in (self.told_at, self.all_clear_at) if at is not None), default=None)


class Preference(models.Model):
    """Whether a person wants mails of one kind; without a row the kind's own default holds."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="preferences")
    kind = models.CharField(max_length=60)
    wanted = models.BooleanField()

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="one_preference_for_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.wanted}"


class DemoMail(models.Model):
    """A mail of the demo, kept to be read in the console. Never written outside demo mode."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("sent"))
    to = models.CharField(_("to"), max_length=300)
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"))
    html = models.TextField(blank=True)

    class Meta:
        verbose_name = _("mail of the demo")
        verbose_name_plural = _("mails of the demo")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.subject
