"""Sort keys for the names of States: one stored string per name and language, compared by code point.

Stored keys, not a database collation: the servers we ship have none but `C.UTF-8`, and the list must
come out the same on every machine. The order is the one UN lists print: articles do not count, what
`cwg.folding` folds does not count (but ñ follows n in Spanish), Chinese goes by pinyin.
"""

import re
import unicodedata
from functools import cache

from cwg.folding import fold
from cwg.members.states_file import shipped

# "the Gambia" as protocol lists print it before the name, and "Gambia (the)" after it. In French and
# Spanish only small letters make an article before the name: El Salvador is listed under E.
_LEADING_ARTICLE = {
    "en": re.compile(r"^the\s+", re.IGNORECASE),
    "fr": re.compile(r"^(?:(?:le|la|les)\s+|l['’])"),
    "es": re.compile(r"^(?:el|la|los|las)\s+"),
}
_TRAILING_ARTICLE = {
    "en": re.compile(r"\s*\(the\)$", re.IGNORECASE),
    "fr": re.compile(r"\s*\((?:le|la|les|l['’])\)$"),
    "es": re.compile(r"\s*\((?:el|la|los|las)\)$"),
}


def sort_key(name: str, language: str) -> str:
    """The key by which `name`, written in `language` (ar, zh, en, fr, ru or es), takes its place.

    Raises `ValueError` for another language. Names in another script than the language's are not an
    error: they keep their letters and so gather before or after the rest.
    """
    if language in _LEADING_ARTICLE:
        return _latin(name, language)
    if language == "ru":
        return _words(fold(name))
    if language == "ar":
        return _arabic(name)
    if language == "zh":
        return _chinese(name)
    raise ValueError(f"no sort order for language {language!r}")


def _words(text: str) -> str:
    """Letters and digits only, words parted by one space."""
    return " ".join(re.findall(r"[^\W_]+", text))


def _latin(name: str, language: str) -> str:
    name = _LEADING_ARTICLE[language].sub("", _TRAILING_ARTICLE[language].sub("", name.strip()))
    if language == "es":
        # A letter of its own, after n and before o.
        name = unicodedata.normalize("NFC", name).casefold().replace("ñ", "n\uffff")
    return " ".join(re.findall(r"(?:[^\W_]|\uffff)+", fold(name))).replace("\uffff", "~")


def _arabic(name: str) -> str:
    letters = "".join(
        letter
        for letter in unicodedata.normalize("NFC", name.strip())
        if unicodedata.category(letter) != "Mn"
    )
    # Before the carriers of hamza are folded: the article is written with a bare alef, ألبانيا is not one.
    return _words(fold(letters.removeprefix("ال")))


def _chinese(name: str) -> str:
    """Syllable, tone, then the character, one after the other: same sounds, same character together."""
    characters = _hanzi(name)
    names, readings = _pinyin()
    syllables = names.get(characters) or tuple(readings.get(character, "~") for character in characters)
    key = "".join(syllable + character for syllable, character in zip(syllables, characters, strict=True))
    return key or _words(name)


def _hanzi(text: str) -> str:
    return "".join(character for character in text if "\u3400" <= character <= "\u9fff")


@cache
def _pinyin() -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """The readings of the States' short names, whole and per character, from the shipped file.

    A character that occurs in no name has no reading here and sorts after all that have one.
    """
    names = {_hanzi(row.names["zh"]): row.pinyin for row in shipped()}
    readings: dict[str, str] = {}
    for characters, syllables in names.items():
        for character, syllable in zip(characters, syllables, strict=True):
            readings.setdefault(character, syllable)
    return names, readings
