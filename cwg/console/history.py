"""A row's history, each change with what was before and what is after, side by side."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from .console_values import shown, words_of

KINDS = {"+": _("Created"), "~": _("Changed"), "-": _("Deleted")}


@dataclass(frozen=True)
class Difference:
    """One field of one change; both sides as escaped HTML."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One entry of a history. `at` is an aware instant."""

    kind: Any
    who: Any
    at: datetime
    reason: str
    differences: list[Difference] = field(default_factory=list)


def _kept(row: Model) -> QuerySet:
    """The entries of the history of `row`, whose model has one."""
    tracked: Any = row
    return tracked.history.all()


def changes(row: Model, *, zone: str = "") -> list[Change]:
    """The history of `row`, newest first, in a constant number of queries; its instants on the clock of `zone`."""
    kept = list(_kept(row).select_related("history_user").order_by("history_date", "history_id"))
    if not kept:
        return []
    fields = [f for f in kept[0].tracked_fields if not f.primary_key]
    names = {f.name: _names(f, kept) for f in fields if f.is_relation}
    found, before = [], None
    for entry in kept:
        found.append(
            Change(
                kind=KINDS[entry.history_type],
                who=entry.history_user,
                at=entry.history_date,
                reason=entry.history_change_reason or "",
                differences=list(_differences(fields, before, entry, names, zone)),
            )
        )
        before = entry
    return found[::-1]


def latest_id(row: Model) -> int | None:
    """Names the state of a row: the id of its newest history entry."""
    return _kept(row).order_by("-history_id").values_list("history_id", flat=True).first()


def since(row: Model, history_id: int) -> list[Change]:
    """The changes made after the state that `history_id` names, newest first."""
    later = _kept(row).filter(history_id__gt=history_id).count()
    return changes(row)[:later]


def _names(f, kept: Iterable[Model]) -> dict[Any, str]:
    """What the rows behind a foreign key are called, by id."""
    ids = {value for entry in kept if (value := getattr(entry, f.attname)) is not None}
    return {row.pk: str(row) for row in f.remote_field.model._default_manager.filter(pk__in=ids)}


def _differences(fields, before, after, names, zone) -> Iterable[Difference]:
    for f in fields:
        old = getattr(before, f.attname) if before is not None else None
        new = getattr(after, f.attname)
        if old == new or (before is None and new in (None, "", [])):
            continue
        yield Difference(_label(f), _side(f, old, names, zone), _side(f, new, names, zone))


def _label(f) -> str:
    words = str(f.verbose_name)
    return words[:1].upper() + words[1:]


def _side(f, value: Any, names, zone: str) -> str:
    if f.is_relation and value is not None:
        value = names[f.name].get(value, value)
    elif not f.is_relation:
        value = words_of(f, value)
    return shown(value, zone=zone)


def plain(side: str) -> str:
    """One side of a difference as text, for places that escape what they are given."""
    return unescape(strip_tags(side))
