"""What is filed, as it is handed to the register, and how its contents become rows: by the decision and in the archive."""

from collections.abc import Iterable
from dataclasses import dataclass

from cwg.members.parties import record_words

from .models import Document, File, Revision, Source, Version


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
    """The files of one language, with the text found in them."""

    language: str
    files: tuple[FileLine, ...]
    text: str = ""
    is_original: bool = True


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
            text=line.text,
        )
        for line in lines
    )
    File.objects.bulk_create(
        File(version=version, blob_id=file.sha256, name=file.name, position=position)
        for version, line in zip(made, lines, strict=True)
        for position, file in enumerate(line.files)
    )
