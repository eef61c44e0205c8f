"""Letters that mean the same when somebody looks for a word: one form of each, in the six languages and beside them.

`fold` is what titles, texts and names of people and of States are compared by. Case, accents, ligatures, the width of a
character, soft hyphens and other invisible marks, the kind of an apostrophe or a dash, the carriers of hamza, ta marbuta,
harakat, tatweel, the digits of other scripts and ё do not count; й is a letter of its own and stays. Pure: no Django.
"""

import re
import unicodedata
from functools import lru_cache

# Letters that Unicode does not decompose into a base letter and an accent.
LATIN_LETTERS = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "ß": "ss"}
# One letter, several carriers of hamza; the code points between them are not in alphabetical order.
ARABIC_LETTERS = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ؤ": "و", "ئ": "ي", "ى": "ي", "ة": "ه", "ـ": "",
}  # fmt: skip
# As keyboards for Persian and Urdu write the letters of Arabic names.
_ARABIC_LETTERS_OF_OTHERS = {"ی": "ي", "ې": "ي", "ک": "ك", "ہ": "ه", "ھ": "ه", "ە": "ه"}
CYRILLIC_LETTERS = {"ё": "е"}
# What stands for an apostrophe: quotation marks, primes, modifier letters of transcriptions, bare accents.
_APOSTROPHES = "'‘’‚‛′‵`´ʹʻʼʽʾʿˈˊˋ՚׳＇｀"
_DASHES_BESIDE_PD = "\N{MINUS SIGN}\N{HYPHEN BULLET}"
_SLASHES = "\N{FRACTION SLASH}\N{DIVISION SLASH}\N{BIG SOLIDUS}"

_LETTERS = LATIN_LETTERS | ARABIC_LETTERS | _ARABIC_LETTERS_OF_OTHERS | CYRILLIC_LETTERS
# и and its breve, written as two characters, are й and not an и with an accent; other marks, of any script, may stand
# between them.
_OTHER_MARKS = "".join(
    chr(code) for code in range(0x300, 0x10000) if unicodedata.combining(chr(code)) and code != 0x306
)
_SHORT_I = re.compile("[иИ][" + _OTHER_MARKS + "]{0,8}\N{COMBINING BREVE}")
_SHORT_I_BEHIND_OTHERS = ("й", "Й")


@lru_cache(maxsize=4096)
def plain_character(character: str) -> str:
    """The ASCII character that is meant, "" for an invisible one, otherwise the character itself. Case stays.

    Dashes, slashes, blanks, digits of any script and full-width forms: what symbols of documents are written with.
    """
    category = unicodedata.category(character)
    if category == "Cf":  # bidi marks, zero-width joiners, soft hyphens
        return ""
    if category == "Pd" or character in _DASHES_BESIDE_PD:
        return "-"
    if character in _SLASHES:
        return "/"
    if category == "Zs" or character in "\t\r\n":
        return " "
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if "\N{FULLWIDTH EXCLAMATION MARK}" <= character <= "\N{FULLWIDTH TILDE}":
        return chr(ord(character) - 0xFEE0)
    return character


def fold(text: str) -> str:
    """The text as it is compared with others. Folding what is folded changes nothing."""
    if text.isascii():
        return text.lower().translate(_ASCII)
    if "\N{COMBINING BREVE}" in text:
        text = _SHORT_I.sub("й", text)
    return text.translate(_FOLDED)


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """`fold(text)`, and for each of its characters where in `text` the one stands that it was made of."""
    folded: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(text):
        short_i = _SHORT_I.match(text, at)
        made = "й" if short_i else _FOLDED[ord(text[at])]
        folded.append(made)
        places.extend([at] * len(made))
        at = short_i.end() if short_i else at + 1
    return "".join(folded), places


class _Folded(dict[int, str]):
    """What each character folds to, worked out when it is first met: for `str.translate`."""

    def __missing__(self, code: int) -> str:
        made = self[code] = _folded_character(chr(code))
        return made


def _folded_character(character: str) -> str:
    if character in _APOSTROPHES:
        return "'"
    plain = plain_character(character)
    if plain.isascii():
        return plain.lower()
    if character in _SHORT_I_BEHIND_OTHERS:
        return "й"
    decomposed = unicodedata.normalize("NFKD", character)
    # Capitals of which the small letter decomposes further.
    decomposed = unicodedata.normalize("NFKD", decomposed.casefold())
    return "".join(
        _LETTERS.get(part, _plain_part(part)) for part in decomposed if not unicodedata.combining(part)
    )


def _plain_part(part: str) -> str:
    return "'" if part in _APOSTROPHES else plain_character(part)


_FOLDED = _Folded()
_ASCII = {ord("`"): "'", ord("\t"): " ", ord("\r"): " ", ord("\n"): " "}
