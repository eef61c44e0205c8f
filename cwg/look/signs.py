"""Which signs a text that people type may not hold: pages, mails and papers would show something else than was typed."""

import unicodedata

from django.utils.translation import gettext as _

from cwg.record import legible

# Signs that turn the direction of what follows: no text must turn the rest of its line around.
DIRECTION_OVERRIDES = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
LINE_ENDS = "\r\n\v\f\x85\u2028\u2029"
# What a text of several lines is made of.
OF_SEVERAL_LINES = "\r\n\t"


def turns_direction(text: str) -> bool:
    return not DIRECTION_OVERRIDES.isdisjoint(text)


def refusal(text: str, *, several_lines: bool = False) -> str:
    """What the text may not hold, as a sentence that says what to do; "" where it may stand.

    Marks that only join letters or place a full stop (U+200C to U+200F) may stand: Arabic and Persian are typed with them.
    """
    if several_lines:
        text = "".join(sign for sign in text if sign not in OF_SEVERAL_LINES)
    elif any(sign in LINE_ENDS for sign in text):
        return _("Write this on one line.")
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in text):
        return _("This contains control characters. Type it again instead of pasting it.")
    if turns_direction(text):
        return _(
            "This contains invisible characters that turn the direction of writing. Type it again instead of pasting it."
        )
    if text.strip() and legible.is_empty(text):
        return _("This consists of invisible characters only. Type it again.")
    return ""
