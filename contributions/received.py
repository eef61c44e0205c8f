"""How a paper reached the secretariat that files it for another: said when it is begun, corrected while it is a draft.

Of a Member State's paper it is always said, and the letter is kept: it is registered in the name of somebody who did not
press the button. An office's may be handed over in the corridor.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from cwg.documents import zones
from cwg.documents.models import CameBy
from cwg.members.parties import NotEntitled, Party
from cwg.members.rights import Rights

from .models import Contribution

# A letter of before is a slip of the pen in its year.
OLDEST = timedelta(days=731)


class CannotHaveCome(ValueError):
    """What is said of how a paper came is not enough, or cannot be: `field` of `Received` and a sentence, `str()`."""

    def __init__(self, field: str, sentence: Any):
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Received:
    """How it came (`CameBy`, or empty), and the date of the letter or of the day it was handed over."""

    came_by: str = ""
    dated: date | None = None


def check(received: Received, party: Party, at: datetime) -> None:
    """Raises CannotHaveCome."""
    if received.came_by:
        CameBy(received.came_by)
    if party.is_delegation and not received.came_by:
        raise CannotHaveCome("came_by", _("Say how the paper of a Member State came."))
    if party.is_delegation and received.dated is None:
        raise CannotHaveCome("dated", _("Give the date of the letter, or of the day it was handed over."))
    if received.dated is not None and not received.came_by:
        raise CannotHaveCome("came_by", _("Say how the paper came, or leave its date out."))
    today = zones.as_local(at, ZoneInfo(party.group.zone)).date()
    if received.dated is not None and received.dated > today:
        raise CannotHaveCome("dated", _("That day has not come yet."))
    if received.dated is not None and received.dated < today - OLDEST:
        raise CannotHaveCome("dated", _("That day is more than two years ago. Check the year."))


def is_filed_for_another(party: Party, received: Received | None, *, rights: Rights, at: datetime) -> bool:
    """Whether the person drafts in that party's name as the secretariat that files for it, and not as the party itself.

    An invited body has no presence in the portal: whatever bears its name is filed by the secretariat. Raises
    NotEntitled, CannotHaveCome.
    """
    if received is None and not party.is_invited:
        if not rights.works_for(party):
            raise NotEntitled
        return False
    if rights.filer_for(party) is None:
        raise NotEntitled
    check(received or Received(), party, at)
    return True


def of(contribution: Contribution) -> Received:
    return Received(contribution.came_by, contribution.dated)
