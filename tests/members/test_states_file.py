"""The shipped file of States holds together, and a broken one is refused with the row's name."""

import re
from collections import Counter

import pytest

from cwg.languages import LANGUAGE_CODES
from cwg.members import states_file
from cwg.members.states_file import ITU_REGIONS, StatesFileError, read


@pytest.fixture(scope="module")
def states():
    return {row.iso3: row for row in read()}


def test_there_are_194_member_states_and_palestine_under_resolution_99(states):
    assert Counter(row.membership_class for row in states.values()) == {
        "member_state": 194,
        "resolution_99": 1,
    }
    assert states["PSE"].membership_class == "resolution_99"
    assert states["VAT"].membership_class == "member_state"


def test_every_state_has_six_short_and_six_formal_names(states):
    for row in states.values():
        assert set(row.names) == set(row.formal_names) == set(LANGUAGE_CODES)
        for name in (*row.names.values(), *row.formal_names.values()):
            assert name and name == " ".join(name.split()), row.iso3


def test_short_names_carry_no_article(states):
    article = re.compile(r"\((the|le|la|les|l['’]|el|los|las)\)|^the ", re.IGNORECASE)
    assert [row.iso3 for row in states.values() for name in row.names.values() if article.search(name)] == []


def test_names_are_written_in_the_script_of_their_language(states):
    scripts = {"ar": "[\u0600-\u06ff]", "zh": "[\u4e00-\u9fff]", "ru": "[\u0400-\u04ff]", "en": "[A-Z]"}
    for row in states.values():
        for language, letters in scripts.items():
            assert re.search(letters, row.names[language]), (row.iso3, language)


@pytest.mark.parametrize(
    ("iso3", "language", "name"),
    [
        ("SAU", "en", "Saudi Arabia"),
        ("SYR", "en", "Syrian Arab Republic"),
        ("RUS", "en", "Russian Federation"),
        ("USA", "en", "United States of America"),
        ("TUR", "en", "Türkiye"),
        ("TUR", "fr", "Türkiye"),
        ("TUR", "es", "Türkiye"),
        ("TUR", "ru", "Турция"),
        ("CIV", "en", "Côte d'Ivoire"),
        ("CIV", "ru", "Кот-д'Ивуар"),
        ("IRN", "en", "Iran (Islamic Republic of)"),
        ("FRA", "fr", "France"),
        ("BRA", "es", "Brasil"),
    ],
)
def test_a_name_stands_as_the_group_prints_it(states, iso3, language, name):
    assert states[iso3].names[language] == name


def test_formal_names_keep_their_article(states):
    assert states["SAU"].formal_names["en"] == "the Kingdom of Saudi Arabia"
    assert states["TUR"].formal_names["en"] == "the Republic of Türkiye"


def test_regions_are_itu_s_five_or_left_blank(states):
    by_region = Counter(row.itu_region for row in states.values())
    assert set(by_region) == {*ITU_REGIONS, ""}
    assert by_region["A"] == 35 and by_region["D"] == 54
    assert {code: states[code].itu_region for code in ("BRA", "FRA", "RUS", "EGY", "SAU", "PSE")} == {
        "BRA": "A", "FRA": "B", "RUS": "C", "EGY": "D", "SAU": "E", "PSE": "",
    }  # fmt: skip


def test_regional_organizations_stay_empty_without_a_source(states):
    assert not any(row.regional_organizations for row in states.values())


def test_pinyin_has_one_syllable_per_character(states):
    for row in states.values():
        characters = re.findall("[\u4e00-\u9fff]", row.names["zh"])
        assert len(row.pinyin) == len(characters), row.iso3
        assert all(re.fullmatch("[a-z]+[1-5]", syllable) for syllable in row.pinyin), row.iso3


def _changed(tmp_path, old, new):
    path = tmp_path / "states.csv"
    text = states_file.STATES_CSV.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("AFG,AF,member_state", "AFG,AF,observer", "AFG: unknown membership class"),
        ("AFG,AF,member_state,E", "AFG,AF,member_state,Z", "AFG: unknown ITU region"),
        ("AFG,AF,", "afg,AF,", "afg: not an ISO 3166 code"),
        ("AGO,AO,", "AFG,AO,", "iso3 occurs more than once: AFG"),
        (",Afghanistan,", ",,", "AFG: a name or a region is missing"),
        ("AFG,AF,member_state,E,,", "AFG,AF,member_state,E,,,", "AFG: wrong number of columns"),
    ],
)
def test_a_broken_row_is_refused_by_name(tmp_path, old, new, reason):
    with pytest.raises(StatesFileError, match=re.escape(reason)):
        read(_changed(tmp_path, old, new))
