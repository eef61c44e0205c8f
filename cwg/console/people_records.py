"""Groups, Member States, offices, people, their accreditations and invitations."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from django.contrib import admin
from django.db.models import DateTimeField, Model, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cwg.documents.models import Register
from cwg.languages import LANGUAGE_CODES
from cwg.members import directory
from cwg.members.account_care import may_look_after
from cwg.members.models import Accreditation, Group, Invitation, MemberState, Office, Person
from cwg.members.oversight import (
    account_groups,
    is_administrator,
    known_people,
    managed_groups,
)
from cwg.members.requests import of_person
from cwg.members.rights import Rights
from cwg.members.states_load import sort_keys

from . import history
from .forms import GroupForm, MemberStateForm, ZoneForm
from .records import Panel, RecordAdmin
from .site import site


class OfPeople(RecordAdmin):
    """Rows that an administrator changes for every group, the secretariat for its own."""

    def visible(self, rows: QuerySet, rights: Rights) -> QuerySet:
        return (
            rows
            if self.group_path is None
            else rows.filter(**{f"{self.group_path}__in": account_groups(rights)})
        )

    def belongs_to(self, rights: Rights, row: Model) -> bool:
        if is_administrator(rights):
            return True
        return self.group_path is not None and self.group_of(row) in managed_groups(rights)


@admin.register(Group, site=site)
class GroupAdmin(OfPeople):
    changes = adds = True
    group_path = "pk"
    form = GroupForm
    fields = ("code", "slug", "name", "short_name", "parent", "open_to", "seat", "zone", "reminder_hours")
    list_display = ("short_name", "code", "name", "open_to", "seat")
    list_select_related = ("parent",)

    def get_readonly_fields(self, request, obj=None) -> list:
        """Symbols and addresses begin with its code: a group that has met keeps them."""
        return ["code", "slug"] if obj and Register.objects.filter(group=obj).exists() else []

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new group has no secretariat yet: an administrator makes both."""
        return super().has_add_permission(request) and is_administrator(of_person(request).rights)


@admin.register(MemberState, site=site)
class MemberStateAdmin(OfPeople):
    changes = adds = True
    form = MemberStateForm
    fields = (
        "iso3",
        "iso2",
        "membership_class",
        "itu_region",
        "un_region",
        "regional_organizations",
        *(f"short_{code}" for code in LANGUAGE_CODES),
        *(f"formal_{code}" for code in LANGUAGE_CODES),
        "sort_zh",
    )
    list_display = ("name", "iso3", "membership_class", "itu_region", "un_region")
    list_filter = ("membership_class", "itu_region", "un_region")
    search_fields = ("iso3", *(f"short_{code}" for code in LANGUAGE_CODES), "formal_en")
    list_per_page = 100

    @admin.display(description=_("name"), ordering="sort_en")
    def name(self, row: MemberState) -> str:
        return row.name

    def save_model(self, request, obj, form, change) -> None:
        """A changed name sorts under its new letters; the Chinese key may be set by hand beside its name."""
        keys = sort_keys(obj)
        if "sort_zh" in form.changed_data:
            keys.pop("sort_zh", None)
        for name, key in keys.items():
            if not change or name.replace("sort_", "short_") in form.changed_data:
                setattr(obj, name, key)
        super().save_model(request, obj, form, change)

    def links(self, request, row):
        if directory.keeps_people(request.rights):
            yield _("Its people"), reverse("members:state-people", args=[row.iso3.lower()])

    def panels(self, request, row):
        held = (
            Accreditation.objects.in_force(request.rights.at)
            .filter(state=row, group_id__in=account_groups(request.rights))
            .select_related("person", "group")
            .order_by("group__code", "-role", "person__name", "pk")
        )
        yield Panel(
            _("Its delegations now"),
            (_("Group"), _("Person"), _("Role"), _("From")),
            ([a.group, a.person, a.get_role_display(), a.since] for a in held),
            _("Nobody is accredited for this Member State."),
        )


@admin.register(Office, site=site)
class OfficeAdmin(OfPeople):
    changes = adds = True
    fields = ("code", "kind", "name")
    list_display = ("name", "code", "kind")
    list_filter = ("kind",)
    search_fields = ("code", "name")

    def get_readonly_fields(self, request, obj=None) -> list:
        """An office stays of its kind: an invited body's drafts are the secretariat's, all others' are their own."""
        return ["kind"] if obj else []


# --- People --------------------------------------------------------------------------------------------------------


@admin.register(Person, site=site)
class PersonAdmin(OfPeople):
    """The people a group knows: that somebody has an account at all is no other group's affair."""

    changes = True
    form = ZoneForm
    facts = ("email", "is_active", "joined_into", "joined_at", "last_login")
    fields = ("name", "language", "time_zone")
    list_display = ("name", "email", "language", "is_active", "last_login")
    list_filter = ("is_active", "language")
    search_fields = ("name", "email")

    def visible(self, rows: QuerySet, rights: Rights) -> QuerySet:
        return rows.filter(pk__in=known_people(rights).values("pk"))

    def belongs_to(self, rights: Rights, row: Model) -> bool:
        """As for every act on an account: a name is printed on receipts, wherever the person has a role."""
        assert isinstance(row, Person)
        return may_look_after(rights, row, rights.at)

    def history_of(self, request: HttpRequest, row: Model) -> list[history.Change]:
        """What people of other groups did is shown without who and why: that was said among themselves."""
        known = set(known_people(of_person(request).rights).values_list("pk", flat=True))
        return [
            change
            if change.who is None or change.who.pk in known | {row.pk}
            else replace(change, who=_("Somebody of another group"), reason="")
            for change in history.changes(row)
        ]

    def links(self, request, row):
        if directory.keeps_people(request.rights):
            yield _("Roles, and what can be done"), reverse("members:person", args=[row.pk])

    def panels(self, request, row):
        held = (
            row.accreditations.filter(group_id__in=account_groups(request.rights))
            .select_related("group", "state", "office")
            .order_by("-since", "-pk")
        )
        yield Panel(
            _("Roles"),
            (_("Group"), _("Role"), _("For"), _("From"), _("Until")),
            ([a.group, a.get_role_display(), a.state or a.office, a.since, a.until] for a in held),
            _("No role: this person can sign in, and sees nothing of any group."),
        )


# --- Accreditations and invitations ----------------------------------------------------------------------------------


class InForceFilter(admin.SimpleListFilter):
    title = _("in force")
    parameter_name = "in_force"

    def lookups(self, request, model_admin):
        return [("yes", _("In force")), ("no", _("Ended or not begun"))]

    def queryset(self, request, queryset):
        in_force = Accreditation.objects.in_force(request.rights.at)
        if self.value() == "yes":
            return queryset.filter(pk__in=in_force)
        return queryset.exclude(pk__in=in_force) if self.value() == "no" else queryset


@admin.register(Accreditation, site=site)
class AccreditationAdmin(OfPeople):
    group_path = "group_id"
    facts = ("person", "email", "group", "role", "state", "office", "since", "until")
    list_display = ("person", "role", "party", "group", "since", "until")
    list_filter = (
        InForceFilter,
        ("group", admin.RelatedOnlyFieldListFilter),
        "role",
        ("state", admin.RelatedOnlyFieldListFilter),
        ("office", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("person", "group", "state", "office")
    search_fields = ("person__name", "person__email", "state__short_en", "state__iso3", "office__name")
    csv_columns = ("person", "email", "role", "party", "group", "since", "until")

    def links(self, request, row):
        if directory.keeps_people(request.rights):
            yield _("The person, and what can be done"), reverse("members:person", args=[row.person_id])

    @admin.display(description=_("for"))
    def party(self, row: Accreditation) -> object:
        return row.state or row.office

    @admin.display(description=_("e-mail address"))
    def email(self, row: Accreditation) -> str:
        return row.person.email


class AskedInvitation(Protocol):
    """An invitation of the list, with the instant at which the list was asked for."""

    used_at: datetime | None
    revoked_at: datetime | None
    asked_at: datetime

    def is_open_at(self, now: datetime) -> bool: ...


@admin.register(Invitation, site=site)
class InvitationAdmin(OfPeople):
    group_path = "group_id"
    facts = (
        "name",
        "email",
        "language",
        "group",
        "role",
        "state",
        "office",
        "invited_by",
        "invited_at",
        "expires_at",
        "used_at",
        "revoked_at",
        "person",
    )
    list_display = ("name", "email", "role", "party", "group", "standing", "invited_at", "expires_at")
    list_filter = (("group", admin.RelatedOnlyFieldListFilter), "role")
    list_select_related = ("group", "state", "office", "invited_by")
    search_fields = ("name", "email")

    def links(self, request, row):
        if self.may_act_on(request, row) and row.used_at is None and row.revoked_at is None:
            yield _("Send the invitation again"), reverse("members:invitation-again", args=[row.pk])
            yield _("Revoke the invitation"), reverse("members:invitation-revoke", args=[row.pk])

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        now = Value(of_person(request).rights.at, output_field=DateTimeField())
        return super().get_queryset(request).annotate(asked_at=now)

    @admin.display(description=_("for"))
    def party(self, row: Invitation) -> object:
        return row.state or row.office

    @admin.display(description=_("standing"))
    def standing(self, row: AskedInvitation) -> str:
        if row.used_at:
            return gettext("Used")
        if row.revoked_at:
            return gettext("Revoked")
        return gettext("Open") if row.is_open_at(row.asked_at) else gettext("Expired")
