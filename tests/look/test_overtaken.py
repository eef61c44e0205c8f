"""The page of a step that was overtaken keeps all that was filled in, whatever kind of field it was."""

import re
from pathlib import Path

import pytest
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string

from cwg.look import overtaken
from cwg.members.models import Group
from tests import factories

ROOT = Path(__file__).resolve().parents[2]
LETTERS = [("a", "First"), ("Others", [("b", "Second"), ("c", "Third")])]


class Everything(forms.Form):
    title = forms.CharField(label="Title")
    words = forms.CharField(label="Words", widget=forms.Textarea)
    address = forms.EmailField(label="Address")
    count = forms.IntegerField(label="Count")
    day = forms.DateField(label="Day", widget=forms.DateInput(attrs={"type": "date"}))
    moment = forms.SplitDateTimeField(label="Moment")
    one = forms.ChoiceField(label="One", choices=LETTERS)
    radio = forms.ChoiceField(label="Radio", choices=LETTERS, widget=forms.RadioSelect)
    several = forms.MultipleChoiceField(label="Several", choices=LETTERS, widget=forms.CheckboxSelectMultiple)
    listed = forms.MultipleChoiceField(label="Listed", choices=LETTERS)
    ticked = forms.BooleanField(label="Ticked", required=False)
    offered = forms.CharField(label="Offered", widget=forms.Select(choices=LETTERS))
    secret = forms.CharField(label="Secret", widget=forms.PasswordInput)
    hidden = forms.CharField(widget=forms.HiddenInput)


FILLED = (
    "title=A+title&words=Two%0Alines&address=not+an+address&count=seven&day=2026-02-30&moment_0=2026-03-02&moment_1=9"
    "&offered=c&one=b&radio=a&several=a&several=c&listed=b&ticked=on&secret=geneva&hidden=x"
)


def filled(query: str, **more) -> Everything:
    return Everything(QueryDict(query), **more)


def test_whatever_kind_of_field_it_was_all_is_kept_and_no_secret():
    """Also what is wrong: it was typed all the same."""
    form = filled(FILLED)
    assert overtaken.typed_in([form]) == [
        ("Title", "A title"),
        ("Words", "Two\nlines"),
        ("Address", "not an address"),
        ("Count", "seven"),
        ("Day", "2026-02-30"),
        ("Moment", "2026-03-02\n9"),
        ("One", "Second"),
        ("Radio", "First"),
        ("Several", "First\nThird"),
        ("Listed", "Second"),
        ("Ticked", "Yes"),
        ("Offered", "Third"),
    ]


def test_what_the_page_showed_already_was_not_filled_in():
    shown = {"title": "A title", "one": "b", "several": ["a", "c"], "ticked": True}
    labels = [label for label, _ in overtaken.typed_in([filled(FILLED, initial=shown)])]
    assert not {"Title", "One", "Several", "Ticked"} & set(labels) and "Words" in labels


def test_a_tick_that_was_taken_away_is_told_and_what_was_emptied_is_not():
    shown = {"title": "A title", "ticked": True, "several": ["a"]}
    assert overtaken.typed_in([filled("title=+", initial=shown)]) == [("Ticked", "No")]


def test_nothing_is_kept_of_a_form_that_was_not_sent():
    assert overtaken.typed_in([Everything(), Everything(initial={"title": "A title"})]) == []


@pytest.mark.django_db
def test_rows_are_told_by_their_names():
    group = factories.make_group("DG")

    class Rows(forms.Form):
        group = forms.ModelChoiceField(Group.objects.all(), label="Group")
        groups = forms.ModelMultipleChoiceField(Group.objects.all(), label="Groups")

    form = Rows(QueryDict(f"group={group.pk}&groups={group.pk}"))
    assert overtaken.typed_in([form]) == [("Group", str(group)), ("Groups", str(group))]


def test_words_of_one_line_stand_as_text_and_those_of_several_in_a_box_to_copy_from():
    page = render_to_string(
        "components/typed.html", {"typed": [("Kind", "For action"), ("Words", "One\ntwo")]}
    )
    assert "<bdi>For action</bdi>" in page and "One\ntwo</textarea>" in page
    assert page.count("<textarea") == 1 and "What you filled in" in page
    assert render_to_string("components/typed.html", {"typed": []}).strip() == ""


def test_the_page_is_made_in_one_place():
    named = {
        path.relative_to(ROOT).as_posix()
        for folder in ("cwg", "meetings", "contributions")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"[\"']409\.html", path.read_text(encoding="utf-8"))
    }
    assert named == {"cwg/look/overtaken.py"}
