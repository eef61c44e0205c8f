"""Copies the shipped file of ITU Member States into rows, without touching what people edited there.

A State that has no row gets one. A row that is there keeps every word it has: names change, and the console is
where they are changed; only what is empty is filled.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from cwg.languages import LANGUAGE_CODES
from cwg.record.history import sign

from .models import MemberState
from .sortkeys import sort_key
from .states_file import StateRow, shipped

REASON = "loaded from the shipped file"


@dataclass(frozen=True)
class Loaded:
    """How many rows were made, and how many had empty fields filled."""

    made: int
    filled: int


def load(rows: Iterable[StateRow] | None = None) -> Loaded:
    """Insert the States that are missing and fill what is empty; a second run changes nothing.

    `rows` are the shipped file's by default. One transaction: all of them or none.
    """
    made = filled = 0
    with transaction.atomic():
        known = {state.iso3: state for state in MemberState.objects.select_for_update()}
        for row in rows if rows is not None else shipped():
            state = known.get(row.iso3)
            if state is None:
                state = MemberState(iso3=row.iso3, membership_class=row.membership_class)
                _fill(state, row)
                _save(state)
                made += 1
            elif _fill(state, row):
                _save(state)
                filled += 1
    return Loaded(made, filled)


def sort_keys(state: MemberState) -> dict[str, str]:
    """The sort keys that belong to the names as they stand: `{"sort_en": "saudi arabia", ...}`."""
    return {
        f"sort_{code}": sort_key(name, code)
        for code in LANGUAGE_CODES
        if (name := getattr(state, f"short_{code}"))
    }


def _fill(state: MemberState, row: StateRow) -> bool:
    """Put the file's values where `state` has none; whether any was put."""
    values = {
        "iso2": row.iso2,
        "itu_region": row.itu_region,
        "un_region": row.m49_region,
        "regional_organizations": list(row.regional_organizations),
    }
    values |= {f"short_{code}": row.names[code] for code in LANGUAGE_CODES}
    values |= {f"formal_{code}": row.formal_names[code] for code in LANGUAGE_CODES}
    changed = _put(state, values)
    # After the names: a row whose name was edited gets the key of the edited name.
    return _put(state, sort_keys(state)) or changed


def _put(state: MemberState, values: dict) -> bool:
    empty = {name: value for name, value in values.items() if value and not getattr(state, name)}
    for name, value in empty.items():
        setattr(state, name, value)
    return bool(empty)


def _save(state: MemberState) -> None:
    sign(state, None, REASON)
    state.save()
