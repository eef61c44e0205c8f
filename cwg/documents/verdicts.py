"""What people read of a verdict: one table for pages, mails, the console, lists, receipts and packs.

The stored values are `deadlines.Verdict`. Nobody in the Group says "verdict", "flagged" or "not measured", so no
word here does.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .deadlines import Verdict


@dataclass(frozen=True)
class Words:
    """`badge` stands alone, beside a symbol or in a cell; `sentence` says it in full, in mails and on receipts.

    Word and icon carry the meaning; `tone` (good, bad, asked, plain) only repeats it in colour.
    """

    badge: str | Promise
    sentence: str | Promise
    icon: str
    tone: str

    @property
    def departs(self) -> bool:
        """Whether it departs from the rule: a list marks only that."""
        return self.tone in ("bad", "asked")


# What the column, the fact or the cell is called that holds a badge or a sentence.
HEADING = _("Timing")

WORDS = {
    Verdict.IN_TIME: Words(_("In time"), _("Available in time."), "check-lg", "good"),
    Verdict.LATE_KEPT: Words(
        _("Late, not registered"),
        _("Late: it was not registered and remains a draft."),
        "clock-history",
        "bad",
    ),
    Verdict.LATE_FLAGGED: Words(
        _("Late, accepted"), _("Late: it was accepted and is marked late."), "clock-history", "bad"
    ),
    Verdict.REQUESTED_IN_SESSION: Words(
        _("Requested by the meeting"),
        _("After the deadline: it was accepted because the meeting requested it."),
        "hand-index",
        "asked",
    ),
    Verdict.EXEMPT: Words(_("Exempt"), _("The deadline does not apply to its kind."), "dash-lg", "plain"),
    Verdict.NO_RULE: Words(_("No deadline"), _("No deadline applied."), "dash-lg", "plain"),
    Verdict.NOT_MEASURED: Words(
        _("Time not recorded"), _("The time was not recorded."), "question-lg", "plain"
    ),
}
CHOICES = [(verdict.value, words.badge) for verdict, words in WORDS.items()]


def words(verdict: str) -> Words:
    """The words of a verdict, given as a member or as its stored value. Raises ValueError for another text."""
    return WORDS[Verdict(verdict)]
