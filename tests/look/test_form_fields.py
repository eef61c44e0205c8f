import pytest
from django import forms

from cwg.look.form_fields import (
    ONE_OF_TWO,
    SeveralLinesField,
    choice_field,
    refuse_unfit_signs,
    row_field,
    say_when_needed,
)
from cwg.look.reasons import ReasonForm
from cwg.members.models import Office


class Asked(forms.Form):
    name = forms.CharField()
    kind = forms.ChoiceField()
    offices = forms.ModelMultipleChoiceField(Office.objects.none())


def test_a_field_of_choices_is_found_by_its_name_and_filled():
    form = Asked()
    choice_field(form, "kind").choices = [("a", "A")]
    assert list(form.fields["kind"].widget.choices) == [("a", "A")]


def test_a_field_of_rows_is_found_by_its_name_also_where_several_are_chosen():
    form = Asked()
    assert row_field(form, "offices") is form.fields["offices"]


@pytest.mark.parametrize("look_up", [choice_field, row_field])
def test_a_field_that_offers_no_choice_is_an_error_of_ours(look_up):
    with pytest.raises(AssertionError):
        look_up(Asked(), "name")


class Typed(forms.Form):
    title = forms.CharField()
    note = SeveralLinesField()

    def __init__(self, *args):
        super().__init__(*args)
        refuse_unfit_signs(self)


def test_every_field_of_text_refuses_what_it_may_not_hold_by_its_kind():
    assert Typed({"title": "One line", "note": "One\r\ntwo"}).is_valid()
    assert list(Typed({"title": "One\ntwo", "note": "One"}).errors) == ["title"]
    assert list(Typed({"title": "a\u202eb", "note": "a\u202eb"}).errors) == ["title", "note"]
    assert list(Typed({"title": "\u200b", "note": "\u200b\n"}).errors) == ["title", "note"]


def test_line_ends_of_every_kind_are_kept_as_one_kind_and_are_no_change():
    """Word processors end lines within a paragraph by a vertical tab, or by U+2028; browsers send CR LF."""
    form = Typed({"title": "A", "note": "One\vtwo\u2028three\x85four\r\nfive"})
    assert form.is_valid()
    assert form.cleaned_data["note"] == "One\ntwo\nthree\nfour\nfive"
    assert not SeveralLinesField().has_changed("One\vtwo\r\nthree", "One\r\ntwo\r\nthree")
    assert SeveralLinesField().has_changed("One\ntwo", "One two")
    assert not SeveralLinesField(required=False).has_changed(None, "")


class WithReason(ReasonForm):
    def __init__(self, *args):
        super().__init__(*args)
        refuse_unfit_signs(self)


def test_a_field_that_refuses_them_already_says_so_once():
    assert len(WithReason({"reason": "a\u202eb"}).errors["reason"]) == 1


def test_beside_alternatives_stands_that_one_is_needed_in_place_of_optional():
    form = forms.Form()
    form.fields |= {name: forms.CharField(required=False) for name in ("words", "file", "note")}
    say_when_needed(form, ("words", "file"), ONE_OF_TWO)
    page = form.as_div()
    assert page.count("(one of the two)") == 2 and page.count("(optional)") == 1
