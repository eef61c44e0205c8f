"""Whatever stands in the record by a code is read in words, which can be translated."""

from cwg.console.act_labels import WORDS, label_of
from cwg.notices import kinds
from meetings.acts import ACTS


def test_every_act_of_the_journal_and_every_kind_of_mail_has_words():
    assert {"registered", "sitting_opened"} <= set(ACTS) and "sign_in_link" in kinds.names()
    assert sorted({*ACTS, *kinds.names()} - set(WORDS)) == []


def test_a_code_that_is_gone_is_still_readable():
    assert label_of("once_upon_a_time") == "Once upon a time"
