"""Words that are asked for have something in them that a reader sees, in whatever script."""

import pytest

from cwg.look.reasons import ReasonForm
from cwg.record import legible
from cwg.record.reasons import ReasonMissing, clean_reason

UNSEEN = [
    "",
    " ",
    "\n\t",
    "\u200b",
    "\u2060\u202e",
    "\ufeff",
    "\u00ad",
    "\u3164",
    "\u2800",
    "\u0301",
    "\ufe0f",
    "\x00",
]
SEEN = ["7", "?", "a", "\u200fنعم", "不", "e\u0301", "\u200eabc", "👍"]


@pytest.mark.parametrize("text", UNSEEN)
def test_what_nobody_sees_is_no_text_and_no_reason(text):
    assert legible.is_empty(text)
    with pytest.raises(ReasonMissing):
        clean_reason(text)
    form = ReasonForm({"reason": text})
    assert not form.is_valid() and list(form.errors) == ["reason"]


@pytest.mark.parametrize("text", SEEN)
def test_one_sign_of_any_script_is_a_reason(text):
    assert not legible.is_empty(text)
    assert clean_reason(f" {text} ") == text
    assert ReasonForm({"reason": text}).is_valid()
