"""Joint contributions: asking other Member States, their focal points' answer, leaving.

A contribution lists only sponsors whose own focal point confirmed. Joining or leaving after registration makes
a Rev. with the same bytes, flagged, never refused.
"""

import uuid
from datetime import datetime

from django.db import transaction

from cwg.members.models import MemberState
from cwg.members.parties import NotEntitled
from cwg.members.rights import Rights, anybody_submits_for
from cwg.notices import outbox

from . import drafting
from .models import Contribution, Sponsorship


class AlreadyAsked(ValueError):
    """That Member State was asked already, or leads the contribution itself."""


class NotAnswerable(ValueError):
    """The question is answered, taken back, or its draft no longer open."""


def ask(pk: uuid.UUID, state: MemberState, *, rights: Rights, at: datetime) -> Sponsorship:
    """Ask a Member State to join; its focal points get a mail. A State that declined may be asked again.

    One mail for one question: asked, taken off and asked again without an answer between, it hears once. Where it has
    no focal point nobody hears, and `is_heard` says so; asked again when it has one, it hears then.

    Raises NotEntitled, also for a draft that takes no sponsors (`Contribution.takes_sponsors`), drafting.NotOpen and AlreadyAsked.
    """
    with drafting.changing(pk, rights=rights, at=at) as contribution:
        if not contribution.takes_sponsors:
            raise NotEntitled
        if state.pk == contribution.state_id:
            raise AlreadyAsked
        sponsorship, fresh = Sponsorship.objects.get_or_create(
            contribution=contribution, state=state, defaults={"asked_at": at}
        )
        answered = sponsorship.answered_at
        if not fresh:
            if sponsorship.status in Sponsorship.SIGNING:
                raise AlreadyAsked
            sponsorship.status = Sponsorship.Status.ASKED
            sponsorship.asked_at = at
            sponsorship.answered_at = sponsorship.answered_by = None
            sponsorship.save()
        if is_heard(sponsorship, at):
            outbox.tell(
                "sponsorship_asked",
                key=f"{sponsorship.pk}:{answered.isoformat() if answered else 'first'}",
                at=at,
                group=contribution.group_id,
                facts={"sponsorship": sponsorship.pk},
            )
        return sponsorship


def is_heard(sponsorship: Sponsorship, at: datetime) -> bool:
    """Whether the State that is asked has anybody who gets the mail and can answer."""
    return anybody_submits_for(sponsorship.party, at)


def take_back(pk: uuid.UUID, sponsorship_id: int, *, rights: Rights, at: datetime) -> None:
    """The lead takes the question, or the sponsor, off its draft. Raises NotEntitled and drafting.NotOpen, as `ask`."""
    with drafting.changing(pk, rights=rights, at=at) as contribution:
        if not contribution.takes_sponsors:
            raise NotEntitled
        contribution.sponsorships.filter(pk=sponsorship_id).update(status=Sponsorship.Status.REMOVED)


def answer(sponsorship_id: int, *, joins: bool, rights: Rights, at: datetime) -> Sponsorship:
    """The asked State's own focal point confirms or declines, or leaves a draft it had joined.

    Who declined or left no longer reads the draft, and joins again only when asked again.

    The draft's edition goes up: what was previewed before does not go out with other sponsors than shown.
    Raises NotEntitled and NotAnswerable.
    """
    with transaction.atomic():
        known = Sponsorship.objects.get(pk=sponsorship_id)
        contribution = drafting.locked(known.contribution_id)
        locked = Sponsorship.objects.select_for_update(of=("self",)).select_related("state")
        sponsorship = locked.get(pk=sponsorship_id)
        sponsorship.contribution = contribution
        if not rights.submits_for(sponsorship.party):
            raise NotEntitled
        if not contribution.is_open or contribution.filed_for_another:
            raise NotAnswerable
        wanted = _next_status(sponsorship.status, joins)
        sponsorship.status = wanted
        sponsorship.answered_by = rights.holder
        sponsorship.answered_at = at
        sponsorship.save()
        Contribution.objects.filter(pk=contribution.pk).update(edition=contribution.edition + 1)
        outbox.tell(
            "sponsorship_answered",
            key=f"{sponsorship.pk}:{at.isoformat()}",
            at=at,
            group=contribution.group_id,
            facts={"sponsorship": sponsorship.pk},
        )
        return sponsorship


def _next_status(status: str, joins: bool) -> str:
    if status == Sponsorship.Status.ASKED:
        return Sponsorship.Status.CONFIRMED if joins else Sponsorship.Status.DECLINED
    if status == Sponsorship.Status.CONFIRMED and not joins:
        return Sponsorship.Status.LEFT
    raise NotAnswerable
