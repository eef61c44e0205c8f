"""The text of the pages of a PDF, read by PDFium: its letters with their places, and which of them cannot be known.

PDFium is a native library that is given somebody else's bytes: it is loaded only in the child that reads texts, after
which `sealed` leaves the process nothing but its own memory.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pypdfium2_raw as pdfium

from .pdf_logical_order import RIGHT_TO_LEFT, Sign, folded, in_logical_order

_BREAK = "\n"
# PDFium's sign for a hyphen at the end of a line, in the versions there have been.
_HYPHENS = "\x02\ufffe"


@dataclass(frozen=True)
class Page:
    """The text of one page, and how many of its letters there are and cannot be known."""

    text: str
    letters: int
    unknown: int


def pages(content: bytes) -> Iterator[Page]:
    """Each page in turn; a page that cannot be read is without text and has one unknown letter. ValueError for a
    file that PDFium cannot open."""
    pdfium.FPDF_InitLibrary()
    document = pdfium.FPDF_LoadMemDocument64(content, len(content), None)
    if not document:
        raise ValueError("PDFium cannot open it")
    for number in range(pdfium.FPDF_GetPageCount(document)):
        page = pdfium.FPDF_LoadPage(document, number)
        text_page = pdfium.FPDFText_LoadPage(page) if page else None
        yield _read(text_page) if text_page else Page("", 0, 1)
        if text_page:
            pdfium.FPDFText_ClosePage(text_page)
        if page:
            pdfium.FPDF_ClosePage(page)


def _read(text_page) -> Page:
    chars = _Chars(text_page)
    if RIGHT_TO_LEFT.search("".join(chars.chars)):
        text = _BREAK.join(filter(None, chars.lines()))
    else:
        text = "".join(chars.chars)
    if chars.unknown:
        # Of what is left out, one gap is enough.
        text = re.sub(" {2,}", " ", text)
    return Page(_without_hyphens(text), chars.letters, chars.unknown)


class _Chars:
    """The characters of a page in PDFium's order; those it cannot know are spaces."""

    def __init__(self, text_page) -> None:
        self._page = text_page
        self.chars: list[str] = []
        self.letters = 0
        self._guessed: dict[int, str] = {}
        for index in range(max(pdfium.FPDFText_CountChars(text_page), 0)):
            self.chars.append(self._char(index))
        self.unknown = len(self._guessed)
        if _are_words(self._guessed.values()):
            for index, char in self._guessed.items():
                self.chars[index] = char

    def _char(self, index: int) -> str:
        code = pdfium.FPDFText_GetUnicode(self._page, index)
        if pdfium.FPDFText_IsGenerated(self._page, index) == 1:
            return "" if code == 13 else chr(code)
        char = chr(code) if 0 < code < 0x110000 else "\ufffd"
        if char.isspace():
            return " " if char not in "\r\n" else _BREAK
        self.letters += 1
        if code in (0, 0xFFFD) or pdfium.FPDFText_HasUnicodeMapError(self._page, index) == 1:
            self._guessed[index] = char
            return " "
        # Signs of a font's own, such as the bullets of Word.
        return " " if 0xE000 <= code <= 0xF8FF else char

    def rows(self) -> Iterator[list[int]]:
        """The characters of each line on paper, also where PDFium took its parts for several."""
        row: list[int] = []
        height = None
        for line in self._lines():
            here = self._height(line)
            if (
                height is not None
                and here is not None
                and abs(here[0] - height[0]) < 0.25 * max(here[1], height[1], 1)
            ):
                row += line
                continue
            if row:
                yield row
            row, height = line, here
        if row:
            yield row

    def _lines(self) -> Iterator[list[int]]:
        line: list[int] = []
        for index, char in enumerate(self.chars):
            if char == _BREAK:
                if line:
                    yield line
                line = []
            else:
                line.append(index)
        if line:
            yield line

    def _height(self, line: list[int]) -> tuple[float, float] | None:
        """Where a line stands on the page, and how high its letters are."""
        x, y = ctypes.c_double(), ctypes.c_double()
        for index in line:
            if self.chars[index].strip() and pdfium.FPDFText_GetCharOrigin(self._page, index, x, y):
                return y.value, pdfium.FPDFText_GetFontSize(self._page, index)
        return None

    def lines(self) -> list[str]:
        rows = list(self.rows())
        turned = [
            number
            for number, row in enumerate(rows)
            if self._is_level(row) and RIGHT_TO_LEFT.search("".join(self.chars[index] for index in row))
        ]
        found = [folded("".join(self.chars[index] for index in row)).strip() for row in rows]
        signs = [[self._sign(index) for index in rows[number] if self.chars[index]] for number in turned]
        for number, text in zip(turned, in_logical_order(signs), strict=True):
            found[number] = text
        return found

    def _is_level(self, row: list[int]) -> bool:
        """Whether a line is written level: one that is turned is left in the order that PDFium gives it."""
        return all(abs(pdfium.FPDFText_GetCharAngle(self._page, index)) < 0.1 for index in (row[0], row[-1]))

    def _sign(self, index: int) -> Sign:
        x, y = ctypes.c_double(), ctypes.c_double()
        pdfium.FPDFText_GetCharOrigin(self._page, index, x, y)
        loose = pdfium.FS_RECTF()
        pdfium.FPDFText_GetLooseCharBox(self._page, index, loose)
        sides = tuple(ctypes.c_double() for _side in range(4))
        pdfium.FPDFText_GetCharBox(self._page, index, *sides)
        size = loose.top - loose.bottom or pdfium.FPDFText_GetFontSize(self._page, index)
        glyph = (x.value, y.value, *(side.value for side in sides))
        return Sign(self.chars[index], x.value, loose.left, loose.right, size, glyph)


def _are_words(guessed: Collection[str]) -> bool:
    """Whether letters that a font only numbers are numbered as usual, and so known after all: in a font with letters
    of its own, numbered as they came, there are numbers that are no signs."""
    words = sum(char.isalnum() for char in guessed)
    return all(char >= " " and char != "\ufffd" for char in guessed) and words >= 0.8 * len(guessed)


def _without_hyphens(text: str) -> str:
    """Words that were divided at the end of a line are put together, where both halves are small letters."""
    for hyphen in _HYPHENS:
        start = text.find(hyphen)
        while start >= 0:
            before, after = text[start - 1 : start], text[start + 1 : start + 2]
            divided = before.isalpha() and after.isalpha() and after.islower()
            text = text[:start] + ("" if divided else "-") + text[start + 1 :]
            start = text.find(hyphen, start)
    return text
