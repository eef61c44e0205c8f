"""The files of a draft, by language: attached, moved to another language, replaced by a newer one, removed.

Every change locks the draft and raises its edition, as `drafting` does.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile

from cwg.documents import blobs, taking_files
from cwg.documents.models import Blob
from cwg.members.parties import NotEntitled
from cwg.members.rights import Rights

from . import carried
from .drafting import NotOpen, changing
from .models import Contribution, DraftFile


class OtherLanguage(ValueError):
    """A corrigendum of one language takes files of that language only. `taken` is its code."""

    def __init__(self, taken: str):
        super().__init__("the corrigendum concerns another language")
        self.taken = taken


class FileGone(ValueError):
    """The file was removed from the draft meanwhile."""


@dataclass(frozen=True)
class Attached:
    """A file that was taken into a draft or moved within it, and those of the current text whose place it took in the
    draft of a Rev. `known`: the same bytes were in that language already, and `file` is the row they had."""

    file: DraftFile
    replaced: tuple[DraftFile, ...] = ()
    known: bool = False


def attach(pk: uuid.UUID, upload: UploadedFile, *, language: str, rights: Rights, at: datetime) -> Attached:
    """Take a file into the draft in one language: stored, hashed and inspected now, at whatever time.

    In the draft of a Rev. it takes the place of the files that came with it in that language from the current text; one
    of those that is uploaded again was chosen, and stays beside the others.

    Raises blobs.FileRefused, blobs.StorageFailed, NotEntitled, NotOpen, OtherLanguage, taking_files.TooManyFiles. The
    same bytes twice in one language are one file.
    """
    contribution = Contribution.objects.select_related("group", "state", "office").get(pk=pk)
    if not rights.works_for(contribution.in_hand):
        raise NotEntitled
    if not contribution.is_open:
        raise NotOpen
    if language not in contribution.languages_taken:  # which never change
        raise OtherLanguage(contribution.corrected_language)
    blob, name = blobs.take_upload(upload, at=at)
    return put_taken(pk, blob, name, language=language, rights=rights, at=at)


def put_taken(
    pk: uuid.UUID, blob: Blob, name: str, *, language: str, rights: Rights, at: datetime
) -> Attached:
    """Put bytes that were taken a moment ago (`blobs.take_upload`) into the draft. Raises as `attach`, but for the file."""
    with changing(pk, rights=rights, at=at) as contribution:
        file = DraftFile(
            contribution=contribution,
            language=language,
            blob=blob,
            name=name,
            uploaded_by=rights.holder,
            uploaded_at=at,
        )
        return _put(file, rights, at)


def _put(file: DraftFile, rights: Rights, at: datetime) -> Attached:
    """Save a file, new or moved, among those of its language in the locked draft. Raises taking_files.TooManyFiles."""
    contribution = file.contribution
    held = list(contribution.files.filter(language=file.language).exclude(pk=file.pk).select_related("blob"))
    same = next((each for each in held if each.blob_id == file.blob_id), None)
    if same is not None:
        contribution.files.filter(pk=file.pk).delete()  # a moved one; a new one has no row yet
        if carried.begun_with(contribution, same):
            same.uploaded_by, same.uploaded_at = rights.holder, at
            same.save(update_fields=["uploaded_by", "uploaded_at"])
        return Attached(same, known=True)
    replaced = tuple(each for each in held if carried.begun_with(contribution, each))
    if len(held) - len(replaced) >= taking_files.MAX_FILES_A_LANGUAGE:
        raise taking_files.TooManyFiles
    contribution.files.filter(pk__in=[each.pk for each in replaced]).delete()
    file.save()
    return Attached(file, replaced)


def move(pk: uuid.UUID, file_id: uuid.UUID, *, language: str, rights: Rights, at: datetime) -> Attached:
    """List a file of the draft in another language, as if it had been uploaded there.

    Raises NotEntitled, NotOpen, OtherLanguage, FileGone, taking_files.TooManyFiles; nothing changes then.
    """
    with changing(pk, rights=rights, at=at) as contribution:
        if language not in contribution.languages_taken:
            raise OtherLanguage(contribution.corrected_language)
        file = _held(contribution, file_id)
        if file.language == language:
            return Attached(file)
        if carried.begun_with(contribution, file):  # somebody has chosen it now
            file.uploaded_by, file.uploaded_at = rights.holder, at
        file.language = language
        return _put(file, rights, at)


def replace_earlier(pk: uuid.UUID, file_id: uuid.UUID, *, rights: Rights, at: datetime) -> list[DraftFile]:
    """Remove those files of the draft that this one is a newer version of, by its name; returns them.

    Raises NotEntitled, NotOpen, FileGone. The same asked twice removes nothing more.
    """
    with changing(pk, rights=rights, at=at) as contribution:
        newer = _held(contribution, file_id)
        earlier = earlier_of(newer, contribution.files.filter(language=newer.language))
        contribution.files.filter(pk__in=[each.pk for each in earlier]).delete()
        return earlier


def _held(contribution: Contribution, file_id: uuid.UUID) -> DraftFile:
    file = contribution.files.select_related("blob").filter(pk=file_id).first()
    if file is None:
        raise FileGone
    file.contribution = contribution
    return file


def earlier_of(file: DraftFile, files: Iterable[DraftFile]) -> list[DraftFile]:
    """Those of `files` that stand under the same name in the same language and came before: `file` may replace them."""
    return [
        each
        for each in files
        if each.pk != file.pk
        and each.language == file.language
        and each.name.casefold() == file.name.casefold()
        and (each.uploaded_at, each.pk) < (file.uploaded_at, file.pk)
    ]


def remove_file(pk: uuid.UUID, file_id: uuid.UUID, *, rights: Rights, at: datetime) -> None:
    """Take a file out of the draft. Its bytes stay stored while anything names them, as a registered document may."""
    with changing(pk, rights=rights, at=at) as contribution:
        contribution.files.filter(pk=file_id).delete()


def files_by_language(files: Iterable[DraftFile]) -> dict[str, list[DraftFile]]:
    """The draft's files grouped by language, in the order they came."""
    grouped: dict[str, list[DraftFile]] = {}
    for file in files:
        grouped.setdefault(file.language, []).append(file)
    return grouped
