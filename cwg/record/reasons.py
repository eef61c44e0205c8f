"""The reason an act is recorded with: how it is kept, and what is said where it is missing."""

from django.utils.translation import gettext_lazy as _

from . import legible

# As much as the columns that keep one take.
MOST_CHARACTERS = 500
SAY_WHY = _("Say why. The reason is kept in the record.")


class ReasonMissing(ValueError):
    """The act is recorded with a reason, and none was given. `str()` is a sentence; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(SAY_WHY)


def clean_reason(reason: str) -> str:
    """The reason without blanks around it. Raises ReasonMissing."""
    reason = reason.strip()
    if legible.is_empty(reason):
        raise ReasonMissing
    return reason
