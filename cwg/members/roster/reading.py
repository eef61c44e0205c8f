"""A pasted or uploaded list, taken apart into lines and cells. Pure: no database, no request.

Whatever cannot be read is said in words; nothing is guessed that would put one person's data into another's place.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cwg.look import csv_export, signs

from ..cleaning import one_line

MOST_ROWS = 500
# Of a file, and of the text in it: half of what may be typed into a form, for there the list comes back, to be confirmed.
MOST_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2
MOST_MB = MOST_BYTES // (1024 * 1024)

PLACE, STATE, OFFICE = "place", "state", "office"
ROLE, NAME, GIVEN, FAMILY = "role", "name", "given", "family"
ADDRESS, GROUPS, LANGUAGE = "address", "groups", "language"
PLACES = (PLACE, STATE, OFFICE)
# The order of columns in a list without headings; the first four are needed.
IN_ORDER = (PLACE, ROLE, NAME, ADDRESS, GROUPS, LANGUAGE)
NEEDED = 4

COLUMNS = {
    PLACE: gettext_lazy("State or office"),
    STATE: gettext_lazy("State"),
    OFFICE: gettext_lazy("Office"),
    ROLE: gettext_lazy("Role"),
    NAME: gettext_lazy("Name"),
    GIVEN: gettext_lazy("Given name"),
    FAMILY: gettext_lazy("Family name"),
    ADDRESS: gettext_lazy("E-mail address"),
    GROUPS: gettext_lazy("Groups"),
    LANGUAGE: gettext_lazy("Language"),
}
# The headings of the template, in English whatever its reader's language: `read` knows them.
HEADINGS = ("State or office", "Role", "Name", "E-mail address", "Groups", "Language")

# What people write over a column, letters only.
_HEADINGS = {
    "stateoroffice": PLACE,
    "officeorstate": PLACE,
    "delegationoroffice": PLACE,
    "state": STATE,
    "states": STATE,
    "memberstate": STATE,
    "country": STATE,
    "delegation": STATE,
    "delegationof": STATE,
    "administration": STATE,
    "iso": STATE,
    "isocode": STATE,
    "iso3": STATE,
    "office": OFFICE,
    "body": OFFICE,
    "organization": OFFICE,
    "organisation": OFFICE,
    "role": ROLE,
    "function": ROLE,
    "capacity": ROLE,
    "name": NAME,
    "fullname": NAME,
    "person": NAME,
    "givenname": GIVEN,
    "givennames": GIVEN,
    "firstname": GIVEN,
    "familyname": FAMILY,
    "lastname": FAMILY,
    "surname": FAMILY,
    "address": ADDRESS,
    "email": ADDRESS,
    "mail": ADDRESS,
    "emailaddress": ADDRESS,
    "mailaddress": ADDRESS,
    "group": GROUPS,
    "groups": GROUPS,
    "language": LANGUAGE,
    "languageofmails": LANGUAGE,
    "languageofthemails": LANGUAGE,
    "languageoftheinvitation": LANGUAGE,
}
_DELIMITERS = ("\t", ";", ",")
# A file begins so: the marks of UTF-16 before those of UTF-8, which they are no part of.
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"), (codecs.BOM_UTF8, "utf-8-sig"))
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class NotReadable(ValueError):
    """The list as a whole cannot be read; `str()` is a sentence that says what to do."""


@dataclass(frozen=True)
class Line:
    """One line of the list: its number as the reader counts lines, the cells by column, and what is wrong with them.

    `unfit` are the columns whose cells mean nothing as they are; of a `broken` line that is so of all.
    """

    number: int
    cells: dict[str, str]
    problems: tuple[str, ...] = ()
    unfit: frozenset[str] = frozenset()
    broken: bool = False


@dataclass(frozen=True)
class Sheet:
    """What was read. `notes` say what of the list is not used."""

    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = field(default=())


def text_of(content: bytes) -> str:
    """The text of an uploaded file: UTF-8 or UTF-16, with a mark or without. Raises NotReadable."""
    if len(content) > MOST_BYTES:
        raise NotReadable(
            _(
                "This file is larger than %(size)d MB. A list of people is not: check that it is the right one."
            )
            % {"size": MOST_MB}
        )
    if content.startswith(_SPREADSHEETS):
        raise NotReadable(
            _(
                "This is a spreadsheet. Save it as “CSV UTF-8” and choose that file, or copy its cells and paste them here."
            )
        )
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "") or _unmarked(content)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise NotReadable(
            _(
                "This file is not written in Unicode, so letters with accents would be lost. Save it as “CSV UTF-8”."
            )
        ) from None


def _unmarked(content: bytes) -> str:
    """UTF-16 of plain letters has a zero in every other byte; no text in UTF-8 has."""
    odd, even = content[1:400:2].count(0), content[0:400:2].count(0)
    if max(odd, even) * 5 > len(content[:400]):
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8"


def read(text: str) -> Sheet:
    """The lines of a list, at most 500. Raises NotReadable where the list as a whole cannot be read."""
    text = text.removeprefix("\ufeff")
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise NotReadable(
            _("This list is larger than %(size)d MB. Import it in several parts.") % {"size": MOST_MB}
        )
    records = list(_records(text, _delimiter(text)))
    if not records:
        raise NotReadable(_("There is no line in the list. Paste it, or choose a file."))
    columns, notes = list(IN_ORDER), list[str]()
    if (headed := _headings(records[0][1])) is not None:
        columns, notes = _checked(headed, records[0][1])
        del records[0]
    if not records:
        raise NotReadable(_("There is no line below the headings."))
    if len(records) > MOST_ROWS:
        raise NotReadable(
            _("The list has %(count)d lines. At most %(most)d are imported at once: split it.")
            % {"count": len(records), "most": MOST_ROWS}
        )
    return Sheet(
        tuple(_line(number, cells, columns, headed is not None) for number, cells in records), tuple(notes)
    )


def _reader(text: str, delimiter: str, *, strict: bool = False):  # the type has no public name
    lines = io.StringIO(text, newline="")
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=strict)


def _delimiter(text: str) -> str:
    """The one by which most lines come apart into an address and enough others; of equals the first."""

    def fit(delimiter: str) -> int:
        try:
            rows = list(_reader(text, delimiter))
        except csv.Error:
            return 0
        addressed = sum(
            len(cells) >= NEEDED
            and any("@" in cell and not set(cell.strip()) & set("\t;, ") for cell in cells)
            for cells in rows
        )
        headed = next((True for cells in rows if any(cells) and _headings(cells) is not None), False)
        return addressed * 2 + headed

    # Where none fits, by the number of them, so that a list that is wrong otherwise is still told line by line.
    return max(_DELIMITERS, key=lambda each: (fit(each), text.count(each)))


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(number of its first line, cells) of every record that is not empty. Raises NotReadable."""
    # Only strict reading tells that a quotation mark is never closed; it also frowns at what is clear enough.
    strict = _reader(text, delimiter, strict=True)
    begun = 0
    try:
        for _cells in strict:
            begun = strict.line_num
    except csv.Error as error:
        if "end of data" in str(error):
            raise NotReadable(
                _("A quotation mark is opened in line %(line)d and never closed.") % {"line": begun + 1}
            ) from None
    lines = _reader(text, delimiter)
    begun = 0
    try:
        for cells in lines:
            if any(cell.strip() for cell in cells):
                yield begun + 1, cells
            begun = lines.line_num
    except csv.Error:
        raise NotReadable(_("Line %(line)d cannot be read.") % {"line": begun + 1}) from None


def _headings(cells: list[str]) -> list[str | None] | None:
    """The column under each heading, None where it is unknown; None for all where this is no line of headings."""
    found = [_HEADINGS.get("".join(c for c in cell.casefold() if c.isalnum())) for cell in cells]
    known = [column for column in found if column]
    return found if len(known) >= 2 and not any("@" in cell for cell in cells) else None


def _checked(headed: list[str | None], cells: list[str]) -> tuple[list[str], list[str]]:
    """The columns, "" for one that is not read, and the notes on those. Raises NotReadable."""
    known = [column for column in headed if column]
    for column in dict.fromkeys(known):
        if known.count(column) > 1:
            raise NotReadable(
                _("Two columns are headed “%(column)s”. Leave one.") % {"column": COLUMNS[column]}
            )
    missing = [
        COLUMNS[wanted]
        for wanted, enough in (
            (PLACE, {PLACE, STATE, OFFICE}),
            (ROLE, {ROLE}),
            (NAME, {NAME, FAMILY}),
            (ADDRESS, {ADDRESS}),
        )
        if not enough & set(known)
    ]
    if missing:
        raise NotReadable(
            _("These headings are missing: %(columns)s.")
            % {"columns": ", ".join(str(each) for each in missing)}
        )
    unread = [cell.strip() for cell, column in zip(cells, headed, strict=True) if cell.strip() and not column]
    notes = [_("The column “%(column)s” is not read.") % {"column": one_line(each)[:60]} for each in unread]
    return [column or "" for column in headed], notes


def _line(number: int, cells: list[str], columns: list[str], headed: bool) -> Line:
    found = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column}
    if not found.get(NAME):
        found[NAME] = " ".join(part for part in (found.get(GIVEN, ""), found.get(FAMILY, "")) if part)
    needed = (
        max(columns.index(column) + 1 for column in columns if column in _NEEDED_COLUMNS)
        if headed
        else NEEDED
    )
    if len(cells) < needed:
        few = ngettext(
            "This line has %(count)d column; it needs at least %(needed)d.",
            "This line has %(count)d columns; it needs at least %(needed)d.",
            len(cells),
        )
        shown = {column: one_line(cell) for column, cell in found.items()}
        return Line(number, shown, (few % {"count": len(cells), "needed": needed},), broken=True)
    unfit = {column: _unfit(cell) for column, cell in zip(columns, cells, strict=False) if column}
    problems = [f"{COLUMNS[column]}: {problem}" for column, problem in unfit.items() if problem]
    too_many = any(cell.strip() for cell in cells[len(columns) :])
    if too_many:
        many = _("This line has %(count)d columns, and only %(known)d are known.")
        problems.insert(0, many % {"count": len(cells), "known": len(columns)})
    if problems:
        found = {column: one_line(cell) for column, cell in found.items()}
    return Line(
        number, found, tuple(problems), frozenset(each for each in unfit if unfit[each]), broken=too_many
    )


# Where one of these is cut off, the line is too short; what stands behind them may be left out.
_NEEDED_COLUMNS = {ROLE, NAME, FAMILY, ADDRESS}


# Said behind the name of a column, of a list that was made elsewhere.
_UNFIT = {
    signs.Unfit.SEVERAL_LINES: gettext_lazy("write this on one line."),
    signs.Unfit.CONTROLS: gettext_lazy("this contains control characters. Type it again."),
    signs.Unfit.TURNS_DIRECTION: gettext_lazy(
        "this contains invisible characters that turn the direction of writing. Type it again."
    ),
    signs.Unfit.UNSEEN: gettext_lazy("this consists of invisible characters only. Type it again."),
}


def _unfit(cell: str) -> str:
    """What no cell may hold, as a sentence; "" for a cell that may stand."""
    inner = cell.strip()
    if found := signs.unfit(inner):
        return str(_UNFIT[found])
    if csv_export.is_formula(inner):
        return _("this begins like a formula of a spreadsheet. Write it without the sign in front.")
    if "\ufffd" in inner:
        return _("a letter of this was lost when the file was saved. Type it again.")
    return ""
