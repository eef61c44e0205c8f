"""A contribution that begins with its file: what the paper's own head says is proposed wherever nothing was typed."""

from dataclasses import replace
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cwg.documents import blobs, text_reading
from cwg.documents.filing import WORDS
from cwg.documents.models import Slot
from cwg.members.parties import NotEntitled, Party
from cwg.members.rights import Rights
from meetings.models import Addressee

from . import draft_files, drafting, proposals
from .drafting import Wording
from .models import DraftFile
from .proposals import Proposal

LANGUAGE = "original_languages"


def begin(
    upload: UploadedFile,
    *,
    rights: Rights,
    at: datetime,
    party: Party,
    typed: Wording,
    otherwise: str,
    slot: Slot | None = None,
    answers: Addressee | None = None,
) -> DraftFile:
    """Take the file, then begin a draft with it. What was typed stays; each blank takes what the file says.

    The original languages in `typed` are those that a person chose; `otherwise` is the language, by its code, of a file
    that does not tell its own. Raises as `draft_files.attach` and `drafting.begin`; there is no draft then.
    """
    if not rights.works_for(party):
        raise NotEntitled
    blob, name = blobs.take_upload(upload, at=at)
    says = proposals.propose(
        text_reading.beginning_of(blob),
        core_title=(blob.inspection or {}).get("title", ""),
        names=_names_at_the_head(party, typed),
    )
    wording = _filled(typed, says, otherwise)
    with transaction.atomic():
        draft = drafting.begin(
            rights=rights,
            at=at,
            party=party,
            wording=wording,
            slot=slot,
            answers=answers,
            proposed=_proposed(typed, says, wording),
        )
        language = says.language if says.language in wording.original_languages else ""
        language = language or wording.original_languages[0]
        return draft_files.put_taken(draft.pk, blob, name, language=language, rights=rights, at=at).file


def _filled(typed: Wording, says: Proposal, otherwise: str) -> Wording:
    blanks = {name: getattr(says, name) for name in WORDS if not getattr(typed, name)}
    languages = typed.original_languages or (says.language or otherwise,)
    return replace(typed, original_languages=languages, **blanks)


def _proposed(typed: Wording, says: Proposal, wording: Wording) -> list[str]:
    """The names of the fields that only the file has said."""
    found = [name for name in WORDS if getattr(wording, name) != getattr(typed, name)]
    return [*found, LANGUAGE] if says.language and not typed.original_languages else found


def _names_at_the_head(party: Party, typed: Wording) -> list[str]:
    """What stands at the head of every paper of that meeting and party."""
    names = [party.group.name, party.group.short_name, party.name]
    if typed.register is not None:
        names += [typed.register.title, typed.register.place]
    return names
