"""Why a verb refused, as one sentence for the person. Anything else that goes wrong is a fault, not a refusal."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from cwg.record.reasons import ReasonMissing

SENTENCES: dict[type[Exception], Any] = {
    PermissionDenied: _("Only the secretariat of this group does this."),
}
REFUSED: tuple[type[Exception], ...] = (ReasonMissing, *SENTENCES)


def sentence(error: Exception) -> str:
    """What to tell the person about an error of `REFUSED`."""
    if isinstance(error, ReasonMissing):
        return str(error)
    return str(next(words for kind, words in SENTENCES.items() if isinstance(error, kind)))
