"""Meetings, sittings, requests of the Group, deadline rules."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from django.contrib import admin
from django.db.models import DateTimeField, Model, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cwg.documents import rule_words
from cwg.documents.models import DeadlineRule, Register
from cwg.documents.states import MeetingState
from cwg.members.oversight import seen_groups
from cwg.members.requests import PortalRequest, of_person
from cwg.members.rights import Rights
from meetings import convening, requests
from meetings.models import Meeting, Request, Sitting

from .forms import ConveneForm, RequestForm, SittingForm
from .reasons import Act, ConfirmForm
from .records import AddByVerb, Panel, RecordAdmin
from .site import site


def _announce(meeting: Meeting, request: PortalRequest, data: dict) -> None:
    convening.announce(meeting, actor=request.user)


def _close(meeting: Meeting, request: PortalRequest, data: dict) -> None:
    convening.close(meeting, actor=request.user)


class AskedMeeting(Protocol):
    """A meeting of the list, with the instant at which the list was asked for."""

    register: Register
    asked_at: datetime

    def state_at(self, at: datetime) -> MeetingState: ...


@admin.register(Meeting, site=site)
class MeetingAdmin(AddByVerb):
    changes = True
    group_path = "register__group_id"
    add_form = ConveneForm
    add_text = _(
        "The meeting gets its register and its deadlines by the rules in force. Nobody sees it before it is announced."
    )
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
        "closed",
    )
    fields = ("venue", "chair", "note")
    list_display = ("title", "group", "opening", "place", "standing")
    list_filter = (("register__group", admin.RelatedOnlyFieldListFilter), "register__origin")
    list_select_related = ("register__group",)
    search_fields = ("register__title", "register__slug", "venue", "chair")
    acts = (
        Act(
            "announce",
            _("Announce"),
            _("The Group sees the meeting, its deadlines stand, and everybody is told by mail."),
            _announce,
            form=ConfirmForm,
            possible=lambda row, request: row.state_at(request.rights.at).is_draft,
        ),
        Act(
            "close",
            _("Close the meeting"),
            _("Requests that nobody has answered end with it. A closed meeting is not opened again."),
            _close,
            form=ConfirmForm,
            danger=True,
            possible=lambda row, request: row.state_at(request.rights.at).is_in_session,
        ),
    )

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
        if self.may_act_on(request, row):
            yield _("The next meeting, from this one"), f"{self.address('add')}?after={row.pk}"
            if not row.state_at(request.rights.at).is_over:
                yield _("Move the opening"), reverse("meetings:move", args=[row.register.slug])

    def panels(self, request, row):
        yield Panel(
            _("Sittings"),
            (_("Number"), _("Title"), _("Starts"), _("Ends")),
            ([s.number, s.title, s.starts_at, s.ends_at] for s in row.sittings.all()),
            _("No sittings are entered."),
        )
        asked = row.requests.select_related("state", "office", "slot__document")
        yield Panel(
            _("Requests of the Group"),
            (_("Addressee"), _("Wording"), _("Recorded"), _("Answered by")),
            (
                [
                    r.addressee,
                    r.wording,
                    r.recorded_at,
                    r.slot.document if r.slot and r.slot.document_id else "",
                ]
                for r in asked
            ),
            _("No request is recorded."),
        )

    def add_initial(self, request: HttpRequest) -> dict:
        """The next meeting as it would be after another one: `?after=<id>`."""
        last = self._after(request, request.GET.get("after", ""))
        if last is None:
            return {}
        plan = convening.next_from(last)
        return {
            "group": last.register.group_id,
            "ordinal": plan.ordinal,
            "title": plan.title,
            "place": plan.place,
            "zone": plan.zone,
            "opens_local": plan.opens_local,
            "days": plan.days,
            "venue": plan.venue,
            "chair": plan.chair,
            "with_sittings": bool(plan.sittings),
            "after": last.pk,
        }

    def _after(self, request: HttpRequest, pk: object) -> Meeting | None:
        text = str(pk)
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            return None
        return self.get_queryset(request).filter(pk=int(text)).first()

    def add_by_verb(self, request: PortalRequest, data: dict) -> Meeting:
        group, after = data.pop("group"), data.pop("after", None)
        with_sittings = data.pop("with_sittings", False)
        plan = convening.Plan(**data)
        last = self._after(request, after) if after and with_sittings else None
        if last is not None:
            plan = replace(plan, sittings=convening.next_from(last).sittings)
        return convening.convene(group, plan, actor=request.user)


@admin.register(Sitting, site=site)
class SittingAdmin(RecordAdmin):
    changes = adds = True
    group_path = "meeting__register__group_id"
    form = SittingForm
    fields = ("meeting", "number", "title", "starts_at", "ends_at")
    list_display = ("meeting", "number", "title", "starts_at", "ends_at")
    list_filter = (("meeting", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("meeting__register__group",)
    ordering = ("-meeting__register__opens_at", "number")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("meeting__register__group")

    def get_fields(self, request, obj=None) -> list:
        return list(self.fields)

    def get_readonly_fields(self, request, obj=None) -> list:
        """A sitting stays with its meeting."""
        return ["meeting"] if obj else []

    def belongs_to(self, rights: Rights, row: Model) -> bool:
        """Sittings of a closed meeting or of the archive are history."""
        assert isinstance(row, Sitting)
        return super().belongs_to(rights, row) and not row.meeting.state_at(rights.at).is_over


def _withdraw(asked: Request, request: PortalRequest, data: dict) -> None:
    requests.withdraw(asked, actor=request.user, reason=data["reason"])


@admin.register(Request, site=site)
class RequestAdmin(AddByVerb):
    group_path = "meeting__register__group_id"
    add_form = RequestForm
    add_text = _(
        "Only while the meeting is in session. The request lets this addressee submit one document after the deadline,"
        " until the meeting closes; the addressee gets a mail."
    )
    facts = (
        "meeting",
        "sitting",
        "item",
        "state",
        "office",
        "wording",
        "due_on",
        "recorded_at",
        "recorded_by",
        "slot",
        "answered_by",
        "withdrawn_at",
    )
    list_display = ("addressee", "item", "meeting", "recorded_at", "answered_by", "withdrawn_at")
    list_filter = (("meeting", admin.RelatedOnlyFieldListFilter),)
    list_select_related = (
        "meeting__register__group",
        "state",
        "office",
        "slot__document",
        "sitting",
        "recorded_by",
    )
    search_fields = ("item", "wording", "state__short_en", "office__name")
    acts = (
        Act(
            "withdraw",
            _("Take the request back"),
            _("It can no longer be answered. The request stays on record as withdrawn."),
            _withdraw,
            danger=True,
            possible=lambda row, request: row.withdrawn_at is None,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related(*self.list_select_related)

    @admin.display(description=_("addressee"))
    def addressee(self, row: Request) -> object:
        return row.addressee

    @admin.display(description=_("answered by"))
    def answered_by(self, row: Request) -> object:
        return row.slot.document if row.slot and row.slot.document_id else ""

    def links(self, request, row):
        yield _("The request's page"), row.get_absolute_url()

    def add_by_verb(self, request: PortalRequest, data: dict) -> Request:
        addressee = data["state"] or data["office"]
        return requests.record(
            data["meeting"],
            addressee=addressee,
            item=data["item"],
            wording=data["wording"],
            sitting=data["sitting"],
            due_on=data["due_on"],
            actor=request.user,
        )


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
