"""Which letters mean the same to who looks for a word, in the six languages; and where a folded letter came from."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cwg.folding import fold, fold_with_places

# Of the six languages, with what stands beside them.
LETTERS = "aÉœæﬁßñİıøŁй ёЙЁи\u0306\u0301\u0308\u00ad\u200bأإآٱؤئىةـ\u064e\u0651\u0654٢٣۴ＡＢ２／’ʼ`´–—−‑国际互联网ｶﾞ한\n\t-/'x7"
of_the_six = st.text(st.sampled_from(LETTERS))
texts = st.one_of(st.text(), of_the_six)


@pytest.mark.parametrize(
    ("written", "as_well"),
    [
        ("Égalité", "egalite"),
        ("Türkiye", "TURKIYE"),
        ("İstanbul", "istanbul"),
        ("œuvre", "oeuvre"),
        ("Ægir", "aegir"),
        ("Straße", "STRASSE"),
        ("ﬁnancement", "financement"),
        ("l’accès", "l'acces"),
        ("lʼaccès", "l`acces"),
        ("Côte d´Ivoire", "cote d'ivoire"),
        ("État‑membre", "etat-membre"),
        ("États–Unis", "etats−unis"),
        ("multi\u00adstake\u200bholder", "multistakeholder"),
        ("ＣＷＧ－Ｉｎｔｅｒｎｅｔ－２３／２", "cwg-internet-23/2"),
        ("إنترنت", "انترنت"),
        ("آلية", "اليه"),
        ("مؤتمر", "موتمر"),
        ("هيئة", "هييه"),
        ("مستوى", "مستوي"),
        ("مُؤْتَمَرٌ", "موتمر"),
        ("الـــبـــرازيل", "البرازيل"),
        ("٢٣/٢", "23/2"),
        ("Ещё", "еще"),
        ("a\u00a0b\tc", "a b c"),
    ],
)
def test_what_means_the_same_folds_alike(written, as_well):
    assert fold(written) == fold(as_well)
    for form in ("NFC", "NFD"):
        assert fold(unicodedata.normalize(form, written)) == fold(as_well)


@pytest.mark.parametrize(
    ("one", "another"), [("й", "и"), ("Йемен", "Иемен"), ("и\u0306", "и"), ("国", "國"), ("c", "k")]
)
def test_letters_of_their_own_stay_apart(one, another):
    assert fold(one) != fold(another)


def test_a_short_i_of_two_characters_is_one():
    assert fold(unicodedata.normalize("NFD", "Российский")) == fold("Российский") == "российский"


@given(texts)
@example("\u0344")
def test_what_is_folded_folds_to_itself(text):
    assert fold(fold(text)) == fold(text)


@given(of_the_six)
@example("Й\u0316")
@example("Й\u064e")
def test_composed_and_decomposed_texts_fold_alike(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(texts)
@example("и\u0306\u0306")
def test_each_folded_letter_has_its_place_in_the_text(text):
    folded, places = fold_with_places(text)
    assert folded == fold(text)
    assert len(places) == len(folded)
    assert places == sorted(places) and all(0 <= place < len(text) for place in places)
    # What stands between two places folds to what stands between them in the folded text.
    cuts = sorted(set(places))
    for start, end in zip(cuts, [*cuts, len(text)][1:], strict=True):
        assert fold(text[start:end]) == "".join(
            letter for letter, place in zip(folded, places, strict=True) if place == start
        )
