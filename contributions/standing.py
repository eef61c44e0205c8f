"""Where a draft stands at this instant, for the head of its pages: in time or late, what is missing, what its reader can do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy

from cwg.documents.deadlines import Decision, Effect, RuleVerdict, Verdict
from cwg.members.rights import Rights, anybody_submits_for

from . import previewing
from .models import Contribution
from .previewing import Preview
from .readiness import Missing

NOBODY_SUBMITS = gettext_lazy(
    "Your delegation has no focal point here, so nobody can submit this draft yet, and there is nobody to ask. The"
    " secretariat of the group can invite one."
)


class Act(StrEnum):
    """The one thing that a page of the draft puts first, for this reader."""

    SUBMIT = "submit"
    ASK = "ask"  # the focal point to submit
    ANSWER = "answer"  # late: say which open request of the Group it answers
    HOLD = "hold"  # late: for the next meeting
    NOBODY = "nobody"  # to submit it, and nobody to ask
    LOOK = "look"  # late, and neither


@dataclass(frozen=True)
class Standing:
    """`decision` is what the register would decide now (`previewing.forecast`); `at` an aware instant."""

    prepared: Preview
    decision: Decision | None
    act: Act
    at: datetime

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What is missing in the draft itself; of its meeting `hindered` tells."""
        return tuple(each for each in self.prepared.missing if not each.is_of_meeting)

    @property
    def hindered(self) -> Missing | None:
        return next((each for each in self.prepared.missing if each.is_of_meeting), None)

    @property
    def answers_in_session(self) -> bool:
        """It answers an open request of the meeting, which no deadline of that refuses."""
        return self.prepared.slot is not None

    @property
    def until(self) -> RuleVerdict | None:
        """Of the rules under which it is in time, while it is in time under all of them, the one whose deadline comes first:
        one that only marks what is late may come before the one that closes the door.
        """
        if self.decision is None or self.decision.late_by is not None:
            return None
        measuring = [one for one in self.decision.per_rule if one.verdict is Verdict.IN_TIME and one.deadline]
        return min(measuring, key=lambda one: (one.deadline, -one.rule.effect.strictness), default=None)

    @property
    def left(self) -> timedelta | None:
        """Until that deadline."""
        return self.until.deadline - self.at if self.until and self.until.deadline else None

    @property
    def closes_at(self) -> datetime | None:
        """Until when it is accepted all the same, where the deadline that comes first only marks what is late."""
        until, decision = self.until, self.decision
        if until is None or decision is None or decision.rule is None or not decision.rule.closes_the_door:
            return None
        return decision.deadline if until.deadline != decision.deadline else None

    @property
    def would_be_held(self) -> bool:
        """Late under a rule that holds by itself; other late drafts only stay drafts."""
        return self.decision is not None and self.decision.effect is Effect.HOLD and not self._is_change

    @property
    def may_be_held(self) -> bool:
        return self.is_refused and not self._is_change

    @property
    def is_refused(self) -> bool:
        """Submitted now, it is sure not to be registered, for being late."""
        return self.decision is not None and not self.decision.accepted

    @property
    def _is_change(self) -> bool:
        return self.prepared.contribution.is_change

    # For templates, which name no value. Code compares with the members.
    @property
    def submits(self) -> bool:
        return self.act is Act.SUBMIT

    @property
    def asks(self) -> bool:
        return self.act is Act.ASK

    @property
    def lacks_a_focal_point(self) -> bool:
        return self.act is Act.NOBODY

    @property
    def answers(self) -> bool:
        return self.act is Act.ANSWER

    @property
    def holds(self) -> bool:
        return self.act is Act.HOLD


def of(prepared: Preview, *, rights: Rights, at: datetime, has_open_slots: bool) -> Standing:
    """As `rights` may act on it at `at`. `has_open_slots`: its party may still answer a request of the meeting with it."""
    decision = previewing.forecast(prepared, at=at)
    draft = prepared.contribution
    return Standing(prepared, decision, _act(draft, decision, rights, at, has_open_slots), at)


def _act(
    draft: Contribution, decision: Decision | None, rights: Rights, at: datetime, has_open_slots: bool
) -> Act:
    if decision is not None and not decision.accepted:
        if has_open_slots and not (draft.slot_id or draft.answers_id):
            return Act.ANSWER
        return Act.LOOK if draft.is_change else Act.HOLD
    if rights.submits_for(draft.in_hand):
        return Act.SUBMIT
    return Act.ASK if anybody_submits_for(draft.in_hand, at) else Act.NOBODY
