"""Meetings, sittings, requests of the Group, deadline rules."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

from django.contrib import admin
from django.db.models import DateTimeField, Prefetch, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cwg.documents import rule_words
from cwg.documents.models import DeadlineRule, Register
from cwg.documents.states import MeetingState
from cwg.members.oversight import seen_groups
from cwg.members.requests import of_person
from cwg.members.rights import Rights
from meetings import offers, request_lines
from meetings.models import Addressee, Meeting, Request, Sitting

from .records import Panel, RecordAdmin
from .site import site


def act_links(meeting: Meeting, rights: Rights) -> Iterator[tuple[Any, str]]:
    """The pages on which this person acts on the meeting: (words, address)."""
    asked = meeting.requests.prefetch_related("addressees")
    for offer in offers.links(meeting, rights, meeting.sittings.all(), asked):
        yield offer.words, offer.url
    if meeting.register.group_id in rights.secretariat_groups:
        yield _("Convene the next meeting"), f"{reverse('meetings:new')}?from={meeting.register.slug}"


class AskedMeeting(Protocol):
    """A meeting of the list, with the instant at which the list was asked for."""

    register: Register
    asked_at: datetime

    def state_at(self, at: datetime) -> MeetingState: ...


@admin.register(Meeting, site=site)
class MeetingAdmin(RecordAdmin):
    """Shown here; a meeting is convened, corrected, opened, closed on pages of its own, which stand under its links."""

    group_path = "register__group_id"
    zone_path = "register__zone"
    facts = (
        "group",
        "ordinal",
        "title",
        "place",
        "opening",
        "first_day",
        "last_day",
        "standing",
        "announced",
        "opened",
        "closed",
        "venue",
        "chair",
        "note",
    )
    list_display = ("title", "group", "opening", "place", "standing")
    list_filter = (("register__group", admin.RelatedOnlyFieldListFilter), "register__origin")
    list_select_related = ("register__group",)
    search_fields = ("register__title", "register__slug", "venue", "chair")

    def visible(self, rows: QuerySet, rights: Rights) -> QuerySet:
        return super().visible(rows, rights).filter(pk__in=Meeting.objects.visible_to(rights))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request).select_related("register__group")
        return rows.annotate(asked_at=Value(of_person(request).rights.at, output_field=DateTimeField()))

    @admin.display(description=_("group"), ordering="register__group")
    def group(self, row: Meeting) -> object:
        return row.register.group

    @admin.display(description=_("number"))
    def ordinal(self, row: Meeting) -> object:
        return row.register.ordinal

    @admin.display(description=_("title"), ordering="register__title")
    def title(self, row: Meeting) -> str:
        return row.register.title

    @admin.display(description=_("place"))
    def place(self, row: Meeting) -> str:
        return row.register.place

    @admin.display(description=_("opening"), ordering="register__opens_at")
    def opening(self, row: Meeting) -> object:
        return row.register.opens_at

    @admin.display(description=_("first day"))
    def first_day(self, row: Meeting) -> object:
        return row.register.first_day

    @admin.display(description=_("last day"))
    def last_day(self, row: Meeting) -> object:
        return row.register.last_day

    @admin.display(description=_("announced"))
    def announced(self, row: Meeting) -> object:
        return row.register.announced_at

    @admin.display(description=_("opened"))
    def opened(self, row: Meeting) -> object:
        return row.register.opened_at

    @admin.display(description=_("closed"))
    def closed(self, row: Meeting) -> object:
        return row.register.closed_at

    @admin.display(description=_("standing"))
    def standing(self, row: AskedMeeting) -> object:
        return row.state_at(row.asked_at).label

    def links(self, request, row):
        yield _("The meeting's page"), row.get_absolute_url()
        yield _("Its register"), reverse("console:documents_register_change", args=[row.register_id])
        documents = reverse("console:documents_document_csv")
        yield _("Its documents as CSV"), f"{documents}?register__id__exact={row.register_id}"
        yield from act_links(row, request.rights)

    def panels(self, request, row):
        yield Panel(
            _("Sittings"),
            (_("Number"), _("Title"), _("Starts"), _("Ends"), _("Opened")),
            ([s.number, s.title, s.starts_at, s.ends_at, s.opened_at] for s in row.sittings.all()),
            _("No sittings are entered."),
            zone=row.register.zone,
        )
        asked = Addressee.objects.shown().filter(request__meeting=row)
        yield Panel(
            _("Requests of the Group"),
            (_("Addressee"), _("Wording"), _("Recorded"), _("Standing"), _("Answered by")),
            (
                [
                    one,
                    one.request.wording,
                    one.request.recorded_at,
                    one.standing_at(request.rights.at).label,
                    request_lines.answer_words(one),
                ]
                for one in asked
            ),
            _("No request is recorded."),
            zone=row.register.zone,
        )


@admin.register(Sitting, site=site)
class SittingAdmin(RecordAdmin):
    group_path = "meeting__register__group_id"
    zone_path = "meeting__register__zone"
    facts = ("meeting", "number", "title", "starts_at", "ends_at", "opened_at")
    list_display = ("meeting", "number", "title", "starts_at", "ends_at", "opened_at")
    list_filter = (("meeting", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("meeting__register__group",)
    ordering = ("-meeting__register__opens_at", "number")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("meeting__register__group")

    def links(self, request, row):
        yield _("The meeting's page"), row.meeting.get_absolute_url()
        yield from act_links(row.meeting, request.rights)


@admin.register(Request, site=site)
class RequestAdmin(RecordAdmin):
    group_path = "meeting__register__group_id"
    zone_path = "meeting__register__zone"
    facts = ("meeting", "sitting", "item", "wording", "due_on", "recorded_at", "recorded_by")
    list_display = ("wording", "addressed_to", "item", "meeting", "recorded_at", "due_on")
    list_filter = (("meeting", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("meeting__register__group", "sitting", "recorded_by")
    search_fields = ("item", "wording", "addressees__state__short_en", "addressees__office__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return (
            super()
            .get_queryset(request)
            .select_related(*self.list_select_related)
            .prefetch_related(Prefetch("addressees", Addressee.objects.shown()))
        )

    @admin.display(description=_("addressed to"))
    def addressed_to(self, row: Request) -> str:
        return request_lines.names(row.addressees.all())

    def panels(self, request, row):
        yield Panel(
            _("Addressees"),
            (_("Addressee"), _("Standing"), _("Answered by"), _("Linked"), _("Withdrawn")),
            (
                [
                    one,
                    one.standing_at(request.rights.at).label,
                    request_lines.answer_words(one),
                    one.linked_at,
                    one.withdrawn_at,
                ]
                for one in row.addressees.all()
            ),
            zone=row.meeting.register.zone,
        )

    def links(self, request, row):
        yield _("The request's page"), row.get_absolute_url()
        own = row.meeting.register.group_id in request.rights.secretariat_groups
        if own and request_lines.line_of(row, request.rights.at).is_open:
            address = [row.meeting.register.slug, row.pk]
            yield _("Withdraw the request"), reverse("meetings:withdraw-request", args=address)


@admin.register(Addressee, site=site)
class AddresseeAdmin(RecordAdmin):
    """One of those a request was addressed to: its answer, with the history of what was linked and taken off."""

    group_path = "request__meeting__register__group_id"
    zone_path = "request__meeting__register__zone"
    facts = (
        "request",
        "state",
        "office",
        "slot",
        "answered_by",
        "linked_at",
        "linked_by",
        "withdrawn_at",
    )
    list_display = ("addressee", "request", "meeting", "due_on", "answered_by", "withdrawn_at")
    list_filter = (("request__meeting", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("request__item", "request__wording", "state__short_en", "office__name")
    ordering = ("-request__recorded_at", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("linked_by", *Addressee.SHOWN_WITH)

    @admin.display(description=_("addressee"))
    def addressee(self, row: Addressee) -> object:
        return row.who

    @admin.display(description=_("meeting"), ordering="request__meeting")
    def meeting(self, row: Addressee) -> object:
        return row.request.meeting

    @admin.display(description=_("due by"), ordering="request__due_on")
    def due_on(self, row: Addressee) -> object:
        return row.request.due_on

    @admin.display(description=_("answered by"))
    def answered_by(self, row: Addressee) -> object:
        return request_lines.answer_words(row)

    def links(self, request, row):
        yield _("The request's page"), row.request.get_absolute_url()
        yield _("The request"), reverse("console:meetings_request_change", args=[row.request_id])


@admin.register(DeadlineRule, site=site)
class DeadlineRuleAdmin(RecordAdmin):
    """Shown here; kept in the workspace of the rules, where each reads itself back as a sentence."""

    group_path = "group_id"
    facts = (
        "name",
        "for_group",
        "sentence",
        "replaces",
        "kinds",
        "exempt_kinds",
        "offset",
        "unit",
        "anchor",
        "measured",
        "effect",
        "source",
        "active",
    )
    list_display = ("name", "for_group", "offset", "unit", "measured", "effect", "replaces", "active")
    list_filter = ("active", "effect", "measured")
    list_select_related = ("group", "replaces")
    search_fields = ("name", "source")
    csv_columns = ("name", "for_group", "sentence", "replaces", "active")

    def visible(self, rows: QuerySet, rights: Rights) -> QuerySet:
        """Rules of the groups this person sees, and those for every group."""
        return rows.filter(group__isnull=True) | rows.filter(group_id__in=seen_groups(rights))

    @admin.display(description=_("group"), ordering="group")
    def for_group(self, row: DeadlineRule) -> object:
        return row.group or gettext("Every group")

    @admin.display(description=_("what it says"))
    def sentence(self, row: DeadlineRule) -> str:
        return rule_words.sentence(row.as_rule())

    def links(self, request, row):
        yield _("The page of the rule"), reverse("documents:rule", args=[row.pk])
        yield _("All rules"), reverse("documents:rules")
