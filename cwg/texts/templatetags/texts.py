"""``{% load texts %}``: the words of a text in a page's own markup."""

from django import template
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe

from cwg.texts import html_out
from cwg.texts.tree import Words, runs_of, words

register = template.Library()


@register.filter
def runs(said: Words) -> SafeString:
    """Runs, or plain words, as HTML."""
    return html_out.inline(runs_of(said))


@register.filter
def paragraphs(said: Words) -> SafeString:
    """What somebody typed in several lines: an empty line begins a paragraph."""
    return mark_safe(linebreaks(words(runs_of(said)), autoescape=True))
