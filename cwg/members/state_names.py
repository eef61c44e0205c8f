"""Every name by which a Member State is looked for: today's in six languages, those it had before, those of before the portal.

For search alone: what is printed, listed or imported names a State as its row says.
"""

import csv
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from django.db.models import Max

from cwg.folding import fold
from cwg.languages import LANGUAGE_CODES

from .models import MemberState

FORMER_NAMES = Path(__file__).parent / "data" / "former_names.csv"
# Formal names are left out: a "republic" is every second one.
_COLUMNS = [f"short_{code}" for code in LANGUAGE_CODES]
# Of each State, by its key, the names as they are folded and as they are written; and the last change that they take in.
_known: tuple[int | None, dict[int, list[tuple[str, str]]]] | None = None


def named(pattern: re.Pattern[str]) -> dict[int, str]:
    """The States of which a folded name has `pattern` in it, by their keys, with that name. Call `refresh` before: this
    asks nothing."""
    assert _known is not None, "refresh() comes first"
    found = {}
    for pk, names in _known[1].items():
        if name := next((name for folded, name in names if pattern.search(folded)), None):
            found[pk] = name
    return found


def refresh() -> None:
    """Take in what was changed since, in any process. One query where nothing was."""
    global _known
    changed = MemberState.history.aggregate(last=Max("history_id"))["last"]
    if _known is None or _known[0] != changed:
        _known = changed, _read()


def _read() -> dict[int, list[tuple[str, str]]]:
    names: dict[int, set[str]] = defaultdict(set)
    former = former_names()
    for pk, iso3, *found in MemberState.objects.values_list("pk", "iso3", *_COLUMNS):
        names[pk] |= {*found, *former.get(iso3, ())}
    for pk, *found in MemberState.history.values_list("id", *_COLUMNS):
        names[pk] |= {*found}
    return {pk: [(fold(name), name) for name in sorted(found) if name] for pk, found in names.items()}


@cache
def former_names() -> dict[str, tuple[str, ...]]:
    """From the shipped file, by ISO code."""
    found: dict[str, list[str]] = defaultdict(list)
    with FORMER_NAMES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["iso3"]].append(row["name"])
    return {iso3: tuple(names) for iso3, names in found.items()}
