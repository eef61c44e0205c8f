"""Which signs a text that people type may not hold: pages, mails and papers would show something else than was typed."""

import re
import unicodedata
from enum import Enum

from django.utils.translation import gettext_lazy as _

from cwg.record import legible

# Signs that turn the direction of what follows: no text must turn the rest of its line around.
DIRECTION_OVERRIDES = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
LINE_ENDS = "\r\n\v\f\x85\u2028\u2029"
# What a text of several lines may hold besides. What was copied out of a word processor ends its lines in each of these ways.
OF_SEVERAL_LINES = LINE_ENDS + "\t"
_LINE_END = re.compile(f"\r\n|[{LINE_ENDS}]")


class Unfit(Enum):
    SEVERAL_LINES = "several lines"
    CONTROLS = "controls"
    TURNS_DIRECTION = "turns direction"
    UNSEEN = "unseen"


SAID = {
    Unfit.SEVERAL_LINES: _("Write this on one line."),
    Unfit.CONTROLS: _("This contains control characters. Type it again instead of pasting it."),
    Unfit.TURNS_DIRECTION: _(
        "This contains invisible characters that turn the direction of writing. Type it again instead of pasting it."
    ),
    Unfit.UNSEEN: _("This consists of invisible characters only. Type it again."),
}


def is_control(sign: str) -> bool:
    """Whether it is no sign to be read: a control character, a line separator, half of a sign."""
    return unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")


def one_kind_of_line_ends(text: str) -> str:
    """`text` with LF for each line end: browsers send CR LF where a text has LF, and the same words compare as the same."""
    return _LINE_END.sub("\n", text)


def unfit(text: str, *, several_lines: bool = False) -> Unfit | None:
    """Why the text may not stand; None where it may, or where nothing was typed: whether something must be, others say.

    Marks that only join letters or place a full stop (U+200C to U+200F) may stand: Arabic and Persian are typed with them.
    """
    if several_lines:
        text = "".join(sign for sign in text if sign not in OF_SEVERAL_LINES)
    elif any(sign in LINE_ENDS for sign in text):
        return Unfit.SEVERAL_LINES
    if any(is_control(sign) for sign in text):
        return Unfit.CONTROLS
    if not DIRECTION_OVERRIDES.isdisjoint(text):
        return Unfit.TURNS_DIRECTION
    return Unfit.UNSEEN if text.strip() and legible.is_empty(text) else None


def refusal(text: str, *, several_lines: bool = False) -> str:
    """`unfit`, as a sentence that says what to do; "" where the text may stand."""
    found = unfit(text, several_lines=several_lines)
    return str(SAID[found]) if found else ""
