"""A rule reads itself back: name, sentence and example come from its terms."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.utils import translation

from cwg.documents import rule_words
from cwg.documents.deadlines import DECISION_556, TWENTY_FOUR_HOURS, Effect, Measured, Unit

RECEIVED, POSTED = DECISION_556


@pytest.mark.parametrize("rule", [TWENTY_FOUR_HOURS, *DECISION_556])
def test_the_shipped_rules_bear_the_names_their_terms_give_them(rule):
    assert rule_words.name_of(rule) == rule.name


@pytest.mark.parametrize(
    ("terms", "name"),
    [
        ({"offset": 1}, "1 hour before the start of the meeting"),
        ({"measured": Measured.RECEIVED}, "Received 24 hours before the start of the meeting"),
        ({"unit": Unit.DAYS, "offset": 1}, "Posted 1 calendar day before the meeting"),
        (
            {"kinds": frozenset({"information", "contribution_action"})},
            "24 hours before the start of the meeting (Contribution for action, Information document)",
        ),
    ],
)
def test_a_name_says_what_is_measured_by_when_and_of_which_kinds(terms, name):
    with translation.override("fr"):
        assert rule_words.name_of(replace(TWENTY_FOUR_HOURS, **terms)) == name


def test_a_name_fits_its_column():
    kinds = frozenset(kind for kind in rule_words.Kind)
    assert len(rule_words.name_of(replace(TWENTY_FOUR_HOURS, kinds=kinds))) == rule_words.NAME_LENGTH


def test_the_rule_reads_itself_back_as_a_sentence():
    assert rule_words.sentence(TWENTY_FOUR_HOURS) == (
        "Contributions must be available on the website not later than 24 hours before the opening of the meeting."
        " A late one is kept as a draft. Source: Report of the Dedicated Group, 13 February 2009, Annex 1, 4.3."
    )
    assert rule_words.sentence(RECEIVED) == (
        "All documents (except papers of the session) must be received by the secretariat not later than"
        " 12 calendar days before the opening of the meeting. A late one is accepted and marked late."
        " Exempt: Administrative document, Chair's proposal, Compilation. Source: Council Decision 556."
    )


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (Effect.REFUSE_AND_KEEP, "What comes later is kept as a draft."),
        (Effect.HOLD, "What comes later is held for the next meeting."),
        (Effect.FLAG, "What comes later is accepted, and marked late under this rule."),
    ],
)
def test_nothing_that_will_be_accepted_is_said_to_stay_out(effect, words):
    assert rule_words.door_text(replace(TWENTY_FOUR_HOURS, effect=effect)) == words


def test_an_example_names_real_dates():
    rule = replace(TWENTY_FOUR_HOURS, unit=Unit.DAYS, offset=12)
    opening = datetime(2026, 12, 20, 8, 30, tzinfo=UTC)
    assert rule_words.example(rule, opening, "Europe/Zurich", "Geneva") == (
        "For a meeting opening on Sunday, 20 December 2026, 09:30 CET (UTC+01:00) in Geneva:"
        " Tuesday, 8 December 2026, 23:59 CET (UTC+01:00); binds contributions."
    )
