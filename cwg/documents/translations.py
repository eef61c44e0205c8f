"""Translations that come later: the secretariat adds one to a registered document, or replaces one it added.

A translation has an instant of its own, no verdict and no receipt; the journal names it. What came with the document,
original or translation, is the delegation's, and is corrected by a corrigendum only. Files are uploaded and inspected
one by one beforehand (`prepare`), and become the document's together (`add`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.core.files.uploadedfile import UploadedFile

from cwg.languages import LANGUAGES
from cwg.members.rights import Rights, rights_of
from cwg.record import journal
from cwg.record.reasons import clean_reason

from . import blobs, offers, register, taking_files
from .models import Blob, Document, File, PreparedFile, Revision, Version


class LanguageTaken(ValueError):
    """The document came with a text in that language, or the text is in one language alone."""


class NotTheText(ValueError):
    """That revision is no text that applies: it was superseded or overtaken meanwhile."""


class NothingPrepared(ValueError):
    """There is no file to add."""


class FileInfected(ValueError):
    """A virus was found in a file since it was uploaded."""


class Standing(StrEnum):
    """What there is of a text in one of the six languages."""

    ORIGINAL = "original"
    FILED = "filed"  # a translation that came with the document
    ADDED = "added"
    MISSING = "missing"

    # For templates, which name no value. Code compares with the members.
    @property
    def is_original(self) -> bool:
        return self is Standing.ORIGINAL

    @property
    def came_with_it(self) -> bool:
        return self is Standing.FILED

    @property
    def is_added(self) -> bool:
        return self is Standing.ADDED


@dataclass(frozen=True)
class Place:
    """One of the six languages of a text, and what stands there. `is_open`: a translation may be added, or replaced."""

    code: str
    name: str
    standing: Standing
    is_open: bool
    version: Version | None = None

    @property
    def replaces(self) -> bool:
        return self.is_open and self.standing is Standing.ADDED


def texts(document: Document) -> list[Revision]:
    """The texts of `document` (as `for_list` reads it) that may be translated: the current one first."""
    return [document.current, *(each for each in document.applying if not each.language)]


def places(revision: Revision) -> list[Place]:
    """The six languages of a text, in their order. No query where versions are prefetched."""
    standing = {version.language: version for version in revision.texts}
    return [_place(revision, code, str(name), standing.get(code)) for code, name in LANGUAGES]


def _place(revision: Revision, code: str, name: str, version: Version | None) -> Place:
    if version is None or not (version.is_original or version.text_held):
        standing = (
            Standing.MISSING
        )  # also where an archive does not state the language of a text it does not hold
    elif version.is_original:
        standing = Standing.ORIGINAL
    else:
        standing = Standing.ADDED if version.is_added else Standing.FILED
    is_open = standing in (Standing.ADDED, Standing.MISSING) and not revision.language
    return Place(code, name, standing, is_open, version)


AddedCallback = Callable[[Version], None]
_on_added: list[AddedCallback] = []


def on_added(callback: AddedCallback) -> None:
    """Register what happens when a translation is added: called under the register's lock, after the journal entry."""
    if callback not in _on_added:
        _on_added.append(callback)


def prepared_by(
    rights: Rights, revision: Revision, language: str, *, locked: bool = False
) -> list[PreparedFile]:
    """The person's own files for that language, in the order they came; `locked` until the end of the transaction."""
    own = PreparedFile.objects.filter(uploaded_by=rights.holder, revision=revision, language=language)
    return list((own.select_for_update(of=("self",)) if locked else own).select_related("blob"))


def languages_of(files: list[PreparedFile], revision: Revision) -> dict[str, set[str]]:
    """By SHA-256: the languages in which the bytes of these files stand in the text already, or are prepared for it.

    `revision` with its versions prefetched. One query, none without files.
    """
    found: dict[str, set[str]] = {}
    for file in files:
        found.setdefault(file.blob_id, set()).add(file.language)
    if found:
        standing = File.objects.filter(blob__in=found, version__in=[version.pk for version in revision.texts])
        for sha256, language in standing.values_list("blob", "version__language"):
            found[sha256].add(language)
    return found


def prepare(
    document: Document, revision_id: int, upload: UploadedFile, *, language: str, rights: Rights, at: datetime
) -> PreparedFile:
    """Take a file for a translation: stored, hashed and inspected now. Nobody else sees it before it is added.

    Raises as `add`, without NothingPrepared, ReasonMissing and FileInfected; and blobs.FileRefused, blobs.StorageFailed,
    taking_files.TooManyFiles. The same bytes twice are one file, and as new as the last of them: what is not added within
    thirty days is removed (`unused_files`).
    """
    revision, _ = _open(document, revision_id, language, rights)
    blob, name = blobs.take_upload(upload, at=at)
    held = prepared_by(rights, revision, language)
    if len(held) >= taking_files.MAX_FILES_A_LANGUAGE and blob not in [file.blob for file in held]:
        raise taking_files.TooManyFiles
    file, _ = PreparedFile.objects.update_or_create(
        revision=revision,
        language=language,
        uploaded_by=rights.holder,
        blob=blob,
        defaults={"uploaded_at": at},
        create_defaults={"name": name, "uploaded_at": at},
    )
    return file


def put_aside(document: Document, pk: int, *, rights: Rights) -> None:
    """Remove a file that the person has prepared and not added. Its bytes stay stored while anything names them."""
    PreparedFile.objects.filter(pk=pk, revision__document=document, uploaded_by=rights.holder).delete()


def add(document: Document, revision_id: int, language: str, *, rights: Rights, reason: str = "") -> Version:
    """Make the person's prepared files the translation of a text; with a reason, in the place of one added before.

    Raises NotEntitled, offers.DocumentWithdrawn, NotTheText, LanguageTaken, NothingPrepared, ReasonMissing,
    FileInfected, register.NothingToChange (the files that stand there already), register.RegisterBusy. Nothing is
    changed then, and the prepared files stay.
    """
    with register.acting_on(document.register_id) as (locked, at):
        fresh = Document.objects.for_list().select_for_update(of=("self",)).get(pk=document.pk)
        revision, place = _open(fresh, revision_id, language, rights_of(rights.holder, at))
        files = prepared_by(rights, revision, language, locked=True)
        before = place.version if place.replaces else None
        if not files:
            raise NothingPrepared
        if any(file.blob.scan == Blob.Scan.INFECTED for file in files):
            raise FileInfected
        if before is not None:
            reason = clean_reason(reason)
        if before is not None and {f.blob_id for f in before.files.all()} == {f.blob_id for f in files}:
            raise register.NothingToChange("the same files stand there already")
        version = Version.objects.create(
            revision=revision,
            language=language,
            edition=place.version.edition + 1 if place.version else 1,
            is_original=False,
            added_at=at,
            added_by=rights.holder,
            reason=reason if before else "",
        )
        File.objects.bulk_create(
            File(version=version, blob=file.blob, name=file.name, position=position)
            for position, file in enumerate(files)
        )
        PreparedFile.objects.filter(pk__in=[file.pk for file in files]).delete()
        journal.append(
            locked,
            "translation",
            at=at,
            actor_id=rights.holder.pk,
            facts={
                "document": fresh.pk,
                "revision": revision.pk,
                "symbol": revision.symbol,
                "path": fresh.path,
                "language": language,
                "edition": version.edition,
                "replaces": before is not None,
                "files": [{"sha256": file.blob_id, "size": file.blob.size} for file in files],
                **({"reason": reason} if before else {}),
            },
        )
        for callback in _on_added:
            callback(version)
        return version


def _open(document: Document, revision_id: int, language: str, rights: Rights) -> tuple[Revision, Place]:
    """The text and the language's place on it, where a translation may be put there. Raises as `add`."""
    offers.must_be_open(offers.DocumentAct.TRANSLATE, document, rights)
    revision = next((each for each in texts(document) if each.pk == revision_id), None)
    if revision is None:
        raise NotTheText
    place = next((each for each in places(revision) if each.code == language), None)
    if place is None or not place.is_open:
        raise LanguageTaken
    return revision, place
