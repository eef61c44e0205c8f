"""By which names a Member State is looked for."""

import re

import pytest

from cwg.folding import fold
from cwg.languages import LANGUAGE_CODES
from cwg.members import state_names
from cwg.members.models import MemberState
from cwg.members.states_file import shipped
from tests.factories import make_state


def named(typed: str) -> dict[str, str]:
    state_names.refresh()
    found = state_names.named(re.compile(rf"(?<!\w){fold(typed)}"))
    return {MemberState.objects.get(pk=pk).iso3: name for pk, name in found.items()}


@pytest.mark.django_db
def test_a_state_is_found_by_todays_names_and_by_those_before_the_portal():
    make_state("TUR"), make_state("SAU")
    assert named("Turkiye") == {"TUR": "Türkiye"}
    assert named("turquie") == {"TUR": "Turquie"}
    assert named("المملكة") == {"SAU": "المملكة العربية السعودية"}


@pytest.mark.django_db
def test_a_name_that_was_changed_in_the_portal_goes_on_to_be_known():
    state = make_state("SAU")
    assert named("Hejaz") == {}
    state.short_en = "Hejaz"
    state.save()
    assert named("Hejaz") == {"SAU": "Hejaz"} and named("Saudi Arabia") == {"SAU": "Saudi Arabia"}


@pytest.mark.django_db
def test_the_words_of_formal_names_are_no_names():
    make_state("FRA")
    assert named("France") == {"FRA": "France"} and named("Republic") == {}


@pytest.mark.django_db
def test_names_are_read_again_only_after_a_change(django_assert_num_queries):
    make_state("SAU")
    state_names.refresh()
    with django_assert_num_queries(1):
        state_names.refresh()


def test_the_shipped_file_has_states_that_there_are_by_names_they_do_not_bear():
    todays = {row.iso3: {*row.names.values()} for row in shipped()}
    former = state_names.former_names()
    assert former
    for iso3, names in former.items():
        assert not todays[iso3] & {*names}, iso3


def test_its_rows_are_in_order_and_name_a_language():
    rows = [line.split(",") for line in state_names.FORMER_NAMES.read_text().splitlines()[1:]]
    order = [(iso3, LANGUAGE_CODES.index(language)) for iso3, language, _name in rows]
    assert order == sorted(set(order))
