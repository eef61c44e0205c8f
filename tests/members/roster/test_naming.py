"""What the words of a list mean; what means several things, or nothing, is said and never guessed."""

import pytest

from cwg.languages import LANGUAGE_CODES
from cwg.members.models import Group, MemberState, Role
from cwg.members.roster.naming import States, Unclear, Words
from cwg.members.states_file import shipped
from tests.factories import make_group, make_office, make_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def every_state():
    for row in shipped():
        make_state(row.iso3)
    return States(MemberState.objects.all())


@pytest.fixture
def words(dg):
    for iso3 in ("FRA", "CIV", "SAU", "BRA"):
        make_state(iso3)
    make_office("chair", "chair", "Chair of the Group")
    make_office("bureau", "BR", "Radiocommunication Bureau")
    return Words(Group.objects.all())


def test_every_state_is_found_by_each_of_its_names_and_codes(every_state):
    wrong = []
    for row in shipped():
        names = [row.iso3, row.iso3.lower(), row.iso2, *row.names.values(), *row.formal_names.values()]
        for name in names:
            for written in (name, name.upper(), name.replace("'", "’")):
                if (found := every_state.find(written)) is None or found.iso3 != row.iso3:
                    wrong.append((row.iso3, written, found))
    assert wrong == []


@pytest.mark.parametrize(
    ("written", "iso3"),
    [
        ("cote divoire", "CIV"),
        ("Côte d’Ivoire", "CIV"),
        ("TURKIYE", "TUR"),
        ("Iran, Islamic Republic of", "IRN"),
        ("Iran", "IRN"),
        ("Kingdom of Saudi Arabia", "SAU"),
        ("the gambia", "GMB"),
        ("Guinea Bissau", "GNB"),
        ("Российская федерация", "RUS"),
        ("المملكة العربية السعودية", "SAU"),
        ("الاتحاد الروسي", "RUS"),
    ],
)
def test_case_accents_apostrophes_and_articles_do_not_count(every_state, written, iso3):
    assert every_state.find(written).iso3 == iso3


@pytest.mark.parametrize("written", ["Franse", "Saudi Arabai", "Nigerria"])
def test_an_unknown_state_is_answered_with_the_nearest(every_state, written):
    assert every_state.find(written) is None
    near = {"Franse": "France (FRA)", "Saudi Arabai": "Saudi Arabia (SAU)", "Nigerria": "Nigeria (NGA)"}
    assert near[written] in every_state.suggestions(written)


def test_what_is_near_to_nothing_gets_no_suggestion(every_state):
    assert every_state.suggestions("Xyzzyplugh") == ""


def test_a_name_of_two_states_names_both():
    for iso3 in ("COG", "COD"):
        state = make_state(iso3)
        state.short_fr = "Congo"
        state.save()
    with pytest.raises(Unclear, match=r"\(COG\).*\(COD\)|\(COD\).*\(COG\)"):
        States(MemberState.objects.all()).find("Congo")
    assert States(MemberState.objects.all()).find("COD").iso3 == "COD"


@pytest.mark.parametrize("text", ["focal_point", "Focal point", "FOCAL-POINT", "focalpoint"])
def test_a_role_is_known_by_value_and_label(words, text):
    assert words.role(text) == Role.FOCAL_POINT


def test_an_unknown_role_is_answered_with_all_there_are(words):
    with pytest.raises(Unclear, match=r"no role “Observer”\. There are: Delegate, Focal point"):
        words.role("Observer")
    with pytest.raises(Unclear, match="role is missing"):
        words.role("")


def test_an_office_is_known_by_code_and_name(words):
    assert words.office("br").code == words.office("radiocommunication bureau").code == "BR"
    make_office("invited", "b.r", "Another")
    with pytest.raises(Unclear, match="several offices"):
        Words(Group.objects.all()).office("br")
    with pytest.raises(Unclear, match="no office “Nobody”"):
        words.office("Nobody")


def test_groups_are_named_by_code_each_once(words, dg):
    wsis = make_group("WG-WSIS")
    assert words.groups_named("dg; WG-WSIS / DG", None) == ([dg, wsis], [])
    assert words.groups_named("", dg) == ([dg], [])
    assert words.groups_named("", None)[1] == [
        "Name a group, or choose one below the list for lines without."
    ]


def test_a_group_that_is_not_there_and_one_that_is_not_the_readers_are_answered_alike(dg):
    make_group("SECRET")
    mine = Words([dg])
    (unknown,), (foreign,) = (mine.groups_named(code, None)[1] for code in ("NOTHING", "SECRET"))
    assert unknown.replace("NOTHING", "SECRET") == foreign
    assert Words(Group.objects.all()).groups_named("SECRET", None)[1] == []


def test_a_language_is_known_by_its_code_and_name(words):
    assert [words.language(each, "en") for each in ("fr", "French", "FRENCH", "")] == ["fr", "fr", "fr", "en"]
    assert {words.language(code, "en") for code in LANGUAGE_CODES} == set(LANGUAGE_CODES)
    with pytest.raises(Unclear, match="does not write in “Klingon”"):
        words.language("Klingon", "en")
