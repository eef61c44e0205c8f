"""One table of words for what the rules say of a document."""

import re

import pytest
from django.template import Context, Template
from django.utils import translation

from cwg.documents import verdicts
from cwg.documents.deadlines import Verdict
from cwg.documents.models import Revision


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_is_a_word_and_an_icon_not_a_colour_alone(verdict):
    html = Template("{% verdict v %}").render(Context({"v": verdict}))
    assert str(verdicts.words(verdict).badge) in html
    assert "<svg" in html
    assert Template("{% verdict v %}").render(Context({"v": verdict.value})) == html


def test_a_value_that_is_no_verdict_is_not_printed():
    with pytest.raises(ValueError, match="<script>"):
        Template("{% verdict v %}").render(Context({"v": "<script>"}))


def test_every_verdict_has_its_own_words_and_none_that_nobody_says():
    assert set(verdicts.WORDS) == set(Verdict)
    with translation.override("en"):
        badges = [str(words.badge) for words in verdicts.WORDS.values()]
        sentences = [str(words.sentence) for words in verdicts.WORDS.values()]
    assert len(set(badges)) == len(set(sentences)) == len(Verdict)
    for text in (*badges, *sentences):
        assert not re.search(r"verdict|flag|measured|slot|kept", text, re.IGNORECASE)


def test_the_console_shows_the_words_of_the_pages():
    choices = dict(Revision._meta.get_field("verdict").flatchoices)
    assert choices == {verdict.value: verdicts.words(verdict).badge for verdict in Verdict}
