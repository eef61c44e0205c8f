"""In which of the six languages a text is written, by its script and its commonest words; or that this is not plain.

Only for what a person then checks: a question ("this looks like French"), or the language proposed for a draft that begins with its
file. A wrong guess costs a moment, none is better.
"""

from __future__ import annotations

import re
from collections import Counter

# Of a text of any length so much is read; less than that says nothing.
_READ = 40_000
_FEWEST_LETTERS = 80
_FEWEST_WORDS = 30
# The share of its letters that a text has in its own script: symbols, names and addresses are Latin in all.
_SHARE_OF_SCRIPT = 0.6
# Of its words, the share that are among the commonest ones; and how much more than of any other language.
_SHARE_OF_WORDS = 0.1
_AHEAD = 1.5

_SCRIPTS = {
    "ar": re.compile("[\u0621-\u064a\u066e-\u06d3\ufb50-\ufdfb\ufe70-\ufefc]"),
    "zh": re.compile("[\u3400-\u4dbf\u4e00-\u9fff]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "latin": re.compile("[A-Za-z\u00c0-\u024f]"),
}
# Letters of other languages in the same script: Persian and Urdu, Japanese, Ukrainian and Serbian.
_NOT = {
    "ar": re.compile("[\u067e\u0686\u0698\u06af\u06a9\u06cc\u0679\u0688\u0691\u06d2]"),
    "zh": re.compile("[\u3040-\u30ff]"),
    "ru": re.compile(
        "[\u0404\u0406\u0407\u0454\u0456\u0457\u0490\u0491\u0402\u0408-\u040b\u0452\u0458-\u045b]"
    ),
}
_SHARE_OF_OTHERS = 0.02
# A Chinese character says about as much as two letters and a half.
_WEIGHT = {"zh": 2.5}
# The last three are not of the six; they are here so that they are not taken for one of them.
_COMMON = {
    "en": "the of and to for is with by that this which shall be are on from it as",
    "fr": "les des du et le dans pour est par aux au une qui sur cette ces il sont ou",
    "es": "el los las del y para por con una se al su como es lo sus entre sobre",
    "pt": "o os as do da dos das e uma em não ao na no com para por se como são",
    "de": "der die das und den von zu mit ist für auf im des ein eine nicht werden",
    "it": "il gli di della delle e che per con è al nel nella sono una dei si",
}
_OF_THE_SIX = ("en", "fr", "es")
_COMMON_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}


def likely_language(text: str) -> str:
    """The code of the one of the six languages (`cwg.languages`) that `text` is most likely in; "" where unsure."""
    text = text[:_READ]
    letters = {
        script: len(pattern.findall(text)) * _WEIGHT.get(script, 1) for script, pattern in _SCRIPTS.items()
    }
    most = max(letters, key=lambda script: letters[script])
    if letters[most] < _FEWEST_LETTERS or letters[most] < _SHARE_OF_SCRIPT * sum(letters.values()):
        return ""
    if most == "latin":
        return _by_words(text)
    foreign = len(_NOT[most].findall(text))
    return "" if foreign > _SHARE_OF_OTHERS * letters[most] else most


def _by_words(text: str) -> str:
    words = re.findall(r"[^\W\d_]+", text.lower())
    if len(words) < _FEWEST_WORDS:
        return ""
    counts = Counter(words)
    shares = {
        language: sum(counts[word] for word in common) / len(words)
        for language, common in _COMMON_WORDS.items()
    }
    first, second = sorted(shares, key=lambda language: shares[language], reverse=True)[:2]
    plain = shares[first] >= _SHARE_OF_WORDS and shares[first] >= _AHEAD * shares[second]
    return first if plain and first in _OF_THE_SIX else ""
