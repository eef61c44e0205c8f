"""Reads the project's own file of ITU Member States, `data/states.csv`. Pure: no database, no Django.

The file is a starting point, not the register: `manage.py demo` and the console's import copy it into
`MemberState` rows, which people then edit. Where its columns come from stands in `data/README.md`.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from cwg.languages import LANGUAGE_CODES

STATES_CSV = Path(__file__).resolve().parent / "data" / "states.csv"

MEMBER_STATE = "member_state"
#: The State of Palestine takes part under Plenipotentiary Resolution 99, as a class of its own.
RESOLUTION_99 = "resolution_99"
MEMBERSHIP_CLASSES = (MEMBER_STATE, RESOLUTION_99)

#: ITU's five administrative regions for elections to the Council.
ITU_REGIONS = MappingProxyType(
    {
        "A": "Americas",
        "B": "Western Europe",
        "C": "Eastern Europe and Northern Asia",
        "D": "Africa",
        "E": "Asia and Australasia",
    }
)


@dataclass(frozen=True)
class StateRow:
    """One State as the file has it.

    `itu_region` is a key of `ITU_REGIONS` or "" where no source was at hand; `regional_organizations`
    are codes (APT, ATU, CEPT, CITEL, LAS, RCC) and empty for the same reason. `names` are the short
    names in list form ("Saudi Arabia", without article), `formal_names` the formal ones as the UN
    prints them ("the Kingdom of Saudi Arabia"), both keyed by language code. `pinyin` is one toned
    syllable per Chinese character of the short name, for `sortkeys`.
    """

    iso3: str
    iso2: str
    membership_class: str
    itu_region: str
    regional_organizations: tuple[str, ...]
    m49_region: str
    m49_subregion: str
    names: Mapping[str, str]
    formal_names: Mapping[str, str]
    pinyin: tuple[str, ...]


class StatesFileError(ValueError):
    """The file does not hold together; the message says in which row and why."""


def read(path: Path = STATES_CSV) -> list[StateRow]:
    """Every State of the file, in order of ISO alpha-3 code.

    Raises `StatesFileError` for a row that is incomplete, doubled or carries an unknown code.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [_row(record) for record in csv.DictReader(lines)]
    for field in ("iso3", "iso2"):
        codes = [getattr(row, field) for row in rows]
        doubled = {code for code in codes if codes.count(code) > 1}
        if doubled:
            raise StatesFileError(f"{field} occurs more than once: {', '.join(sorted(doubled))}")
    return sorted(rows, key=lambda row: row.iso3)


@cache
def shipped() -> tuple[StateRow, ...]:
    """The shipped file, read once per process."""
    return tuple(read())


def _row(record: dict[str, str]) -> StateRow:
    iso3 = record.get("iso3") or "(no code)"
    if None in record or None in record.values():
        raise StatesFileError(f"{iso3}: wrong number of columns")
    row = StateRow(
        iso3=record["iso3"],
        iso2=record["iso2"],
        membership_class=record["membership_class"],
        itu_region=record["itu_region"],
        regional_organizations=tuple(record["regional_organizations"].split()),
        m49_region=record["m49_region"],
        m49_subregion=record["m49_subregion"],
        names=MappingProxyType({code: record[f"name_{code}"] for code in LANGUAGE_CODES}),
        formal_names=MappingProxyType({code: record[f"formal_{code}"] for code in LANGUAGE_CODES}),
        pinyin=tuple(record["pinyin_zh"].split()),
    )
    if len(row.iso3) != 3 or len(row.iso2) != 2 or not (row.iso3 + row.iso2).isupper():
        raise StatesFileError(f"{iso3}: not an ISO 3166 code")
    if row.membership_class not in MEMBERSHIP_CLASSES:
        raise StatesFileError(f"{iso3}: unknown membership class {row.membership_class!r}")
    if row.itu_region and row.itu_region not in ITU_REGIONS:
        raise StatesFileError(f"{iso3}: unknown ITU region {row.itu_region!r}")
    if not all((*row.names.values(), *row.formal_names.values(), row.m49_region, row.m49_subregion)):
        raise StatesFileError(f"{iso3}: a name or a region is missing")
    return row
