"""Where two short texts differ, word by word, for a page that shows both at once (`components/difference.html`)."""

import re
from enum import StrEnum

# A word with the blanks behind it, a sign, or one Han character.
_WORDS = re.compile(r"\s+|[\u3400-\u9fff]\s*|[^\W\u3400-\u9fff]+\s*|[^\w\s]\s*")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
# Pieces of the one times pieces of the other, of which a bit each is kept. Past it lines are compared, then whole texts.
_MOST = 20_000_000
# Characters of both together, which are not even taken apart.
_LONG = 400_000


class Piece(StrEnum):
    SAME = "same"
    GONE = "gone"
    NEW = "new"


def marked(old: str, new: str) -> list[tuple[Piece, str]]:
    """The pieces of both in their order: those of both, those only in `old`, those only in `new`."""
    for pattern in (_WORDS, _LINES) if len(old) + len(new) < _LONG else ():
        before, after = pattern.findall(old), pattern.findall(new)
        if len(before) * len(after) <= _MOST:
            return _compared(before, after)
    return [(kind, text) for kind, text in ((Piece.GONE, old), (Piece.NEW, new)) if text]


def _compared(before: list[str], after: list[str]) -> list[tuple[Piece, str]]:
    # Alike is what reads alike: the last word of a text has no blank behind it.
    same = _alike([each.rstrip() for each in before], [each.rstrip() for each in after])
    found: list[tuple[Piece, str]] = []
    i = j = 0
    for there, here in [*same, (len(before), len(after))]:
        pieces = [
            (Piece.GONE, before[i:there]),
            (Piece.NEW, after[j:here]),
            (Piece.SAME, after[here : here + 1]),
        ]
        i, j = there + 1, here + 1
        for kind, words in pieces:
            if not words:
                continue
            text = "".join(words)
            if found and found[-1][0] == kind:
                text = found.pop()[1] + text
            found.append((kind, text))
    return found


def _alike(before: list[str], after: list[str]) -> list[tuple[int, int]]:
    """The places of a longest common subsequence, in order; by bits, as Hyyrö has it (2004), so that no text is slow.

    `difflib` takes ten seconds for two hundred equal lines.
    """
    where: dict[str, int] = {}
    for place, word in enumerate(before):
        where[word] = where.get(word, 0) | 1 << place
    every = row = (1 << len(before)) - 1
    rows = []
    for word in after:
        kept = row & where.get(word, 0)
        row = ((row + kept) | (row - kept)) & every
        rows.append(row)
    found = []
    i, j = len(before), len(after)
    while i and j:
        if rows[j - 1] >> (i - 1) & 1:
            i -= 1
        elif j > 1 and not rows[j - 2] >> (i - 1) & 1:
            j -= 1
        else:
            i, j = i - 1, j - 1
            found.append((i, j))
    return found[::-1]
