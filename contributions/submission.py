"""Submitting is publishing: one transaction, no person and no worker between (design 2).

The proof page prepares everything that does not need the number and hands out a one-use token. Submitting
locks the register and the draft, and the register decides by the database's clock.
"""

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q, prefetch_related_objects

from cwg import clock
from cwg.documents import deadlines, offers, register
from cwg.documents.filing import (
    FileLine,
    Filing,
    ForAnother,
    SourceLine,
    VersionLine,
    as_registered,
    differences,
    plain,
    words_of,
)
from cwg.documents.models import Document, Receipt, Register, Revision, Slot
from cwg.members import second_factor
from cwg.members.models import UNREAD_WHERE_NAMED, Office, Person
from cwg.members.parties import NotEntitled
from cwg.members.rights import Rights, rights_of
from cwg.notices import outbox
from cwg.record import copying, journal
from meetings import answers
from meetings.models import Addressee

from . import drafting
from .models import Contribution, DraftFile, DraftLetter, Sponsorship, SubmitToken
from .readiness import CLOSED, WITHDRAWN, called_off, nothing_to_correct, problems
from .submission_metrics import measured


class DraftChanged(ValueError):
    """The draft is not what the proof showed. Nothing was submitted; proof it again."""


class NotReady(ValueError):
    """Something is missing. `problems` says what, a sentence each."""

    def __init__(self, problems):
        super().__init__("the draft is not ready")
        self.problems = problems


class SecondFactorMissing(PermissionError):
    """The installation wants a second factor of those who submit, and the person has none."""


class TokenUnknown(ValueError):
    """No proof page of this person gave out that token."""


@dataclass(frozen=True)
class Proof:
    """A draft as it would be registered. `digest` is what a token carries; `problems` stop the submission."""

    contribution: Contribution
    filing: Filing
    digest: str
    problems: tuple = ()
    left_out: tuple[Sponsorship, ...] = ()
    sponsors_only: bool = False
    # The request of the Group that it answers, while that is open.
    slot: Slot | None = None
    # The dated one that it will be linked to. It stands in no document's way: answered meanwhile, it is passed over.
    answers: Addressee | None = None
    original_files: tuple[DraftFile, ...] = field(default=())

    @property
    def ready(self) -> bool:
        return not self.problems


@dataclass(frozen=True)
class Submitted:
    """What became of a submission: a receipt, or the decision that it is late.

    `at` is the decision's instant, `arrived_at` when the request reached us, `waited` the time between.
    `again` tells that the receipt was there already: a double click, a replay, a second focal point. `passed_over`
    is the dated request that it was to answer and that was answered or withdrawn before.
    """

    contribution: Contribution
    receipt: Receipt | None
    decision: deadlines.Decision | None = None
    at: datetime | None = None
    arrived_at: datetime | None = None
    again: bool = False
    passed_over: Addressee | None = None

    @property
    def waited(self) -> timedelta:
        return self.at - self.arrived_at if self.at and self.arrived_at else timedelta()


def load(pk: uuid.UUID) -> Contribution:
    """The draft with all that a proof needs, in a constant number of queries."""
    found = (
        Contribution.objects.select_related("group", "register__group", "state", "office", "revises", "slot")
        .defer(*(f"state__{name}" for name in UNREAD_WHERE_NAMED))
        .prefetch_related(
            "issues",
            Prefetch("files", DraftFile.objects.select_related("blob")),
            Prefetch("sponsorships", Sponsorship.objects.on_record()),
        )
        .get(pk=pk)
    )
    if found.answers_id is not None:  # few do; the others need not join its five tables
        asked = Addressee.objects.select_related("request__meeting__register", "document")
        prefetch_related_objects([found], Prefetch("answers", asked))
    return found


def proof(contribution: Contribution, *, person: Person) -> Proof:
    """What `contribution` (from `load`) would be registered as by this person, and what still stands in the way.

    Of what is filed for another, the secretariat's office that files it is that of who submits it, whoever began it.
    Raises NotEntitled where the person files nothing for that party.
    """
    files = drafting.files_by_language(contribution.files.all())
    letters = list(contribution.letters.select_related("blob")) if contribution.filed_for_another else []
    confirmed = [s for s in contribution.sponsorships.all() if s.status == Sponsorship.Status.CONFIRMED]
    waiting = tuple(s for s in contribution.sponsorships.all() if s.status == Sponsorship.Status.ASKED)
    sources = _sources(contribution, confirmed)
    versions = tuple(
        VersionLine(
            language=language,
            is_original=language in contribution.original_languages,
            files=tuple(FileLine(f.name, f.blob_id, f.blob.size) for f in held),
            text="\n\n".join(f.blob.text for f in held),
        )
        for language, held in sorted(files.items())
    )
    slot = contribution.open_slot
    issue_ids = tuple(sorted(issue.pk for issue in contribution.issues.all()))
    filing = Filing(
        kind=contribution.kind,
        sources=sources,
        versions=versions,
        issue_ids=issue_ids,
        **words_of(contribution),
        revises_id=contribution.revises_id,
        revision_kind=contribution.revision_kind,
        language=contribution.corrected_language,
        for_another=_for_another(contribution, letters, person),
    )
    if _only_sponsors_change(filing):
        filing = replace(filing, same_bytes=True)
    return Proof(
        contribution=contribution,
        filing=filing,
        digest=_digest(contribution, filing, slot),
        problems=tuple(problems(contribution, files, letters)),
        left_out=waiting,
        sponsors_only=filing.same_bytes,
        slot=slot,
        answers=contribution.open_request,
        original_files=tuple(f for lang in contribution.original_languages for f in files.get(lang, [])),
    )


def _for_another(contribution: Contribution, letters: list[DraftLetter], person: Person) -> ForAnother | None:
    if not contribution.filed_for_another:
        return None
    office = _filing_office(contribution, rights_of(person))
    lines = tuple(FileLine(f.name, f.blob_id, f.blob.size) for f in letters)
    return ForAnother(office.pk, office.name, contribution.came_by, contribution.dated, lines)


def _filing_office(contribution: Contribution, rights: Rights) -> Office:
    """As which office of the secretariat the person files it. Raises NotEntitled."""
    filer = rights.filer_for(contribution.party)
    if filer is None or filer.office is None:
        raise NotEntitled
    return filer.office


def _sources(contribution: Contribution, confirmed: list[Sponsorship]) -> tuple[SourceLine, ...]:
    if contribution.state is None:
        office = contribution.office
        assert office is not None  # a_contribution_has_one_party
        return (SourceLine("office", office.name, office_id=office.pk, is_lead=True),)
    lead = contribution.state
    joint = sorted((s.state for s in confirmed), key=lambda state: (state.sort_en, state.short_en))
    return (
        SourceLine("state", lead.short_en, state_id=lead.pk, is_lead=True),
        *(SourceLine("state", state.short_en, state_id=state.pk) for state in joint),
    )


def _digest(contribution: Contribution, filing: Filing, slot: Slot | None) -> str:
    """SHA-256 of all that would be registered. Where another version of the portal made another one, it is not equal:
    what was proofed before an upgrade is proofed again.
    """
    return journal.digest(
        {
            "contribution": contribution.pk,
            "register": contribution.register_id,
            "slot": slot.pk if slot else None,
            "answers": contribution.answers_id,
            "filing": plain(filing),
        }
    )


def _only_sponsors_change(filing: Filing) -> bool:
    """Whether a Rev. files what the document's current text is, signed by others: every other field is the same."""
    if filing.revision_kind != Revision.Kind.REV or filing.revises_id is None:
        return False
    document = Document.objects.for_list().get(pk=filing.revises_id)
    return differences(as_registered(document), filing) == {"sources"}


def offer(contribution_proof: Proof, *, person: Person, at: datetime) -> SubmitToken:
    """A token for this proof, for this person: used once, whatever is clicked. The same proof gives the same one."""
    known = SubmitToken.objects.filter(
        contribution=contribution_proof.contribution, person=person, digest=contribution_proof.digest
    ).first()
    return known or SubmitToken.objects.create(
        contribution=contribution_proof.contribution,
        person=person,
        digest=contribution_proof.digest,
        made_at=at,
    )


def forecast(prepared: Proof, *, at: datetime) -> deadlines.Decision | None:
    """What the register would decide if the document became available at `at`; None without a meeting."""
    addressed = prepared.contribution.register
    if addressed is None:
        return None
    filing = prepared.filing
    decision = _judge(addressed.deadlines_in_force, filing.kind, at, slot=prepared.slot is not None)
    return decision.of_sponsors_alone() if filing.same_bytes else decision


def _judge(in_force, kind: str, at: datetime, *, slot: bool = False) -> deadlines.Decision:
    return deadlines.judge(
        [(d.as_rule, d.instant) for d in in_force],
        kind,
        received_at=at,
        available_at=at,
        slot=slot,
    )


@measured
def submit(
    token: uuid.UUID, *, person: Person, arrived_at: datetime, of: uuid.UUID | None = None
) -> Submitted:
    """Register the draft that `token` was given for. One durable transaction.

    `arrived_at` is the aware instant at which the request reached us, by the database's clock; `of` the draft it was
    sent for, where the sender names one. A used token, or a draft another focal point has submitted meanwhile, gives the
    receipt that is there. Raises SecondFactorMissing, TokenUnknown, DraftChanged, NotReady, NotEntitled,
    drafting.NotOpen, register.RegisterBusy, register.SlotNotOpen; nothing is changed then.
    """
    if second_factor.is_missing_to_submit(person):
        raise SecondFactorMissing
    given = SubmitToken.objects.filter(token=token, person=person).first()
    if given is None or of not in (None, given.contribution_id):
        raise TokenUnknown
    fresh = load(given.contribution_id)
    if fresh.status == Contribution.Status.SUBMITTED:
        return _with_its_copy(_there_already(fresh))
    if not fresh.is_open:
        raise drafting.NotOpen
    prepared = proof(fresh, person=person)
    if fresh.slot_id is not None and prepared.slot is None and prepared.digest != given.digest:
        raise register.SlotNotOpen  # it was open when the proof was shown
    if not prepared.ready:
        raise NotReady(prepared.problems)
    assert fresh.register_id is not None  # without a meeting the proof is not ready
    register_id: int = fresh.register_id

    def act() -> Submitted:
        locked = register.lock(register_id)
        contribution = drafting.locked(fresh.pk, alone=True)
        if contribution.status == Contribution.Status.SUBMITTED:
            return _there_already(contribution)
        if not contribution.is_open:
            raise drafting.NotOpen
        if prepared.digest != given.digest or contribution.edition != fresh.edition:
            raise DraftChanged
        # A Rev. of the words may have been registered while this one waited: asked again under the lock.
        filing = prepared.filing
        if filing.same_bytes and not _only_sponsors_change(filing):
            raise DraftChanged
        if gone := nothing_to_correct(fresh):
            raise NotReady((gone,))
        rights = rights_of(person)
        if not rights.submits_for(fresh.in_hand):  # a draft never changes hands
            raise NotEntitled
        if filing.for_another and filing.for_another.office_id != _filing_office(fresh, rights).pk:
            raise DraftChanged
        if filing.revises_id is None and offers.is_closed_to(locked, fresh.party):
            raise NotReady((CLOSED,))
        try:
            entered = register.enter(
                locked,
                filing,
                actor=person,
                token=token,
                arrived_at=arrived_at,
                slot_id=prepared.slot.pk if prepared.slot else None,
            )
        except register.DocumentWithdrawn:
            raise NotReady((WITHDRAWN,)) from None
        except register.MeetingCalledOff:
            raise NotReady((called_off(locked),)) from None
        if entered.receipt is None:
            if entered.decision.effect is deadlines.Effect.HOLD and not contribution.is_change:
                # A rule whose effect is to hold asks nobody; the draft is re-addressed at once.
                _put_on_hold(contribution, at=entered.at)
                drafting.touch(contribution, person, entered.at)
            return Submitted(contribution, None, entered.decision, entered.at, entered.arrived_at)
        contribution.status = Contribution.Status.SUBMITTED
        contribution.revision = entered.receipt.revision
        drafting.touch(contribution, person, entered.at)
        asked = fresh.answers if not fresh.is_change else None
        is_linked = asked is not None and answers.answer(
            asked.pk, contribution.revision.document, actor=person, at=entered.at, into=locked
        )
        return Submitted(
            contribution,
            entered.receipt,
            entered.decision,
            entered.at,
            entered.arrived_at,
            passed_over=None if is_linked else asked,
        )

    return _with_its_copy(register.decide(register_id, act))


def _with_its_copy(submitted: Submitted) -> Submitted:
    """A receipt that is shown again: the process that issued it may have died before it copied the journal's entry."""
    addressed = submitted.contribution.register
    if submitted.again and addressed is not None:
        copying.make_sure(addressed.chain)
    return submitted


def _there_already(contribution: Contribution) -> Submitted:
    receipt = Receipt.objects.select_related("revision__document").get(revision=contribution.revision_id)
    return Submitted(contribution, receipt, at=receipt.issued_at, again=True)


def next_meeting(contribution: Contribution, *, at: datetime) -> Register | None:
    """The next announced meeting of the group that still takes this kind in; None: not yet convened.

    A deadline that only flags closes no door.
    """
    coming = (
        Register.objects.coming(at)
        .filter(group_id=contribution.group_id)
        .exclude(Q(pk=contribution.register_id))
        .prefetch_related("deadlines")
    )
    for candidate in coming:
        if _judge(candidate.deadlines_in_force, contribution.kind, at).accepted:
            return candidate
    return None


def hold(pk: uuid.UUID, *, rights: Rights, at: datetime) -> Contribution:
    """Re-address a late draft to the next meeting, or to one not yet convened. Nothing is registered.

    A focal point submits it again when the time comes. Raises NotEntitled, NotOpen.
    """
    with drafting.changing(pk, rights=rights, at=at) as contribution:
        if contribution.is_change:
            raise drafting.NotOpen
        _put_on_hold(contribution, at=at)
    return contribution


def _put_on_hold(contribution: Contribution, *, at: datetime) -> None:
    """Re-address the locked draft; the caller saves it."""
    contribution.held_from = contribution.register
    contribution.register = next_meeting(contribution, at=at)
    contribution.status = Contribution.Status.HELD
    contribution.held_at = at
    contribution.slot = None
    outbox.tell(
        "contribution_held",
        key=f"{contribution.pk}:{contribution.edition}",
        at=at,
        group=contribution.group_id,
        facts={"contribution": str(contribution.pk)},
    )


TOKENS_KEPT = timedelta(days=30)


def forget_old_tokens() -> int:
    """Delete proof tokens nobody used in thirty days; a receipt keeps the token that made it. How many."""
    old = clock.now() - TOKENS_KEPT
    return SubmitToken.objects.filter(made_at__lt=old).delete()[0]
