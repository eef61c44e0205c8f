"""Puts the signs of a line that stands on paper from right to left into the order in which they are read and typed.

A PDF holds signs and their places, in whatever order its writer drew them. So the line is laid out by places, and
the rules by which it was laid out (Unicode's bidirectional algorithm) are gone backwards: words from right to
left, numbers and foreign words inside them from left to right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_PRESENTED = re.compile("[\ufb1d-\ufdff\ufe70-\ufefc]")
# Between two digits these keep them together; the others do so where no Arabic stands before (UAX #9, W2 to W4).
_SEPARATORS = frozenset(".,:/\u00a0\u066b\u066c\u060c")
_SIGNS = frozenset("+-\u2212")
_AFTER_NUMBERS = frozenset("%\u066a\u2030\u00b0")
_MIRRORED = dict(zip("()[]{}<>\u00ab\u00bb", ")(][}{><\u00bb\u00ab", strict=True))
_OPENING = frozenset("([{\u00ab")
# In the height of the letters: a gap that divides words, and one that does if a space was drawn there too.
_GAP = 0.17
_GAP_WITH_SPACE = 0.06
_GAP_IN_SPACED_LINE = 0.5
# What fonts draw as one sign, and what readers of PDF often return backwards.
_BACKWARDS = re.compile("^([\u0627\u0623\u0625\u0622\u0671])(\u0644)$|^\u0647\u0644\u0644(\u0627?)$")


@dataclass(slots=True)
class Sign:
    """One sign as it stands on the page, in points: its origin, the left and right of its place, and its height.

    `glyph` is the same for signs that were drawn as one.
    """

    char: str
    x: float
    left: float
    right: float
    size: float
    glyph: object = None


def in_logical_order(rows: Iterable[Sequence[Sign]]) -> list[str]:
    """The lines of a page, each from its signs in the order of the file; spaces are found by their places.

    What one line does not tell, the others do: from which side the page is read, and how its writer notes brackets.
    """
    laid_out = [_spaced(row) for row in rows]
    words = [[_side(word) for word in "".join(chars).split()] for chars in laid_out]
    right = sum(line.count("right") for line in words)
    left = sum(line.count("left") for line in words)
    lines = []
    for chars, line in zip(laid_out, words, strict=True):
        # On a page that is read from the left, a line is so too unless nearly all of it is not.
        from_the_right = "right" in line and (right >= left or line.count("right") >= 2 * line.count("left"))
        lines.append(_from_the_right(chars) if from_the_right else _from_the_left(chars))
    votes = [vote for line in lines if (vote := _are_mirrored(line)) is not None]
    mirrored = votes.count(True) > votes.count(False)
    return ["".join(_with_brackets(line, mirrored)).strip() for line in lines]


def folded(text: str) -> str:
    """The letters for the shapes that fonts have of them: beginning, middle, end, joined."""
    return _PRESENTED.sub(lambda found: unicodedata.normalize("NFKC", found[0]).strip(), text)


@dataclass(slots=True)
class _Glyph:
    signs: list[Sign]
    text: str = ""
    order: int = 0

    @property
    def first(self) -> Sign:
        return self.signs[0]


def _glyphs(signs: Sequence[Sign]) -> tuple[list[_Glyph], set[int]]:
    """What was drawn, in the order of the file, accents with their letters; and behind which of them spaces were."""
    glyphs: list[_Glyph] = []
    marks: list[Sign] = []
    spaces: set[int] = set()
    for sign in signs:
        if sign.char.isspace():
            spaces.add(len(glyphs))
        elif unicodedata.category(sign.char) == "Mn":
            marks.append(sign)
        elif glyphs and sign.glyph is not None and glyphs[-1].first.glyph == sign.glyph:
            glyphs[-1].signs.append(sign)
        else:
            glyphs.append(_Glyph([sign]))
    for number, glyph in enumerate(glyphs):
        rising = _runs_to_the_right(glyphs, number)
        text = "".join(sign.char for sign in glyph.signs)
        if len(text) > 1 and RIGHT_TO_LEFT.search(text):
            text = _joined(text if rising else text[::-1])
        glyph.text = folded(text)
        glyph.order = number if rising else -number
    for mark in marks:
        middle = (mark.left + mark.right) / 2
        if glyphs:
            near = min(glyphs, key=lambda each: abs((each.first.left + each.first.right) / 2 - middle))
            near.text += folded(mark.char)
    return glyphs, spaces


def _runs_to_the_right(glyphs: Sequence[_Glyph], number: int) -> bool:
    """Whether the order of the file does so here: then what shares one place does so too."""
    here = glyphs[number].first.x
    for other in (
        *range(number + 1, min(number + 4, len(glyphs))),
        *range(number - 1, max(number - 4, -1), -1),
    ):
        if glyphs[other].first.x != here:
            return (glyphs[other].first.x > here) == (other > number)
    return True


def _joined(text: str) -> str:
    found = _BACKWARDS.match(text)
    return text[::-1] if found else text


def _spaced(signs: Sequence[Sign]) -> list[str]:
    """The texts of a line from left to right, with a space where one was drawn or where there is much room."""
    glyphs, spaces = _glyphs(signs)
    placed = sorted(range(len(glyphs)), key=lambda number: (glyphs[number].first.x, glyphs[number].order))
    divided = {frozenset((number - 1, number)) for number in spaces}
    edges = {number for pair in divided for number in pair}
    chars: list[str] = []
    end = 0.0
    for before, number in zip((None, *placed), placed, strict=False):
        first = glyphs[number].first
        if before is not None:
            gap = (first.left - end) / (first.size or 1)
            # Where the direction changes, what follows in the file is not what stands beside.
            beside = abs(before - number) == 1
            drawn = frozenset((before, number)) in divided or (
                not beside and gap > _GAP_WITH_SPACE and bool(edges & {before, number})
            )
            if drawn or gap > (_GAP_IN_SPACED_LINE if spaces else _GAP):
                chars.append(" ")
        chars.append(glyphs[number].text)
        end = max(end, first.right) if before is not None else first.right
    return chars


def _side(word: str) -> str:
    """From which side a word is read; "" for a number, which tells nothing."""
    kinds = {_kind(char) for char in word}
    return "right" if kinds & {"R", "A"} else "left" if "L" in kinds else ""


def _kind(text: str) -> str:
    """L a letter from left to right, A an Arabic one, R another from right to left, N a digit, `.` neither."""
    first = text[0]
    direction = unicodedata.bidirectional(first)
    if direction in ("EN", "AN"):
        return "N"
    return {"L": "L", "AL": "A", "R": "R"}.get(direction, ".")


class _Turned(str):
    """A sign that stands in a part that is read from the right."""


def _from_the_right(chars: Sequence[str]) -> list[str]:
    """A line that is read from the right: its parts that run from the left keep their order inside."""
    arabic = any(_kind(text) == "A" for text in chars)
    parts: list[str] = []
    position = 0
    while position < len(chars):
        if _kind(chars[position]) in "LN":
            end = _end_of_run(chars, position, arabic)
            parts.append("".join(chars[position:end]))
        else:
            end = position + 1
            parts.append(_Turned(chars[position]))
        position = end
    parts.reverse()
    return parts


def _are_mirrored(line: Sequence[str]) -> bool | None:
    """Whether the brackets of a line, as it is read, close before they open: some writers note their shape, others
    their meaning. None where it has not both."""
    brackets = [text in _OPENING for text in line if isinstance(text, _Turned) and text in _MIRRORED]
    return None if len(set(brackets)) < 2 else not brackets[0]


def _with_brackets(line: Sequence[str], mirrored: bool) -> list[str]:
    own = _are_mirrored(line)
    if not (mirrored if own is None else own):
        return list(line)
    return [_MIRRORED.get(text, text) if isinstance(text, _Turned) else text for text in line]


def _end_of_run(chars: Sequence[str], start: int, arabic: bool) -> int:
    """Where a part that runs from the left ends: words with what stands between them, or one number."""
    end = start
    has_letter = False
    while True:
        has_letter = has_letter or _kind(chars[end]) == "L"
        end += 1
        following = end
        while following < len(chars) and _kind(chars[following]) == ".":
            following += 1
        between = chars[end:following]
        if following < len(chars) and _kind(chars[following]) in "LN":
            number = _kind(chars[following]) == "N"
            holds = len(between) == 1 and (between[0] in _SEPARATORS or (between[0] in _SIGNS and not arabic))
            if has_letter or not between or (number and holds):
                end = following
                continue
        if between and not has_letter and between[0] in _AFTER_NUMBERS:
            end += 1
        return end


def _from_the_left(chars: Sequence[str]) -> list[str]:
    """A line that is read from the left: its parts that run from the right are turned, with the numbers in them."""
    out: list[str] = []
    position = 0
    while position < len(chars):
        if _kind(chars[position]) not in "RA":
            out.append(chars[position])
            position += 1
            continue
        end = position
        for following in range(position, len(chars)):
            kind = _kind(chars[following])
            if kind == "L":
                break
            if kind in "RA":
                end = following + 1
        start = _number_before(out)
        turned = _from_the_right([*out[start:], *chars[position:end]])
        out[start:] = turned
        position = end
    return out


def _number_before(out: Sequence[str]) -> int:
    """Where the number begins that stands left of a part from the right: it was said after it ("document 45")."""
    start = len(out)
    if start and out[start - 1] == " ":
        start -= 1
    digits = start
    while digits and (_kind(out[digits - 1]) == "N" or out[digits - 1] in _SEPARATORS):
        digits -= 1
    if digits == start or digits < 2 or out[digits - 1] != " " or _kind(out[digits - 2]) != "L":
        return len(out)
    return digits
