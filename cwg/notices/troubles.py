"""What fails in the mail, for one person's eyes: the server, and each reason with its mails."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, F, Min, Q, Window
from django.db.models.functions import RowNumber
from django.utils.translation import ngettext

from cwg.members.rights import Rights

from . import outages, reach, resending, why_words
from .models import Notice, Outage, Why
from .readiness import OUTBOX_EMPTIED_WITHIN

SHOWN = 50


@dataclass
class Trouble:
    """Mails that one reason keeps back. `rows`: (mail, may be sent again, may be set aside), the newest first.

    `served`: how many of them are in the hands of whoever looks; `served_failed`: of those, how many were given up.
    """

    why: str
    failing: int
    failed: int
    served: int
    served_failed: int
    since: datetime
    rows: list[tuple[Notice, bool, bool]] = field(default_factory=list)

    @property
    def label(self) -> str:
        return str(Why(self.why).label) if self.why in Why else str(why_words.means(""))

    @property
    def means(self) -> str:
        return why_words.means(self.why)

    @property
    def to_do(self) -> str:
        return why_words.do(self.why, given_up=not self.failing)

    @property
    def count(self) -> int:
        return self.failing + self.failed

    @property
    def takes_several_goes(self) -> bool:
        """Whether more are in the hands of whoever looks than something is done to in one go."""
        return self.served > resending.MOST_AT_ONCE

    @property
    def send_again(self) -> str:
        """What the button says that sends in one go those again that whoever looks may; "" where there is nothing to go together."""
        count = self._in_one_go(self.served)
        if not count:
            return ""
        if count < self.count:
            words = ngettext("Send %(count)d again", "Send %(count)d again", count)
        else:
            words = ngettext("Send all %(count)d again", "Send all %(count)d again", count)
        return words % {"count": count}

    @property
    def set_aside(self) -> str:
        """The same of those that were given up, to set them aside."""
        count = self._in_one_go(self.served_failed)
        if not count:
            return ""
        if count < self.failed:
            words = ngettext("Set %(count)d aside", "Set %(count)d aside", count)
        else:
            words = ngettext("Set all %(count)d aside", "Set all %(count)d aside", count)
        return words % {"count": count}

    def _in_one_go(self, served: int) -> int:
        """0 for a single mail, which has a button of its own, and where no reason says what they have in common."""
        return min(served, resending.MOST_AT_ONCE) if served > 1 and self.why else 0


@dataclass(frozen=True)
class Mail:
    """`outage` and how many mails wait for it; `troubles` by reason, those given up first; `overdue`: due and not tried."""

    outage: Outage | None
    waiting: int
    troubles: list[Trouble]
    overdue: int
    overdue_since: datetime | None

    @property
    def at_once(self) -> int:
        """To how many something is done in one go."""
        return resending.MOST_AT_ONCE

    @property
    def outage_means(self) -> str:
        return why_words.means(self.outage.why) if self.outage else ""

    @property
    def outage_to_do(self) -> str:
        return why_words.do(self.outage.why) if self.outage else ""

    @property
    def count(self) -> int:
        return sum(trouble.count for trouble in self.troubles)

    @property
    def served(self) -> int:
        """How many of them are in the hands of whoever looks."""
        return sum(trouble.served for trouble in self.troubles)

    @property
    def failed(self) -> int:
        return sum(trouble.failed for trouble in self.troubles)

    @property
    def is_well(self) -> bool:
        return self.outage is None and not self.troubles and not self.overdue


def of(rights: Rights, shown: int = SHOWN) -> Mail:
    """As this person sees it, with `shown` mails of each reason. Four queries, however many mails."""
    seen = reach.seen(rights)
    failed = Notice.FAILED
    served = Q(pk__in=reach.served(rights).values("pk"))
    counted = (
        seen.in_trouble()
        .order_by()
        .values("why")
        .annotate(
            failing=Count("pk", filter=~failed),
            failed=Count("pk", filter=failed),
            served=Count("pk", filter=served),
            served_failed=Count("pk", filter=served & failed),
            since=Min("failing_since"),
            late_since=Min("due_at"),
        )
    )
    troubles = {
        row["why"]: Trouble(
            row["why"],
            row["failing"],
            row["failed"],
            row["served"],
            row["served_failed"],
            row["since"] or row["late_since"],
        )
        for row in counted
    }
    if troubles:
        ranked = (
            seen.in_trouble()
            .annotate(
                place=Window(RowNumber(), partition_by="why", order_by=F("pk").desc()), is_served=served
            )
            .filter(place__lte=shown)
            .select_related("event__group", "person")
            .order_by("-pk")
        )
        for notice in ranked:
            if notice.why in troubles:  # one that failed between the two questions is shown next time
                may_send_again = notice.is_served and resending.may_be_sent_again(notice)
                may_set_aside = notice.is_served and resending.may_be_set_aside(notice)
                troubles[notice.why].rows.append((notice, may_send_again, may_set_aside))
    outage = outages.current()
    due = (
        reach.untried(rights)
        .filter(due_at__lte=rights.at)
        .aggregate(
            waiting=Count("pk"),
            overdue=Count("pk", filter=Q(due_at__lt=rights.at - OUTBOX_EMPTIED_WITHIN)),
            since=Min("due_at"),
        )
    )
    return Mail(
        outage,
        due["waiting"],
        sorted(troubles.values(), key=lambda each: (not each.failed, -each.count, each.why)),
        0 if outage else due["overdue"],
        due["since"],
    )


@dataclass(frozen=True)
class InShort:
    """How many mails are in trouble, and whether the server is away: for a line on Home."""

    failing: int
    failed: int
    server_is_away: bool


def in_short(rights: Rights) -> InShort | None:
    """None for whoever looks after no mail, without a query, and where all is well. Two queries."""
    if not reach.serves_any(rights):
        return None
    failed = Notice.FAILED
    found = (
        reach.served(rights)
        .order_by()
        .aggregate(failing=Count("pk", filter=~failed), failed=Count("pk", filter=failed))
    )
    away = outages.current() is not None
    return InShort(found["failing"], found["failed"], away) if away or any(found.values()) else None
