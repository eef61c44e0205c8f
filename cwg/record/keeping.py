"""What the portal may do with the rows of each table, once they are written: said here by the app that they belong to.

The privileges of the portal's own role are made of it (`privileges.py`), `manage.py verify` holds the database against it
(`protection.py`), and so do the tests. Unless an app says otherwise rows are inserted and changed, and never deleted.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import models
from simple_history.models import HistoricalChanges

# Of the triggers that the migrations make.
NEVER_CHANGED, NEVER_DELETED, NEVER_TRUNCATED = "never_changed", "never_deleted", "never_truncated"


@dataclass(frozen=True)
class Keeping:
    """`changes`: the columns that are changed, None for all. `triggers`: what refuses the rest to everybody, by name."""

    inserts: bool = True
    changes: frozenset[str] | None = None
    deletes: bool = False
    triggers: tuple[str, ...] = ()


_NOTHING: frozenset[str] = frozenset()
_ADDED_ONLY = Keeping(changes=_NOTHING, triggers=(NEVER_CHANGED, NEVER_TRUNCATED))
_said: dict[str, Keeping] = {}


def added_only(*rows: type[models.Model]) -> None:
    """Neither changed nor deleted: what was registered, receipts, the journal. Histories are so unasked."""
    for model in rows:
        _said[model._meta.db_table] = _ADDED_ONLY


def changed_in(
    model: type[models.Model], fields: Collection[str], *, guards: Collection[str], deletes: bool = False
) -> None:
    """Changed in these fields only; the triggers `guards` refuse others. Not deleted, unless it is said."""
    columns = _columns(model, fields)
    refused = (*guards, NEVER_TRUNCATED) if deletes else (*guards, NEVER_DELETED, NEVER_TRUNCATED)
    _said[model._meta.db_table] = Keeping(changes=columns, deletes=deletes, triggers=refused)


def changed_but_for(
    model: type[models.Model], fields: Collection[str], *, guards: Collection[str], deletes: bool = False
) -> None:
    """Changed in all other fields: what the portal notes of the row as it goes on. Else as `changed_in`."""
    fixed = _columns(model, fields)
    others = [field.name for field in model._meta.concrete_fields if field.column not in fixed]
    changed_in(model, others, guards=guards, deletes=deletes)


def _columns(model: type[models.Model], fields: Collection[str]) -> frozenset[str]:
    found = frozenset(
        field.column for field in model._meta.concrete_fields if field.name in fields and field.column
    )
    assert len(found) == len(fields), f"{model.__name__} has not all of {fields}"
    return found


def deleted(*rows: type[models.Model]) -> None:
    """Rows that an act, or a sweep, takes away again."""
    for model in rows:
        _said[model._meta.db_table] = Keeping(deletes=True)


def of_tables() -> dict[str, Keeping]:
    """Every table of the portal by its name."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed or model._meta.proxy:
            continue
        if issubclass(model, HistoricalChanges):
            otherwise = _ADDED_ONLY
        else:
            # The rows between two models are set anew with each change of one.
            otherwise = Keeping(deletes=bool(model._meta.auto_created))
        found[model._meta.db_table] = _said.get(model._meta.db_table, otherwise)
    for cache in settings.CACHES.values():
        found[str(cache["LOCATION"])] = Keeping(deletes=True)
    found["django_migrations"] = Keeping(inserts=False, changes=_NOTHING)
    return found


def protected() -> dict[str, Keeping]:
    """The tables of the record by name: those that triggers protect."""
    return {table: kept for table, kept in of_tables().items() if kept.triggers}
