"""Who changed a row and why, as its history keeps it."""

from typing import Any

from django.db import models


def sign(row: models.Model, actor: models.Model | None, reason: str) -> None:
    """Name on `row`, before it is saved or deleted, the person whose act it is and the reason.

    The row's next history row carries both. `actor` is None where nobody signed in acts: a command, a load of
    reference data. The record stands below the people, so a person is any row here.
    """
    signed: Any = row  # the two attributes are the history's own, and no model declares them
    signed._history_user = actor
    signed._change_reason = reason


def save_signed(row: models.Model, actor: models.Model | None, reason: str) -> None:
    """`sign`, and save."""
    sign(row, actor, reason)
    row.save()
