"""The grammar of document symbols: one canonical form to print, many forms to understand.

Canonical form, in this order:

    PREFIX-MEETING/SERIES/NUMBER(Suffix)(Suffix)-L

    WG-WSIS-14/7    CWG-Internet-11/2(Rev.1)(Add.1)-E    WG-WSIS-14/INF/3    C17/84(Rev.2)    PP-14/20(Add.1)-E

- PREFIX: words of ASCII letters joined by hyphens. Case does not distinguish two symbols. The prefixes in
  `KNOWN_PREFIXES` print as written there, others as they were given (read from text: in capitals).
- MEETING: its ordinal; conferences and sessions numbered by year keep two digits (C07, PP-06), and the
  Council's `C` stands directly before it.
- SERIES: nothing, INF, DT, DL or ADM.
- Suffixes stand in the order in which they apply, the document itself first: `(Rev.1)(Add.1)` is an
  addendum to the first revision, `(Add.1)(Rev.1)` the revision of an addendum.
- L: the language letter, last, because one symbol covers all languages: A ar, C zh, E en, F fr, R ru, S es.

A partial symbol leaves out what its surroundings tell: `14/7` (no prefix), `DT/2(Rev.12)`, `Doc. 6`
(neither prefix nor meeting). Whoever finds one resolves it against a meeting.

`R2` is a revision, `-R` is Russian. The patterns themselves: `symbol_patterns`.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from cwg.folding import plain_character

from .symbol_patterns import (
    CANONICAL_PREFIX,
    DIGITS_OF_MEETING,
    DOC_ABROAD,
    FILE_NAME,
    IN_TEXT,
    LANGUAGE_OF_LETTER,
    LETTER_OF_LANGUAGE,
    MAX_SUFFIXES,
    MEETING,
    ONE_SUFFIX,
    SUFFIX_OF_FILE,
    WHOLE,
)

MAX_LENGTH = 200  # characters `parse` looks at; the longest canonical symbol is shorter
MAX_MEETING = 10**DIGITS_OF_MEETING - 1
MAX_NUMBER = 99_999
MAX_SUFFIX_NUMBER = 999

SERIES = ("", "INF", "DT", "DL", "ADM")

# Conferences and sessions numbered by the year: 2006 is "06".
_BY_YEAR = frozenset({"c", "pp", "wtsa", "wtdc", "wrc", "wcit", "wtpf"})
# Words that mean something else at the head of a symbol.
_RESERVED = frozenset(
    {"doc", "docs", "document", "documents", "documento", "documentos", "inf", "dt", "dl", "adm"}
)

# What the code of a group has to look like, for whoever validates one.
PREFIX_PATTERN = r"[A-Za-z]{1,20}(?:-[A-Za-z]{1,20}){0,5}"


class NotASymbol(ValueError):
    """The text is not a document symbol, or the parts do not make one."""


class SuffixKind(StrEnum):
    """What a suffix does to its document: Rev replaces it, Corr corrects it, Add extends it."""

    REV = "Rev"
    CORR = "Corr"
    ADD = "Add"


@dataclass(frozen=True)
class Suffix:
    """`(Rev.1)`: a kind and its running number from 1. Raises `NotASymbol` for other parts."""

    kind: SuffixKind
    number: int

    def __post_init__(self) -> None:
        if self.kind not in tuple(SuffixKind):
            raise NotASymbol(_("A suffix is Rev., Corr. or Add."))
        object.__setattr__(self, "kind", SuffixKind(self.kind))
        if not 1 <= self.number <= MAX_SUFFIX_NUMBER:
            raise NotASymbol(_("The number of a revision, corrigendum or addendum is out of range."))

    def __str__(self) -> str:
        return f"({self.bare})"

    @property
    def bare(self) -> str:
        """ "Rev.1", where brackets would only disturb."""
        return f"{self.kind}.{self.number}"

    @property
    def code(self) -> str:
        """ "rev": the kind as a revision stores it."""
        return self.kind.lower()

    @classmethod
    def of(cls, code: str, number: int) -> "Suffix | None":
        """The suffix of a revision by its stored kind and number; None for the original, which has none."""
        return cls(SuffixKind(code.capitalize()), number) if number else None


_SUFFIX_KIND = {"r": SuffixKind.REV, "c": SuffixKind.CORR, "a": SuffixKind.ADD}


@dataclass(frozen=True)
class Symbol:
    """A document symbol, whole or partial (see the module). `str()` prints the canonical form.

    The parts are brought into canonical form on creation: `meeting` may be given as a number and is kept
    as text without leading zeros (two digits where it is a year), `language` is an ISO 639-1 code (the
    settings' `zh-hans` is taken as `zh`).
    Two symbols are equal if all parts are, whatever the case of the prefix. Raises `NotASymbol` for parts
    that do not make a symbol, for instance a prefix without a meeting.
    """

    prefix: str | None = field(compare=False)
    meeting: str | None
    series: str
    number: int
    suffixes: tuple[Suffix, ...] = ()
    language: str | None = None
    _prefix_key: str | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        put = object.__setattr__
        if self.prefix is not None:
            key = self.prefix.lower()
            if not re.fullmatch(PREFIX_PATTERN, self.prefix) or key in _RESERVED:
                raise NotASymbol(_("A symbol begins with the letters of its group."))
            if self.meeting is None:
                raise NotASymbol(_("A symbol that names its group also names the meeting."))
            put(self, "prefix", CANONICAL_PREFIX.get(key, self.prefix))
            put(self, "_prefix_key", self.prefix.lower())
        if self.meeting is not None:
            put(self, "meeting", _canonical_meeting(self._prefix_key, str(self.meeting)))
        if self.series not in SERIES:
            raise NotASymbol(_("The series of a document is INF, DT, DL, ADM or none."))
        if not 1 <= self.number <= MAX_NUMBER:
            raise NotASymbol(_("The number of the document is out of range."))
        put(self, "suffixes", tuple(self.suffixes))
        if len(self.suffixes) > MAX_SUFFIXES:
            raise NotASymbol(_("The symbol has too many suffixes."))
        if self.language is not None:
            put(self, "language", self.language.lower().partition("-")[0])
        if self.language is not None and self.language not in LETTER_OF_LANGUAGE:
            raise NotASymbol(_("The language of a symbol is one of the six official languages."))

    def __str__(self) -> str:
        suffixes = "".join(map(str, self.suffixes))
        language = f"-{LETTER_OF_LANGUAGE[self.language]}" if self.language else ""
        return f"{self._head}{suffixes}{language}"

    @property
    def _head(self) -> str:
        numbered = f"{self.series}/{self.number}" if self.series else str(self.number)
        if self.meeting is None:
            return numbered if self.series else f"Doc. {numbered}"
        if self.prefix is None:
            return f"{self.meeting}/{numbered}"
        joint = "" if self._prefix_key == "c" else "-"
        return f"{self.prefix}{joint}{self.meeting}/{numbered}"

    @property
    def is_partial(self) -> bool:
        """Whether prefix or meeting has to be told by the surroundings."""
        return self.prefix is None or self.meeting is None

    @property
    def document(self) -> "Symbol":
        """The symbol of the document itself, without revision, corrigendum, addendum and language."""
        return Symbol(self.prefix, self.meeting, self.series, self.number)

    @property
    def sort_key(self) -> tuple:
        """Orders as a list of documents does: by group, meeting, series, number, then suffixes."""
        suffixes = tuple((str(one.kind), one.number) for one in self.suffixes)
        meeting = int(self.meeting) if self.meeting is not None else -1
        series = SERIES.index(self.series)
        return (self._prefix_key or "", meeting, series, self.number, suffixes, self.language or "")

    def resolved(self, prefix: str, meeting: str | int) -> "Symbol":
        """This symbol with what it leaves out taken from the meeting it is quoted in."""
        own_meeting = str(meeting) if self.meeting is None else self.meeting
        return Symbol(
            self.prefix or prefix, own_meeting, self.series, self.number, self.suffixes, self.language
        )


def of_revision(document: str, suffix: Suffix | None, language: str = "") -> str:
    """The symbol of a revision of `document` (its symbol, as registered), perhaps in one language only.

    "" where the document has none: the archive knows such.
    """
    letter = f"-{LETTER_OF_LANGUAGE[language]}" if document and language else ""
    return f"{document}{suffix or ''}{letter}" if document else ""


def short(suffix: Suffix, language: str = "") -> str:
    """A revision beside the symbol of its document: "Rev.1", "Corr.1-E"."""
    return f"{suffix.bare}-{LETTER_OF_LANGUAGE[language]}" if language else suffix.bare


def of_change(document: str, code: str, language: str = "") -> str:
    """The symbol that a change of `document` will have, as far as it is known before it is registered: "DG-2/1(Rev.)",
    of a corrigendum of one language "DG-2/1(Corr.)-F".
    """
    letter = f"-{LETTER_OF_LANGUAGE[language]}" if language else ""
    return f"{document}({SuffixKind(code.capitalize())}.){letter}"


def anchor(suffix: Suffix | None, language: str = "") -> str:
    """Where a revision stands on its document's page: "original", "rev-1", "corr-1-fr"."""
    if suffix is None:
        return "original"
    return "-".join(part for part in (suffix.code, str(suffix.number), language) if part)


def in_file_name(symbol: str) -> str:
    """A symbol, or the address of a document without one, as part of a file's name: "WG-WSIS-14-7"."""
    return symbol.replace("/", "-").replace(" ", "-")


def parse(text: str) -> Symbol:
    """The symbol that the whole text is, in any of the spellings people use. Raises `NotASymbol`, only.

    Case, spaces, Unicode dashes, slashes and digits, invisible marks and the punctuation around it do not
    matter; the group may stand apart (`wg-wsis 14/7 rev 1`), "Doc." may stand before it, or the word for a document
    in another of the six languages. So may the name of a file as it is downloaded (`CWG-Internet-23-2_Rev.1_en.docx`)
    or of its folder in a ZIP. A bare number is refused, since nothing says that it is a document's; one with a suffix
    (`84R2`) is taken.
    """
    if not isinstance(text, str) or len(text) > MAX_LENGTH:
        raise NotASymbol(_("This is not the symbol of a document."))
    plain, _positions = _plain(text)
    plain = " ".join(plain.split()).strip(" .,;:'\"")
    match = WHOLE.fullmatch(DOC_ABROAD.sub(_doc_in_ascii, plain))
    if match is not None:
        return _symbol_of(match)
    return _of_file_name(plain)


def _doc_in_ascii(match: re.Match[str]) -> str:
    return f"Doc. {match['before'] or match['after'] or ''}"


def _of_file_name(name: str) -> Symbol:
    """The symbol that the portal names a file by (`header_block.file_name`), or a folder (`in_file_name`)."""
    match = FILE_NAME.fullmatch(name.rstrip("/").rpartition("/")[2])
    if match is None:
        raise NotASymbol(_("This is not the symbol of a document."))
    suffixes = [one["suffix"] for one in SUFFIX_OF_FILE.finditer(match["suffixes"])]
    numbered = "/".join(part for part in (match["series"], match["number"]) if part)
    symbol = parse(f"{match['head']}/{numbered}{''.join(f'({suffix})' for suffix in suffixes)}")
    return Symbol(
        symbol.prefix, symbol.meeting, symbol.series, symbol.number, symbol.suffixes, match["language"]
    )


def find_references(text: str) -> list[tuple[int, int, Symbol]]:
    """All references to documents in running text: `(start, end, symbol)`, `text[start:end]` as written.

    Stricter than `parse`, so that prose is not taken for symbols: no spaces around slashes, a prefix that
    stands apart only if it is a known one, others in capitals. Bare pairs such as `14/7` are returned as
    partial symbols, although some are dates or fractions; resolving them finds no such document.
    Overlapping references are not returned; the order is that of the text.
    """
    plain, positions = _plain(text)
    found = []
    for match in IN_TEXT.finditer(plain):
        try:
            symbol = _symbol_of(match)
        except NotASymbol:
            continue
        found.append((positions[match.start()], positions[match.end() - 1] + 1, symbol))
    return found


def path(symbol: Symbol) -> str:
    """The address of the document below /documents/: `wg-wsis-14/7`, `wg-wsis-14/inf/3`, `c17/84`.

    It names the document, so suffixes and language are left out. Raises `NotASymbol` for a partial symbol.
    """
    if symbol.is_partial:
        raise NotASymbol(_("A partial symbol has no address."))
    return symbol.document._head.lower()


def from_path(text: str) -> Symbol:
    """The document symbol of an address made by `path`. Raises `NotASymbol` for any other spelling:
    a document has one address, and the jump box is there for the others."""
    symbol = parse(text).document
    if symbol.is_partial or path(symbol) != text:
        raise NotASymbol(_("This is not the address of a document."))
    return symbol


def _canonical_meeting(prefix_key: str | None, meeting: str) -> str:
    if not re.fullmatch(MEETING, meeting):
        raise NotASymbol(_("The meeting is given by its number."))
    if prefix_key in _BY_YEAR:
        return f"{int(meeting):02d}"
    # Without its prefix "07" may be the year of a conference or an ordinal: only the caller knows.
    if prefix_key is None and len(meeting) == 2:
        return meeting
    if int(meeting) == 0:
        raise NotASymbol(_("Meetings are numbered from 1."))
    return str(int(meeting))


def _symbol_of(match: re.Match[str]) -> Symbol:
    part = match.groupdict()
    prefix = part["prefix"]
    if prefix is not None:
        prefix = re.sub("[ -]+", "-", prefix).upper()
    suffixes = tuple(
        Suffix(_SUFFIX_KIND[one["kind"][0].lower()], int(one["number"] or 1))
        for one in ONE_SUFFIX.finditer(f"{part['before']} {part['after']}")
    )
    letter = part["letter"]
    numbers = ("number", "number_alone", "number_doc", "number_bare")
    number = next(part[name] for name in numbers if part.get(name))
    return Symbol(
        prefix,
        part["meeting"],
        (part["series"] or part["series_alone"] or "").upper(),
        int(number),
        suffixes,
        LANGUAGE_OF_LETTER[letter.upper()] if letter else None,
    )


def _plain(text: str) -> tuple[str, range | list[int]]:
    """The text in plain ASCII as far as symbols go, and for each of its characters where it stood."""
    if text.isascii():
        return text.translate({9: " ", 10: " ", 13: " "}), range(len(text))
    characters, positions = [], []
    for position, character in enumerate(text):
        if plain := plain_character(character):
            characters.append(plain)
            positions.append(position)
    return "".join(characters), positions
