"""Lists of documents: filters, order and rows, the same for a meeting's page and for all meetings.

A list of any length is one query: revisions, their sources and their languages come with the documents as JSON.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import BadRequest
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import JSONObject
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cwg.languages import LANGUAGE_CODES, LANGUAGES, current_language
from cwg.look.filters import ListFilters
from cwg.look.form_fields import choice_field
from cwg.look.instants import zone_name
from cwg.members.models import MemberState, Office

from . import filed_for, row_html, why_found
from .deadlines import Verdict
from .kinds import Kind
from .models import FiledFor, Objection, Register, Revision, Source, Version
from .row_parts import RowParts
from .search import Sought, sought
from .upward import AnsweredRequest

BY_SYMBOL, BY_TIME = "symbol", "time"
ORDERS = [(BY_SYMBOL, _("By symbol")), (BY_TIME, _("Latest first"))]


class FilterForm(ListFilters):
    """The filters of a list as GET parameters. An unknown or malformed value is a bad request, not an empty list."""

    q = forms.CharField(label=_("Search"), required=False, max_length=200, widget=forms.SearchInput)
    meeting = forms.ChoiceField(label=_("Meeting"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    source = forms.ChoiceField(label=_("Source"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)
    new = forms.BooleanField(label=_("New since my last visit"), required=False)
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=ORDERS)

    def __init__(
        self,
        params: QueryDict,
        *,
        kinds: Collection[str],
        sources: Iterable[tuple[str, str]],
        languages: Collection[str],
        meetings: Iterable[tuple[str, str]] | None = None,
        since: datetime | None = None,
        default_sort: str = BY_SYMBOL,
    ):
        super().__init__(params, auto_id="filter-%s")
        self.since = since
        self.default_sort = default_sort
        # What was searched for, once the filters are applied.
        self.sought: Sought | None = None
        if meetings is None:
            del self.fields["meeting"], self.fields["q"]
        else:
            choice_field(self, "meeting").choices = [("", gettext("All meetings")), *meetings]
            del self.fields["new"]
        shown = [kind for kind in Kind if kind in kinds or kind == params.get("kind")]
        choice_field(self, "kind").choices = [
            ("", gettext("All kinds")),
            *((k.value, k.label) for k in shown),
        ]
        listed = dict(sources)
        asked = params.get("source", "")
        if asked and asked not in listed and (known := name_of_source(asked)):
            listed[asked] = known
        choice_field(self, "source").choices = [("", gettext("All sources")), *listed.items()]
        choice_field(self, "language").choices = [
            ("", gettext("All languages")),
            *(
                (code, name)
                for code, name in LANGUAGES
                if code in languages or code == params.get("language")
            ),
        ]
        if "new" in self.fields and since is None and not params.get("new"):
            del self.fields["new"]
        if default_sort == BY_TIME:
            choice_field(self, "sort").choices = ORDERS[::-1]
        if params.get("q", "").strip() and "q" in self.fields:
            choice_field(self, "sort").choices = [("", _("Best match")), *ORDERS[::-1]]

    def wanted(self) -> dict[str, Any]:
        """The values asked for. Raises BadRequest."""
        if not self.is_valid():
            raise BadRequest("unknown or malformed filter")
        return self.cleaned_data

    def applied_to(self, documents):
        """`documents` filtered and ordered as asked, whatever words are looked for. Raises BadRequest."""
        wanted = self.wanted()
        if wanted.get("meeting"):
            documents = documents.filter(register__slug=wanted["meeting"])
        if wanted["kind"]:
            documents = documents.filter(kind=wanted["kind"])
        if wanted["source"]:
            sources = Source.objects.filter(
                source_lookup(wanted["source"]), revision__document=OuterRef("pk")
            )
            documents = documents.filter(Exists(sources))
        if wanted["language"]:
            texts = _texts_in_force().filter(revision__document=OuterRef("pk"), language=wanted["language"])
            documents = documents.filter(Exists(texts), withdrawn_at__isnull=True)
        if wanted.get("new") and self.since is not None:
            later = Revision.objects.filter(document=OuterRef("pk"), available_at__gt=self.since)
            documents = documents.filter(Exists(later))
        if (wanted["sort"] or self.default_sort) == BY_TIME:
            return documents.order_by("-available_at", "-pk")
        return documents.order_by("-register__opens_at", "register_id", "series__code", "number", "pk")

    def found_among(self, documents):
        """The keys of those of `documents` that are asked for, in order: to be counted and cut. Raises BadRequest."""
        chosen = self.applied_to(documents)
        wanted = self.wanted()
        keys = chosen.values_list("pk", flat=True)
        if not wanted["q"]:
            return keys
        self.sought = sought(wanted["q"])
        found = self.sought.best_first(chosen)
        if not wanted["sort"]:
            return found
        known = set(found)
        return [pk for pk in keys if pk in known]


def source_lookup(value: str) -> Q:
    """ "SAU" is a State, "office-tsb" an office, by the code each is known by."""
    if value.startswith("office-"):
        return Q(office__code=value.removeprefix("office-"))
    return Q(state__iso3=value)


def name_of_source(value: str) -> str:
    """The name of a source nobody has filed under yet; "" where there is none of that code."""
    found: Office | MemberState | None
    if value.startswith("office-"):
        found = Office.objects.filter(code=value.removeprefix("office-")).first()
    else:
        found = MemberState.objects.filter(iso3=value).first()
    return str(found) if found else ""


def choices_of(documents) -> tuple[set[str], list[tuple[str, str]]]:
    """The kinds and the sources that occur among `documents`, for the filters: three queries.

    Of each State and office it is asked whether one document is there, and not of each document whose it is.
    """
    kinds = set(documents.order_by().values_list("kind", flat=True).distinct())
    seen = documents.order_by().values("pk")
    of_state = Source.objects.filter(state=OuterRef("pk"), revision__document__in=seen)
    of_office = Source.objects.filter(office=OuterRef("pk"), revision__document__in=seen)
    names = f"short_{current_language()}", f"sort_{current_language()}"
    states = sorted(
        (key or name, name, iso3)
        for iso3, name, key in MemberState.objects.filter(Exists(of_state)).values_list("iso3", *names)
    )
    offices = sorted(Office.objects.filter(Exists(of_office)).values_list("code", "name"))
    return kinds, [
        *((iso3, name) for _key, name, iso3 in states),
        *((f"office-{code}", name) for code, name in offices),
    ]


def _texts_in_force():
    """The texts that `pack.contents` packs, of documents that were not withdrawn."""
    return Version.objects.filter(revision__in=Revision.objects.in_force(), text_held=True)


def languages_of(documents) -> set[str]:
    """The languages in which a text is in force among `documents`, for the filters and the ZIP: one query.

    It looks for one text of each, and not for the language of each text.
    """
    texts = _texts_in_force().filter(
        revision__document__in=documents.filter(withdrawn_at__isnull=True).order_by().values("pk")
    )
    first, *others = (
        texts.filter(language=code).order_by().values_list("language", flat=True)[:1]
        for code in LANGUAGE_CODES
    )
    return set(first.union(*others, all=True))


@dataclass(slots=True)
class Row:
    """One line of a list of documents, ready to print. `at` is an instant, a date (archive) or None (not known)."""

    document_id: int
    register_id: int
    url: str
    symbol: str
    suffixes: str
    title: str
    title_language: str
    known_as: str
    source: str
    kind: str
    at: datetime | date | None
    zone: str
    # The badge of a verdict that departs from the rule; "" else. `requested`: it is that the meeting asked for it.
    verdict_html: str
    requested: bool
    # "" where there is no text to read: it was withdrawn, or an archive does not hold it.
    languages_html: str
    withdrawn: bool
    is_new: bool
    asked_url: str
    answers: bool
    # By whose hand and how the current text came, where the secretariat filed it; whether a State objects to that.
    filed: str = ""
    objected: bool = False
    meeting: str = ""
    of_archive: bool = False
    # Why a search found it, where somebody searched.
    why: why_found.Why = why_found.NOT_ASKED


class Rows(list[Row]):
    """Rows that know how to print themselves; see `templates/documents/rows.html`."""

    @property
    def zone(self) -> str:
        """That of most of its times, said once at the head of the table; "" where there is none."""
        zones = Counter(row.zone for row in self if isinstance(row.at, datetime))
        return max(zones, key=zones.__getitem__, default="")

    @property
    def zone_name(self) -> str:
        return zone_name(self.zone) if self.zone else ""

    @property
    def lines(self) -> SafeString:
        return row_html.lines(self, self.zone)


@cache
def _revisions() -> ArraySubquery:
    """The revisions of a document as one JSON array. Built once: a query that uses it takes a copy."""
    sources = (
        Source.objects.filter(revision=OuterRef("pk"))
        .order_by("position")
        .values(json=JSONObject(name="printed_as"))
    )
    versions = (
        Version.objects.filter(revision=OuterRef("pk"))
        .order_by("language", "edition")
        .values(json=JSONObject(language="language", original="is_original", held="text_held"))
    )
    filed = FiledFor.objects.filter(revision=OuterRef("pk")).values(
        json=JSONObject(came_by="came_by", dated="dated")
    )
    return ArraySubquery(
        Revision.objects.filter(document=OuterRef("pk"))
        .order_by("position")
        .values(
            json=JSONObject(
                kind="kind",
                number="number",
                language="language",
                same_bytes="same_bytes",
                verdict="verdict",
                at="available_at",
                sources=ArraySubquery(sources),
                filed=ArraySubquery(filed),
                versions=ArraySubquery(versions),
            )
        )
    )


_FIELDS = (
    "pk", "register_id", "path", "symbol", "title", "known_as", "kind", "date_only", "undated", "withdrawn_at", "register__zone", "register__title", "register__origin",
)  # fmt: skip


def rows(
    documents,
    *,
    since: datetime | None = None,
    asked: Mapping[int, Sequence[AnsweredRequest]] | None = None,
    with_meeting: bool = False,
    sought: Sought | None = None,
) -> Rows:
    """The rows of `documents` (visible ones, filtered and ordered) in one query.

    `since`: what changed after it is marked new. `asked`: the requests that documents answer, by document; a
    document that answers one links to it. `sought`: what the documents were found by, which each row then shows; in four
    more queries at most.
    """
    asked = asked or {}
    parts = RowParts()
    found = documents.annotate(
        slot=F("answers_slot__pk"),
        revs=_revisions(),
        objected=Objection.objects.standing_against("pk"),
    ).values(*_FIELDS, "slot", "revs", "objected")
    made = Rows()
    for one in found:
        revisions = one["revs"]
        current = next(r for r in reversed(revisions) if r["kind"] in Revision.WHOLE_TEXTS)
        which = Revision.which_apply((r["kind"], r["same_bytes"]) for r in revisions)
        applying = [revisions[index] for index in which]
        # Of a translation that was replaced the last edition: one a language.
        standing = {v["language"]: v for v in current["versions"]}
        versions = [] if one["withdrawn_at"] else [v for v in standing.values() if v["held"]]
        original = next((v["language"] for v in current["versions"] if v["original"]), "")
        latest = datetime.fromisoformat(revisions[-1]["at"])
        dated = datetime.fromisoformat(current["at"])
        at: datetime | date | None = dated
        if one["undated"]:
            at = None
        elif one["date_only"]:
            at = dated.astimezone(ZoneInfo(one["register__zone"])).date()
        made.append(
            Row(
                document_id=one["pk"],
                register_id=one["register_id"],
                url=parts.url(one["path"]),
                symbol=one["symbol"],
                suffixes=parts.suffixes(_named([r for r in revisions if r in applying or r is current])),
                title=one["title"],
                title_language=original if one["title"] else "",
                known_as="" if one["title"] else one["known_as"],
                source=", ".join(s["name"] for s in current["sources"]),
                kind=parts.kind(one["kind"]),
                at=at,
                zone=one["register__zone"],
                verdict_html=parts.verdict(current["verdict"]),
                requested=current["verdict"] == Verdict.REQUESTED_IN_SESSION,
                languages_html=parts.chips(
                    tuple((v["language"], "original" if v["original"] else "translation") for v in versions),
                    _named([r for r in applying if r["kind"] == Revision.Kind.CORR]),
                ),
                withdrawn=one["withdrawn_at"] is not None,
                is_new=since is not None and latest > since,
                asked_url=asked[one["pk"]][0].url if one["pk"] in asked else "",
                answers=one["slot"] is not None or one["pk"] in asked,
                filed=_filed(current),
                objected=one["objected"],
                meeting=one["register__title"] if with_meeting else "",
                of_archive=one["register__origin"] == Register.Origin.ARCHIVE,
            )
        )
    if sought is not None:
        found_by = why_found.of(
            {row.document_id: (row.title or row.known_as, row.source) for row in made},
            sought,
            current_language(),
        )
        for row in made:
            row.why = found_by[row.document_id]
    return made


def _filed(current: dict[str, Any]) -> str:
    """By whose hand and how the text came, where the secretariat filed it."""
    if not current["filed"]:
        return ""
    came = current["filed"][0]
    dated = date.fromisoformat(came["dated"]) if came["dated"] else None
    return filed_for.mark(current["sources"][0]["name"], came["came_by"], dated)


def _named(revisions: list[dict[str, Any]]) -> tuple[tuple[str, int, str], ...]:
    """Those that have a suffix, by kind, number and language ("" for every one)."""
    return tuple(
        (r["kind"], r["number"], r["language"]) for r in revisions if r["kind"] != Revision.Kind.ORIGINAL
    )
