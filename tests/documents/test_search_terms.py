"""What a text is found by, and what a typed query asks for: both are read in the same way."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cwg.documents.search_terms import LONGEST_WORD, MOST_WORDS, terms_of, vector_of
from cwg.folding import fold


def words_of(text: str) -> dict[str, list[int]]:
    written, _places = vector_of(text)
    return {
        word: [*map(int, places.split(","))] for word, places in re.findall(r"'([^']*)':([\d,]+)", written)
    }


def queries(text: str) -> list[str]:
    return [term.query for term in terms_of(text)]


def found(text: str, typed: str) -> bool:
    """By the pattern, which marks what was found."""
    terms = terms_of(typed)
    assert terms
    return all(term.pattern.search(fold(text)) for term in terms)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("L’accès universel", {"l": [1], "acces": [2], "universel": [3]}),
        ("multi‑stakeholder", {"multi": [1], "stakeholder": [2], "multistakeholder": [1]}),
        ("CWG-Internet-23/2", {"cwg": [1], "internet": [2], "23": [3], "2": [4]}),
        ("互联网", {"互联": [1], "联网": [2], "网": [3]}),
        ("5G网络", {"5g": [1], "网络": [2], "络": [3]}),
        ("والإنترنت", {"والانترنت": [1], "انترنت": [1]}),
        ("a b a", {"a": [1, 3], "b": [2]}),
        ("!?", {}),
    ],
)
def test_a_text_is_its_words_folded_each_with_its_places(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("Égal", "'egal':*"),
        ("14", "'14'"),
        ("14/7", "('14' <1> '7')"),
        ("multi-stake", "('multi' <1> 'stake':*) | 'multistake':*"),
        ("d'Ivoire", "'ivoire':*"),
        ("State's", "'state':*"),
        ("l'", "'l':*"),
        ("互联网", "('互联' <1> '联网':*)"),
        ("互联", "'互联':*"),
        ("互", "'互':*"),
        ("الإنترنت", "'انترنت':*"),
        ("“l'accès universel”", "'l' <1> 'acces' <1> 'universel'"),
        ("«网络安全 policy»", "'网络' <1> '络安' <1> '安全' <2> 'policy'"),
    ],
)
def test_a_typed_word_is_asked_for_so(typed, query):
    assert queries(typed) == [query]


def test_phrases_and_words_may_stand_together_each_once():
    assert queries('"the Internet" access ACCESS') == ["'the' <1> 'internet'", "'access':*"]
    assert queries('"never closed') == ["'never':*", "'closed':*"]
    assert queries('% _ \' ""') == []
    assert len(queries(" ".join(f"w{number}" for number in range(50)))) == MOST_WORDS


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("l’Accès à l’Internet", "acces internet"),
        ("multistakeholder", "multi-stakeholder"),
        ("الإنترنت", "انترنت"),
        ("انترنت", "الإنترنت"),
        ("Российский", "россий"),
        ("国际互联网公共政策", "互联网"),
        ("of the Internet, and", '"the internet and"'),
    ],
)
def test_what_is_asked_for_is_seen_in_the_text(text, typed):
    assert found(text, typed)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("stakeholder", "holder"),
        ("14/70", "14/7"),
        ("147", "14/7"),
        ("the open Internet", '"the Internet"'),
        ("互联的网络", "互联网"),
        ("internets", '"internet"'),
    ],
)
def test_what_is_not_asked_for_is_not(text, typed):
    assert not found(text, typed)


@given(st.text(st.sampled_from("aé'’\"“”-/ 12互网 ал й\u0306إا\\:*|&!()<>\u00ad"), max_size=80))
def test_nothing_that_is_typed_or_written_needs_escaping(text):
    for written in [vector_of(text)[0], *queries(text)]:
        for word in re.findall(r"'([^']*)'", written):
            assert word and all(letter.isalnum() for letter in word) and len(word) <= LONGEST_WORD
        assert not re.sub(r"'[^']*'|:\*|<\d+>|:[\d,]+|[ |()]", "", written)
