"""The files of a draft: attached and removed, by language.

Every change locks the draft and raises its edition, as `drafting` does.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile

from cwg.documents import blobs, taking_files
from cwg.documents.filenames import display_name
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


@dataclass(frozen=True)
class Attached:
    """A file that was taken into a draft, and those of the current text whose place it took in the draft of a Rev."""

    file: DraftFile
    replaced: tuple[DraftFile, ...] = ()


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
    name = display_name(upload.name or "")
    blob = blobs.take_in(upload.chunks(), name=name, at=at)
    with changing(pk, rights=rights, at=at) as contribution:
        held = list(contribution.files.filter(language=language))
        same = next((file for file in held if file.blob_id == blob.pk), None)
        if same is not None:
            if carried.begun_with(contribution, same):
                same.uploaded_by, same.uploaded_at = rights.holder, at
                same.save(update_fields=["uploaded_by", "uploaded_at"])
            return Attached(same)
        replaced = tuple(file for file in held if carried.begun_with(contribution, file))
        if len(held) - len(replaced) >= taking_files.MAX_FILES_A_LANGUAGE:
            raise taking_files.TooManyFiles
        contribution.files.filter(pk__in=[file.pk for file in replaced]).delete()
        file = DraftFile.objects.create(
            contribution=contribution,
            language=language,
            blob=blob,
            name=name,
            uploaded_by=rights.holder,
            uploaded_at=at,
        )
        return Attached(file, replaced)


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
