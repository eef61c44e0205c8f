"""The record: the journal and its chains, the access log, the heartbeat. Looked at, never written here."""

from typing import Protocol

from django.contrib import admin
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cwg.documents.models import Register
from cwg.members.oversight import known_people, seen_groups, sees_every_group
from cwg.members.rights import Rights
from cwg.record import heartbeat
from cwg.record.models import AccessEntry, Heartbeat, JournalEntry, PortalJournal
from meetings.acts import portal_entries, sentence
from meetings.journal_names import Names, names_in

from .act_labels import label_of
from .console_values import shown
from .records import RecordAdmin
from .site import site


class ChainFilter(admin.SimpleListFilter):
    title = _("register")
    parameter_name = "chain"

    def lookups(self, request, model_admin):
        rows = [(str(r.chain), r.title) for r in model_admin.registers(request.rights)]
        return [*rows, *((str(h.chain), gettext("The portal")) for h in PortalJournal.objects.all())]

    def queryset(self, request, queryset):
        known = {value for value, _title in self.lookup_choices}
        if self.value() is None:
            return queryset
        return queryset.filter(chain=self.value()) if self.value() in known else queryset.none()


class ActFilter(admin.SimpleListFilter):
    title = _("act")
    parameter_name = "act"

    def lookups(self, request, model_admin):
        acts = model_admin.get_queryset(request).order_by("act").values_list("act", flat=True).distinct()
        return [(act, label_of(act)) for act in acts]

    def queryset(self, request, queryset):
        return queryset.filter(act=self.value()) if self.value() is not None else queryset


class NamedList(RecordAdmin):
    """Lists whose rows name people by number: the names come in one query for the page."""

    def get_changelist_instance(self, request: HttpRequest):
        found = super().get_changelist_instance(request)
        names = names_in(found.result_list)
        for row in found.result_list:
            self.put_names(row, names)
        return found

    def get_object(self, request, object_id, from_field=None):
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            self.put_names(row, names_in([row]))
        return row

    def put_names(self, row, names: Names) -> None:
        """Put on `row` what is shown of it in names."""
        row.who = names.person(getattr(row, "actor_id", None) or getattr(row, "person_id", None))

    @admin.display(description=_("person"))
    def person(self, row) -> object:
        return row.who

    @admin.display(description=_("act"), ordering="act")
    def deed(self, row) -> str:
        return label_of(row.act)


# Acts that are about a group's documents or people. Their lines name the group since November 2026.
ABOUT_A_GROUP = (
    "downloaded",
    "downloaded all",
    "downloaded letter",
    "invited",
    "invited_from_the_server",
    "invitation_accepted",
    "invitation_revoked",
    "invitation_sent_again",
    "accreditation_granted",
    "accreditation_ended",
    "role_changed",
)


class TitledEntry(Protocol):
    """An entry of the list, with the title of the register it belongs to; None for the portal's own chain."""

    chain_title: str | None


@admin.register(JournalEntry, site=site)
class JournalEntryAdmin(NamedList):
    moments = "exact"
    facts = ("told", "chain_of", "position", "deed", "at", "person", "details", "previous", "hash")
    list_display = ("at", "told", "chain_of", "position")
    list_display_links = ("at",)
    list_filter = (ChainFilter, ActFilter)
    ordering = ("-at", "-position")

    def registers(self, rights: Rights) -> QuerySet:
        return Register.objects.visible_to(rights).filter(group_id__in=seen_groups(rights))

    def visible(self, rows: QuerySet, rights: Rights) -> QuerySet:
        """The chains of the registers this person sees, and of the portal's own what tells of no other group."""
        return rows.filter(
            Q(chain__in=self.registers(rights).values("chain"))
            | Q(pk__in=portal_entries(rights).order_by().values("pk"))
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        title = Register.objects.filter(chain=OuterRef("chain")).values("title")
        return super().get_queryset(request).annotate(chain_title=Subquery(title))

    def put_names(self, row, names: Names) -> None:
        super().put_names(row, names)
        row.sentence = sentence(row, names)
        row.named_facts = names.with_parties(row.facts)

    @admin.display(description=_("what was done"))
    def told(self, row) -> str:
        return row.sentence

    @admin.display(description=_("register"))
    def chain_of(self, row: TitledEntry) -> str:
        return row.chain_title or gettext("The portal")

    @admin.display(description=_("facts"))
    def details(self, row) -> str:
        return format_html(
            '<details class="fold"><summary>{}</summary><pre class="code-block">{}</pre></details>',
            gettext("As JSON"),
            shown(row.named_facts),
        )


@admin.register(AccessEntry, site=site)
class AccessEntryAdmin(NamedList):
    moments = "exact"
    facts = ("at", "deed", "person", "subject", "address")
    list_display = ("at", "deed", "person", "subject", "address")
    list_display_links = ("at",)
    list_filter = (ActFilter,)
    search_fields = ("subject",)

    def visible(self, rows: QuerySet, rights: Rights) -> QuerySet:
        """Lines about the person's groups, and what people known there did with accounts: their own, or of people known.

        Lines of before the group was noted name it in words only: they are shown to who sees every group.
        """
        if not seen_groups(rights) or sees_every_group(rights):
            return rows if seen_groups(rights) else rows.none()
        known = known_people(rights)
        named = known.annotate(
            line=Cast(OuterRef("subject"), CharField()),
            words=Concat(Value("person "), Cast("pk", CharField())),
        ).filter(Q(line=F("words")) | Q(line__startswith=Concat("words", Value(" "))))
        of_accounts = Q(group_id__isnull=True, person_id__in=known.values("pk")) & (
            ~Q(subject__startswith="person ") | Exists(named)
        )
        return rows.filter(Q(group_id__in=seen_groups(rights)) | of_accounts & ~Q(act__in=ABOUT_A_GROUP))


@admin.register(Heartbeat, site=site)
class HeartbeatAdmin(RecordAdmin):
    facts = ("name", "tells", "at")
    list_display = ("name", "tells", "at")

    @admin.display(description=_("what the instant tells"))
    def tells(self, row: Heartbeat) -> str:
        """An old instant is no alarm of what goes on without standing still since."""
        if row.name.startswith(heartbeat.SINCE):
            return gettext("In operation without a break since then")
        if row.name.startswith(heartbeat.FAILING):
            return gettext("Broke off then, and has not succeeded since")
        return gettext("Last seen then")
