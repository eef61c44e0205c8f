"""What a Rev. takes over: the files of the text it replaces, until others take their place, and the corrigenda that end;
and whether the text that a change starts from still stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from cwg.documents.models import Document, Revision
from cwg.languages import LANGUAGE_NAMES
from cwg.members.models import Person

from .models import Contribution, DraftFile


@dataclass(frozen=True)
class TakenOver:
    """The text that a Rev. replaces: its symbol, its files (language, SHA-256), and the corrigenda of it that apply."""

    symbol: str
    files: frozenset[tuple[str, str]]
    corrigenda: tuple[Revision, ...]

    def is_unchanged(self, file: DraftFile) -> bool:
        return (file.language, file.blob_id) in self.files

    def unchanged_languages(self, files: Iterable[DraftFile]) -> list[str]:
        """The names of the languages in which the Rev. files nothing that the current text does not have."""
        of_draft = list(files)
        changed = {file.language for file in of_draft if not self.is_unchanged(file)}
        kept = {file.language for file in of_draft} - changed
        return sorted(str(LANGUAGE_NAMES[language]) for language in kept)

    @property
    def corrigenda_named(self) -> list[str]:
        """ "Corr.1", "Corr.2 (French)"."""
        return [_named(revision) for revision in self.corrigenda]


def taken_over(contribution: Contribution) -> TakenOver | None:
    """What the draft of a Rev. takes over from the text as it stands today; None for any other draft."""
    if not contribution.is_revision or contribution.revises_id is None:
        return None
    document = Document.objects.for_list().get(pk=contribution.revises_id)
    current = document.current
    return TakenOver(
        symbol=current.symbol,
        files=frozenset(
            (version.language, file.blob_id) for version in current.as_filed for file in version.files.all()
        ),
        corrigenda=tuple(each for each in document.applying if each.kind == Revision.Kind.CORR),
    )


def newer_text(contribution: Contribution) -> str:
    """The symbol of the text that was registered after the draft of a change was begun, which starts from the one before
    it; "" where that still stands, and for a draft that changes nothing. One query.
    """
    found = Revision.objects.filter(
        document=contribution.revises_id,
        kind__in=Revision.WHOLE_TEXTS,
        same_bytes=False,
        available_at__gt=contribution.created_at,
    )
    newest = found.order_by("-position").first() if contribution.is_change else None
    return newest.symbol if newest else ""


def _named(revision: Revision) -> str:
    name = revision.suffix.bare if revision.suffix else revision.symbol
    if not revision.language:
        return name
    return gettext("%(change)s (%(language)s)") % {
        "change": name,
        "language": LANGUAGE_NAMES[revision.language],
    }


def copy_files(contribution: Contribution, revision: Revision, person: Person, at: datetime) -> None:
    """Begin the draft of a Rev. with the files of the current text, as they were filed."""
    DraftFile.objects.bulk_create(
        DraftFile(
            contribution=contribution,
            language=version.language,
            blob=file.blob,
            name=file.name,
            uploaded_by=person,
            uploaded_at=at,
        )
        for version in revision.as_filed
        for file in version.files.all()
    )


def begun_with(contribution: Contribution, file: DraftFile) -> bool:
    """Whether the file came with the draft of a Rev. and was uploaded by nobody: the first one uploaded in its
    language takes its place."""
    return contribution.is_revision and file.uploaded_at == contribution.created_at
