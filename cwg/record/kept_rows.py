"""What the portal may do with the rows of the record (`keeping.py`)."""

from . import keeping
from .models import AccessEntry, AccessSeal, Heartbeat, JournalEntry, SigningKey, VerificationRun


def register() -> None:
    keeping.added_only(JournalEntry, AccessEntry, AccessSeal, VerificationRun)
    keeping.changed_in(
        SigningKey, ["sealed_private_key", "retired_at", "retired_because"], guards=["published_stays"]
    )
    keeping.deleted(Heartbeat)
