"""What is filed: its fields, once; as it is handed to the register; and how its contents become rows and are read back.

The fields that somebody fills in stand in `FIELDS`. A draft, its form and `Wording`, a `Filing`, an archived document
and a revision call them by the same names, so that whoever copies, compares or hashes them walks the tuple. Meeting,
sources and files have rows of their own. `tests/contributions/test_fields.py` follows each field from the form to
the ZIP and fails for one that was forgotten on the way.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from cwg.look import signs
from cwg.members.parties import record_words

from .models import Document, File, FiledFor, Letter, Revision, Source, Version


@dataclass(frozen=True)
class Field:
    """A field of what is filed, by the name that drafts, forms and filings give it.

    `words`: a text, which each revision keeps under that name. `stated`: a receipt states it. `indexed`: the index of
    a meeting's ZIP names it.
    """

    name: str
    words: bool = True
    stated: bool = False
    indexed: bool = False


FIELDS = (
    Field("kind", words=False, stated=True, indexed=True),
    Field("title", stated=True, indexed=True),
    # In a filing and in the register: which versions are marked as originals.
    Field("original_languages", words=False),
    Field("summary"),
    Field("action_required"),
    Field("references"),
    # In a filing: `issue_ids`. In the register: of the document.
    Field("issues", words=False),
)
WORDS = tuple(each.name for each in FIELDS if each.words)


def words_of(thing: Any) -> dict[str, Any]:
    """The words (texts) of a draft, a `Wording`, a filing, an archived document or a revision, by their names."""
    return {name: getattr(thing, name) for name in WORDS}


@dataclass(frozen=True)
class SourceLine:
    """Who it comes from, printed as it stands on the day."""

    kind: str
    printed_as: str
    state_id: int | None = None
    office_id: int | None = None
    is_lead: bool = False

    @property
    def party(self) -> str:
        """As the record names it: a number, never a name."""
        return record_words(self)


@dataclass(frozen=True)
class FileLine:
    """A stored blob under a name."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class VersionLine:
    """The files of one language. Their text is that of their bytes, and may not be read yet."""

    language: str
    files: tuple[FileLine, ...]
    is_original: bool = True


@dataclass(frozen=True)
class ForAnother:
    """That the secretariat files it for the lead, and how the paper came: by what (`CameBy`), of which day, which letter."""

    office_id: int
    printed_as: str
    came_by: str = ""
    dated: date | None = None
    letters: tuple[FileLine, ...] = ()


@dataclass(frozen=True)
class Filing:
    """All that is to be registered, prepared before the lock is taken."""

    kind: str
    title: str
    sources: tuple[SourceLine, ...]
    versions: tuple[VersionLine, ...]
    summary: str = ""
    action_required: str = ""
    references: str = ""
    issue_ids: tuple[int, ...] = ()
    disclosure: str = Document.Disclosure.MEMBER_STATES
    # A change of a registered document.
    revises_id: int | None = None
    revision_kind: str = Revision.Kind.ORIGINAL
    language: str = ""
    # A change of sponsors alone: flagged, never refused.
    same_bytes: bool = False
    # Empty where who sends it files it.
    for_another: ForAnother | None = None


# What says that a filing is a change, and of which document, or by whose hand it came: not what it files. Who may read
# a document is changed by an act of its own and by no revision.
_OF_THE_CHANGE = {"revises_id", "revision_kind", "language", "same_bytes", "disclosure", "for_another"}


def plain(filing: Filing) -> dict[str, Any]:
    """Every field of `filing` as plain values, for a digest."""
    return asdict(filing)


def as_registered(document: Document) -> Filing:
    """The text of a registered document (through `for_list`) as a filing: what would register the same again.

    Without translations that the secretariat added: the delegation did not file them.
    """
    current = document.current
    return Filing(
        kind=document.kind,
        sources=tuple(
            SourceLine(source.kind, source.printed_as, source.state_id, source.office_id, source.is_lead)
            for source in current.sources.all()
        ),
        versions=tuple(
            VersionLine(
                version.language,
                tuple(FileLine(file.name, file.blob_id, file.blob.size) for file in version.files.all()),
                is_original=version.is_original,
            )
            for version in current.as_filed
        ),
        issue_ids=tuple(sorted(issue.pk for issue in document.issues.all())),
        disclosure=document.disclosure,
        **words_of(current),
    )


def differences(before: Filing, after: Filing) -> set[str]:
    """The names of the fields in which two filings of one document differ: every field of `Filing` is compared.

    Sources differ where other parties sign, not where one is printed by another name; the order of files is none. Words
    differ by more than how their lines end: a form that is saved unchanged may end them otherwise.
    """
    return {
        each.name
        for each in fields(Filing)
        if each.name not in _OF_THE_CHANGE and _compared(before, each.name) != _compared(after, each.name)
    }


def _compared(filing: Filing, name: str) -> Any:
    if name == "sources":
        return {line.party for line in filing.sources}
    if name == "versions":
        return {(line.language, line.is_original, frozenset(line.files)) for line in filing.versions}
    if name in WORDS:
        return signs.one_kind_of_line_ends(getattr(filing, name))
    return getattr(filing, name)


def write_contents(
    revision: Revision, sources: Iterable[SourceLine], versions: Iterable[VersionLine]
) -> None:
    """Write the sources, language versions and files of a revision that is new in this transaction.

    A version without files is one whose text is not held. Three statements, however many rows.
    """
    Source.objects.bulk_create(
        Source(
            revision=revision,
            position=position,
            kind=line.kind,
            state_id=line.state_id,
            office_id=line.office_id,
            is_lead=line.is_lead,
            printed_as=line.printed_as,
        )
        for position, line in enumerate(sources)
    )
    lines = list(versions)
    made = Version.objects.bulk_create(
        Version(
            revision=revision,
            language=line.language,
            is_original=line.is_original,
            text_held=bool(line.files),
        )
        for line in lines
    )
    File.objects.bulk_create(
        File(version=version, blob_id=file.sha256, name=file.name, position=position)
        for version, line in zip(made, lines, strict=True)
        for position, file in enumerate(line.files)
    )


def take_translations_along(revision: Revision) -> list[dict[str, Any]]:
    """Give a Rev. of the same files the translations that were added to the text before, with their instants.

    `revision` is new in this transaction. Returns what the journal says of them.
    """
    texts = Revision.objects.filter(
        document=revision.document_id, kind__in=Revision.WHOLE_TEXTS, position__lt=revision.position
    )
    before = texts.order_by("-position").values("pk")[:1]
    standing = Version.objects.standing().filter(revision__in=before, added_at__isnull=False)
    told = []
    for version in standing.prefetch_related("files__blob"):
        files = list(version.files.all())
        taken = Version.objects.create(
            revision=revision,
            language=version.language,
            edition=version.edition,
            is_original=False,
            added_at=version.added_at,
            added_by_id=version.added_by_id,
            reason=version.reason,
        )
        File.objects.bulk_create(
            File(version=taken, blob_id=file.blob_id, name=file.name, position=file.position)
            for file in files
        )
        told.append(
            {
                "language": version.language,
                "edition": version.edition,
                "added_at": version.added_at,
                "files": [{"sha256": file.blob_id, "size": file.blob.size} for file in files],
            }
        )
    return told


def write_for_another(revision: Revision, line: ForAnother) -> FiledFor:
    """Write that the secretariat filed this revision, which is new in this transaction, with its letters."""
    made = FiledFor.objects.create(
        revision=revision,
        office_id=line.office_id,
        printed_as=line.printed_as,
        came_by=line.came_by,
        dated=line.dated,
    )
    Letter.objects.bulk_create(
        Letter(filed_for=made, blob_id=file.sha256, name=file.name, position=position)
        for position, file in enumerate(line.letters)
    )
    return made
