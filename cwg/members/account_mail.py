"""Mails about a person's own account: asked for here, sent from the floor above, which alone knows the outbox.

Each kind has one entry in `cwg/notices/account_mails.py`. Facts are ids and plain values; no secret is kept: links are
made when the mail is sent.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from .models import Person

PostedCallback = Callable[[str, int | None, datetime, dict[str, Any]], None]
_on_posted: list[PostedCallback] = []


def on_posted(callback: PostedCallback) -> None:
    """`callback(kind, person's id, at, facts)` runs inside the transaction of the act that a person is told of."""
    if callback not in _on_posted:
        _on_posted.append(callback)


def post(kind: str, person: Person | None, at: datetime, **facts: Any) -> None:
    """Tell `person` of what was done to the account. Nobody: the same row is written, and no mail comes of it, so that
    an answer says nothing of whether an address is known."""
    for callback in _on_posted:
        callback(kind, person.pk if person else None, at, facts)
