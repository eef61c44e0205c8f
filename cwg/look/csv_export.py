"""Lists as CSV. A cell that a spreadsheet would run as a formula is made text (OWASP: CSV injection)."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse

from cwg.record import legible

# Some spreadsheets read the wide signs of East Asian writing as the narrow ones.
_SIGNS = frozenset("=+-@＝＋－＠")
_CONTROLS = frozenset("\t\r\n")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may run a cell of this text as a formula."""
    for character in text:
        if character in _SIGNS or character in _CONTROLS:
            return True
        # What nobody sees before the sign does not keep every spreadsheet from reading on.
        if not legible.is_empty(character):
            return False
    return False


def inert(text: str) -> str:
    """`text` as text for a spreadsheet: an apostrophe before what would be a formula.

    A number of our own that is negative is text too; there is none in our lists.
    """
    return f"'{text}" if is_formula(text) else text


def cell(value: Any) -> str:
    """`value` as the inert text of a cell, instants in UTC."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return inert(str(value))


def response(name: str, head: Iterable[Any], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    """A download of `name`.csv: UTF-8 with its mark, so that spreadsheets read every script."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    answer.write("\ufeff")
    writer = csv.writer(answer)
    writer.writerow([cell(each) for each in head])
    writer.writerows([cell(each) for each in row] for row in rows)
    return answer
