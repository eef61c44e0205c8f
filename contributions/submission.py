"""Submitting is publishing: one transaction, no person and no worker between (design 2).

The preview page prepares everything that does not need the number and hands out a one-use token (`previewing`). Submitting
locks the register and the draft, and the register decides by the database's clock.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from cwg.documents import deadlines, offers, register
from cwg.documents.models import Receipt
from cwg.members import second_factor
from cwg.members.models import Person
from cwg.members.parties import NotEntitled
from cwg.members.rights import rights_of
from cwg.record import copying
from meetings import answers
from meetings.models import Addressee

from . import drafting, held_over, previewing
from .models import Contribution, SubmitToken
from .readiness import CLOSED, WITHDRAWN, called_off, nothing_to_correct
from .submission_metrics import measured


class DraftChanged(ValueError):
    """The draft is not what the preview showed. Nothing was submitted; preview it again."""


class NotReady(ValueError):
    """Something is missing. `problems` says what, a sentence each."""

    def __init__(self, problems):
        super().__init__("the draft is not ready")
        self.problems = problems


class SecondFactorMissing(PermissionError):
    """The installation wants a second factor of those who submit, and the person has none."""


class TokenUnknown(ValueError):
    """No preview page of this person gave out that token."""


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
    fresh = previewing.load(given.contribution_id)
    if fresh.status == Contribution.Status.SUBMITTED:
        return _with_its_copy(_there_already(fresh))
    if not fresh.is_open:
        raise drafting.NotOpen
    prepared = previewing.preview(fresh, person=person)
    if fresh.slot_id is not None and prepared.slot is None and prepared.digest != given.digest:
        raise register.SlotNotOpen  # it was open when the preview was shown
    if not prepared.ready:
        raise NotReady(prepared.problems)
    assert fresh.register_id is not None  # without a meeting the preview is not ready
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
        if filing.same_bytes and not previewing.only_sponsors_change(filing):
            raise DraftChanged
        if gone := nothing_to_correct(fresh):
            raise NotReady((gone,))
        rights = rights_of(person)
        if not rights.submits_for(fresh.in_hand):  # a draft never changes hands
            raise NotEntitled
        if filing.for_another and filing.for_another.office_id != previewing.filing_office(fresh, rights).pk:
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
                held_over.put_on_hold(contribution, at=entered.at)
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
