"""Which characters the shipped fonts can show, read from the fonts themselves (OpenType, table "cmap").

A PDF/UA file shows every character or is none: Typst refuses to print one that no font has. What is missing is
therefore found first, and named.
"""

import struct
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path

import typst

FONTS_FOLDER = Path(__file__).resolve().parent / "fonts"

# Unicode's own sign for a character that cannot be shown.
REPLACEMENT = "\ufffd"
# Characters that steer others and have no shape, of those that `printable` lets pass: joiners, marks of direction,
# isolates, soft hyphen, zero-width space, variation selectors. No font needs to have them.
_SHAPELESS = frozenset("\n\t\u00ad\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u2060\u2066\u2067\u2068\u2069\ufeff").union(
    map(chr, range(0xFE00, 0xFE10))
)  # fmt: skip


# Arrows, operators, shapes, ticks: the signs that Typst's own fonts have beyond the shipped ones.
_SIGNS = range(0x2190, 0x27C0)


class MissingGlyphs(ValueError):
    """No shipped font has these `characters`."""

    def __init__(self, characters: Iterable[str]) -> None:
        self.characters = tuple(characters)
        super().__init__("no font for " + ", ".join(f"{c} (U+{ord(c):04X})" for c in self.characters))


def missing(text: str) -> list[str]:
    """The characters of `text` that no shipped font can show, each once, in their order."""
    return [c for c in dict.fromkeys(text) if not can_show(c)]


def replaced(text: str) -> str:
    """`text` with each character that no shipped font has as U+FFFD (�)."""
    return "".join(c if can_show(c) else REPLACEMENT for c in text)


def can_show(character: str) -> bool:
    """Whether one of the fonts has a shape for it, or it needs none. Without any shipped font Typst alone can tell."""
    return (
        character in _SHAPELESS
        or not _families()
        or any(ord(character) in family for family in _families().values())
        or (ord(character) in _SIGNS and _typst_shows(character))
    )


@lru_cache(maxsize=len(_SIGNS))
def _typst_shows(sign: str) -> bool:
    """Whether a font inside Typst has it. Those are no files: Typst is asked, once a sign."""
    try:
        typst.compile(
            b'#set document(title: "-")\n#sys.inputs.sign',
            format="pdf",
            font_paths=typst_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"sign": sign},
            timestamp=0,
            pdf_standards=["ua-1"],
        )
    except typst.TypstError:
        return False
    return True


@cache
def typst_fonts() -> typst.Fonts:
    """The shipped fonts and Typst's embedded ones, searched once a process; never the machine's."""
    folders = [FONTS_FOLDER] if FONTS_FOLDER.is_dir() else []
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


@cache
def _families() -> dict[str, frozenset[int]]:
    """What each family can show in every one of its faces: bold must not lose what regular has."""
    families: dict[str, frozenset[int]] = {}
    for path in sorted(FONTS_FOLDER.glob("*.[to]tf")):
        name = path.stem.partition("-")[0]
        characters = frozenset(_characters(path.read_bytes()))
        families[name] = families.get(name, characters) & characters
    return families


def forget() -> None:
    """Read the fonts anew the next time, for tests that change the folder."""
    for known in (_families, _typst_shows, typst_fonts):
        known.cache_clear()


def _characters(font: bytes) -> Iterator[int]:
    """The code points to which a font gives a shape (OpenType 1.9, "cmap", formats 4 and 12)."""
    (count,) = struct.unpack_from(">H", font, 4)
    for place in range(count):
        tag, _, at, _ = struct.unpack_from(">4sIII", font, 12 + 16 * place)
        if tag == b"cmap":
            (tables,) = struct.unpack_from(">H", font, at + 2)
            for table in range(tables):
                platform, _, offset = struct.unpack_from(">HHI", font, at + 4 + 8 * table)
                if platform in (0, 3):  # Unicode, Windows
                    yield from _subtable(font, at + offset)


def _subtable(font: bytes, at: int) -> Iterator[int]:
    (form,) = struct.unpack_from(">H", font, at)
    if form == 12:
        (groups,) = struct.unpack_from(">I", font, at + 12)
        for group in range(groups):
            first, last, _ = struct.unpack_from(">III", font, at + 16 + 12 * group)
            yield from range(first, last + 1)
    elif form == 4:
        (double,) = struct.unpack_from(">H", font, at + 6)
        count = double // 2
        ends = struct.unpack_from(f">{count}H", font, at + 14)
        starts = struct.unpack_from(f">{count}H", font, at + 16 + double)
        deltas = struct.unpack_from(f">{count}H", font, at + 16 + 2 * double)
        ranges_at = at + 16 + 3 * double
        ranges = struct.unpack_from(f">{count}H", font, ranges_at)
        for place, (first, last, delta, shift) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
            for code in range(first, min(last, 0xFFFE) + 1):
                glyph = code
                if shift:
                    (glyph,) = struct.unpack_from(
                        ">H", font, ranges_at + 2 * place + shift + 2 * (code - first)
                    )
                    if not glyph:
                        continue
                if (glyph + delta) & 0xFFFF:
                    yield code
