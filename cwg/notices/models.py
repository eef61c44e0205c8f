"""The outbox: what happened, who is to be told, and what each person wants to hear of.

Events are written in the transaction that makes them true; a sweep expands each into one notice per person.
"""

import uuid

from django.db import models
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


class Notice(models.Model):
    """One mail of one event to one person at one address. At least once is the promise."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        DROPPED = "dropped", _("No longer matters")

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
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    # Fixed when the notice is made, so that a mail sent twice is one mail to the reader's program.
    message_id = models.CharField(max_length=120, unique=True)

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
            models.Index(fields=["due_at"], condition=models.Q(status="waiting"), name="notice_to_send")
        ]

    def __str__(self) -> str:
        return f"{self.event.kind} → {self.address}"


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
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.subject
