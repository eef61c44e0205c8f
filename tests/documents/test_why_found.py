"""What a row of a search shows: escaped, marked where it was found, and no more of a text than a few words."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cwg.documents.search_terms import terms_of
from cwg.documents.why_found import AROUND, excerpt, marked

LETTERS = "abé ’'-“<&>й\u0306\u0301إا\u064eل互网 \n/7\u00ad"


@pytest.mark.parametrize(
    ("text", "typed", "shown"),
    [
        ("L’accès à l’Internet", "acces", "L’<mark>accès</mark> à l’Internet"),
        ("e\u0301galite\u0301 d’acce\u0300s", "égalité", "<mark>e\u0301galite\u0301</mark> d’acce\u0300s"),
        ("Straßen & <b>Wege</b>", "strasse", "<mark>Straßen</mark> &amp; &lt;b&gt;Wege&lt;/b&gt;"),
        ("بِالإنترنت", "انترنت", "<mark>بِالإنترنت</mark>"),
        ("国际互联网公共", "互联网", "国际<mark>互联网</mark>公共"),
        ("multi\u00adstakeholder", "multistakeholder", "<mark>multi\u00adstakeholder</mark>"),
        ("ﬁnance", "financ", "<mark>ﬁnance</mark>"),
        ("access of access", "access", "<mark>access</mark> of <mark>access</mark>"),
        ("open access points", '"open access" "access points"', "<mark>open access points</mark>"),
        ("nothing", "else", "nothing"),
    ],
)
def test_what_was_found_is_marked_in_the_text_as_it_is_written(text, typed, shown):
    assert marked(text, terms_of(typed)) == shown


@given(st.text(st.sampled_from(LETTERS), max_size=60), st.text(st.sampled_from(LETTERS), max_size=6))
def test_without_its_marks_it_is_the_text_whatever_is_in_it(text, typed):
    shown = marked(text, terms_of(typed))
    assert not re.search("<(?!/?mark>)", shown)
    assert html.unescape(shown.replace("<mark>", "").replace("</mark>", "")) == text


def test_of_a_long_text_a_few_words_around_each_are_shown():
    text = f"{'one ' * 500}needle {'two ' * 500}thread {'three ' * 500}"
    shown = excerpt(text, terms_of("needle thread"))
    assert "<mark>needle</mark>" in shown and "<mark>thread</mark>" in shown
    assert len(shown) < 4 * AROUND + 100


def test_a_text_full_of_marks_that_nobody_reads_is_searched_to_its_end():
    text = "a\u064e" * 5000 + " b " * 50 + "needle"
    assert "<mark>needle</mark>" in excerpt(text, terms_of("needle"))


def test_what_is_not_in_the_text_shows_nothing_of_it():
    assert excerpt("All of this is secret", terms_of("needle")) == ""
