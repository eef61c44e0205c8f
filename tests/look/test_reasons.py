"""The field for a reason takes what the verbs take, and nothing that would show something else than was typed."""

import pytest

from cwg.look.reasons import ReasonForm
from cwg.record.reasons import MOST_CHARACTERS, ReasonMissing, clean_reason


def test_a_reason_is_kept_without_the_blanks_around_it():
    form = ReasonForm({"reason": "  The room is not free \n"})
    assert form.is_valid()
    assert form.cleaned_data["reason"] == "The room is not free" == clean_reason("  The room is not free \n")


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t"])
def test_no_reason_is_refused_by_the_form_and_by_the_verb_in_the_same_words(nothing):
    form = ReasonForm({"reason": nothing})
    assert not form.is_valid()
    with pytest.raises(ReasonMissing) as refusal:
        clean_reason(nothing)
    assert form.errors["reason"] == [str(refusal.value)]


@pytest.mark.parametrize(
    ("typed", "said"), [("Sent by \u202emistake", "turn the direction"), ("Bell\x07", "control characters")]
)
def test_signs_that_show_something_else_than_was_typed_are_refused(typed, said):
    form = ReasonForm({"reason": typed})
    assert not form.is_valid() and said in form.errors["reason"][0]
    assert ReasonForm({"reason": "First\r\n\tsecond \u200fنعم"}).is_valid()


def test_the_longest_reason_is_taken_and_one_letter_more_is_not():
    assert ReasonForm({"reason": "a" * MOST_CHARACTERS}).is_valid()
    assert not ReasonForm({"reason": "a" * (MOST_CHARACTERS + 1)}).is_valid()
