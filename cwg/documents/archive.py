"""Entering what is known of old meetings: the only other code, beside `register.py`, that makes documents.

For registers of origin *archive* only. No rule is applied and no receipt is issued: the verdict is *not
measured*. What no source states stays empty: a document without a known symbol has no number, one without a
known title only the words by which the sources speak of it, one without a known date none.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from cwg.members.models import Group, Person
from cwg.record import journal
from cwg.record.history import sign

from . import kinds, symbols
from .deadlines import Verdict
from .filing import SourceLine, VersionLine, words_of, write_contents
from .models import Document, Register, Revision, Series
from .register import acting_on


class NotAnArchive(ValueError):
    """The register is kept by the portal: its documents come by the decision only."""


@dataclass(frozen=True)
class ArchivedRegister:
    """A register as the archive knows it. `opens_at` is aware; `ordinal` None where no source gives one.

    `place` "" says that no meeting is stated: place and days are then not to be shown, and `first_day`,
    `last_day` and `opens_at` serve for the order only.
    """

    slug: str
    title: str
    ordinal: int | None
    place: str
    zone: str
    first_day: date
    last_day: date
    opens_at: datetime


@dataclass(frozen=True)
class ArchivedDocument:
    """A document as the archive knows it.

    `slug` is its address below the register's where `number` is None. `dated` is the day it bears (local to
    the seat, the time not known), None where no date is known. Every version in `versions` without files is
    one whose text is not held.
    """

    slug: str
    kind: str
    series: str = ""
    number: int | None = None
    title: str = ""
    known_as: str = ""
    sources: tuple[SourceLine, ...] = ()
    versions: tuple[VersionLine, ...] = ()
    dated: date | None = None
    summary: str = ""
    action_required: str = ""
    references: str = ""
    note: str = ""


def open_archive(group: Group, known: ArchivedRegister, *, actor: Person) -> Register:
    """The archive register of that address, made if there is none. Raises NotAnArchive."""
    with transaction.atomic():
        # The group's row keeps two runs from making it twice; NO KEY, so that submissions go on.
        Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        found = Register.objects.filter(slug=known.slug).first()
        if found is not None:
            if not found.is_archive:
                raise NotAnArchive(known.slug)
            return found
        end_of_last_day = datetime.combine(known.last_day + timedelta(days=1), time(), ZoneInfo(known.zone))
        made = Register.objects.create(
            group=group,
            ordinal=known.ordinal,
            slug=known.slug,
            origin=Register.Origin.ARCHIVE,
            title=known.title,
            place=known.place,
            zone=known.zone,
            first_day=known.first_day,
            last_day=known.last_day,
            opens_at=known.opens_at,
            # When it was announced and closed is not known: these two only make it a meeting of the past.
            announced_at=known.opens_at,
            closed_at=max(end_of_last_day.astimezone(UTC), known.opens_at),
        )
        with acting_on(made.pk) as (locked, at):
            journal.append(
                locked,
                "archive_opened",
                at=at,
                actor_id=actor.pk,
                facts={"group": group.code, "slug": known.slug, "ordinal": known.ordinal},
            )
        return locked


def address_of(register: Register, slug: str, number: int | None, series: str = "") -> str:
    """Where the document stands below /documents/: "wg-wsis-14/7", or "wg-wsis-14/unnumbered/<slug>"."""
    if number is None:
        return f"{register.slug}/unnumbered/{slug}"
    return symbols.path(_symbol(register, number, series))


def enter_archive(
    register: Register,
    known: ArchivedDocument,
    *,
    actor: Person,
    files: Callable[[], tuple[VersionLine, ...]] | None = None,
) -> Document:
    """Enter one document of the past; the one that is there already where it was entered before.

    `files` makes the versions, and stores their bytes, only when they are needed and before the lock. Writes
    "archived" into the register's chain. Raises NotAnArchive.
    """
    if not register.is_archive:
        raise NotAnArchive(register.slug)
    path = address_of(register, known.slug, known.number, known.series)
    if found := Document.objects.filter(path=path).first():
        return found
    if files is not None:
        known = replace(known, versions=files())
    with acting_on(register.pk) as (locked, at):
        if found := Document.objects.filter(path=path).first():
            return found
        document = _document(locked, known, path, actor)
        revision = Revision.objects.create(
            document=document,
            position=1,
            **locked.as_printed(),
            **words_of(known),
            available_at=document.available_at,
            verdict=str(Verdict.NOT_MEASURED),
        )
        write_contents(revision, known.sources, known.versions)
        journal.append(
            locked,
            "archived",
            at=at,
            actor_id=actor.pk,
            facts={
                "document": document.pk,
                "revision": revision.pk,
                "symbol": document.symbol,
                "path": path,
                "kind": known.kind,
                "dated": known.dated,
                "sources": [line.party for line in known.sources],
                "files": [
                    {"language": version.language, "sha256": file.sha256, "size": file.size}
                    for version in known.versions
                    for file in version.files
                ],
            },
        )
        return document


def _symbol(register: Register, number: int, series: str) -> symbols.Symbol:
    meeting = str(register.ordinal) if register.ordinal is not None else None
    return symbols.Symbol(register.group.code, meeting, series, number)


def _document(locked: Register, known: ArchivedDocument, path: str, actor: Person) -> Document:
    code = known.series or kinds.series_of(known.kind) if known.number is None else known.series
    series, _ = Series.objects.get_or_create(register=locked, code=code)
    if known.number is not None and known.number > series.last_number:
        series.last_number = known.number
        series.save(update_fields=["last_number"])
    document = Document(
        register=locked,
        series=series,
        number=known.number,
        symbol=str(_symbol(locked, known.number, known.series)) if known.number is not None else "",
        path=path,
        kind=known.kind,
        title=known.title,
        known_as=known.known_as,
        # For an undated one the opening of its meeting gives a place in the order, and is not shown.
        available_at=(
            datetime.combine(known.dated, time(), ZoneInfo(locked.zone)) if known.dated else locked.opens_at
        ),
        date_only=known.dated is not None,
        undated=known.dated is None,
        note=known.note,
    )
    sign(document, actor, "archived")
    document.save(force_insert=True)
    return document
