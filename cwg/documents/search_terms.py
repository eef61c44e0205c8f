"""What a text is found by: its words, folded (`cwg.folding`); and what somebody looks for, read in the same way. Pure.

A word is letters and digits; it is found by its beginning, a number and what stands between quotation marks whole. Chinese
is written without blanks: a run of characters is found by each pair of them, in their order. A word of Arabic stands
without its article as well, words joined by hyphens also as one. What a sign parts (an elision, the parts of a symbol)
has to follow each other, so that `14/7` is not a text with a 7 and a 14 in it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cwg.folding import fold

# More words than that make the query slow and the answer no better.
MOST_WORDS = 12
# What is longer is no word that anybody types; PostgreSQL takes 2046 bytes.
LONGEST_WORD = 60

_HAN = "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff"
_RUN = re.compile(rf"(?P<han>[{_HAN}]+)|[^\W_{_HAN}]+")
_ARTICLE = re.compile("^(?:[وفبك]?ال|لل)(?=[\u0621-\u064a]{3})")
_ARTICLE_BEFORE = "(?:[وفبك]?ال|لل)?"
_QUOTED = re.compile('["“”„‟«»＂]([^"“”„‟«»＂]+)["“”„‟«»＂]')
# What may stand between two parts: nothing in words that a hyphen joins, something between numbers.
_PARTED, _PARTED_NUMBERS = r"[\W_]{0,8}", r"[\W_]{1,8}"
_NO_LETTER_BEFORE, _NO_LETTER_AFTER = rf"(?<![^\W_{_HAN}])", rf"(?![^\W_{_HAN}])"
# In front of an apostrophe: l'accès, qu'elle. Behind one: States' s.
_ELIDED = re.compile(r"(?<![^\W_])(?:[a-z]|qu|lorsqu|puisqu)'(?=[^\W_])|(?<=[^\W_])'s(?![^\W_])")
_JOINED_AT_MOST = 4


@dataclass(frozen=True)
class Term:
    """Something that has to occur: `typed` as it was, `query` for PostgreSQL (`::tsquery`), `pattern` in folded text."""

    typed: str
    query: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class _Token:
    position: int
    text: str
    is_part: bool = True  # of the text as it runs, and not another form of a word


def vector_of(text: str) -> tuple[str, int]:
    """The words of `text` with their places, as PostgreSQL reads a `tsvector`, and how many places that are.

    `text` must be short enough for them (16,383 places).
    """
    places: dict[str, list[int]] = {}
    last = 0
    for token in _tokens(fold(text)):
        places.setdefault(token.text, []).append(token.position)
        last = token.position
    # Letters and digits only: nothing to be escaped. PostgreSQL keeps 256 places of a word.
    written = " ".join(
        f"'{word}':{','.join(map(str, sorted(set(at))[:256]))}" for word, at in sorted(places.items())
    )
    return written, last


def terms_of(text: str) -> list[Term]:
    """What has to occur where somebody looks for `text`: phrases between quotation marks, and each other word."""
    terms = []
    rest = text
    for quoted in _QUOTED.finditer(text):
        terms.append(_phrase(quoted[1]))
        rest = rest.replace(quoted[0], " ", 1)
    terms += [_word(word) for word in rest.split()]
    known: dict[str, Term] = {}
    for term in terms:
        if term is not None:
            known.setdefault(term.query, term)
    return list(known.values())[:MOST_WORDS]


def _phrase(text: str) -> Term | None:
    folded = fold(text)
    tokens = [token for token in _tokens(folded) if token.is_part]
    if not tokens:
        return None
    return Term(text.strip(), _following(tokens, is_begun=False), _pattern(folded, is_begun=False))


def _word(text: str) -> Term | None:
    folded = fold(text)
    # "l'" and "'s" say nothing, unless they are all there is.
    folded = bare if _RUN.search(bare := _ELIDED.sub(" ", folded)) else folded
    tokens = list(_tokens(folded))
    parts = [token for token in tokens if token.is_part]
    if not parts:
        return None
    if len(parts) == 1:
        # Without its article, where it has one: texts have both.
        found = next((each for each in tokens if not each.is_part and each.position == 1), parts[0])
        return Term(text, _following([found], is_begun=True), _pattern(found.text, is_begun=True))
    query = _following(parts, is_begun=True)
    whole = [f"'{token.text}':*" for token in tokens if not token.is_part and token.position == 1]
    return Term(text, " | ".join([f"({query})", *whole[:1]]), _pattern(folded, is_begun=True))


def _tokens(folded: str) -> Iterator[_Token]:
    position = 0
    runs = list(_RUN.finditer(folded))
    for index, run in enumerate(runs):
        word = run[0]
        if run["han"]:
            # Each pair; the last character alone, so that a single one is found wherever it stands.
            for at in range(len(word)):
                position += 1
                yield _Token(position, word[at : at + 2], is_part=at < len(word) - 1 or len(word) == 1)
            continue
        position += 1
        yield _Token(position, word[:LONGEST_WORD])
        if (bare := _ARTICLE.sub("", word)) and bare != word:
            yield _Token(position, bare[:LONGEST_WORD], is_part=False)
        if joined := _joined(folded, runs, index):
            yield _Token(position, joined[:LONGEST_WORD], is_part=False)


def _joined(folded: str, runs: list[re.Match[str]], index: int) -> str:
    """Words that hyphens join, as one; nothing within such, of numbers, and of one word."""
    if _is_joint(folded, runs, index - 1):
        return ""
    last = index
    while last - index < _JOINED_AT_MOST and _is_joint(folded, runs, last):
        last += 1
    joined = "".join(run[0] for run in runs[index : last + 1])
    return joined if last > index and not any(letter.isdigit() for letter in joined) else ""


def _is_joint(folded: str, runs: list[re.Match[str]], index: int) -> bool:
    """Whether a hyphen alone stands between that run and the next."""
    if not 0 <= index < len(runs) - 1:
        return False
    return folded[runs[index].end() : runs[index + 1].start()] == "-"


def _following(tokens: list[_Token], *, is_begun: bool) -> str:
    """As a `tsquery`: the tokens after each other. `is_begun`: the last may be the beginning of a longer word."""
    written = ""
    for index, token in enumerate(tokens):
        is_last = index == len(tokens) - 1
        may_go_on = (is_begun and is_last and not token.text.isdigit()) or _is_one_of_han(token.text)
        distance = f" <{token.position - tokens[index - 1].position}> " if index else ""
        written += f"{distance}'{token.text}'{':*' if may_go_on else ''}"
    return written


def _is_one_of_han(text: str) -> bool:
    return len(text) == 1 and re.match(f"[{_HAN}]", text) is not None


def _pattern(folded: str, *, is_begun: bool) -> re.Pattern[str]:
    """Where it stands in a folded text; of a word that is begun, to its end."""
    runs = [run[0] for run in _RUN.finditer(folded)]
    first, last = runs[0], runs[-1]
    parted = _PARTED_NUMBERS if any(letter.isdigit() for letter in folded) else _PARTED
    # A word that is looked for as one may be written with a hyphen in it.
    is_one = is_begun and len(runs) == 1 and first.isalpha() and not re.match(f"[{_HAN}]", first)
    written = "-?".join(first) if is_one else parted.join(map(re.escape, runs))
    if not re.match(f"[{_HAN}]", first):
        article = _ARTICLE_BEFORE if is_begun and "\u0621" <= first[0] <= "\u064a" else ""
        written = _NO_LETTER_BEFORE + article + written
    if not re.match(f"[{_HAN}]", last[-1]):
        goes_on = is_begun and not last.isdigit()
        written += rf"[^\W_{_HAN}]*" if goes_on else _NO_LETTER_AFTER
    return re.compile(written)
