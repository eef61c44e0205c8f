"""Names within sentences: with their article in English, as they are listed in any other language."""

import pytest
from django.utils import translation

from cwg.members import running_names, states_file
from cwg.members.models import Office
from cwg.members.parties import Party
from tests import factories


@pytest.mark.parametrize(
    ("listed", "within"),
    [
        ("Saudi Arabia", "Saudi Arabia"),
        ("Syrian Arab Republic", "the Syrian Arab Republic"),
        ("Netherlands", "the Netherlands"),
        ("Iran (Islamic Republic of)", "the Islamic Republic of Iran"),
        ("Bolivia (Plurinational State of)", "the Plurinational State of Bolivia"),
        ("Lao People's Democratic Republic", "the Lao People's Democratic Republic"),
        ("Somewhere (of before)", "Somewhere (of before)"),
    ],
)
def test_a_state_within_a_sentence(listed, within):
    assert running_names.of_state(listed, "en") == within
    assert running_names.of_state(listed, "fr") == listed


def test_every_name_with_an_article_is_one_of_the_file():
    assert {row.names["en"] for row in states_file.shipped()} >= running_names.WITH_ARTICLE


def test_whatever_is_named_after_its_form_of_state_has_the_article():
    forms = ("Republic", "Federation", "Emirates", "Kingdom", "States", "State of")
    for row in states_file.shipped():
        name = row.names["en"]
        if any(form in name for form in forms):
            assert running_names.of_state(name, "en").startswith("the "), name


@pytest.mark.parametrize(
    ("kind", "name", "within"),
    [
        ("chair", "Chair of WG-WSIS", "the Chair of WG-WSIS"),
        ("secretariat", "Secretariat", "the Secretariat"),
        ("bureau", "General Secretariat", "the General Secretariat"),
        ("bureau", "BDT", "BDT"),
        ("invited", "ICANN", "ICANN"),
        ("invited", "Governmental Advisory Committee (GAC)", "the Governmental Advisory Committee (GAC)"),
        ("invited", "The World Bank", "The World Bank"),
    ],
)
def test_an_office_within_a_sentence(kind, name, within):
    office = Office(kind=kind, name=name, code="x")
    assert office.in_text == within
    with translation.override("fr"):
        assert office.in_text == name


def test_a_party_is_called_as_whoever_it_is(dg):
    assert Party(dg, factories.make_state("SYR")).in_text == "the Syrian Arab Republic"
    assert Party(dg, office=factories.make_office("chair")).in_text == "the Chair"
