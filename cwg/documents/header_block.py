"""A document as its page and its cover sheet show it: header block, revisions, files."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.text import format_lazy
from django.utils.translation import gettext

from cwg.languages import LANGUAGE_NAMES, LANGUAGES
from cwg.look import signs
from cwg.look.instants import date_range_text
from cwg.texts import moments, tree
from cwg.texts.tree import UNDETERMINED, Block, Run, pair

from . import file_findings, filed_for, intake, judgements, symbols
from .models import Document, File, Revision, Source, Version

# What a reader calls the two kinds of file that are taken, by media type.
WORD = "Word"
KIND_OF_FILE = {intake.MEDIA_TYPES[intake.PDF]: "PDF", intake.MEDIA_TYPES[intake.DOCX]: WORD}


def for_page(documents):
    """`documents` with all that a document's page shows, in a constant number of queries.

    But for objections, which few can have: `finding.document_or_404` and the ZIP read them.
    """
    revisions = (
        Revision.objects.order_by("position")
        .select_related("deadline", "receipt", "slot", "filed_for")
        .prefetch_related(
            Prefetch("sources", Source.objects.select_related("state", "office")),
            Prefetch("versions", Version.objects.with_files()),
        )
    )
    return documents.select_related("register__group", "series", "answers_slot").prefetch_related(
        Prefetch("revisions", revisions), "issues"
    )


def day_of(document: Document, revision: Revision) -> datetime | date | None:
    """The instant, or only the date, or nothing: as much as is known of when it became available."""
    if document.undated and revision.kind == Revision.Kind.ORIGINAL:
        return None
    if document.date_only and revision.kind == Revision.Kind.ORIGINAL:
        return revision.available_at.astimezone(ZoneInfo(document.register.zone)).date()
    return revision.available_at


def original_text(languages: Sequence[str]) -> str:
    """ "Original: English", "Original: Arabic, English"."""
    names = ", ".join(str(LANGUAGE_NAMES[code]) for code in languages)
    return gettext("Original: %(languages)s") % {"languages": names}


def days_of(register) -> str:
    """The days of the meeting: "11 February 2009", "11–13 February 2009"; "" where none is stated."""
    return date_range_text(register.first_day, register.last_day) if register.is_of_a_meeting else ""


def untitled(known_as: str) -> str:
    """What stands in the place of a title nobody states: never the archive's own words alone, as if they were one."""
    if not known_as:
        return gettext("Title not known")
    return gettext("Title not known; known as: %(words)s") % {"words": known_as}


def sources_text(revision: Revision) -> str:
    return ", ".join(source.printed_as for source in revision.sources.all())


@dataclass(frozen=True)
class HeaderBlock:
    """The header block of a document (domain 5): what its page, its cover sheet and the preview of a draft print.

    Labels and values in the active language; `title` is a title. `box` are summary, action required and references, as
    far as there are any. A value that nobody knows, or that a draft has not yet, stands in italics.
    """

    group: Block
    meeting: Block
    symbol: Block
    date: Block
    kind: Block
    source: Block
    original: Block | None
    # By whose hand it came where the secretariat filed it for its source, and how.
    filed: Block | None
    title: Block
    box: tuple[Block, ...]
    is_draft: bool

    @property
    def marks(self) -> list[Block]:
        """What stands beside the group: symbol, date, language."""
        return [block for block in (self.symbol, self.date, self.original) if block]

    @property
    def facts(self) -> list[Block]:
        """All labels and values but the title and the box, as a paper lists them."""
        filed = [self.filed] if self.filed else []
        return [self.group, self.meeting, *self.marks, self.kind, self.source, *filed]


def describe(
    *,
    group: str,
    meeting: str,
    place: str,
    days: tuple[date | None, date | None],
    symbol: str,
    day: datetime | date | None,
    zone: str,
    kind: str,
    source: str,
    languages: Sequence[str],
    title: str,
    title_language: str,
    summary: str = "",
    action_required: str = "",
    references: str = "",
    filed: str = "",
    is_draft: bool = False,
) -> HeaderBlock:
    """The one description of a header block, of a registered revision and of a draft.

    `days` are the meeting's first and last, None where no source states them; `day` the instant or only the day from
    which it was available, shown in `zone`; `languages` the codes of the originals; `title_language` that of title
    and box, "" where it is not known.
    """
    first, last = days
    where = [part for part in (place, date_range_text(first, last) if first and last else "") if part]
    no_symbol = gettext("Number given on submission") if is_draft else gettext("Symbol not known")
    no_date = gettext("Date of submission") if is_draft else gettext("Date not known")
    box = (
        (gettext("Summary"), summary),
        (gettext("Action required"), action_required),
        (gettext("References"), references),
    )
    return HeaderBlock(
        group=pair(gettext("Group"), group),
        meeting=pair(gettext("Meeting"), "\n".join([meeting, ", ".join(where)]).strip()),
        symbol=pair(gettext("Symbol"), Run(symbol, reference=symbol) if symbol else _not_known(no_symbol)),
        date=pair(gettext("Date"), moments.runs(day, zone, "date") if day else _not_known(no_date)),
        kind=pair(gettext("Kind"), kind),
        source=pair(gettext("Source"), source),
        original=pair(gettext("Language"), original_text(languages)) if languages else None,
        filed=pair(gettext("How it came"), filed) if filed else None,
        title=tree.title(title, language=title_language or UNDETERMINED),
        box=tuple(
            pair(label, signs.one_kind_of_line_ends(said), language=UNDETERMINED)
            for label, said in box
            if said
        ),
        is_draft=is_draft,
    )


def _not_known(said: str) -> Run:
    return Run(said, marks="i")


def of(document: Document, revision: Revision) -> HeaderBlock:
    """The header block of a registered revision, with the names, place and days as they stood at its registration.

    A withdrawn document keeps symbol, source and title; its summary is closed with its files.
    """
    closed = document.is_withdrawn
    return describe(
        group=revision.printed_group,
        meeting=revision.printed_meeting,
        place=revision.printed_place,
        days=(revision.printed_first_day, revision.printed_last_day),
        symbol=revision.symbol,
        day=day_of(document, revision),
        zone=document.register.zone,
        kind=document.get_kind_display(),
        source=sources_text(revision) or gettext("not known"),
        languages=revision.original_languages,
        title=revision.title or document.title or untitled(document.known_as),
        title_language=next(iter(revision.original_languages), "") if document.title else "",
        summary="" if closed else revision.summary,
        action_required="" if closed else revision.action_required,
        references="" if closed else revision.references,
        filed=filed_for.text_of(revision),
    )


def file_name(document: Document, revision: Revision, version: Version, file: File) -> str:
    """The name under which a registered file travels, alone or in a pack: `WG-WSIS-14-7_Rev.1_en.pdf`.

    Neutral: nothing a person typed is in it. A second file of the same language is `..._en_2.pdf`.
    """
    stem = symbols.in_file_name(document.symbol or document.path)
    suffix = f"_{revision.suffix.bare}" if revision.suffix else ""
    count = f"_{file.position + 1}" if file.position else ""
    return f"{stem}{suffix}_{version.language}{count}.{file.blob.ending}"


def file_line(file, language: str = "") -> dict:
    """A file as `components/file_row.html` and the table of languages show it."""
    inspection = file.blob.inspection or {}
    return {
        "name": file.name,
        "url": reverse("documents:file", args=[file.pk]),
        "kind": KIND_OF_FILE.get(file.blob.media_type, ""),
        "size": file.blob.size,
        "damaged": file.blob.is_damaged,
        "pages": inspection.get("pages"),
        "language": language,
        "sha256": file.blob_id,
        "scanned": file.blob.get_scan_display() if file.blob.inspection is not None else "",
        # Lists show files without them.
        "findings": SimpleLazyObject(lambda: file_findings.for_readers(file.blob)),
    }


def file_lines(version: Version, language: str = "") -> tuple[dict, ...]:
    """The files of a text, each called by its kind, and numbered where there are several of it: each link needs its own name."""
    lines = [file_line(file, language) for file in version.files.all()]
    of_kind = Counter(line["kind"] for line in lines)
    seen: Counter[str] = Counter()
    for line in lines:
        kind = line["kind"]
        seen[kind] += 1
        line["called"] = f"{kind} {seen[kind]}" if of_kind[kind] > 1 else kind
    return tuple(lines)


@dataclass(frozen=True)
class LanguageLine:
    """One of the six languages of a revision: "original", "translation" or "missing", with its files."""

    code: str
    name: str
    state: str
    files: tuple[dict, ...]
    text_held: bool
    # Those of its text that apply (`corrigenda.Applying`); on the document's page.
    corrections: tuple = ()
    # When the secretariat added the translation; None where it came with the document.
    added_at: datetime | None = None
    # It took the place of an earlier file, which stays readable.
    replaces: bool = False

    @property
    def is_absent(self) -> bool:
        """Whether there is no text in that language; of an archive's text that is not held nobody can say so."""
        return self.state == "missing" and self.text_held


def languages_of(revision: Revision, *, withdrawn: bool, all_six: bool) -> list[LanguageLine]:
    versions = {version.language: version for version in revision.texts}
    replaced = {version.language for version in revision.replaced_texts}
    lines = []
    for code, name in LANGUAGES:
        version = versions.get(code)
        if version is None:
            if all_six:
                lines.append(LanguageLine(code, str(name), "missing", (), True))
            continue
        files = () if withdrawn else file_lines(version)
        state = "original" if version.is_original else "translation"
        if not version.text_held and not version.is_original:
            state = "missing"  # an archive's document in which language nobody states
        lines.append(
            LanguageLine(
                code,
                str(name),
                state,
                files,
                version.text_held,
                added_at=version.added_at,
                replaces=code in replaced,
            )
        )
    return lines


@dataclass(frozen=True)
class Entry:
    """A revision on the page: what it is, when it came, by which rule it was judged, its files."""

    revision: Revision
    anchor: str
    symbol: str
    label: str
    at: datetime | date | None
    current: bool
    superseded: bool
    superseded_by: str
    # Of a Corr.: by what the text that it corrects was replaced; "" while it applies.
    overtaken_by: str
    # Where it is not that of the current text.
    title: Block | None
    # What a Corr. or an Add. says of itself; the words of a whole text stand at the head of the page.
    box: tuple[Block, ...]
    sources: str
    filed: str
    rule: str
    rule_source: str
    judgements: list[judgements.Judgement]
    late_by: timedelta | None
    languages: list[LanguageLine]
    # Translations that others have taken the place of.
    replaced: list[LanguageLine]
    receipt_url: str
    letter: str

    @property
    def has_files(self) -> bool:
        return any(line.files for line in (*self.languages, *self.replaced))


def entries(document: Document, *, with_receipts: bool) -> list[Entry]:
    """All revisions, newest first. A Rev. supersedes the text before it; that stays readable and is marked."""
    revisions = list(document.revisions.all())
    current, applying = document.current, document.applying
    head = of(document, current)
    made = []
    for revision in reversed(revisions):
        own = head if revision == current else of(document, revision)
        superseded = revision.is_whole_text and revision.position < current.position
        later = [r for r in revisions if r.kind == Revision.Kind.REV and r.position > revision.position]
        successor = next(iter(later), None)
        overtaken = revision.kind == Revision.Kind.CORR and revision not in applying
        replacement = next((r for r in later if not r.same_bytes), None)
        receipt = getattr(revision, "receipt", None) if with_receipts else None
        terms = revision.deadline.terms if revision.deadline else {}
        made.append(
            Entry(
                revision=revision,
                anchor=symbols.anchor(revision.suffix, revision.language),
                symbol=revision.symbol,
                label=_label(revision),
                at=day_of(document, revision),
                current=revision == current,
                superseded=superseded,
                superseded_by=successor.symbol if superseded and successor else "",
                overtaken_by=replacement.symbol if overtaken and replacement else "",
                title=own.title if own.title.runs != head.title.runs else None,
                box=() if revision.is_whole_text else own.box,
                sources=sources_text(revision),
                filed=filed_for.text_of(revision),
                rule=terms.get("name", ""),
                rule_source=terms.get("source", ""),
                judgements=judgements.read(revision.per_rule, document.register.zone),
                late_by=_late_by(revision),
                languages=languages_of(
                    revision, withdrawn=document.is_withdrawn, all_six=revision == current
                ),
                replaced=_replaced(revision, withdrawn=document.is_withdrawn),
                receipt_url=receipt.get_absolute_url() if receipt else "",
                letter=str(LANGUAGE_NAMES[revision.language]) if revision.language else "",
            )
        )
    return made


def _replaced(revision: Revision, *, withdrawn: bool) -> list[LanguageLine]:
    return [
        LanguageLine(
            code=version.language,
            name=str(LANGUAGE_NAMES[version.language]),
            state="translation",
            files=() if withdrawn else file_lines(version),
            text_held=True,
            added_at=version.added_at,
        )
        for version in revision.replaced_texts
    ]


def _late_by(revision: Revision) -> timedelta | None:
    """How long after the deadline that bound it; None where it was in time, or not measured."""
    measured, deadline = revision.measured_at, revision.deadline_at
    return measured - deadline if measured and deadline and measured > deadline else None


def _label(revision: Revision) -> str:
    label = revision.get_kind_display()
    if revision.language:
        return str(
            format_lazy(
                "{}, {}",
                label,
                gettext("%(language)s only") % {"language": LANGUAGE_NAMES[revision.language]},
            )
        )
    return str(label)
