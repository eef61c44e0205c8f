"""The register and what it holds: looked at here, written only by its verbs. Drafts are nowhere in the console."""

from datetime import date, datetime
from typing import Protocol

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from cwg.documents import file_findings, header_block, verdicts
from cwg.documents.models import Blob, Document, File, PolicyIssue, Register, Revision, Slot, Source
from cwg.documents.offers import DocumentAct, acts_on
from cwg.members.oversight import seen_groups
from cwg.members.requests import of_person
from cwg.members.rights import Rights
from cwg.record.models import JournalEntry
from meetings.journal_names import names_in

from .act_labels import label_of
from .records import Panel, RecordAdmin, SeenValuesFilter
from .site import site

CHAIN_SHOWN = 200


@admin.register(Register, site=site)
class RegisterAdmin(RecordAdmin):
    group_path = "group_id"
    zone_path = "zone"
    moments = "exact"
    facts = (
        "title",
        "group",
        "ordinal",
        "slug",
        "origin",
        "place",
        "zone",
        "first_day",
        "last_day",
        "opens_at",
        "announced_at",
        "opened_at",
        "postponed_at",
        "cancelled_at",
        "closed_at",
        "chain",
        "chain_length",
        "chain_head",
    )
    list_display = ("title", "group", "origin", "opens_at", "announced_at", "closed_at", "chain_length")
    list_filter = (("group", admin.RelatedOnlyFieldListFilter), "origin")
    list_select_related = ("group",)
    search_fields = ("title", "slug", "place")

    def visible(self, rows: QuerySet, rights: Rights) -> QuerySet:
        return super().visible(rows, rights).filter(pk__in=Register.objects.visible_to(rights))

    def links(self, request, row):
        documents = reverse("console:documents_document_changelist")
        yield _("Its documents"), f"{documents}?register__id__exact={row.pk}"
        journal = reverse("console:record_journalentry_changelist")
        yield _("Its chain in the journal"), f"{journal}?chain={row.chain}"

    def panels(self, request, row):
        yield Panel(
            _("Counters"),
            (_("Series"), _("Last number")),
            ([s.code or _("Main series"), s.last_number] for s in row.series.order_by("code")),
            _("No number has been given."),
        )
        held = list(row.deadlines.select_related("set_by").order_by("instant", "pk"))
        head = (
            _("Rule"),
            _("Deadline"),
            _("By the rule"),
            _("What comes later"),
            _("Set"),
            _("By"),
            _("Reason"),
        )
        in_force = [d for d in held if d.is_in_force]
        yield Panel(
            _("Deadlines in force"),
            head,
            (
                [d.terms.get("name"), d.instant, d.departure, d.consequence, d.set_at, d.set_by, d.reason]
                for d in in_force
            ),
            _("No deadline: documents are registered at any time."),
            zone=row.zone,
        )
        past = [d for d in held if not d.is_in_force]
        if past:
            yield Panel(
                _("Deadlines superseded"),
                (*head, _("Superseded")),
                (
                    [
                        d.terms.get("name"),
                        d.instant,
                        d.departure,
                        d.consequence,
                        d.set_at,
                        d.set_by,
                        d.reason,
                        d.superseded_at,
                    ]
                    for d in past
                ),
                zone=row.zone,
            )
        entries = list(JournalEntry.objects.filter(chain=row.chain).order_by("-position")[:CHAIN_SHOWN])
        named = names_in(entries)
        yield Panel(
            _("Its chain, newest first"),
            (_("Position"), _("Act"), _("At"), _("Person"), _("Hash")),
            ([e.position, label_of(e.act), e.at, named.person(e.actor_id), e.hash[:16]] for e in entries),
            _("Nothing is entered yet."),
            zone=row.zone,
        )


@admin.register(Document, site=site)
class DocumentAdmin(RecordAdmin):
    group_path = "register__group_id"
    zone_path = "register__zone"
    moments = "exact"
    facts = (
        "symbol",
        "heading",
        "kind",
        "source",
        "register",
        "disclosure",
        "available",
        "verdict",
        "note",
        "withdrawn_at",
        "withdrawal_reason",
    )
    list_display = ("symbol", "heading", "source", "kind", "register", "disclosure", "available", "verdict")
    list_display_links = ("symbol", "heading")
    list_filter = (
        ("register", admin.RelatedOnlyFieldListFilter),
        "kind",
        "disclosure",
        ("withdrawn_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("symbol", "title", "known_as")
    ordering = ("-available_at", "-pk")
    csv_columns = (
        "symbol",
        "title",
        "source",
        "kind",
        "register",
        "available_at",
        "verdict",
        "disclosure",
        "withdrawn_at",
    )

    def visible(self, rows: QuerySet, rights: Rights) -> QuerySet:
        return super().visible(rows, rights).filter(pk__in=Document.objects.visible_to(rights))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        revisions = (
            Revision.objects.order_by("position")
            .select_related("filed_by", "receipt")
            .prefetch_related(Prefetch("sources", Source.objects.select_related("state", "office")))
        )
        return (
            super()
            .get_queryset(request)
            .select_related("register__group")
            .prefetch_related(Prefetch("revisions", revisions))
        )

    @admin.display(description=_("title"), ordering="title")
    def heading(self, row: Document) -> str:
        return row.title or header_block.untitled(row.known_as)

    @admin.display(description=_("available"), ordering="available_at")
    def available(self, row: Document) -> datetime | date | None:
        """As much of it as is known: the archive states a day, or nothing."""
        return header_block.day_of(row, row.original)

    @admin.display(description=_("source"))
    def source(self, row: Document) -> str:
        return ", ".join(source.printed_as for source in row.current.sources.all())

    @admin.display(description=verdicts.HEADING)
    def verdict(self, row: Document) -> str:
        return str(row.current.get_verdict_display())

    def links(self, request, row):
        yield _("The document's page"), row.get_absolute_url()
        acts = acts_on(row, request.rights)
        if DocumentAct.DISCLOSE in acts:
            yield _("Change who may read it"), reverse("documents:disclosure", args=[row.path])
        if DocumentAct.TRANSLATE in acts:
            yield _("Add a translation"), reverse("documents:translations", args=[row.path])
        if DocumentAct.WITHDRAW in acts:
            yield _("Withdraw"), reverse("contributions:withdraw", args=[row.pk])

    def panels(self, request, row):
        yield Panel(
            _("Revisions"),
            (_("Symbol"), _("Title"), _("Available"), _("Deadline"), verdicts.HEADING, _("Submitted by")),
            (
                [
                    r.symbol or "",
                    r.title,
                    header_block.day_of(row, r),
                    r.deadline_at,
                    r.get_verdict_display(),
                    r.filed_by,
                ]
                for r in row.revisions.all()
            ),
            zone=row.register.zone,
        )
        yield Panel(
            _("Receipts"),
            (_("Code"), _("Issued"), _("SHA-256 of the receipt")),
            (
                [r.receipt.code, r.receipt.issued_at, r.receipt.digest]
                for r in row.revisions.all()
                if hasattr(r, "receipt")
            ),
            _("No receipt: it is of the archive."),
            zone=row.register.zone,
        )
        files = File.objects.filter(version__revision__document=row).select_related(
            "version__revision", "blob"
        )
        yield Panel(
            _("Files"),
            (_("Revision"), _("Language"), _("Added"), _("Name"), _("Size"), _("Virus scan"), _("SHA-256")),
            (
                [
                    f.version.revision.get_kind_display(),
                    f.version.get_language_display(),
                    f.version.added_at,
                    f.name,
                    filesizeformat(f.blob.size),
                    f.blob.get_scan_display(),
                    f.blob_id,
                ]
                for f in files.order_by(
                    "version__revision__position", "version__language", "version__edition", "position"
                )
            ),
            _("No file is held."),
            zone=row.register.zone,
        )


@admin.register(Slot, site=site)
class SlotAdmin(RecordAdmin):
    group_path = "register__group_id"
    zone_path = "register__zone"
    facts = ("register", "addressee", "wording", "asked_in", "opened_at", "document", "withdrawn_at")
    list_display = ("addressee", "wording", "register", "opened_at", "document", "withdrawn_at")
    list_filter = (("register", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("register__group", "state", "office", "document")
    search_fields = ("wording", "state__short_en", "office__name")

    @admin.display(description=_("addressee"))
    def addressee(self, row: Slot) -> object:
        return row.addressee


@admin.register(PolicyIssue, site=site)
class PolicyIssueAdmin(RecordAdmin):
    changes = adds = True
    fields = ("list_name", "number", "title")
    list_display = ("title", "number", "list_name")
    list_filter = ("list_name",)
    search_fields = ("title", "list_name")


class ShownBlob(Protocol):
    """Stored bytes of the list, with the files under which the person sees them registered."""

    shown_files: list[File]


def _shown_files(rights: Rights) -> QuerySet[File]:
    shown = Document.objects.visible_to(rights).filter(register__group_id__in=seen_groups(rights))
    return File.objects.filter(version__revision__document__in=shown)


@admin.register(Blob, site=site)
class BlobAdmin(RecordAdmin):
    """Bytes by their hash. What a draft calls them, and what is in them, is nobody's business here."""

    facts = (
        "sha256",
        "size_in_words",
        "media_type",
        "stored_at",
        "scan",
        "scanned_at",
        "reading",
        "told",
        "registered_as",
    )
    list_display = ("sha256", "size_in_words", "media_type", "stored_at", "scan", "registered_as")
    list_filter = ("scan", "reading", ("media_type", SeenValuesFilter))
    search_fields = ("sha256__startswith",)
    ordering = ("-stored_at",)

    def visible(self, rows: QuerySet, rights: Rights) -> QuerySet:
        """Those of registered documents. The hash of a file that only a draft names would tell whoever holds the file."""
        return rows.filter(pk__in=_shown_files(rights).values("blob"))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        files = (
            _shown_files(of_person(request).rights)
            .select_related("version__revision__document")
            .order_by("version__revision__document__symbol", "pk")
        )
        return (
            super()
            .get_queryset(request)
            .defer("text", "inspection")
            .prefetch_related(Prefetch("files", files, to_attr="shown_files"))
        )

    @admin.display(description=_("size"), ordering="size")
    def size_in_words(self, row: Blob) -> str:
        return filesizeformat(row.size)

    @admin.display(description=_("may do, or carries"))
    def told(self, row: Blob) -> str:
        """What every reader is told beside the file."""
        return format_html_join(
            mark_safe("<br>"), "{}", ([each["text"]] for each in file_findings.for_readers(row))
        )

    @admin.display(description=_("registered as"))
    def registered_as(self, row: ShownBlob) -> str:
        documents = {f.version.revision.document_id: f.version.revision.document for f in row.shown_files}
        return format_html_join(
            ", ",
            '<a href="{}">{}</a>',
            (
                (reverse("console:documents_document_change", args=[pk]), d.symbol or d.title or pk)
                for pk, d in documents.items()
            ),
        )
