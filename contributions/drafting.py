"""Drafting: begin, edit, ask the focal point, discard and take back. The files of a draft: `draft_files`.

Every change locks the draft and raises its edition, so that two people who edit at once both keep their words.
"""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from cwg.documents import offers, register
from cwg.documents.filing import FIELDS, words_of
from cwg.documents.kinds import kinds_for
from cwg.documents.models import Document, PolicyIssue, Register, Revision, Slot
from cwg.members.models import Person
from cwg.members.parties import NotEntitled, Party, Secretariat
from cwg.members.rights import Rights, anybody_submits_for
from cwg.notices import outbox
from cwg.record import journal
from meetings.answers import NOT_AWAITED, CannotLink
from meetings.models import Addressee

from . import carried
from .models import Contribution, Sponsorship
from .received import Received, is_filed_for_another


class NotOpen(ValueError):
    """The draft was submitted or discarded; it is no longer edited."""


class EditConflict(ValueError):
    """Somebody else changed the draft since this form was opened. `current` is the draft as it stands."""

    def __init__(self, current: Contribution):
        super().__init__("the draft was changed by somebody else")
        self.current = current


class NoSuchText(ValueError):
    """A corrigendum corrects one language that the document has. `language` is the code of another."""

    def __init__(self, language: str):
        super().__init__("the document has no text in that language")
        self.language = language


class NobodySubmits(ValueError):
    """The delegation has nobody who could submit: asking would reach nobody."""


@dataclass(frozen=True)
class Wording:
    """What the form of a draft holds."""

    register: Register | None
    kind: str
    title: str
    original_languages: tuple[str, ...]
    summary: str = ""
    action_required: str = ""
    references: str = ""
    issues: tuple[PolicyIssue, ...] = ()


@contextmanager
def changing(pk: uuid.UUID, *, rights: Rights, at: datetime) -> Iterator[Contribution]:
    """The draft, locked, for one change; its edition goes up. Raises NotEntitled and NotOpen, then nothing changes."""
    with transaction.atomic():
        contribution = locked(pk)
        if not rights.works_for(contribution.in_hand):
            raise NotEntitled
        if not contribution.is_open:
            raise NotOpen
        yield contribution
        touch(contribution, rights.holder, at)


def locked(pk: uuid.UUID, *, alone: bool = False) -> Contribution:
    """The draft's row, locked until the end of the transaction. Raises Contribution.DoesNotExist.

    `alone`: without the rows it points to, where they are at hand already and the lock should be short.
    """
    rows = Contribution.objects.select_for_update(of=("self",))
    if not alone:
        rows = rows.select_related("group", "register__group", "state", "office", "revises")
    return rows.get(pk=pk)


def touch(contribution: Contribution, person: Person, at: datetime) -> None:
    """Record a change of the locked draft: its edition goes up."""
    contribution.edition += 1
    contribution.changed_by = person
    contribution.changed_at = at
    contribution.save()


def begin(
    *,
    rights: Rights,
    at: datetime,
    party: Party,
    wording: Wording,
    slot: Slot | None = None,
    answers: Addressee | None = None,
    received: Received | None = None,
    proposed: Iterable[str] = (),
) -> Contribution:
    """Begin a draft in one party's name. `slot` counts for its own meeting only; `answers` is a dated request, instead.

    `received`: the secretariat files it for that party, to which the paper came so. `proposed`: the names of the fields
    that its file says, and nobody typed. Raises NotEntitled,
    register.SlotNotOpen, CannotLink, CannotHaveCome; ValueError for a kind that the party does not file and for a meeting
    of another group.
    """
    filed_for_another = is_filed_for_another(party, received, rights=rights, at=at)
    _check_place(wording, party)
    if slot is not None and (wording.register is None or slot.register_id != wording.register.pk):
        slot = None
    with transaction.atomic():
        contribution = Contribution(
            group=party.group,
            register=wording.register,
            state=party.state,
            office=party.office,
            **_how_it_came(filed_for_another, received),
            kind=wording.kind,
            original_languages=list(wording.original_languages),
            **words_of(wording),
            slot=slot,
            answers=answers,
            proposed=list(proposed),
            created_by=rights.holder,
            created_at=at,
            changed_by=rights.holder,
            changed_at=at,
        )
        if slot is not None and contribution.open_slot is None:
            raise register.SlotNotOpen
        if answers is not None and answers not in contribution.open_requests:
            raise CannotLink(NOT_AWAITED)
        contribution.save(force_insert=True)
        contribution.issues.set(wording.issues)
        return contribution


def _how_it_came(filed_for_another: bool, received: Received | None) -> dict[str, Any]:
    """The columns of a draft that say by whose hand and how it came."""
    came = received or Received()
    return {"filed_for_another": filed_for_another, "came_by": came.came_by, "dated": came.dated}


def _check_place(wording: Wording, party: Party) -> None:
    if wording.kind not in kinds_for(party):
        raise ValueError(f"{wording.kind} is not filed by {party}")
    if wording.register is not None and wording.register.group_id != party.group_id:
        raise ValueError("a draft goes to a meeting of its own group")


def words_digest(contribution: Contribution) -> str:
    """SHA-256 of the words of a draft, as its form shows them: not of its files, and not of its sponsors."""
    shown = {field.name: _plain(contribution, field.name) for field in FIELDS}
    return journal.digest({"register": contribution.register_id, **shown})


def _plain(contribution: Contribution, name: str) -> Any:
    if name == "issues":
        return sorted(issue.pk for issue in contribution.issues.all())
    return getattr(contribution, name)


def edit(
    pk: uuid.UUID,
    wording: Wording,
    *,
    edition: int,
    rights: Rights,
    at: datetime,
    seen: str = "",
    confirms: bool = False,
) -> Contribution:
    """Put the form's words into the draft; another meeting lets go of the request the draft answered.

    `seen`: the `words_digest` of what the form showed. Raises EditConflict where the draft has moved on since
    `edition` and its words are not those any more: a file that came, or a sponsor's answer, is no conflict. Nor is the
    very same wording, which the page's own script may have saved a moment ago. `confirms`: a person has saved them, so
    that none is a mere proposal of the file any more; else only those that were changed are not. Raises as `begin`.
    """
    with changing(pk, rights=rights, at=at) as contribution:
        moved_on = contribution.edition != edition and words_digest(contribution) != seen
        if moved_on and not _says_already(contribution, wording):
            raise EditConflict(contribution)
        proposals = {name: getattr(contribution, name) for name in contribution.proposed}
        if not contribution.is_change:  # a change stays with its document's meeting and kind
            _check_place(wording, contribution.party)
            if contribution.register_id != (wording.register.pk if wording.register else None):
                contribution.status = Contribution.Status.DRAFT if wording.register else contribution.status
                contribution.slot = None
            contribution.register = wording.register
            contribution.kind = wording.kind
        if not contribution.corrected_language:  # else it is written in the language that it corrects
            contribution.original_languages = list(wording.original_languages)
        for name, words in words_of(wording).items():
            setattr(contribution, name, words)
        contribution.issues.set(wording.issues)
        contribution.proposed = [
            name for name, words in proposals.items() if not confirms and words == getattr(contribution, name)
        ]
    return contribution


def _says_already(contribution: Contribution, wording: Wording) -> bool:
    """Whether the draft has these very words."""
    shown = {field.name: _plain(contribution, field.name) for field in FIELDS}
    given = {field.name: getattr(wording, field.name) for field in FIELDS}
    given |= {
        "issues": sorted(issue.pk for issue in wording.issues),
        "original_languages": list(wording.original_languages),
    }
    place = wording.register.pk if wording.register else None
    return contribution.register_id == place and shown == given


def discard(pk: uuid.UUID, *, rights: Rights, at: datetime) -> Contribution:
    """Put the draft aside. Nothing is deleted; `take_back` undoes it."""
    with changing(pk, rights=rights, at=at) as contribution:
        contribution.status = Contribution.Status.DISCARDED
    return contribution


def take_back(pk: uuid.UUID, *, rights: Rights, at: datetime) -> Contribution:
    """Undo `discard`. Raises NotEntitled and NotOpen."""
    with transaction.atomic():
        contribution = locked(pk)
        if not rights.works_for(contribution.in_hand):
            raise NotEntitled
        if contribution.status != Contribution.Status.DISCARDED:
            raise NotOpen
        contribution.status = Contribution.Status.DRAFT
        touch(contribution, rights.holder, at)
        return contribution


def ask_to_submit(pk: uuid.UUID, *, rights: Rights, at: datetime) -> Contribution:
    """A delegate without the right to submit asks the delegation's focal points, who get a mail.

    Raises NotEntitled, NotOpen, NobodySubmits.
    """
    with transaction.atomic():
        contribution = locked(pk)
        if not contribution.in_hand.is_delegation or not rights.works_for(contribution.in_hand):
            raise NotEntitled
        if not contribution.is_open:
            raise NotOpen
        if not anybody_submits_for(contribution.in_hand, at):
            raise NobodySubmits
        contribution.asked_by = rights.holder
        contribution.asked_at = at
        contribution.save(update_fields=["asked_by", "asked_at"])
        outbox.tell(
            "submission_asked",
            key=f"{contribution.pk}:{contribution.edition}:{rights.holder.pk}",
            at=at,
            group=contribution.group_id,
            facts={"contribution": str(contribution.pk), "by": rights.holder.pk},
        )
        return contribution


def begin_change(
    document: Document,
    kind: str,
    *,
    rights: Rights,
    at: datetime,
    language: str = "",
    received: Received | None = None,
) -> Contribution:
    """Begin a Rev., Corr. or Add. of a registered document; an open draft of the same change is taken up again.

    A Rev. starts from the words, files and sources of the current text, as they were filed, so that a change of
    sponsors alone keeps the same bytes. Translations that the secretariat added are not the delegation's. `received`
    as in `begin`. Raises NotEntitled, CannotHaveCome, NoSuchText, offers.DocumentWithdrawn, offers.OfTheArchive,
    offers.MeetingCalledOff; ValueError for a kind that is no change.
    """
    kind = Revision.Kind(kind)
    if kind == Revision.Kind.ORIGINAL:
        raise ValueError("a change is a Rev., a Corr. or an Add.")
    with transaction.atomic():
        document = Document.objects.for_list().select_for_update(of=("self",)).get(pk=document.pk)
        act = offers.DocumentAct.FILE_CHANGE if received else offers.DocumentAct(kind)
        offers.must_be_open(act, document, rights)
        party, current = document.party, document.current
        if language and (
            kind != Revision.Kind.CORR or language not in [text.language for text in current.texts]
        ):
            raise NoSuchText(language)
        assert party is not None  # nobody works for no party
        filed_for_another = is_filed_for_another(party, received, rights=rights, at=at)
        hand = Secretariat(party.group) if filed_for_another else party
        open_one = Contribution.objects.open().of_party(hand)
        if found := open_one.filter(
            revises=document, revision_kind=kind, corrected_language=language
        ).first():
            return found
        contribution = Contribution.objects.create(
            group=document.register.group,
            register=document.register,
            state=party.state,
            office=party.office,
            **_how_it_came(filed_for_another, received),
            kind=document.kind,
            original_languages=[language] if language else current.original_languages,
            **words_of(current),
            revises=document,
            revision_kind=kind,
            corrected_language=language,
            created_by=rights.holder,
            created_at=at,
            changed_by=rights.holder,
            changed_at=at,
        )
        contribution.issues.set(document.issues.all())
        Sponsorship.objects.bulk_create(
            Sponsorship(
                contribution=contribution,
                state_id=source.state_id,
                status=Sponsorship.Status.CONFIRMED,
                asked_at=at,
                answered_at=at,
            )
            for source in current.sources.all()
            if source.state_id and not source.is_lead
        )
        if kind == Revision.Kind.REV:
            carried.copy_files(contribution, current, rights.holder, at)
        return contribution
