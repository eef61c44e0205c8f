"""The letter by which a paper came, kept with the draft that the secretariat files; how it came, corrected."""

import uuid
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile

from cwg.documents import blobs
from cwg.members.parties import NotEntitled
from cwg.members.rights import Rights

from . import received
from .drafting import NotOpen, changing
from .models import Contribution, DraftLetter
from .received import Received

MAX_LETTERS = 10


class TooManyLetters(ValueError):
    """A letter holds no more files."""


def correct(pk: uuid.UUID, came: Received, *, rights: Rights, at: datetime) -> Contribution:
    """Say otherwise how the paper came. Raises NotEntitled, NotOpen, CannotHaveCome."""
    with changing(pk, rights=rights, at=at) as contribution:
        _must_be_filed_for_another(contribution)
        received.check(came, contribution.party, at)
        contribution.came_by, contribution.dated = came.came_by, came.dated
    return contribution


def attach(pk: uuid.UUID, upload: UploadedFile, *, rights: Rights, at: datetime) -> DraftLetter:
    """Keep a file of the letter: stored, hashed and inspected like any file.

    Raises blobs.FileRefused, blobs.StorageFailed, NotEntitled, NotOpen, TooManyLetters. The same bytes twice are one file.
    """
    contribution = Contribution.objects.select_related("group", "state", "office").get(pk=pk)
    _must_be_filed_for_another(contribution)
    if not rights.works_for(contribution.in_hand):
        raise NotEntitled
    if not contribution.is_open:
        raise NotOpen
    blob, name = blobs.take_upload(upload, at=at)
    with changing(pk, rights=rights, at=at) as contribution:
        same = contribution.letters.filter(blob=blob).first()
        if same is not None:
            return same
        if contribution.letters.count() >= MAX_LETTERS:
            raise TooManyLetters
        return DraftLetter.objects.create(
            contribution=contribution, blob=blob, name=name, uploaded_by=rights.holder, uploaded_at=at
        )


def remove(pk: uuid.UUID, letter_id: uuid.UUID, *, rights: Rights, at: datetime) -> None:
    """Take a file of the letter off the draft. Its bytes stay stored while anything names them.

    Raises NotEntitled and NotOpen.
    """
    with changing(pk, rights=rights, at=at) as contribution:
        contribution.letters.filter(pk=letter_id).delete()


def _must_be_filed_for_another(contribution: Contribution) -> None:
    if not contribution.filed_for_another:
        raise NotEntitled
