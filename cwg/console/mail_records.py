"""The outbox: what happened, who was told, what failed; and in the demo, the mails themselves."""

from typing import Protocol

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from cwg.members.oversight import known_people, seen_groups
from cwg.members.requests import of_person
from cwg.members.rights import Rights
from cwg.notices import kinds, reach
from cwg.notices.models import DemoMail, Event, Notice

from .act_labels import label_of
from .records import Panel, RecordAdmin, SeenValuesFilter
from .site import site


class OfGroupsOrNone(RecordAdmin):
    """Rows of the groups a person sees, and of no one group those to people they know; of drafts only what failed."""

    def visible(self, rows: QuerySet, rights: Rights) -> QuerySet:
        if not seen_groups(rights):
            return rows.none()
        group = self.group_path
        seen = Q(**{f"{group}__in": seen_groups(rights)}) | Q(**{f"{group}__isnull": True}) & self.to_known(
            rights
        )
        return rows.filter(seen).filter(self.not_of_drafts())

    def to_known(self, rights: Rights) -> Q:
        return Q(person__in=known_people(rights))

    def not_of_drafts(self) -> Q:
        return ~Q(kind__in=kinds.of_drafts())


class KindOfMailFilter(SeenValuesFilter):
    """The kinds of mail among the rows a person sees, in words."""

    def words(self, value: str) -> str:
        return label_of(value)


class CountedEvent(Protocol):
    """An event of the list, with how many notices it has and how many of them failed."""

    told_count: int
    failed_count: int


@admin.register(Event, site=site)
class EventAdmin(OfGroupsOrNone):
    """That something happened and who was told. What it was about is not shown: it may concern a draft."""

    group_path = "group_id"
    facts = ("what", "group", "happened_at", "expanded_at")
    list_display = ("what", "group", "happened_at", "expanded_at", "told", "not_sent")
    list_filter = (("kind", KindOfMailFilter), ("group", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("group",)

    def to_known(self, rights: Rights) -> Q:
        return Q(Exists(Notice.objects.filter(event=OuterRef("pk"), person__in=known_people(rights))))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        told = Q(group__isnull=False) | Q(notices__person__in=known_people(of_person(request).rights))
        failed = told & Q(notices__status=Notice.Status.FAILED)
        return (
            super()
            .get_queryset(request)
            .select_related("group")
            .annotate(told_count=Count("notices", filter=told), failed_count=Count("notices", filter=failed))
        )

    @admin.display(description=_("kind"), ordering="kind")
    def what(self, row: Event) -> str:
        return label_of(row.kind)

    @admin.display(description=_("notices"))
    def told(self, row: CountedEvent) -> int:
        return row.told_count

    @admin.display(description=_("failed"))
    def not_sent(self, row: CountedEvent) -> int:
        return row.failed_count

    def panels(self, request, row):
        notices = row.notices.select_related("person").order_by("address", "pk")
        if row.group_id is None:  # what happens in the portal is told to people of every group
            notices = notices.filter(person__in=known_people(request.rights))
        yield Panel(
            _("Notices"),
            (_("Address"), _("Status"), _("Due"), _("Sent"), _("Last error")),
            ([n.address, n.get_status_display(), n.due_at, n.sent_at, n.last_error] for n in notices[:500]),
            _("Nobody is told yet."),
        )


@admin.register(Notice, site=site)
class NoticeAdmin(OfGroupsOrNone):
    group_path = "event__group_id"
    facts = (
        "kind",
        "address",
        "person",
        "language",
        "status",
        "due_at",
        "attempts",
        "why",
        "failing_since",
        "failed_at",
        "last_error",
        "sent_at",
        "message_id",
    )
    list_display = ("address", "kind", "status", "due_at", "attempts", "why", "last_error", "sent_at")
    list_filter = ("status", "why", ("event__kind", KindOfMailFilter))

    def visible(self, rows: QuerySet, rights: Rights) -> QuerySet:
        return rows.filter(pk__in=reach.seen(rights))

    list_select_related = ("event__group", "person")
    search_fields = ("address", "person__name")

    def links(self, request, row):
        yield _("What happened, and what to do"), reverse("today:one-mail", args=[row.pk])

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("event__group", "person")

    @admin.display(description=_("kind"), ordering="event__kind")
    def kind(self, row: Notice) -> str:
        return label_of(row.event.kind)


class DemoMailAdmin(RecordAdmin):
    """Mails of the demo, which leave the machine for nowhere and are read here."""

    facts = ("to", "subject", "at")
    list_display = ("subject", "to", "at")
    list_display_links = ("subject",)
    search_fields = ("to", "subject", "text")

    def visible(self, rows: QuerySet, rights: Rights) -> QuerySet:
        return rows if settings.DEMO and seen_groups(rights) else rows.none()

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return settings.DEMO and super().has_view_permission(request, obj)

    def get_urls(self) -> list:
        return [
            path("<uuid:pk>/html/", self.admin_site.admin_view(self.html_view), name=self.named("html")),
            *super().get_urls(),
        ]

    def links(self, request, row):
        if row.html:
            yield _("As it looks (HTML)"), self.address("html", row.pk)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["plain_text"] = obj.text
        return super().render_change_form(request, context, add, change, form_url, obj)

    def html_view(self, request: HttpRequest, pk) -> HttpResponse:
        """The HTML part alone, in a sandbox: no script, no form, nothing loaded from anywhere."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        mail = self.row_or_404(request, str(pk))
        assert isinstance(mail, DemoMail)
        answer = HttpResponse(mail.html)
        answer["Content-Security-Policy"] = (
            "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation;"
            " default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
        )
        answer["Cache-Control"] = "private, no-store"
        return answer


if settings.DEMO or settings.TESTING:
    site.register(DemoMail, DemoMailAdmin)
