"""Why a verb refused, as one sentence for the person. Anything else that goes wrong is a fault, not a refusal."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from cwg.documents import deadlines, offers, register, zones
from cwg.members import refusals as people
from cwg.members.parties import NotEntitled
from cwg.notices.sending import NothingToSendAgain
from cwg.record.reasons import ReasonMissing
from meetings import convening, requests

# These errors are sentences themselves.
SAY_IT_THEMSELVES = (
    people.Refused,
    ReasonMissing,
    convening.CannotAnnounce,
    convening.CannotClose,
    convening.CannotConvene,
    requests.CannotRecord,
    requests.CannotWithdraw,
    zones.LocalTimeRefused,
)
SENTENCES: dict[type[Exception], Any] = {
    PermissionDenied: _("Only the secretariat of this group does this."),
    NotEntitled: _("Only the party it comes from withdraws this document."),
    offers.DocumentWithdrawn: _("The document is withdrawn: nothing is done with it any more."),
    offers.OfTheArchive: _(
        "The document is of the archive: it was not registered here and is not withdrawn here."
    ),
    register.NothingToChange: _("No change: this is what it is now."),
    NothingToSendAgain: _("This mail still waits, or no longer matters: there is nothing to send again."),
    zones.UnknownZone: _("There is no such time zone."),
    deadlines.AnchorNotSupported: _(
        "A rule that counts from an item is in force, and items of the agenda have no times yet."
    ),
}
REFUSED: tuple[type[Exception], ...] = (*SAY_IT_THEMSELVES, *SENTENCES)


def sentence(error: Exception) -> str:
    """What to tell the person about an error of `REFUSED`."""
    if isinstance(error, SAY_IT_THEMSELVES):
        return str(error)
    return str(next(words for kind, words in SENTENCES.items() if isinstance(error, kind)))
