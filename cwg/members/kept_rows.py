"""Rows of people that an act or a sweep takes away (`cwg/record/keeping.py`); all others stay."""

from allauth.mfa.models import Authenticator

from cwg.record import keeping

from .models import EntryAttempt, KeptWords, KnownDevice, Session
from .roster.models import Roster


def register() -> None:
    keeping.deleted(Authenticator, EntryAttempt, KeptWords, KnownDevice, Roster, Session)
