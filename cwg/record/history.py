"""Who changed a row and why, as its history keeps it."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import models
from simple_history.utils import bulk_create_with_history, get_history_manager_for_model

Row = TypeVar("Row", bound=models.Model)


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


def create_signed(
    rows: Iterable[Row], model: type[Row], actor: models.Model | None, reason: str
) -> list[Row]:
    """Create many rows of one tracked model, signed, and their history: in two statements however many they are."""
    made = list(rows)
    for row in made:
        sign(row, actor, reason)
    return bulk_create_with_history(made, model)


def update_signed(
    rows: Iterable[Row], model: type[Row], actor: models.Model | None, reason: str, **values: Any
) -> None:
    """Give many rows of one tracked model the same `values`, signed, with their history: in two statements as well."""
    changed = list(rows)
    for row in changed:
        sign(row, actor, reason)
        for name, value in values.items():
            setattr(row, name, value)
    model._default_manager.filter(pk__in=[row.pk for row in changed]).update(**values)
    get_history_manager_for_model(model).bulk_history_create(changed, update=True)
